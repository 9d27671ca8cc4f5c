//! Whether somebody's history can be had.

use super::super::{Check, chain, sample_of};
use crate::error::{Error, Result};
use crate::model::{Bounds, UserId};
use crate::source::rest::RestSource;
use crate::source::{PageRequest, Source, View};

/// How many users are tried until one has a conversation.
const USERS_TRIED: u32 = 20;

/// Lists somebody's conversations and pulls a message of one.
pub(super) async fn check(
    source: &RestSource,
    user: Option<&UserId>,
    checks: &mut Vec<Check>,
) -> Option<(UserId, Bounds)> {
    let found = match user {
        Some(user) => sample_of(source, user)
            .await
            .map(|(count, bounds)| (user.clone(), count, bounds)),
        None => anybody(source).await,
    };
    let (user, count, bounds) = match found {
        Ok(found) => found,
        Err(error) => {
            checks.push(Check::failed(
                "api.conversations",
                chain(&error),
                "see the checks above",
            ));
            checks.push(Check::skipped("api.pull", "no conversation"));
            return None;
        }
    };
    let Some(bounds) = bounds else {
        let found =
            format!("{user} has {count} conversations, none with a message this user may see");
        let remedy = "name somebody who has (doctor --user ID); an administrator asked for as itself never sees any";
        checks.push(Check::warning("api.conversations", found, remedy));
        checks.push(Check::skipped("api.pull", "no conversation with a message"));
        return None;
    };
    let (id, range) = (bounds.conversation_id.clone(), bounds.range);
    checks.push(Check::ok(
        "api.conversations",
        format!("{user} has {count}; {id} holds numbers {range}"),
    ));
    let view = View::As(user.clone());
    let newest = range.newest(10);
    checks.push(match source.slots(&view, &id, newest).await {
        Ok(slots) if slots.iter().any(|slot| slot.message().is_some()) => {
            let messages = slots.iter().filter(|slot| slot.message().is_some()).count();
            let placeholders = slots.len() - messages;
            let absent = newest.len().saturating_sub(slots.len() as u64);
            let mut found = format!("{id} {newest}: {messages} messages");
            for (number, what) in [
                (placeholders as u64, "placeholders, which is normal"),
                (absent, "numbers left out of the answer"),
            ] {
                if number > 0 {
                    found = format!("{found}, {number} {what}");
                }
            }
            Check::ok("api.pull", format!("{found}; numbers outside {range} answer nothing"))
        }
        Ok(_) => Check::warning(
            "api.pull",
            format!("{id} {newest} holds no message, only placeholders"),
            "deleted, lost, or read too early by somebody (then the server remembers that for 24 hours); see docs/faq.md",
        ),
        Err(error) => Check::failed("api.pull", chain(&error), "see docs/faq.md"),
    });
    Some((user, bounds))
}

/// Looks for a user with a conversation that holds something.
async fn anybody(source: &RestSource) -> Result<(UserId, usize, Option<Bounds>)> {
    let users = source.users(PageRequest::first(USERS_TRIED)).await?;
    let mut first = None;
    for user in users.items {
        let (count, bounds) = sample_of(source, &user.user_id).await?;
        if bounds.is_some() {
            return Ok((user.user_id, count, bounds));
        }
        first.get_or_insert((user.user_id, count, None));
    }
    first.ok_or_else(|| Error::not_found("any user"))
}
