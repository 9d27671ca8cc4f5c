//! The generator, looked at from outside.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::Hasher as _;

use bson::{Bson, Document, RawDocumentBuf, doc};
use openim_history_standin::corpus::{
    ChatKind, Collection, Corpus, CorpusOptions, CorpusSummary, Rates, fill,
};
use openim_history_standin::mongod::{Mode, Mongod};
use serde_json::Value;

/// FNV-1a: simple enough to write down, and the same everywhere.
#[derive(Default)]
struct Fnv(u64);

impl std::hash::Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

fn hash(options: CorpusOptions) -> u64 {
    let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
    for (collection, document) in Corpus::new(options).documents() {
        hash.write(collection.name().as_bytes());
        hash.write(document.as_bytes());
    }
    hash.finish()
}

/// Small, and odder than the default, so that everything happens.
fn small(seed: u64) -> CorpusOptions {
    CorpusOptions {
        seed,
        messages: 10_000,
        conversations: 60,
        groups: 20,
        notices: 3,
        users: 40,
        rates: Rates {
            purged: 60,
            gaps: 30,
            cleared_for_one: 30,
            cleared: 10,
            dismissed: 20,
            ..Rates::default()
        },
        ..CorpusOptions::default()
    }
}

/// Everything of a corpus, parsed.
fn documents(corpus: &Corpus) -> HashMap<Collection, Vec<Document>> {
    let mut all: HashMap<Collection, Vec<Document>> = HashMap::new();
    for (collection, document) in corpus.documents() {
        let document = parsed(&document);
        all.entry(collection).or_default().push(document);
    }
    all
}

fn parsed(document: &RawDocumentBuf) -> Document {
    Document::try_from(document.as_ref()).expect("is BSON all the way down")
}

fn number(document: &Document, key: &str) -> i64 {
    match document.get(key) {
        Some(Bson::Int32(number)) => i64::from(*number),
        Some(Bson::Int64(number)) => *number,
        other => panic!("{key} is {other:?}"),
    }
}

fn text<'a>(document: &'a Document, key: &str) -> &'a str {
    document.get_str(key).expect("a string")
}

/// The messages of a document of `msg` with their slots' indices.
fn slots(block: &Document) -> Vec<&Document> {
    let slots = block.get_array("msgs").expect("an array");
    slots
        .iter()
        .map(|slot| slot.as_document().expect("a document"))
        .collect()
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    // A change of these is a change of every recorded number: say so in the changelog.
    let hub = CorpusOptions {
        hub: true,
        ..small(1)
    };
    let hashes = [small(1), small(2), hub].map(hash);
    assert_eq!(
        hashes,
        [
            1_863_839_504_321_839_263,
            9_115_766_472_151_235_786,
            3_622_723_946_852_687_912
        ]
    );
}

/// What a value is called in canonical extended JSON.
fn kind_of_json(value: &Value) -> &str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(fields) => match fields.keys().next() {
            Some(key) if key.starts_with('$') => key,
            _ => "document",
        },
        Value::Number(_) => "number",
    }
}

fn kind_of_bson(value: &Bson) -> &'static str {
    match value {
        Bson::Null => "null",
        Bson::Boolean(_) => "bool",
        Bson::String(_) => "string",
        Bson::Array(_) => "array",
        Bson::Document(_) => "document",
        Bson::Int32(_) => "$numberInt",
        Bson::Int64(_) => "$numberLong",
        Bson::DateTime(_) => "$date",
        Bson::ObjectId(_) => "$oid",
        _ => "something OpenIM does not store",
    }
}

