//! What a person would search for.

use serde_json::Value;

use super::parse::json;
use super::{Content, FriendEvent, GroupAction, GroupEvent, NestedMessage, Person};

/// How many times JSON inside a string is opened: three is one more than anybody was seen to
/// write, and keeps the work in proportion to the length.
const LAYERS: u32 = 3;

/// How many of the names mentioned are looked for in the text before they are added to it.
const LOOKED_FOR: usize = 64;

impl Content {
    /// Returns what a person would search for, part by part on lines of their own.
    ///
    /// That is what was written, quoted or forwarded, and the names a person remembers: of a
    /// file, a place, a group, somebody invited. Of data whose meaning is the application's, it
    /// is every string in it, keys left out. Empty for pictures, receipts, revokes and the like.
    pub fn text(&self) -> String {
        let mut words = Words::default();
        words.content(self);
        words.text
    }
}

#[derive(Debug, Default)]
struct Words {
    text: String,
}

impl Words {
    fn add(&mut self, part: &str) {
        let part = part.trim();
        if part.is_empty() {
            return;
        }
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(part);
    }

    fn content(&mut self, content: &Content) {
        match content {
            Content::Text(text) | Content::Markdown(text) => self.add(&text.text),
            Content::AdvancedText(text) => self.add(&text.text),
            Content::At(at) => {
                self.add(&at.text);
                for (index, name) in at.names.iter().enumerate() {
                    if index >= LOOKED_FOR || !at.text.contains(&name.nickname) {
                        self.add(&name.nickname);
                    }
                }
                self.nested(at.quoted.as_deref());
            }
            Content::Quote(quote) => {
                self.add(&quote.text);
                self.nested(quote.quoted.as_deref());
            }
            Content::Merger(merger) => {
                self.add(&merger.title);
                // The abstracts repeat the messages.
                if merger.messages.is_empty() {
                    merger.abstracts.iter().for_each(|line| self.add(line));
                }
                self.nested(&merger.messages);
                self.strings(&merger.rest, LAYERS);
            }
            Content::File(file) => self.add(&file.name),
            Content::Card(card) => self.add(&card.nickname),
            Content::Location(location) => self.strings(&location.description, LAYERS),
            Content::Custom(custom) => {
                self.strings(&custom.description, LAYERS);
                self.strings(&custom.data, LAYERS);
                self.strings(&custom.extension, LAYERS);
            }
            Content::Notice(notice) => {
                self.add(&notice.name);
                self.add(&notice.text);
                if let Some(file) = &notice.file {
                    self.add(&file.name);
                }
            }
            Content::Business(business) => {
                self.add(&business.key);
                self.strings(&business.data, LAYERS);
            }
            Content::Reaction(reaction) => self.strings(&reaction.content, LAYERS),
            Content::Group(event) => self.group(event),
            Content::Friend(event) => self.friend(event),
            Content::Unknown { content, .. } | Content::Raw { content, .. } => {
                self.strings(content, LAYERS);
            }
            Content::Empty
            | Content::Picture(_)
            | Content::Voice(_)
            | Content::Video(_)
            | Content::Typing(_)
            | Content::Face(_)
            | Content::Conversation(_)
            | Content::User(_)
            | Content::Revoke(_)
            | Content::Deletion(_)
            | Content::Read(_) => {}
        }
    }

