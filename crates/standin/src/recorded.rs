//! The recorded histories, embedded so that the demo needs no files.

use crate::collections::Collections;

macro_rules! recorded {
    ($side:literal, $($name:literal),*) => {
        [$(($name, include_str!(concat!("../recorded/", $side, "/mongo/", $name, ".jsonl")))),*]
    };
}

macro_rules! tables {
    ($side:literal) => {
        recorded!(
            $side,
            "msg",
            "conversation",
            "conversation_version",
            "user",
            "group",
            "group_join_version",
            "group_member",
            "group_member_version",
            "seq",
            "seq_user"
        )
    };
}

/// The change stream of the release's recording, one event of extended JSON a line.
pub const RELEASE_CHANGES: &str = include_str!("../recorded/release/changes.jsonl");

/// The change stream of main's recording.
pub const MAIN_CHANGES: &str = include_str!("../recorded/main/changes.jsonl");

/// Returns the database as it stood at the end of the recording of the release v3.8.3-patch.16.
pub fn release() -> Collections {
    load(&tables!("release"))
}

/// Returns the database as it stood at the end of the recording of main.
pub fn main() -> Collections {
    load(&tables!("main"))
}

fn load(files: &[(&str, &str)]) -> Collections {
    let mut collections = Collections::new();
    for (name, lines) in files {
        collections
            .load(name, lines)
            .expect("the embedded recording is read by a unit test");
    }
    collections
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use bson::Document;

    #[test]
    fn the_recordings_come_out_as_they_went_in() {
        for (collections, files) in [(release(), tables!("release")), (main(), tables!("main"))] {
            for (name, lines) in files {
                let mut recorded: Vec<Document> = lines
                    .lines()
                    .map(|line| serde_json::from_str(line).unwrap())
                    .collect();
                let mut held = collections.documents(name);
                for documents in [&mut recorded, &mut held] {
                    documents.sort_by_key(|document| document.get("_id").unwrap().to_string());
                }
                assert_eq!(recorded, held, "{name}");
            }
        }
    }
}
