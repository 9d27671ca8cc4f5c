//! Which conversations are copied.

use openim_history_client::model::ConversationId;

/// Which conversations are copied: those that match one of `only`, or all where it is empty, without
/// those that match one of `exclude`. `*` stands for any number of characters, `?` for one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Patterns of conversation ids to copy.
    pub only: Vec<String>,
    /// Patterns of conversation ids to leave out.
    pub exclude: Vec<String>,
}

impl Filter {
    /// Whether everything is copied.
    pub fn is_all(&self) -> bool {
        self.only.is_empty() && self.exclude.is_empty()
    }

    /// Whether a conversation is copied.
    pub fn takes(&self, conversation: &ConversationId) -> bool {
        let id = conversation.as_str();
        let among = |patterns: &[String]| patterns.iter().any(|pattern| matches(pattern, id));
        (self.only.is_empty() || among(&self.only)) && !among(&self.exclude)
    }
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
}
