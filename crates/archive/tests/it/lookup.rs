//! Messages by their keys, in files that say which messages their rows are and in files that do not.

use std::collections::BTreeSet;

use openim_history_archive::Archive;
use openim_history_archive::row::{Key, RowSource, Seen};
use openim_history_client::model::{
    ContentType, ConversationId, Message, Seq, Slot, Timestamp, UserId,
};
use parquet::file::reader::{FileReader, SerializedFileReader};

use crate::places::{folder, writer};

const NOTE: &str = "openim_history.rows";

fn message(conversation: &str, seq: i64, month: i64) -> Message {
    Message {
        conversation_id: ConversationId::new(conversation),
        seq: Seq(seq),
        send_time: Timestamp::from_millis(1_730_419_200_000 + month * 2_700_000_000),
        send_id: UserId::new("u1"),
        content_type: ContentType::TEXT,
        content: format!("{{\"content\":\"{conversation} {seq}\"}}"),
        ..Message::default()
    }
}

/// A month of a few chats without gaps, and one of many chats of which every second number is missing.
fn messages() -> Vec<Message> {
    let mut messages = Vec::new();
    for seq in 1..=1_500 {
        messages.push(message("si_a_b", seq, 0));
        messages.push(message("sg_1", seq, 0));
    }
    for at in 0..3_000 {
        let chat = format!("sg_of_many_{}", at % 97);
        messages.push(message(&chat, i64::MAX - 2 * at, 2));
    }
    // As a server's blocks come: not in the order of anything.
    fastrand::Rng::with_seed(7).shuffle(&mut messages);
    messages
}

fn has_note(file: &std::path::Path) -> bool {
    let file = std::fs::File::open(file).expect("opens");
    let reader = SerializedFileReader::new(file).expect("reads");
    let notes = reader.metadata().file_metadata().key_value_metadata();
    notes.is_some_and(|notes| notes.iter().any(|note| note.key == NOTE))
}

fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let months = std::fs::read_dir(folder.join("messages")).expect("lists");
    let months = months.map(|month| month.expect("lists").path());
    let months = months.filter(|path| path.to_string_lossy().contains("month="));
    months
        .flat_map(|month| std::fs::read_dir(month).expect("lists"))
        .map(|file| file.expect("lists").path())
        .collect()
}

#[tokio::test]
async fn keys_are_found_where_a_file_says_so_and_where_it_does_not() {
    let (_folder, place) = folder();
    let all = messages();
    let mut to = writer(&place).await;
    let seen = Seen {
        source: RowSource::Mongo,
        at: Timestamp::from_millis(1_790_000_000_000),
    };
    let slots = all.iter().cloned().map(Slot::Message).collect();
    to.take(slots, seen).await.expect("takes");
    to.commit_rows().await.expect("commits");
    to.close().await.expect("closes");

    let notes: BTreeSet<bool> = files(place.local().expect("a folder"))
        .iter()
        .map(|file| has_note(file))
        .collect();
    assert_eq!(notes, BTreeSet::from([true, false]));

    let archive = Archive::open(&place).await.expect("opens");
    let mut random = fastrand::Rng::with_seed(11);
    for _ in 0..40 {
        let mut wanted: BTreeSet<Key> = (0..random.usize(1..60))
            .filter_map(|_| random.choice(&all).map(Key::of))
            .collect();
        let there = wanted.clone();
        wanted.insert(Key::of(&message("si_a_b", 1_501, 0)));
        wanted.insert(Key::of(&message("sg_of_many_0", i64::MAX - 1, 2)));
        wanted.insert(Key::of(&message("si_nobody_knows", 1, 0)));
        let wanted: Vec<Key> = wanted.into_iter().collect();
        let rows = archive.get(&wanted).await.expect("reads");
        let found: BTreeSet<Key> = rows.iter().map(|row| row.key()).collect();
        assert_eq!(rows.len(), found.len(), "none twice");
        assert_eq!(found, there);
        for row in rows {
            let message = &row.message;
            let said = format!("{} {}", message.conversation_id, message.seq.0);
            assert_eq!(row.text(), said);
        }
    }

    // What a writer takes for known is read from the same places.
    let mut to = writer(&place).await;
    let slots = all.iter().cloned().map(Slot::Message).collect();
    to.take(slots, seen).await.expect("takes");
    to.commit_rows().await.expect("commits");
    assert_eq!(to.counts().new, 0);
    assert_eq!(to.counts().unchanged, all.len() as u64);
    to.close().await.expect("closes");
}
