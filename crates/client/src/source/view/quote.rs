//! What the server does to a message that quotes another one (content type 114).
//!
//! When it rewrites such a content it goes through a Go struct that keeps only the fields named
//! there: typed elements such as `textElem` are lost, absent fields become zero values. The same
//! has to happen here, or the two views would differ.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::go_json::{Object, entries, push_compact, push_string, set, strings, switches};
use crate::model::{ContentType, Seq};

/// A parsed quote content.
#[derive(Debug, Default)]
pub(super) struct Quote<'a> {
    text: String,
    quoted: Quoted,
    entities: Option<&'a RawValue>,
}

#[derive(Debug, Default)]
struct Quoted {
    send_id: String,
    recv_id: String,
    group_id: String,
    client_msg_id: String,
    server_msg_id: String,
    sender_platform_id: i32,
    sender_nickname: String,
    sender_face_url: String,
    session_type: i32,
    msg_from: i32,
    content_type: i32,
    content: String,
    seq: i64,
    send_time: i64,
    create_time: i64,
    status: i32,
    is_read: bool,
    options: BTreeMap<String, bool>,
    offline_push: Option<Push>,
    at_user_ids: Option<Vec<String>>,
    attached_info: String,
    ex: String,
    key_version: i32,
    dst_user_ids: Option<Vec<String>>,
}

#[derive(Debug, Default)]
struct Push {
    title: String,
    desc: String,
    ex: String,
    ios_push_sound: String,
    ios_badge_count: bool,
    signal_info: String,
}

impl<'a> Quote<'a> {
    /// Reads a content; `None` where the server could not read it either, or where nothing is
    /// quoted: it then leaves the content as it is.
    pub(super) fn parse(content: &'a str) -> Option<Self> {
        let mut quote = Self::default();
        let mut quoted = None;
        for (key, value) in entries(content)? {
            match key.to_ascii_lowercase().as_str() {
                "text" => set(&mut quote.text, value)?,
                "quotemessage" if value.get() == "null" => quoted = None,
                "quotemessage" => quoted.get_or_insert_with(Quoted::default).read(value)?,
                "messageentitylist" => quote.entities = Some(value),
                _ => {}
            }
        }
        quote.quoted = quoted?;
        Some(quote)
    }

    /// Returns the number of the quoted message; 0 where the quote names none.
    pub(super) fn seq(&self) -> Seq {
        Seq(self.quoted.seq)
    }

    /// Returns the content as the server would rewrite it; `None` where it leaves it alone.
    ///
    /// `notice` returns what is to be quoted instead of the message with that number, `None` where
    /// that one stands.
    pub(super) fn rewritten(
        mut self,
        notice: impl FnOnce(Seq) -> Option<String>,
    ) -> Option<String> {
        // "{}" in base64: old clients put it there.
        let repaired = self.quoted.content == "e30=";
        if repaired {
            self.quoted.content = "{}".into();
        }
        let seq = self.seq();
        let names_nothing = seq.0 <= 0;
        let replacement = if names_nothing {
            (self.quoted.content_type != ContentType::REVOKE.0).then(|| "{}".to_owned())
        } else {
            notice(seq)
        };
        match replacement {
            Some(content) => {
                self.quoted.content_type = ContentType::REVOKE.0;
                self.quoted.content = content;
                Some(self.to_json())
            }
            None => repaired.then(|| self.to_json()),
        }
    }

    fn to_json(&self) -> String {
        let mut out = String::with_capacity(1024);
        out.push('{');
        if !self.text.is_empty() {
            out.push_str("\"text\":");
            push_string(&mut out, &self.text);
            out.push(',');
        }
        out.push_str("\"quoteMessage\":");
        self.quoted.write(&mut out);
        if let Some(entities) = self.entities {
            out.push_str(",\"messageEntityList\":");
            push_compact(&mut out, entities.get());
        }
        out.push('}');
        out
    }
}

impl Quoted {
    fn read(&mut self, json: &RawValue) -> Option<()> {
        for (key, value) in entries(json.get())? {
            match key.to_ascii_lowercase().as_str() {
                "sendid" => set(&mut self.send_id, value)?,
                "recvid" => set(&mut self.recv_id, value)?,
                "groupid" => set(&mut self.group_id, value)?,
                "clientmsgid" => set(&mut self.client_msg_id, value)?,
                "servermsgid" => set(&mut self.server_msg_id, value)?,
                "senderplatformid" => set(&mut self.sender_platform_id, value)?,
                "sendernickname" => set(&mut self.sender_nickname, value)?,
                "senderfaceurl" => set(&mut self.sender_face_url, value)?,
                "sessiontype" => set(&mut self.session_type, value)?,
                "msgfrom" => set(&mut self.msg_from, value)?,
                "contenttype" => set(&mut self.content_type, value)?,
                "content" => set(&mut self.content, value)?,
                "seq" => set(&mut self.seq, value)?,
                "sendtime" => set(&mut self.send_time, value)?,
                "createtime" => set(&mut self.create_time, value)?,
                "status" => set(&mut self.status, value)?,
                "isread" => set(&mut self.is_read, value)?,
                "options" => self.options = switches(value)?,
                "offlinepushinfo" if value.get() == "null" => self.offline_push = None,
                "offlinepushinfo" => self
                    .offline_push
                    .get_or_insert_with(Push::default)
                    .read(value)?,
                "atuseridlist" => self.at_user_ids = strings(value)?,
                "attachedinfo" => set(&mut self.attached_info, value)?,
                "ex" => set(&mut self.ex, value)?,
                "keyversion" => set(&mut self.key_version, value)?,
                "dstuserids" => self.dst_user_ids = strings(value)?,
                _ => {}
            }
        }
        Some(())
    }

