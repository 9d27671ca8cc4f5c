//! The conformance list's comparison on a generated history, which is larger and odder than what
//! was recorded: gaps, purges, clears, members who left, every content type.

use openim_history_client::model::UserId;
use openim_history_standin::collections::Collections;
use openim_history_standin::corpus::{Corpus, CorpusOptions};
use openim_history_standin::rest::Dialect;

use crate::conformance::seen_by;
use crate::recorded::{serve, store};

#[tokio::test]
async fn every_user_of_a_generated_server_sees_the_same_over_rest_and_from_mongodb() {
    let corpus = Corpus::new(CorpusOptions {
        seed: 7,
        ..CorpusOptions::server(7, 6_000)
    });
    let mut collections = Collections::new();
    collections
        .fill(&corpus)
        .expect("a generated history is well-formed");
    let (mongo, _) = store(&collections).await;
    let (_server, rest) = serve(collections, Dialect::Release);
    let mut compared = 0;
    for user in corpus.users().map(UserId::new).collect::<Vec<_>>() {
        compared += crate::sources::same_for(&user, &rest, &mongo).await;
    }
    let messages = usize::try_from(corpus.summary().messages).expect("not so many");
    assert!(
        compared > messages,
        "{compared} slots of {messages} messages: each has two owners and more"
    );
}

#[tokio::test]
async fn every_stored_message_of_a_generated_server_is_in_somebodys_view_or_hidden_by_a_bound() {
    let corpus = Corpus::new(CorpusOptions {
        rates: openim_history_standin::corpus::Rates::NONE,
        ..CorpusOptions::server(3, 5_000)
    });
    let mut collections = Collections::new();
    collections
        .fill(&corpus)
        .expect("a generated history is well-formed");
    let (_server, rest) = serve(collections, Dialect::Main);
    let mut seen = std::collections::BTreeSet::new();
    for user in corpus.users().map(UserId::new).collect::<Vec<_>>() {
        for (id, slots) in seen_by(&rest, &user).await {
            let messages = slots.iter().filter_map(|slot| slot.message());
            seen.extend(messages.map(|message| (id.clone(), message.seq)));
        }
    }
    let summary = corpus.summary();
    assert_eq!(seen.len() as u64, summary.messages + summary.log_messages);
}
