"""The peer of the MongoDB read: the same unwound fields through PyMongoArrow.

Reads one command a line and answers one line, so that starting Python is not measured:
    read <uri> <database> <way>          ->  <rows> <seconds>
    write <uri> <database> <way> <path>  ->  <rows> <seconds>, everything into one Parquet file
    dump <uri> <database>                ->  <bytes> <seconds>, what the raw documents take gzipped

There are two ways to come to one row a message:
    server   `$unwind` in the server, one flat document a message: what its documentation shows
    arrow    whole blocks as lists of structs, in threads, which Arrow's own kernels then flatten:
             the fastest found
"""

import sys
import time
import zlib

import pyarrow
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pyarrow import compute, parquet
from pymongo import MongoClient
from pymongoarrow.api import Schema, aggregate_arrow_all, find_arrow_all

# The fields of a message the tool reads, as far as Arrow has a plain type for them.
STRINGS = [
    "send_id", "recv_id", "group_id", "client_msg_id", "server_msg_id", "sender_nickname",
    "sender_face_url", "content", "attached_info", "ex",
]
NUMBERS = {
    "seq": pyarrow.int64(), "send_time": pyarrow.int64(), "create_time": pyarrow.int64(),
    "session_type": pyarrow.int32(), "content_type": pyarrow.int32(), "msg_from": pyarrow.int32(),
    "status": pyarrow.int32(), "sender_platform_id": pyarrow.int32(),
}
FIELDS = {**{name: pyarrow.string() for name in STRINGS}, **NUMBERS}
FLAT = Schema({"doc_id": pyarrow.string(), **FIELDS})
SLOT = pyarrow.struct([("msg", pyarrow.struct(list(FIELDS.items())))])
NESTED = Schema({"doc_id": pyarrow.string(), "msgs": pyarrow.list_(SLOT)})


def by_server(collection):
    fields = {name: f"$msgs.msg.{name}" for name in FIELDS}
    pipeline = [
        {"$unwind": "$msgs"},
        {"$match": {"msgs.msg": {"$type": "object"}}},
        {"$project": {"_id": 0, "doc_id": 1, **fields}},
    ]
    return aggregate_arrow_all(collection, pipeline, schema=FLAT)


def by_arrow(collection):
    # Naming every field below would cost the server more than it spares the wire.
    projection = {"_id": 0, "doc_id": 1, "msgs.msg": 1}
    blocks = find_arrow_all(collection, {}, schema=NESTED, parallelism="threads", projection=projection)
    return pyarrow.concat_tables(flattened(batch) for batch in blocks.to_batches())


def flattened(blocks):
    slots = blocks.column("msgs")
    messages = slots.flatten().field("msg")
    # A slot without a message comes out as a struct of nothing but nulls.
    stored = messages.field("seq").is_valid()
    of_block = compute.list_parent_indices(slots).filter(stored)
    columns = [blocks.column("doc_id").take(of_block), *messages.filter(stored).flatten()]
    return pyarrow.table(columns, names=["doc_id", *FIELDS])


WAYS = {"server": by_server, "arrow": by_arrow}


def read(uri, database, way):
    collection = MongoClient(uri)[database]["msg"]
    start = time.monotonic()
    table = WAYS[way](collection)
    return table.num_rows, time.monotonic() - start


def write(uri, database, way, path):
    collection = MongoClient(uri)[database]["msg"]
    start = time.monotonic()
    table = WAYS[way](collection)
    parquet.write_table(table, path, compression="zstd")
    return table.num_rows, time.monotonic() - start


def dump(uri, database):
    options = CodecOptions(document_class=RawBSONDocument)
    collection = MongoClient(uri)[database].get_collection("msg", codec_options=options)
    start = time.monotonic()
    packer = zlib.compressobj(wbits=31)
    size = 0
    for document in collection.find({}, batch_size=1000):
        size += len(packer.compress(document.raw))
    return size + len(packer.flush()), time.monotonic() - start


COMMANDS = {"read": read, "write": write, "dump": dump}
for line in sys.stdin:
    command, *arguments = line.split()
    number, seconds = COMMANDS[command](*arguments)
    print(number, seconds, flush=True)