    fn write(&self, out: &mut String) {
        let mut object = Object::open(out);
        object.string("sendID", &self.send_id);
        object.string("recvID", &self.recv_id);
        object.string("groupID", &self.group_id);
        object.string("clientMsgID", &self.client_msg_id);
        object.string("serverMsgID", &self.server_msg_id);
        object.plain("senderPlatformID", self.sender_platform_id);
        object.string("senderNickname", &self.sender_nickname);
        object.string("senderFaceURL", &self.sender_face_url);
        object.plain("sessionType", self.session_type);
        object.plain("msgFrom", self.msg_from);
        object.plain("contentType", self.content_type);
        object.string("content", &self.content);
        object.plain("seq", self.seq);
        object.plain("sendTime", self.send_time);
        object.plain("createTime", self.create_time);
        object.plain("status", self.status);
        object.plain("isRead", self.is_read);
        if !self.options.is_empty() {
            let mut options = Object::open(object.key("options"));
            for (key, value) in &self.options {
                options.plain(key, value);
            }
            options.close();
        }
        match &self.offline_push {
            Some(push) => push.write(object.key("offlinePushInfo")),
            None => object.plain("offlinePushInfo", "null"),
        }
        object.strings("atUserIDList", self.at_user_ids.as_deref());
        object.string("attachedInfo", &self.attached_info);
        object.string("ex", &self.ex);
        object.plain("keyVersion", self.key_version);
        object.strings("dstUserIDs", self.dst_user_ids.as_deref());
        object.close();
    }
}

impl Push {
    fn read(&mut self, json: &RawValue) -> Option<()> {
        for (key, value) in entries(json.get())? {
            match key.to_ascii_lowercase().as_str() {
                "title" => set(&mut self.title, value)?,
                "desc" => set(&mut self.desc, value)?,
                "ex" => set(&mut self.ex, value)?,
                "iospushsound" => set(&mut self.ios_push_sound, value)?,
                "iosbadgecount" => set(&mut self.ios_badge_count, value)?,
                "signalinfo" => set(&mut self.signal_info, value)?,
                _ => {}
            }
        }
        Some(())
    }

    fn write(&self, out: &mut String) {
        let mut object = Object::open(out);
        object.string("title", &self.title);
        object.string("desc", &self.desc);
        object.string("ex", &self.ex);
        object.string("iOSPushSound", &self.ios_push_sound);
        object.plain("iOSBadgeCount", self.ios_badge_count);
        object.string("signalInfo", &self.signal_info);
        object.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(content: &str, notice: Option<&str>) -> Option<String> {
        Quote::parse(content)?.rewritten(|_| notice.map(str::to_owned))
    }

    #[test]
    fn a_quote_without_a_number_is_rewritten_as_recorded() {
        // main, si_alice_bob seq 8: stored, and as pulled.
        assert_eq!(
            rewritten(r#"{"quoteMessage":{},"text":"reply"}"#, None).as_deref(),
            Some(
                r#"{"text":"reply","quoteMessage":{"sendID":"","recvID":"","groupID":"","clientMsgID":"","serverMsgID":"","senderPlatformID":0,"senderNickname":"","senderFaceURL":"","sessionType":0,"msgFrom":0,"contentType":2101,"content":"{}","seq":0,"sendTime":0,"createTime":0,"status":0,"isRead":false,"offlinePushInfo":null,"atUserIDList":null,"attachedInfo":"","ex":"","keyVersion":0,"dstUserIDs":null}}"#
            )
        );
    }

    #[test]
    fn names_differ_in_case_and_lists_stay_verbatim() {
        let out = rewritten(
            r#"{"text":"a","quoteMessage":{"seq":3,"senderFaceUrl":"u","options":{"b":true,"a":null},"offlinePushInfo":{"title":"t"},"atUserIDList":["x",null]},"messageEntityList":[ {"a" : 1} ]}"#,
            Some("N<"),
        )
        .expect("rewritten");
        assert!(out.contains(r#""senderFaceURL":"u""#), "{out}");
        assert!(out.contains(r#""content":"N\u003c""#), "{out}");
        assert!(out.contains(r#""options":{"a":false,"b":true}"#), "{out}");
        assert!(out.contains(r#""offlinePushInfo":{"title":"t","desc":"","ex":"","iOSPushSound":"","iOSBadgeCount":false,"signalInfo":""}"#), "{out}");
        assert!(out.contains(r#""atUserIDList":["x",""]"#), "{out}");
        assert!(out.ends_with(r#","messageEntityList":[{"a":1}]}"#), "{out}");
    }

    #[test]
    fn old_empty_content_is_repaired_even_when_the_original_still_stands() {
        let out = rewritten(
            r#"{"quoteMessage":{"seq":3,"contentType":101,"content":"e30="}}"#,
            None,
        )
        .expect("rewritten");
        assert!(out.contains(r#""contentType":101,"content":"{}""#), "{out}");
    }

    #[test]
    fn what_the_server_cannot_read_is_left_alone() {
        for content in [
            "",
            "plain, not json",
            "null",
            "[1]",
            r#"{"text":"no quote"}"#,
            r#"{"quoteMessage":null}"#,
            r#"{"quoteMessage":7}"#,
            r#"{"quoteMessage":{"seq":"3"}}"#,
            r#"{"quoteMessage":{"seq":1.5}}"#,
            r#"{"quoteMessage":{"contentType":3000000000}}"#,
            r#"{"quoteMessage":{}"#,
        ] {
            assert_eq!(rewritten(content, Some("N")), None, "{content}");
        }
        let noticed = r#"{"quoteMessage":{"contentType":2101}}"#;
        assert_eq!(rewritten(noticed, Some("N")), None);
    }
}
