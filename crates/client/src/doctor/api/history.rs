//! Whether somebody's history can be had.

use std::sync::Arc;

use super::super::sample::{self, Sample};
use super::super::{Check, Findings, chain};
use crate::model::{Bounds, UserId};
use crate::source::rest::RestSource;
use crate::source::{Source, View};

const CONVERSATIONS: &str = "api.conversations";
const BOUNDS: &str = "api.bounds";
const PULL: &str = "api.pull";

/// Lists somebody's conversations, and pulls messages of one from within its bounds.
pub(super) async fn check(
    source: &Arc<RestSource>,
    user: Option<&str>,
    findings: &Findings,
) -> Option<(UserId, Bounds)> {
    let found = Sample::of(source.clone(), user).await;
    findings.push(sample::conversations(CONVERSATIONS, user, &found));
    let Ok(Sample {
        user,
        count: 1..,
        bounds,
    }) = found
    else {
        findings.extend([BOUNDS, PULL].map(|name| Check::skipped(name, "no conversation")));
        return None;
    };
    findings.push(within(&user, bounds.as_ref()));
    let Some(bounds) = bounds else {
        findings.push(Check::skipped(PULL, "no conversation with a message"));
        return None;
    };
    findings.push(pull(source, &user, &bounds).await);
    Some((user, bounds))
}

/// Says which numbers can be asked for: the server answers others with nothing, and no error.
fn within(user: &UserId, bounds: Option<&Bounds>) -> Check {
    let Some(Bounds {
        conversation_id: id,
        range,
    }) = bounds
    else {
        return Check::warning(
            BOUNDS,
            format!(
                "{user} may see no number of any conversation: they are empty, cleared or left"
            ),
            "any range is out of bounds there and answered with nothing, without an error; name somebody else \
             (doctor --user USER), or look into MongoDB (--via mongo --view full)",
        );
    };
    let (begin, end, num) = (range.first, range.last, range.len());
    let below = if begin.0 > 1 {
        format!("; what is below {begin} was cleared, thrown away, or said before {user} came")
    } else {
        String::new()
    };
    Check::ok(
        BOUNDS,
        format!(
            "{user} may see {range} of {id}{below}; what lies outside is left out of an answer without an error: ask \
             begin {begin}, end {end}, num {num} (end - begin + 1)"
        ),
    )
}

/// Pulls the newest numbers.
async fn pull(source: &RestSource, user: &UserId, bounds: &Bounds) -> Check {
    let (id, newest) = (&bounds.conversation_id, bounds.range.newest(10));
    match source.slots(&View::As(user.clone()), id, newest).await {
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
            Check::ok(PULL, found)
        }
        Ok(_) => Check::warning(
            PULL,
            format!("{id} {newest} holds no message, only placeholders"),
            "deleted, lost, or read too early by somebody (then the server remembers that for 24 hours); see docs/faq.md",
        ),
        Err(error) => Check::failed(PULL, chain(&error), "see docs/faq.md"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Outcome;
    use crate::model::SeqRange;

    #[test]
    fn bounds_say_what_to_ask_for_and_why_nothing_lies_below() {
        let bounds = |range| Bounds {
            conversation_id: "sg_1".into(),
            range,
        };
        let user = UserId::new("alice");
        let whole = within(&user, Some(&bounds(SeqRange::new(1, 10))));
        assert_eq!(whole.outcome, Outcome::Ok);
        assert!(
            whole.found.contains("begin 1, end 10, num 10") && !whole.found.contains("below"),
            "{whole:?}"
        );
        let cut = within(&user, Some(&bounds(SeqRange::new(5, 10))));
        assert_eq!(cut.outcome, Outcome::Ok);
        assert!(
            cut.found.contains("below 5 was cleared") && cut.found.contains("num 6"),
            "{cut:?}"
        );
        let nothing = within(&user, None);
        assert_eq!(nothing.outcome, Outcome::Warning);
        assert!(
            nothing
                .remedy
                .is_some_and(|remedy| remedy.contains("--view full"))
        );
    }
}