#[test]
fn every_field_has_a_name_place_and_type_a_real_server_wrote() {
    let all = documents(&Corpus::new(small(1)));
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/recorded/release/mongo");
    for collection in Collection::ALL {
        let path = format!("{folder}/{}.jsonl", collection.name());
        let recorded = std::fs::read_to_string(path).expect("is recorded");
        let mut names = Vec::new();
        let mut kinds = HashSet::new();
        for line in recorded.lines() {
            let row: Value = serde_json::from_str(line).expect("is JSON");
            let fields = row.as_object().expect("is a document");
            names = fields.keys().cloned().collect();
            kinds.extend(
                fields
                    .iter()
                    .map(|(k, v)| (k.clone(), kind_of_json(v).to_owned())),
            );
        }
        for row in &all[&collection] {
            assert_eq!(
                row.keys().collect::<Vec<_>>(),
                names.iter().collect::<Vec<_>>()
            );
            for (key, value) in row {
                let kind = (key.clone(), kind_of_bson(value).to_owned());
                assert!(kinds.contains(&kind), "{}: {kind:?}", collection.name());
            }
        }
    }
}

#[test]
fn numbers_that_do_not_fit_are_made_to_fit() {
    let nothing = CorpusOptions {
        messages: 0,
        conversations: 0,
        groups: 9,
        notices: 9,
        users: 0,
        days: 0,
        ..CorpusOptions::default()
    };
    assert_eq!(Corpus::new(nothing).summary().chats, 1);
    let crowded = CorpusOptions {
        messages: 2_000,
        conversations: 1_000,
        groups: 10,
        notices: 10,
        users: 3,
        ..CorpusOptions::default()
    };
    let ids: HashSet<String> = Corpus::new(crowded)
        .conversations()
        .map(|chat| chat.id)
        .collect();
    assert_eq!(ids.len(), 1_000);
}

#[test]
fn blocks_have_the_shape_the_server_gives_them() {
    let corpus = Corpus::new(small(3));
    let mut seen = HashSet::new();
    for block in &documents(&corpus)[&Collection::Msg] {
        assert_eq!(block.keys().collect::<Vec<_>>(), ["_id", "doc_id", "msgs"]);
        let doc_id = text(block, "doc_id");
        assert!(seen.insert(doc_id.to_owned()), "{doc_id} comes twice");
        let (conversation, number_of_block) = doc_id.rsplit_once(':').expect("a block");
        let first: i64 = number_of_block.parse::<i64>().expect("a number") * 100 + 1;
        let slots = slots(block);
        assert_eq!(slots.len(), 100);
        for (seq, slot) in (first..).zip(slots) {
            let keys: Vec<_> = slot.keys().map(String::as_str).collect();
            match keys[..] {
                ["msg", "revoke", "del_list", "is_read"] => {}
                ["msg"] | ["msg", "is_read"] => {
                    assert_eq!(slot.get("msg"), Some(&Bson::Null));
                    continue;
                }
                _ => panic!("{doc_id}: {keys:?}"),
            }
            let Ok(message) = slot.get_document("msg") else {
                continue;
            };
            check_message(conversation, seq, message);
        }
    }
}

/// Field for field what `recorded/` holds.
fn check_message(conversation: &str, seq: i64, message: &Document) {
    let keys: Vec<_> = message.keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
            "send_id",
            "recv_id",
            "group_id",
            "client_msg_id",
            "server_msg_id",
            "sender_platform_id",
            "sender_nickname",
            "sender_face_url",
            "session_type",
            "msg_from",
            "content_type",
            "content",
            "seq",
            "send_time",
            "create_time",
            "status",
            "is_read",
            "options",
            "offline_push",
            "at_user_id_list",
            "attached_info",
            "ex",
        ]
    );
    assert_eq!(message.get_i64("seq").ok(), Some(seq));
    assert!(message.get_i64("send_time").is_ok() && message.get_i64("create_time").is_ok());
    for key in ["session_type", "msg_from", "content_type", "status"] {
        assert!(message.get_i32(key).is_ok(), "{key}");
    }
    let (prefix, rest) = conversation.split_once('_').expect("a prefix");
    let (send, recv) = (text(message, "send_id"), text(message, "recv_id"));
    match prefix {
        "si" | "sn" => {
            let (low, high) = if send <= recv {
                (send, recv)
            } else {
                (recv, send)
            };
            assert_eq!(rest, format!("{low}_{high}"));
        }
        "sg" => assert_eq!(text(message, "group_id"), rest),
        _ => assert_eq!(prefix, "n"),
    }
    let content = text(message, "content");
    let content_type = message.get_i32("content_type").expect("a number");
    let json: Option<Value> = serde_json::from_str(content).ok();
    if !matches!(content_type, 111 | 150) {
        let json = json.unwrap_or_else(|| panic!("{content_type}: {content}"));
        if content_type >= 1000 {
            let detail = json["detail"].as_str().expect("a string");
            let tips: Value = serde_json::from_str(detail).expect("JSON in a string");
            assert!(tips.is_object(), "{content_type}: {tips}");
        }
    }
}

