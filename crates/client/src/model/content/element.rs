//! What people send: one struct for each content type of a chat.

use serde::Serialize;

use super::Content;
use crate::model::{
    ClientMsgId, ContentType, GroupId, MsgFrom, OfflinePush, PlatformId, Seq, ServerMsgId,
    SessionType, Status, Timestamp, UserId,
};

/// Plain text, or Markdown.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Text {
    /// What was written.
    pub text: String,
}

/// A picture in up to three sizes.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Picture {
    /// Where it lay on the sender's device.
    pub source_path: String,
    /// As it was sent.
    pub source: PictureSize,
    /// For the whole screen.
    pub big: PictureSize,
    /// For the list of messages.
    pub snapshot: PictureSize,
}

impl Picture {
    /// Returns the best size whose width and height are known.
    pub fn measured(&self) -> Option<&PictureSize> {
        [&self.source, &self.big, &self.snapshot]
            .into_iter()
            .find(|size| size.width > 0 && size.height > 0)
    }
}

/// One size of a picture.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PictureSize {
    /// The client's id of the file.
    pub uuid: String,
    /// File type, as the client wrote it (`png`, `image/png`).
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// Pixels.
    pub width: i64,
    /// Pixels.
    pub height: i64,
    /// Where it can be fetched.
    pub url: String,
}

/// A voice message.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Voice {
    /// The client's id of the file.
    pub uuid: String,
    /// Where it lay on the sender's device.
    pub path: String,
    /// Where it can be fetched.
    pub url: String,
    /// Bytes.
    pub size: i64,
    /// Seconds.
    pub duration: i64,
    /// File type, as the client wrote it.
    pub media_type: String,
}

/// A video and its first frame.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Video {
    /// Where it lay on the sender's device.
    pub path: String,
    /// The client's id of the file.
    pub uuid: String,
    /// Where it can be fetched.
    pub url: String,
    /// File type, as the client wrote it.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// Seconds.
    pub duration: i64,
    /// Where the frame lay on the sender's device.
    pub snapshot_path: String,
    /// The frame.
    pub snapshot: PictureSize,
}

/// A file.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct File {
    /// Where it lay on the sender's device.
    pub path: String,
    /// The client's id of the file.
    pub uuid: String,
    /// Where it can be fetched.
    pub url: String,
    /// Its name.
    pub name: String,
    /// Bytes.
    pub size: i64,
    /// File type, as the client wrote it.
    pub media_type: String,
}

/// Text that mentions somebody.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct At {
    /// What was written. Clients put `@` and the user's id or name into it.
    pub text: String,
    /// Who is mentioned; `AtAllTag` for everybody.
    pub user_ids: Vec<UserId>,
    /// The names of those mentioned, as the sender saw them.
    pub names: Vec<AtName>,
    /// Whether the reader is one of them, by the sender's client: means little.
    pub is_at_self: bool,
    /// What it replies to.
    pub quoted: Option<Box<NestedMessage>>,
}

/// The name of somebody mentioned.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct AtName {
    /// Who; `AtAllTag` for everybody.
    pub user_id: UserId,
    /// The name in the group.
    pub nickname: String,
}

/// Messages forwarded together.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Merger {
    /// Heading.
    pub title: String,
    /// The first lines, as the sender's client wrote them.
    pub abstracts: Vec<String>,
    /// The messages.
    pub messages: Vec<NestedMessage>,
    /// JSON of the messages beyond what is parsed, see [`Content::parse`]; empty for none.
    pub rest: String,
    /// Marked spans of the title.
    pub entities: Vec<Entity>,
}

/// A visiting card.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Card {
    /// Whose it is.
    pub user_id: UserId,
    /// The name on it.
    pub nickname: String,
    /// Picture.
    pub face_url: String,
    /// Whatever the application put there.
    pub ex: String,
}

/// A place.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Location {
    /// Its description: words, or JSON with `name` and `addr`.
    pub description: String,
    /// Degrees east.
    pub longitude: f64,
    /// Degrees north.
    pub latitude: f64,
}

