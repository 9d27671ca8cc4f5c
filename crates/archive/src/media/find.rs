//! The attachments of a message, as its content names them.

use openim_history_client::model::{
    Content, File, NestedMessage, Picture, PictureSize, Video, Voice,
};
use serde::Serialize;

use super::kind::MediaKind;

/// What an attachment is in its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A picture as it was sent.
    Source,
    /// A picture for the whole screen.
    Big,
    /// A picture for the list of messages.
    Snapshot,
    /// A voice message.
    Voice,
    /// A video.
    Video,
    /// A video's first frame.
    Frame,
    /// A file.
    File,
}

impl Role {
    /// Returns the kind a person chooses it by.
    pub const fn kind(self) -> MediaKind {
        match self {
            Self::Source | Self::Big | Self::Snapshot => MediaKind::Picture,
            Self::Voice => MediaKind::Voice,
            Self::Video | Self::Frame => MediaKind::Video,
            Self::File => MediaKind::File,
        }
    }
}

/// An attachment, as a message names it. All of it comes from other people's clients.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attachment {
    /// What it is in its message.
    pub role: Role,
    /// Where it could be fetched.
    pub url: String,
    /// A file's name; empty for what is none.
    pub name: String,
    /// File type, as the client wrote it; empty for none.
    pub media_type: String,
    /// Bytes; `None` where the client did not say.
    pub size: Option<u64>,
}

/// Returns the attachments of a content, those of quoted and forwarded messages included, in the order they are
/// in. The sizes of one picture are attachments of their own, and often have one address.
pub fn attachments(content: &Content) -> Vec<Attachment> {
    let mut found = Vec::new();
    collect(content, &mut found);
    found
}

fn collect(content: &Content, found: &mut Vec<Attachment>) {
    match content {
        Content::Picture(picture) => of_picture(picture, found),
        Content::Voice(voice) => of_voice(voice, found),
        Content::Video(video) => of_video(video, found),
        Content::File(file) => of_file(file, found),
        Content::Notice(notice) => {
            if let Some(picture) = &notice.picture {
                of_picture(picture, found);
            }
            if let Some(voice) = &notice.voice {
                of_voice(voice, found);
            }
            if let Some(video) = &notice.video {
                of_video(video, found);
            }
            if let Some(file) = &notice.file {
                of_file(file, found);
            }
        }
        Content::At(at) => nested(at.quoted.as_deref(), found),
        Content::Quote(quote) => nested(quote.quoted.as_deref(), found),
        Content::Merger(merger) => nested(&merger.messages, found),
        _ => {}
    }
}

/// What is nested is at most as deep as the parser goes.
fn nested<'a>(messages: impl IntoIterator<Item = &'a NestedMessage>, found: &mut Vec<Attachment>) {
    for message in messages {
        collect(&message.content, found);
    }
}

fn of_picture(picture: &Picture, found: &mut Vec<Attachment>) {
    size(Role::Source, &picture.source, found);
    size(Role::Big, &picture.big, found);
    size(Role::Snapshot, &picture.snapshot, found);
}

fn of_voice(voice: &Voice, found: &mut Vec<Attachment>) {
    push(
        Role::Voice,
        &voice.url,
        "",
        &voice.media_type,
        voice.size,
        found,
    );
}

fn of_file(file: &File, found: &mut Vec<Attachment>) {
    push(
        Role::File,
        &file.url,
        &file.name,
        &file.media_type,
        file.size,
        found,
    );
}

fn of_video(video: &Video, found: &mut Vec<Attachment>) {
    push(
        Role::Video,
        &video.url,
        "",
        &video.media_type,
        video.size,
        found,
    );
    size(Role::Frame, &video.snapshot, found);
}

fn size(role: Role, size: &PictureSize, found: &mut Vec<Attachment>) {
    push(role, &size.url, "", &size.media_type, size.size, found);
}

fn push(
    role: Role,
    url: &str,
    name: &str,
    media_type: &str,
    size: i64,
    found: &mut Vec<Attachment>,
) {
    if !url.is_empty() {
        found.push(Attachment {
            role,
            url: url.to_owned(),
            name: name.to_owned(),
            media_type: media_type.to_owned(),
            // Clients that do not know it write 0.
            size: u64::try_from(size).ok().filter(|size| *size > 0),
        });
    }
}

#[cfg(test)]
mod tests {
    use openim_history_client::model::ContentType;

    use super::*;

    fn found(content_type: ContentType, content: &str) -> Vec<(Role, String, Option<u64>)> {
        attachments(&Content::parse(content_type, content))
            .into_iter()
            .map(|found| (found.role, found.url, found.size))
            .collect()
    }

    #[test]
    fn the_sizes_of_a_picture_are_found_in_their_order() {
        let content = r#"{"sourcePicture":{"url":"http://h/a","size":7},"bigPicture":{"url":"http://h/a","size":7},
            "snapshotPicture":{"url":"http://h/a?type=image","size":0}}"#;
        assert_eq!(
            found(ContentType::PICTURE, content),
            [
                (Role::Source, "http://h/a".to_owned(), Some(7)),
                (Role::Big, "http://h/a".to_owned(), Some(7)),
                (Role::Snapshot, "http://h/a?type=image".to_owned(), None),
            ]
        );
    }

    #[test]
    fn attachments_of_quoted_and_forwarded_messages_are_found() {
        let file = r#"{"contentType":105,"fileElem":{"sourceUrl":"http://h/f","fileName":"../x","fileSize":3}}"#;
        let quote = format!(r#"{{"text":"look","quoteMessage":{file}}}"#);
        let wanted = [(Role::File, "http://h/f".to_owned(), Some(3))];
        assert_eq!(found(ContentType::QUOTE, &quote), wanted);
        let merger = format!(
            r#"{{"title":"t","multiMessage":[{file},{{"contentType":114,"quoteElem":{quote}}}]}}"#
        );
        assert_eq!(found(ContentType::MERGER, &merger).len(), 2);
    }

    #[test]
    fn what_has_no_address_is_no_attachment() {
        let content = r#"{"videoUrl":"","snapshotUrl":"http://h/s","videoSize":-4}"#;
        let wanted = [(Role::Frame, "http://h/s".to_owned(), None)];
        assert_eq!(found(ContentType::VIDEO, content), wanted);
        assert_eq!(found(ContentType::FILE, "not json"), []);
    }
}
