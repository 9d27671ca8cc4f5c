//! The same server copied from MongoDB and over REST: every difference is one that the documentation names.

mod messages;
mod tables;

use std::collections::{BTreeMap, BTreeSet};

use bson::{Bson, Document, doc};
use openim_history_archive::Place;
use openim_history_client::source::Source;
use openim_history_client::source::mongo::MongoSource;
use openim_history_standin::collections::Collections;
use openim_history_standin::mongod::Mode;
use openim_history_standin::recorded;
use openim_history_standin::rest::Dialect;

use crate::places::{content, folder, generated, serve, store, sync, sync_views};

/// What a copy over REST lacks, or has otherwise, by the name the documentation gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Difference {
    RevokedContent,
    DeletedContent,
    OtherDeleters,
    OutOfSight,
    UnlistedLogs,
    RewrittenQuote,
    Status,
    Purges,
    ReadBounds,
    UnsetPositions,
    UnlistedRows,
    Administrators,
    DismissedGroups,
    MemberNames,
}

use Difference::*;

impl Difference {
    const ALL: [Self; 14] = [
        RevokedContent,
        DeletedContent,
        OtherDeleters,
        OutOfSight,
        UnlistedLogs,
        RewrittenQuote,
        Status,
        Purges,
        ReadBounds,
        UnsetPositions,
        UnlistedRows,
        Administrators,
        DismissedGroups,
        MemberNames,
    ];

    /// As docs/formats/archive.md calls it.
    fn name(self) -> &'static str {
        match self {
            RevokedContent => "Content of revoked messages",
            DeletedContent => "Content of deleted messages",
            OtherDeleters => "Who deleted a message",
            OutOfSight => "Messages out of sight",
            UnlistedLogs => "Logs without a chat",
            RewrittenQuote => "Quotes of revoked messages",
            Status => "`status`",
            Purges => "Purges",
            ReadBounds => "Bounds of readers",
            UnsetPositions => "Positions never set",
            UnlistedRows => "Rows that no list names",
            Administrators => "Accounts of administrators",
            DismissedGroups => "Dismissed groups",
            MemberNames => "Names of members",
        }
    }
}

/// What two archives of one server differ in.
#[derive(Default)]
struct Compared {
    named: BTreeSet<Difference>,
    /// What has no name: what it is, and one of it.
    others: BTreeMap<String, String>,
}

impl Compared {
    fn other(&mut self, what: impl Into<String>, example: impl FnOnce() -> String) {
        self.others.entry(what.into()).or_insert_with(example);
    }

    /// Notes a difference, if it is what it is taken for.
    fn note(&mut self, difference: Difference, is_it: bool, example: impl FnOnce() -> String) {
        if is_it {
            self.named.insert(difference);
        } else {
            self.other(format!("unlike {difference:?}"), example);
        }
    }
}

/// A message that was seen is emptied, and another goes with its block.
fn purge(collections: &mut Collections) {
    let blocks = collections.documents("msg");
    let is_full = |block: &&Document| {
        let slots = block.get_array("msgs").expect("slots");
        let first = slots[0].as_document().expect("a slot");
        matches!(first.get("msg"), Some(Bson::Document(_)))
            && block
                .get_str("doc_id")
                .is_ok_and(|id| id.starts_with("si_"))
    };
    let mut full = blocks.iter().filter(is_full);
    let (first, second) = (full.next().expect("a block"), full.next().expect("another"));
    for event in [
        doc! {
            "operationType": "update", "ns": {"coll": "msg"},
            "documentKey": {"_id": first.get("_id").expect("an id").clone()},
            "updateDescription": {"updatedFields": {"msgs.0": {"msg": Bson::Null}}},
        },
        doc! {
            "operationType": "delete", "ns": {"coll": "msg"},
            "documentKey": {"_id": second.get("_id").expect("an id").clone()},
        },
    ] {
        collections.apply_change(&event).expect("applies");
    }
}

#[tokio::test]
async fn a_copy_over_rest_differs_in_nothing_but_what_the_documentation_names() {
    let mut found = Compared::default();
    for (collections, dialect) in [
        (recorded::release(), Dialect::Release),
        (recorded::main(), Dialect::Main),
        (generated(5, 3_000), Dialect::Main),
    ] {
        let (_stored, stored) = folder();
        let (_shown, shown) = folder();
        let mut later = collections.clone();
        purge(&mut later);
        let mut last = None;
        for collections in [collections, later] {
            let (_database, mongo) = store(Mode::Standalone, &collections).await;
            let (server, rest) = serve(collections, dialect);
            sync(&stored, &mongo).await;
            sync_views(&shown, &rest).await;
            messages::compare(&stored, &shown, &rest, &mut found).await;
            tables::compare(&stored, &shown, &mut found).await;
            last = Some((mongo, server, rest));
        }
        let (mongo, _server, rest) = last.expect("there are two");
        fill_in(&stored, &shown, &mongo, &rest).await;
    }
    assert!(found.others.is_empty(), "{:#?}", found.others);
    // What no server here shows would not be tested.
    let all: BTreeSet<_> = Difference::ALL.into_iter().collect();
    assert_eq!(found.named, all);
}

/// MongoDB then adds what was missing, and another look over REST takes nothing back.
async fn fill_in(stored: &Place, shown: &Place, mongo: &MongoSource, rest: &dyn Source) {
    let report = sync(shown, mongo).await;
    let news = report.messages.changed + report.messages.new;
    assert!(news > 0, "{report:?}");
    let both = content(shown).await;
    for (key, original) in &content(stored).await {
        // What was purged before MongoDB was asked came over REST alone, or never.
        if original.purged_at.is_some() {
            continue;
        }
        let row = &both[key];
        assert_eq!(row.message.content, original.message.content, "{key:?}");
        assert_eq!(row.message.revoked, original.message.revoked, "{key:?}");
        assert!(row.content_known, "{key:?}");
    }
    let again = sync_views(shown, rest).await;
    assert_eq!(again.messages.new + again.messages.changed, 0, "{again:?}");
    let people = again.people;
    // What the API never lists is not gone for that.
    for counts in [
        people.users,
        people.groups,
        people.group_members,
        people.conversations,
        people.read_positions,
        people.min_seqs,
    ] {
        assert_eq!(counts.gone, 0, "{people:?}");
    }
    assert_eq!(content(shown).await, both);
}

#[test]
fn the_documentation_names_every_difference_and_no_other() {
    let page = include_str!("../../../../../docs/formats/archive.md");
    let (_, section) = page
        .split_once("## What REST cannot show")
        .expect("the section");
    let (section, _) = section.split_once("\n## ").expect("its end");
    let named = section.lines().filter_map(|line| {
        let (name, _) = line.strip_prefix("- **")?.split_once("**")?;
        Some(name)
    });
    let named: Vec<&str> = named.collect();
    assert_eq!(named, Difference::ALL.map(Difference::name));
}