#[test]
fn every_content_type_occurs() {
    let counts = Corpus::new(small(1)).summary().content_types;
    let user = (101..=122).chain([150, 200, 201, 202, 203, 1400, 2001]);
    let notifications = (1201..=1210)
        .chain([1300])
        .chain(1303..=1308)
        .chain(1501..=1520)
        .chain([1651, 1652, 1701, 1702, 1703, 1704, 2101, 2102, 2200]);
    for content_type in user.chain(notifications) {
        assert!(counts.contains_key(&content_type), "{content_type}");
    }
}

/// Counts what a summary counts, from the documents alone.
fn recount(corpus: &Corpus) -> CorpusSummary {
    let all = documents(corpus);
    let mut counts = CorpusSummary {
        users: all[&Collection::User].len() as u64,
        groups: all[&Collection::Group].len() as u64,
        group_members: all[&Collection::GroupMember].len() as u64,
        conversation_rows: all[&Collection::Conversation].len() as u64,
        seq_rows: all[&Collection::Seq].len() as u64,
        seq_user_rows: all[&Collection::SeqUser].len() as u64,
        blocks: all[&Collection::Msg].len() as u64,
        ..CorpusSummary::default()
    };
    let dismissed = |group: &&Document| group.get_i32("status").ok() == Some(2);
    counts.dismissed_groups = all[&Collection::Group].iter().filter(dismissed).count() as u64;
    let rows = &all[&Collection::Conversation];
    counts.left = rows.iter().filter(|row| number(row, "max_seq") > 0).count() as u64;
    counts.cleared_for_one = rows.iter().filter(|row| number(row, "min_seq") > 0).count() as u64;
    let is_log = |row: &&Document| text(row, "conversation_id").starts_with("n_");
    counts.logs = all[&Collection::Seq].iter().filter(is_log).count() as u64;
    counts.chats = counts.seq_rows - counts.logs;

    let mut blocks: BTreeMap<&str, BTreeMap<u64, &Document>> = BTreeMap::new();
    for block in &all[&Collection::Msg] {
        let (conversation, at) = text(block, "doc_id").rsplit_once(':').expect("a block");
        let at = at.parse().expect("a number");
        blocks.entry(conversation).or_default().insert(at, block);
    }
    for (conversation, block) in blocks
        .iter()
        .flat_map(|(c, b)| b.values().map(move |b| (c, b)))
    {
        for slot in slots(block) {
            let Ok(message) = slot.get_document("msg") else {
                continue;
            };
            let content_type = message.get_i32("content_type").expect("a number");
            *counts.content_types.entry(content_type).or_default() += 1;
            if conversation.starts_with("n_") {
                counts.log_messages += 1;
                continue;
            }
            counts.messages += 1;
            counts.revoked += u64::from(slot.get_document("revoke").is_ok());
            let deleted_by = slot.get_array("del_list").expect("a list");
            counts.deleted_for_one += u64::from(!deleted_by.is_empty());
        }
    }
    for chat in corpus.conversations() {
        counts.numbers += chat.last_seq;
        for seq in 1..=chat.last_seq {
            let block = blocks
                .get(chat.id.as_str())
                .and_then(|b| b.get(&((seq - 1) / 100)));
            let Some(block) = block else {
                counts.purged += 1;
                assert!(
                    seq < chat.min_seq,
                    "{}: {seq} is gone above the bound",
                    chat.id
                );
                continue;
            };
            let index = usize::try_from((seq - 1) % 100).expect("small");
            let slots = block.get_array("msgs").expect("an array");
            let slot = slots[index].as_document().expect("a document");
            if slot.get_document("msg").is_err() {
                counts.emptied += u64::from(!slot.contains_key("del_list"));
                counts.unused += u64::from(slot.contains_key("del_list"));
            }
        }
    }
    counts
}