    fn nested<'a>(&mut self, messages: impl IntoIterator<Item = &'a NestedMessage>) {
        for message in messages {
            self.content(&message.content);
        }
    }

    fn people<'a>(&mut self, people: impl IntoIterator<Item = &'a Person>) {
        people
            .into_iter()
            .for_each(|person| self.add(person.name()));
    }

    fn group(&mut self, event: &GroupEvent) {
        self.add(&event.group_name);
        self.people([&event.by]);
        match &event.action {
            GroupAction::Created { owner, members } => {
                // Usually one of the members, there with a name.
                if !members.iter().any(|member| member.user_id == owner.user_id) {
                    self.people([owner]);
                }
                self.people(members);
            }
            GroupAction::Kicked { members } | GroupAction::Invited { members } => {
                self.people(members);
            }
            GroupAction::JoinRequested { message } => self.add(message),
            GroupAction::JoinAccepted { applicant, message }
            | GroupAction::JoinRejected { applicant, message } => {
                self.people([applicant]);
                self.add(message);
            }
            GroupAction::OwnerTransferred {
                old_owner,
                new_owner,
            } => self.people([old_owner, new_owner]),
            GroupAction::MemberMuted { member, .. }
            | GroupAction::MemberUnmuted { member }
            | GroupAction::MemberInfoSet { member }
            | GroupAction::SetToAdmin { member }
            | GroupAction::SetToOrdinary { member } => self.people([member]),
            GroupAction::AnnouncementSet { announcement } => self.add(announcement),
            GroupAction::InfoSet
            | GroupAction::Left
            | GroupAction::Entered
            | GroupAction::Dismissed
            | GroupAction::Muted
            | GroupAction::Unmuted
            | GroupAction::NameSet
            | GroupAction::Updated => {}
        }
    }

    fn friend(&mut self, event: &FriendEvent) {
        self.people([&event.from, &event.to]);
        self.add(&event.message);
    }

    /// Adds every string of a JSON text, or the text itself where it is not JSON.
    fn strings(&mut self, text: &str, layers: u32) {
        let text = text.trim();
        let opened = (layers > 0 && text.starts_with(['{', '[', '"']))
            .then(|| json(text))
            .flatten();
        match opened {
            Some(value) => self.walk(&value, layers - 1),
            // A picture inside the text is nothing to read.
            None if text.starts_with("data:") => {}
            None => self.add(text),
        }
    }

    fn walk(&mut self, value: &Value, layers: u32) {
        match value {
            Value::String(text) => self.strings(text, layers),
            Value::Array(list) => list.iter().for_each(|value| self.walk(value, layers)),
            Value::Object(object) => object.values().for_each(|value| self.walk(value, layers)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::ContentType;
    use super::*;

    fn text(content_type: i32, content: &str) -> String {
        Content::parse(ContentType(content_type), content).text()
    }

    #[test]
    fn what_is_written_quoted_and_forwarded_is_found() {
        assert_eq!(
            text(101, r#"{"content":" 第一行\n第二行 "}"#),
            "第一行\n第二行"
        );
        assert_eq!(
            text(
                114,
                r#"{"text":"好","quoteMessage":{"contentType":105,"fileElem":{"fileName":"合同.pdf"}}}"#
            ),
            "好\n合同.pdf"
        );
        assert_eq!(
            text(
                107,
                r#"{"title":"记录","abstractList":["a: hi"],"multiMessage":[
                    {"contentType":101,"content":"{\"content\":\"hi\"}"},
                    {"contentType":114,"quoteElem":{"text":"re","quoteMessage":{"contentType":118,"markdownTextElem":{"content":"**b**"}}}}]}"#
            ),
            "记录\nhi\nre\n**b**"
        );
        assert_eq!(
            text(107, r#"{"title":"t","abstractList":["a: hi"]}"#),
            "t\na: hi"
        );
    }

    #[test]
    fn names_a_person_remembers_are_found() {
        assert_eq!(
            text(
                106,
                r#"{"text":"@u1 看","atUsersInfo":[{"atUserID":"u1","groupNickname":"小王"}]}"#
            ),
            "@u1 看\n小王"
        );
        assert_eq!(
            text(
                109,
                r#"{"description":"{\"name\":\"上海\",\"addr\":\"外滩\"}"}"#
            ),
            "上海\n外滩"
        );
        assert_eq!(text(109, r#"{"description":"The Bund"}"#), "The Bund");
        assert_eq!(text(108, r#"{"userID":"g","nickname":"Grace"}"#), "Grace");
        assert_eq!(
            text(
                1508,
                r#"{"detail":"{\"group\":{\"groupName\":\"三组\"},\"opUser\":{\"userID\":\"imAdmin\"},\"kickedUserList\":[{\"userID\":\"gap2\",\"nickname\":\"Gap\"}]}"}"#
            ),
            "三组\nimAdmin\nGap"
        );
        assert_eq!(
            text(
                1400,
                r#"{"detail":"{\"notificationName\":\"系统\",\"text\":\"维护\",\"url\":\"http://x\"}"}"#
            ),
            "系统\n维护"
        );
    }

    #[test]
    fn strings_of_foreign_data_are_found_however_they_are_wrapped() {
        assert_eq!(
            text(
                110,
                r#"{"data":"{\"order\":\"A-7\",\"n\":5,\"in\":\"[\\\"x\\\"]\"}","description":"d","extension":"x"}"#
            ),
            "d\nA-7\nx\nx"
        );
        assert_eq!(text(110, r#"{"data":{"k":["v"]}}"#), "v");
        assert_eq!(text(110, r#"{"data":"data:image/png;base64,AAAA"}"#), "");
        assert_eq!(text(150, r#"{"anything":"some","n":1}"#), "some");
        assert_eq!(text(101, "plain, not json"), "plain, not json");
        assert_eq!(text(101, r#"{"text":"wrong key"}"#), "wrong key");
    }

    #[test]
    fn pictures_receipts_and_revokes_have_no_words() {
        for (content_type, content) in [
            (
                102,
                r#"{"sourcePicture":{"uuid":"u","url":"http://x/y.png"}}"#,
            ),
            (103, r#"{"sourceUrl":"http://x/y.m4a","duration":7}"#),
            (113, r#"{"msgTips":"yes"}"#),
            (115, r#"{"index":3,"data":"{\"url\":\"x.gif\"}"}"#),
            (
                2101,
                r#"{"detail":"{\"revokerID\":\"a\",\"revokerNickname\":\"A\"}"}"#,
            ),
            (
                2200,
                r#"{"detail":"{\"markAsReadUserID\":\"bob\",\"hasReadSeq\":8}"}"#,
            ),
        ] {
            assert_eq!(text(content_type, content), "", "{content_type}");
            assert_ne!(
                Content::parse(ContentType(content_type), content).kind(),
                super::super::Kind::Other,
                "{content_type} was not understood"
            );
        }
    }
}
