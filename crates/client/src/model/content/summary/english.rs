//! The lines in English.

use super::Wording;
use super::measure::{numbers, span};
use crate::model::content::{
    ContentType, ConversationEvent, Deletion, FriendAction, FriendEvent, GroupAction, GroupEvent,
    Kind, Person, ReadReceipt, Revoke, UserEvent,
};

/// English.
pub(super) struct English;

impl Wording for English {
    fn label(&self, kind: Kind) -> &'static str {
        match kind {
            Kind::Text => "Text",
            Kind::Picture => "Picture",
            Kind::Voice => "Voice",
            Kind::Video => "Video",
            Kind::File => "File",
            Kind::Merger => "Chat history",
            Kind::Card => "Card",
            Kind::Location => "Location",
            Kind::Custom => "Custom",
            Kind::Face => "Sticker",
            Kind::Reaction => "Reaction",
            Kind::Typing => "Typing",
            Kind::Notice => "Notice",
            Kind::Group => "Group",
            Kind::Friend => "Friend",
            Kind::Conversation => "Conversation",
            Kind::User => "User",
            Kind::Business => "Business",
            Kind::Revoke => "Recall",
            Kind::Delete => "Deletion",
            Kind::Read => "Read receipt",
            Kind::Other => "Unknown",
        }
    }

    fn foreign(&self, content_type: ContentType) -> String {
        match content_type.kind() {
            Kind::Other => format!("Type {}", content_type.0),
            kind => self.label(kind).to_owned(),
        }
    }

    fn deleted(&self) -> &'static str {
        "[deleted]"
    }

    fn empty(&self) -> &'static str {
        "[empty]"
    }

    fn recalled_by(&self, name: &str) -> String {
        if name.is_empty() {
            "[recalled]".to_owned()
        } else {
            format!("[recalled by {name}]")
        }
    }

    fn said(&self, name: &str, text: &str) -> String {
        match (name.is_empty(), text.is_empty()) {
            (true, _) => text.to_owned(),
            (_, true) => name.to_owned(),
            (false, false) => format!("{name}: {text}"),
        }
    }

    fn quoting(&self, what: &str) -> String {
        format!("[quoting {what}]")
    }

    fn quoted_revoke(&self) -> &'static str {
        "a recalled message"
    }

    fn count(&self, messages: usize) -> String {
        let s = if messages == 1 { "" } else { "s" };
        format!(" ({messages} message{s})")
    }

    fn revoke(&self, revoke: &Revoke) -> String {
        let by = &revoke.by;
        if by.is_empty() {
            return "[recalled message]".to_owned();
        }
        let others = !revoke.sender.is_empty() && revoke.sender.user_id != by.user_id;
        if others {
            format!(
                "[{} recalled a message of {}]",
                by.name(),
                revoke.sender.name()
            )
        } else if revoke.conversation_id.is_empty() {
            format!("[{} recalled this message]", by.name())
        } else {
            format!("[{} recalled message {}]", by.name(), revoke.seq)
        }
    }

    fn deletion(&self, deletion: &Deletion) -> String {
        let who = somebody(deletion.user_id.as_str());
        match deletion.seqs.as_slice() {
            _ if deletion.all => format!("{who} deleted all messages"),
            [] => format!("{who} deleted messages"),
            [one] => format!("{who} deleted message {one}"),
            many => format!("{who} deleted messages {}", numbers(many, ", ")),
        }
    }

    fn read(&self, receipt: &ReadReceipt) -> String {
        let who = somebody(receipt.user_id.as_str());
        format!("{who} read up to message {}", receipt.has_read_seq)
    }

    fn group(&self, event: &GroupEvent) -> String {
        let by = somebody(event.by.name());
        let group = match (event.group_name.as_str(), event.group_id.as_str()) {
            ("", "") => "the group".to_owned(),
            ("", name) | (name, _) => format!("the group {name}"),
        };
        match &event.action {
            GroupAction::Created { owner, members } => {
                let others = members
                    .iter()
                    .filter(|member| member.user_id != event.by.user_id);
                let with = list(others.map(Person::name));
                if !with.is_empty() {
                    format!("{by} created {group} with {with}")
                } else if owner.is_empty() || owner.user_id == event.by.user_id {
                    format!("{by} created {group}")
                } else {
                    format!("{by} created {group} for {}", owner.name())
                }
            }
            GroupAction::InfoSet => format!("{by} changed the details of {group}"),
            GroupAction::JoinRequested { message } => {
                self.said(&format!("{by} asked to join {group}"), message)
            }
            GroupAction::Left => format!("{by} left {group}"),
            GroupAction::JoinAccepted { applicant, message } => {
                let whose = request_of(applicant);
                self.said(&format!("{by} accepted {whose} to join {group}"), message)
            }
            GroupAction::JoinRejected { applicant, message } => {
                let whose = request_of(applicant);
                self.said(&format!("{by} declined {whose} to join {group}"), message)
            }
            GroupAction::OwnerTransferred { new_owner, .. } => {
                format!("{by} made {} the owner of {group}", someone(new_owner))
            }
            GroupAction::Kicked { members } => {
                format!("{by} removed {} from {group}", people(members))
            }
            GroupAction::Invited { members } => {
                format!("{by} invited {} to {group}", people(members))
            }
            GroupAction::Entered => format!("{by} joined {group}"),
            GroupAction::Dismissed => format!("{by} dismissed {group}"),
            GroupAction::MemberMuted { member, seconds } => {
                let time = match time(*seconds) {
                    none if none.is_empty() => none,
                    time => format!(" for {time}"),
                };
                format!("{by} muted {} in {group}{time}", someone(member))
            }
            GroupAction::MemberUnmuted { member } => {
                format!("{by} unmuted {} in {group}", someone(member))
            }
            GroupAction::Muted => format!("{by} muted everybody in {group}"),
            GroupAction::Unmuted => format!("{by} unmuted everybody in {group}"),
            GroupAction::MemberInfoSet { member } if member.user_id == event.by.user_id => {
                format!("{by} changed their own details in {group}")
            }
            GroupAction::MemberInfoSet { member } => {
                format!("{by} changed the details of {} in {group}", someone(member))
            }
            GroupAction::SetToAdmin { member } => {
                format!("{by} made {} an administrator of {group}", someone(member))
            }
            GroupAction::SetToOrdinary { member } => {
                format!(
                    "{by} made {} an ordinary member of {group}",
                    someone(member)
                )
            }
            GroupAction::AnnouncementSet { announcement } if announcement.is_empty() => {
                format!("{by} removed the announcement of {group}")
            }
            GroupAction::AnnouncementSet { announcement } => {
                format!("{by} set the announcement of {group}: {announcement}")
            }
            GroupAction::NameSet => format!("{by} renamed the group to {}", event.group_name),
            GroupAction::Updated => format!("The details of {group} changed"),
        }
    }

    fn friend(&self, event: &FriendEvent) -> String {
        let from = someone(&event.from);
        let to = someone(&event.to);
        match event.action {
            FriendAction::RequestAccepted => self.said(
                &format!("{from} accepted the friend request of {to}"),
                &event.message,
            ),
            FriendAction::RequestRejected => self.said(
                &format!("{from} declined the friend request of {to}"),
                &event.message,
            ),
            FriendAction::Requested => self.said(
                &format!("{from} asked {to} to become friends"),
                &event.message,
            ),
            FriendAction::Added => format!("{from} and {to} became friends"),
            FriendAction::Deleted => format!("{from} removed {to} from their friends"),
            FriendAction::RemarkSet => format!("{from} changed the remark on {to}"),
            FriendAction::Blocked => format!("{from} blocked {to}"),
            FriendAction::Unblocked => format!("{from} unblocked {to}"),
            FriendAction::ProfileUpdated => format!("{from} changed their profile"),
            FriendAction::FriendsUpdated => {
                let friends = list(event.friends.iter().map(AsRef::as_ref));
                format!("{to} changed the settings of {}", somebody(&friends))
            }
        }
    }

    fn conversation(&self, event: &ConversationEvent) -> String {
        match event {
            ConversationEvent::Changed { user_id, .. } => {
                format!(
                    "{} changed conversation settings",
                    somebody(user_id.as_str())
                )
            }
            ConversationEvent::PrivateChat { user_id, on, .. } => {
                let on = if *on { "on" } else { "off" };
                let who = somebody(user_id.as_str());
                format!("{who} turned {on} burn-after-reading")
            }
            ConversationEvent::Unread {
                user_id,
                has_read_seq,
                ..
            } => format!(
                "{} read up to message {has_read_seq}",
                somebody(user_id.as_str())
            ),
            ConversationEvent::Cleared { user_id, .. } => {
                format!("{} cleared the history", somebody(user_id.as_str()))
            }
            ConversationEvent::Deleted { user_id, .. } => {
                format!("{} deleted the conversation", somebody(user_id.as_str()))
            }
        }
    }

    fn user(&self, event: &UserEvent) -> String {
        match event {
            UserEvent::ProfileUpdated { user_id } => {
                format!("{} changed their profile", somebody(user_id.as_str()))
            }
            UserEvent::StatusChanged {
                user_id, online, ..
            } => {
                let state = if *online { "online" } else { "offline" };
                format!("{} went {state}", somebody(user_id.as_str()))
            }
            UserEvent::CommandAdded { user_id } => {
                format!("{} added a command", somebody(user_id.as_str()))
            }
            UserEvent::CommandDeleted { user_id } => {
                format!("{} deleted a command", somebody(user_id.as_str()))
            }
            UserEvent::CommandUpdated { user_id } => {
                format!("{} changed a command", somebody(user_id.as_str()))
            }
            UserEvent::OnlineStatus { user_ids } => {
                let users = list(user_ids.iter().map(AsRef::as_ref));
                format!("{} came or went", somebody(&users))
            }
        }
    }
}

fn somebody(name: &str) -> &str {
    if name.is_empty() { "somebody" } else { name }
}

fn someone(person: &Person) -> &str {
    somebody(person.name())
}

fn request_of(applicant: &Person) -> String {
    if applicant.is_empty() {
        "a request".to_owned()
    } else {
        format!("the request of {}", applicant.name())
    }
}

fn people(people: &[Person]) -> String {
    somebody(&list(people.iter().map(Person::name))).to_owned()
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [several @ .., last] => format!("{} and {last}", several.join(", ")),
    }
}

fn time(seconds: i64) -> String {
    span(seconds, " ", |number, unit| {
        let unit = ["day", "hour", "minute", "second"][unit];
        let s = if number == 1 { "" } else { "s" };
        format!("{number} {unit}{s}")
    })
}
