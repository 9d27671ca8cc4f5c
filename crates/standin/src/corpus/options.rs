//! How much history, and how odd.

/// What to generate. Equal options give equal bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorpusOptions {
    /// Where chance starts.
    pub seed: u64,
    /// How many messages are sent in all chats together; at least one for each. Some of them are
    /// deleted again, and the logs of revokes and reads come on top: see
    /// [`CorpusSummary`](super::CorpusSummary).
    pub messages: u64,
    /// How many chats there are, groups and notices included. The n-th is one n-th as long as the
    /// first.
    pub conversations: u64,
    /// How many of the chats are groups'.
    pub groups: u64,
    /// How many of the chats are a notification account's.
    pub notices: u64,
    /// How many people there are, besides the administrator and the notification account. Raised
    /// where there would be too few for so many chats of two.
    pub users: u64,
    /// Whether the first user takes part in every chat.
    pub hub: bool,
    /// When the first message may be sent, in milliseconds since 1970.
    pub start: i64,
    /// Over how many days the messages are spread.
    pub days: u32,
    /// How often something odd happens.
    pub rates: Rates,
}

/// How often something odd happens. The first of the chats of each kind is never purged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// Messages revoked, of 10,000.
    pub revoked: u32,
    /// Messages one user deleted for himself, of 10,000.
    pub deleted_for_one: u32,
    /// Messages deleted for everybody, of 10,000: their slots are empty.
    pub emptied: u32,
    /// Messages whose send time lies before that of the one before, of 10,000.
    pub out_of_order: u32,
    /// Chats with numbers that were given out and never used, of 100.
    pub gaps: u32,
    /// Chats whose old blocks were thrown away, of 100 with more than three blocks.
    pub purged: u32,
    /// Chats some member cleared for himself, of 100.
    pub cleared_for_one: u32,
    /// Chats cleared for everybody (the messages stay in the database), of 100.
    pub cleared: u32,
    /// Groups with members who left, of 100.
    pub left: u32,
    /// Groups dismissed, of 100.
    pub dismissed: u32,
}

impl Rates {
    /// Nothing odd at all: every number from 1 to the head holds a message everybody sees.
    pub const NONE: Self = Self {
        revoked: 0,
        deleted_for_one: 0,
        emptied: 0,
        out_of_order: 0,
        gaps: 0,
        purged: 0,
        cleared_for_one: 0,
        cleared: 0,
        left: 0,
        dismissed: 0,
    };
}

impl Default for Rates {
    /// About what a busy server shows, holes a little more often.
    fn default() -> Self {
        Self {
            revoked: 60,
            deleted_for_one: 50,
            emptied: 30,
            out_of_order: 50,
            gaps: 15,
            purged: 20,
            cleared_for_one: 8,
            cleared: 3,
            left: 40,
            dismissed: 8,
        }
    }
}

impl Default for CorpusOptions {
    /// 100,000 messages in 200 chats of 120 users over two years.
    fn default() -> Self {
        Self {
            seed: 1,
            messages: 100_000,
            conversations: 200,
            groups: 60,
            notices: 6,
            users: 120,
            hub: false,
            // 2024-11-01T00:00:00Z
            start: 1_730_419_200_000,
            days: 730,
            rates: Rates::default(),
        }
    }
}

impl CorpusOptions {
    /// A big server: chats and users grow with the number of messages, a chat for 500 of them.
    pub fn server(seed: u64, messages: u64) -> Self {
        let conversations = (messages / 500).clamp(20, 1_000_000);
        Self {
            seed,
            messages,
            conversations,
            groups: conversations * 3 / 10,
            notices: conversations / 30 + 1,
            users: conversations / 2 + 20,
            ..Self::default()
        }
    }

    /// One user with 10,000 chats, for whoever asks for the newest messages over all of them.
    pub fn many_conversations() -> Self {
        Self {
            messages: 300_000,
            conversations: 10_000,
            groups: 2_000,
            notices: 1,
            users: 8_100,
            hub: true,
            ..Self::default()
        }
    }

    /// One chat of two with this many messages.
    pub fn one_long_conversation(messages: u64) -> Self {
        Self {
            messages,
            conversations: 1,
            groups: 0,
            notices: 0,
            users: 2,
            ..Self::default()
        }
    }

    /// Makes the numbers fit each other.
    pub(super) fn normalised(mut self) -> Self {
        self.conversations = self.conversations.max(1);
        self.messages = self.messages.max(self.conversations);
        self.groups = self.groups.min(self.conversations);
        self.notices = self.notices.min(self.conversations - self.groups);
        self.days = self.days.max(1);
        let pairs = self.conversations - self.groups - self.notices;
        // A hub has one pair with each other user; without one, `users` people make about
        // users^2 / 2 pairs.
        let mut least = 2.max(self.notices);
        if self.hub {
            least = least.max(pairs + 1);
        } else {
            while least.saturating_mul((least - 1) / 2) < pairs {
                least += 1;
            }
        }
        if self.groups > 0 {
            least = least.max(3);
        }
        self.users = self.users.max(least);
        self
    }
}
