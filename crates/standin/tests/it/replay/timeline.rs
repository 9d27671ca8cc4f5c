//! The recorded change stream, one event at a time.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bson::Document;
use openim_history_standin::collections::Collections;
use serde_json::Value;

use super::tables::Side;

/// A place in a recorded history.
pub(super) struct Timeline {
    side: Side,
    events: Vec<Document>,
    next: usize,
}

impl Timeline {
    pub(super) fn new(side: Side) -> Self {
        let events = side
            .changes()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        Self {
            side,
            events,
            next: 0,
        }
    }

    /// Returns the database before the first event: the users that no event inserts.
    pub(super) fn start(&self) -> Collections {
        let inserted: Vec<&str> = self
            .events
            .iter()
            .filter(|event| event.get_document("ns").unwrap().get_str("coll").unwrap() == "user")
            .filter_map(|event| event.get_document("fullDocument").ok())
            .filter_map(|document| document.get_str("user_id").ok())
            .collect();
        let mut collections = Collections::new();
        for user in self.side.end().documents("user") {
            if !inserted.contains(&user.get_str("user_id").unwrap()) {
                collections.insert("user", user).unwrap();
            }
        }
        collections
    }

    pub(super) fn position(&self) -> usize {
        self.next
    }

    /// Applies events up to and with the next that could change the answer of a path; false at the end.
    pub(super) fn step_for(&mut self, path: &str, collections: &mut Collections) -> bool {
        loop {
            let Some(event) = self.events.get(self.next) else {
                return false;
            };
            // Half of the stream moves read positions, which few answers show.
            let read = event
                .get_document("updateDescription")
                .and_then(|update| update.get_document("updatedFields"))
                .is_ok_and(|fields| fields.contains_key("read_seq"));
            let shown = ["has_read", "sorted", "jssdk"]
                .iter()
                .any(|part| path.contains(part));
            self.step(collections);
            if !read || shown {
                return true;
            }
        }
    }

    fn step(&mut self, collections: &mut Collections) -> bool {
        let Some(event) = self.events.get(self.next) else {
            return false;
        };
        collections.apply_change(event).unwrap();
        self.next += 1;
        true
    }

    pub(super) fn go_back(&mut self, position: usize) {
        self.next = position;
    }
}

/// The second a token was issued in: the server dates it five seconds back.
pub(super) fn issued(token: &str) -> i64 {
    let claims = token.split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    claims["iat"].as_i64().unwrap() + 5
}