/// Whatever the application put there.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Custom {
    /// The data: any string, often JSON.
    pub data: String,
    /// What it is, in words.
    pub description: String,
    /// More data.
    pub extension: String,
}

/// "Is typing".
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Typing {
    /// `yes` or `no`.
    pub tips: String,
}

/// A reply that quotes another message.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Quote {
    /// What was written.
    pub text: String,
    /// What it replies to; `None` where the sender's client left it out.
    pub quoted: Option<Box<NestedMessage>>,
    /// Marked spans of the text.
    pub entities: Vec<Entity>,
}

/// An emoji or sticker.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Face {
    /// Which one of the client's own set; -1 or 0 for none of them.
    pub index: i64,
    /// Which one otherwise: any string, often JSON with a URL.
    pub data: String,
}

/// Text with marked spans.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct AdvancedText {
    /// What was written.
    pub text: String,
    /// Marked spans.
    pub entities: Vec<Entity>,
}

/// A marked span of a text: a link, a tag.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Entity {
    /// What it is, as the client wrote it (`url`).
    pub kind: String,
    /// Where it begins, in the client's own counting of characters.
    pub offset: i64,
    /// How long it is, likewise.
    pub length: i64,
    /// Where it leads.
    pub url: String,
    /// Whatever the application put there.
    pub ex: String,
}

/// A reaction set or removed: left from OpenIM 2, and never given a fixed shape.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Reaction {
    /// Whether it was removed.
    pub removed: bool,
    /// The content, verbatim.
    pub content: String,
}

/// A notice from a notification account.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Notice {
    /// The account's name.
    pub name: String,
    /// The account's picture.
    pub face_url: String,
    /// The application's own number for it.
    pub notification_type: i64,
    /// What it says.
    pub text: String,
    /// Where it leads.
    pub url: String,
    /// What is shown with the text: 0 nothing, 1 to 5 picture, voice, video, file and mixtures.
    pub mix_type: i64,
    /// Picture.
    pub picture: Option<Box<Picture>>,
    /// Voice message.
    pub voice: Option<Box<Voice>>,
    /// Video.
    pub video: Option<Box<Video>>,
    /// File.
    pub file: Option<Box<File>>,
    /// Whatever the application put there.
    pub ex: String,
}

/// Data of the application's own server.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Business {
    /// What it is about.
    pub key: String,
    /// The data: any string, often JSON.
    pub data: String,
}

/// A message inside another: quoted or forwarded, as the sender's client copied it.
///
/// Nothing vouches for it: a client may quote what was never said.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NestedMessage {
    /// The client's id of it.
    pub client_msg_id: ClientMsgId,
    /// The server's id of it.
    pub server_msg_id: ServerMsgId,
    /// Its number where it was said; 0 where the client did not know.
    pub seq: Seq,
    /// When it was sent.
    pub send_time: Timestamp,
    /// When the sending client made it.
    pub create_time: Timestamp,
    /// Chat of two, group or notification.
    pub session_type: SessionType,
    /// Who said it.
    pub send_id: UserId,
    /// To whom, in a chat of two.
    pub recv_id: UserId,
    /// In which group.
    pub group_id: GroupId,
    /// A user's client, or the server.
    pub msg_from: MsgFrom,
    /// The sender's device.
    pub sender_platform_id: PlatformId,
    /// The sender's name.
    pub sender_nickname: String,
    /// The sender's picture.
    pub sender_face_url: String,
    /// What `content` is.
    pub content_type: ContentType,
    /// Status, see [`Status`].
    pub status: Status,
    /// Whether the receiver had read it, as the client that took it in knew.
    pub is_read: bool,
    /// What its push notification said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offline_push: Option<Box<OfflinePush>>,
    /// Client data, usually JSON.
    pub attached_info: String,
    /// Whatever the application put there.
    pub ex: String,
    /// What the application kept on the device that took it in, and other devices never had.
    pub local_ex: String,
    /// What it says.
    pub content: Content,
}

impl NestedMessage {
    /// Returns the sender's name, or the id where no name is known.
    pub fn sender(&self) -> &str {
        if self.sender_nickname.is_empty() {
            self.send_id.as_str()
        } else {
            &self.sender_nickname
        }
    }
}