#[test]
fn the_summary_counts_what_the_documents_hold() {
    for options in [
        small(1),
        CorpusOptions {
            hub: true,
            ..small(6)
        },
    ] {
        let corpus = Corpus::new(options);
        let summary = corpus.summary();
        let counted = CorpusSummary {
            // How many chats were cleared for all cannot be told from a bound alone.
            cleared: summary.cleared,
            ..recount(&corpus)
        };
        assert_eq!(summary, counted);
        assert_eq!(
            summary.numbers,
            summary.messages + summary.emptied + summary.unused + summary.purged
        );
        for (what, count) in [
            ("emptied", summary.emptied),
            ("unused", summary.unused),
            ("purged", summary.purged),
            ("revoked", summary.revoked),
            ("deleted for one", summary.deleted_for_one),
            ("cleared for one", summary.cleared_for_one),
            ("left", summary.left),
            ("dismissed", summary.dismissed_groups),
            ("logs", summary.logs),
        ] {
            assert!(count > 0, "nothing {what}");
        }
    }
}

#[test]
fn without_oddities_every_number_holds_a_message() {
    let corpus = Corpus::new(CorpusOptions {
        rates: Rates::NONE,
        ..small(4)
    });
    let summary = corpus.summary();
    assert_eq!(summary.messages, 10_000);
    assert_eq!(summary.numbers, 10_000);
    assert_eq!(summary.revoked + summary.deleted_for_one, 0);
    assert!(corpus.conversations().all(|chat| chat.min_seq == 0));
}

#[test]
fn numbers_come_in_both_widths() {
    let all = documents(&Corpus::new(small(1)));
    let widths = |collection: Collection, key: &str| -> HashSet<_> {
        all[&collection]
            .iter()
            .map(|row| row.get(key).expect("is there").element_type() as u8)
            .collect()
    };
    assert_eq!(widths(Collection::Conversation, "max_seq").len(), 2);
    for key in ["max_seq", "min_seq", "read_seq"] {
        assert_eq!(widths(Collection::SeqUser, key).len(), 2, "{key}");
    }
}

#[test]
fn the_hub_takes_part_in_every_chat() {
    let corpus = Corpus::new(CorpusOptions::many_conversations());
    let mut chats = 0;
    for chat in corpus.conversations() {
        assert!(
            chat.owners.iter().any(|owner| owner == "alice"),
            "{}",
            chat.id
        );
        assert!(chat.kind != ChatKind::Single || chat.owners.len() == 2);
        chats += 1;
    }
    assert_eq!(chats, 10_000);
}

#[tokio::test]
async fn a_real_server_holds_what_was_generated() {
    let mongod = Mongod::start(Mode::Standalone).await.expect("starts");
    let client = mongod.client().await.expect("connects");
    let database = client.database("openim_v3");
    let corpus = Corpus::new(small(7));
    let filled = fill(&corpus, &database).await.expect("fills");
    assert_eq!(filled.summary, corpus.summary());

    let mut expected: HashMap<Collection, u64> = HashMap::new();
    let mut sample = None;
    for (collection, document) in corpus.documents() {
        *expected.entry(collection).or_default() += 1;
        if collection == Collection::Msg {
            sample = Some(parsed(&document));
        }
    }
    assert_eq!(filled.documents, expected.values().sum::<u64>());
    for (collection, count) in expected {
        let stored = database.collection::<Document>(collection.name());
        let found = stored.count_documents(doc! {}).await.expect("counts");
        assert_eq!(found, count, "{}", collection.name());
    }
    let sample = sample.expect("there are blocks");
    let found = database
        .collection::<Document>("msg")
        .find_one(doc! { "doc_id": text(&sample, "doc_id") })
        .await
        .expect("finds");
    assert_eq!(found, Some(sample));

    let again = fill(&corpus, &database).await;
    assert!(again.is_err(), "the same documents went in twice");
}
