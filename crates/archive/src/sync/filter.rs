//! Which conversations are copied.

use std::collections::BTreeSet;
use std::sync::Arc;

use openim_history_client::model::{ConversationId, ConversationKind, UserId};

/// Which conversations are copied: those that are among `only`, or all where it is empty, without those that are
/// among `exclude`. The log beside a chat (`n_…`) goes with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Conversations to copy.
    pub only: Vec<Chosen>,
    /// Conversations to leave out.
    pub exclude: Vec<Chosen>,
}

/// Some conversations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// Those whose id is like this: `*` stands for any number of characters, `?` for one.
    Pattern(String),
    /// A user's chats with others and with notification accounts.
    ///
    /// An id like `si_a_b_c` does not tell whether it is of `a` and `b_c` or of `a_b` and `c`: those who are
    /// known decide. Where they cannot, because somebody is gone or new, it is the user's.
    ChatsOf {
        /// The user.
        user: UserId,
        /// Everybody there is.
        known: Arc<BTreeSet<UserId>>,
    },
}

impl From<String> for Chosen {
    fn from(pattern: String) -> Self {
        Self::Pattern(pattern)
    }
}

impl From<&str> for Chosen {
    fn from(pattern: &str) -> Self {
        Self::Pattern(pattern.to_owned())
    }
}

impl Chosen {
    fn has(&self, conversation: &ConversationId) -> bool {
        match self {
            Self::Pattern(pattern) => matches(pattern, conversation.as_str()),
            Self::ChatsOf { user, known } => is_chat_of(conversation, user, known),
        }
    }
}

fn is_chat_of(conversation: &ConversationId, user: &UserId, known: &BTreeSet<UserId>) -> bool {
    use ConversationKind::{Log, Notification, Single};

    if !matches!(conversation.kind(), Single | Notification | Log) {
        return false;
    }
    let pairs = conversation.pairs();
    let mut peers = pairs.iter().filter_map(|(first, second)| {
        let is_first = (first == user).then_some(second);
        is_first.or_else(|| (second == user).then_some(first))
    });
    let others_know_each_other = || {
        let mut pairs = pairs.iter();
        pairs.any(|(first, second)| known.contains(first) && known.contains(second))
    };
    match peers.next() {
        None => false,
        Some(peer) => {
            known.contains(peer)
                || peers.any(|peer| known.contains(peer))
                || !others_know_each_other()
        }
    }
}

impl Filter {
    /// Whether everything is copied.
    pub fn is_all(&self) -> bool {
        self.only.is_empty() && self.exclude.is_empty()
    }

    /// Whether a conversation is copied. Of a log alone it cannot be told whose it is; what it looks like counts.
    pub fn takes(&self, conversation: &ConversationId) -> bool {
        match conversation.kind() {
            ConversationKind::Log => self.takes_log(conversation, &chat_beside(conversation)),
            _ => {
                (self.only.is_empty() || among(&self.only, conversation))
                    && !among(&self.exclude, conversation)
            }
        }
    }

    /// Whether the log beside a chat is copied: with the chat, or where it is chosen itself.
    pub(super) fn takes_log(&self, log: &ConversationId, chat: &ConversationId) -> bool {
        (self.takes(chat) || among(&self.only, log)) && !among(&self.exclude, log)
    }
}

fn among(chosen: &[Chosen], conversation: &ConversationId) -> bool {
    chosen.iter().any(|chosen| chosen.has(conversation))
}

/// Returns the chat a log lies beside, by its looks: two users have a `_` between them, and hardly any group has.
fn chat_beside(log: &ConversationId) -> ConversationId {
    let rest = log.as_str().split_once('_').map_or("", |(_, rest)| rest);
    let kind = if rest.contains('_') { "si" } else { "sg" };
    ConversationId::from(format!("{kind}_{rest}"))
}

/// Whether a text is what the pattern says, in time proportional to both.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    // Where to go on when what follows the last star does not fit.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(&wanted) if wanted == '?' || wanted == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    p = at + 1;
                    t = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|rest| *rest == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_says_what_it_looks_like() {
        for (pattern, text, fits) in [
            ("si_a_b", "si_a_b", true),
            ("si_a_b", "si_a_bc", false),
            ("si_*", "si_a_b", true),
            ("*_b", "si_a_b", true),
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("sg_?1", "sg_群1", true),
            ("*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", false),
            ("n_*", "si_n_", false),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }

    #[test]
    fn what_is_excluded_is_left_out_of_what_is_wanted() {
        let filter = Filter {
            only: vec!["si_*".into(), "sg_1".into()],
            exclude: vec!["*_boss".into()],
        };
        let takes = |id: &str| filter.takes(&id.into());
        assert!(takes("si_a_b"));
        assert!(takes("sg_1"));
        assert!(!takes("sg_2"));
        assert!(!takes("si_a_boss"));
        assert!(Filter::default().takes(&"anything".into()));
    }

    #[test]
    fn a_log_goes_with_its_chat() {
        let patterns = |text: &str| text.split_whitespace().map(Chosen::from).collect();
        let filter = |only, exclude| Filter {
            only: patterns(only),
            exclude: patterns(exclude),
        };
        for (only, exclude, group, pair) in [
            ("sg_*", "", true, false),
            ("si_*", "", false, true),
            ("sn_a_*", "", false, false),
            ("n_*", "", true, true),
            ("n_1", "", true, false),
            ("", "sg_*", false, true),
            ("", "n_*", false, false),
            ("sg_*", "n_1", false, false),
            ("*_b", "", false, true),
        ] {
            let filter = filter(only, exclude);
            assert_eq!(filter.takes(&"n_1".into()), group, "{filter:?}");
            assert_eq!(filter.takes(&"n_a_b".into()), pair, "{filter:?}");
        }
        // Whoever knows the chat knows better than what the log looks like.
        let groups = filter("sg_*", "");
        assert!(groups.takes_log(&"n_a_b".into(), &"sg_a_b".into()));
        assert!(!groups.takes_log(&"n_1".into(), &"si_1".into()));
    }

    #[test]
    fn a_users_chats_are_not_those_of_one_whose_id_begins_alike() {
        let known = ["a", "a_b", "b", "b_c", "c", "x_a"].map(UserId::new);
        let chats_of_a = Chosen::ChatsOf {
            user: UserId::new("a"),
            known: Arc::new(known.into()),
        };
        for (id, is_of_a) in [
            ("si_a_b", true),
            ("si_a_c", true),
            ("sn_a_imAdmin", true),
            ("n_a_b", true),
            // Both may be meant.
            ("si_a_b_c", true),
            ("si_a_b_b", false),
            ("si_b_x_a", false),
            ("n_a_b_b", false),
            // Somebody who is gone.
            ("si_a_gone", true),
            ("sg_a", false),
            ("si_b_c", false),
            ("si_aa_b", false),
        ] {
            assert_eq!(chats_of_a.has(&id.into()), is_of_a, "{id}");
        }
    }
}
