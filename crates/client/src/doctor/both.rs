//! Whether both ways lead to the same history.

use super::{Check, Examined, chain};
use crate::error::Result;
use crate::model::{Bounds, Seq, Slot};
use crate::source::mongo::MongoSource;
use crate::source::rest::RestSource;
use crate::source::{Source, View};

/// Compares what both say of one user's conversation.
pub(super) async fn agree(api: &Examined<RestSource>, mongo: &Examined<MongoSource>) -> Check {
    const NAME: &str = "both.agree";
    let Some((user, over_api)) = &api.sample else {
        return Check::skipped(NAME, "no conversation to compare");
    };
    let id = &over_api.conversation_id;
    let view = View::As(user.clone());
    let bounds = match mongo.source.bounds(&view, std::slice::from_ref(id)).await {
        Ok(bounds) => bounds,
        Err(error) => return Check::failed(NAME, chain(&error), "see the checks above"),
    };
    let Some(in_mongo) = bounds.first() else {
        return Check::failed(
            NAME,
            format!("{id} of {user} is not in this database"),
            "the API and MongoDB are of different servers, or mongo.database is another one",
        );
    };
    let spoiled = match spoiled(api, mongo, &view, over_api).await {
        Ok(spoiled) => spoiled,
        Err(error) => return Check::failed(NAME, chain(&error), "see the checks above"),
    };
    if !spoiled.is_empty() {
        let numbers: Vec<_> = spoiled.iter().map(ToString::to_string).collect();
        return Check::warning(
            NAME,
            format!(
                "{id} {}: MongoDB holds what the API answers as placeholders",
                numbers.join(", ")
            ),
            "somebody pulled them before they were written, and the server remembers that for 24 hours; read with \
             --via mongo meanwhile, and let a reader of your own wait 2 s at the head",
        );
    }
    let (api, mongo) = (over_api.range.last, in_mongo.range.last);
    let found = format!("the newest of {id} is {api} over the API and {mongo} in MongoDB");
    if api == mongo {
        Check::ok(NAME, found)
    } else if mongo > api {
        Check::ok(NAME, format!("{found}: a message came in between"))
    } else {
        Check::warning(
            NAME,
            found,
            "MongoDB is written a moment later; where the difference stays, numbers were given out and lost (Redis \
             restarted) or messages never reached MongoDB",
        )
    }
}

/// Returns the newest numbers that hold a message in MongoDB and none over the API.
async fn spoiled(
    api: &Examined<RestSource>,
    mongo: &Examined<MongoSource>,
    view: &View,
    over_api: &Bounds,
) -> Result<Vec<Seq>> {
    const COMPARED: u64 = 10;
    let (id, newest) = (&over_api.conversation_id, over_api.range.newest(COMPARED));
    // MongoDB is asked first: what it holds by then, the API has to know.
    let stored = mongo.source.slots(view, id, newest).await?;
    let answered = api.source.slots(view, id, newest).await?;
    let is_answered = |seq| {
        let mut messages = answered.iter().filter(|slot| slot.message().is_some());
        messages.any(|slot| slot.seq() == seq)
    };
    let stored = stored.iter().filter(|slot| slot.message().is_some());
    Ok(stored
        .map(Slot::seq)
        .filter(|&seq| !is_answered(seq))
        .collect())
}
