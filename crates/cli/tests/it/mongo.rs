//! A real mongod to read from.

use openim_history_standin::collections::Collections;
use openim_history_standin::mongod::{Account, Mongod};
use tokio::runtime::Runtime;

/// Runs what is asynchronous in a test that is not.
pub(crate) fn runtime() -> Runtime {
    Runtime::new().expect("a runtime")
}

/// Puts a history into a server, as the account if it asks for one.
pub(crate) async fn fill(mongod: &Mongod, account: Option<Account>, history: &Collections) {
    let client = match account {
        Some(account) => mongod.client_as(account).await,
        None => mongod.client().await,
    };
    let database = client.expect("connected").database("openim_v3");
    for name in Collections::names() {
        let documents = history.documents(name);
        if !documents.is_empty() {
            database
                .collection::<bson::Document>(name)
                .insert_many(documents)
                .await
                .expect("inserted");
        }
    }
}
