//! Whether both ways lead to the same history.

use super::{Check, Examined, chain};
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
