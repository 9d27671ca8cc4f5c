"""The peer of the MongoDB read: the same unwound fields through PyMongoArrow.

Reads one command a line and answers one line, so that starting Python is not measured:
    read <uri> <database>     ->  <rows> <seconds>
"""

import sys
import time

import pyarrow
from pymongo import MongoClient
from pymongoarrow.api import Schema, aggregate_arrow_all

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
SCHEMA = Schema({"doc_id": pyarrow.string(), **{name: pyarrow.string() for name in STRINGS}, **NUMBERS})


def read(uri, database):
    collection = MongoClient(uri)[database]["msg"]
    fields = {name: f"$msgs.msg.{name}" for name in [*STRINGS, *NUMBERS]}
    pipeline = [
        {"$unwind": "$msgs"},
        {"$match": {"msgs.msg": {"$type": "object"}}},
        {"$project": {"_id": 0, "doc_id": 1, **fields}},
    ]
    start = time.monotonic()
    table = aggregate_arrow_all(collection, pipeline, schema=SCHEMA)
    return table.num_rows, time.monotonic() - start


for line in sys.stdin:
    _, uri, database = line.split()
    rows, seconds = read(uri, database)
    print(rows, seconds, flush=True)
