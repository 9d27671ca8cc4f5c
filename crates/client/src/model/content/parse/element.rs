//! What people send.

use super::{Fields, Limits, nested, system};
use crate::model::content::{
    AdvancedText, At, AtName, Card, Content, ContentType, Custom, Entity, Face, File, Location,
    Merger, Notice, Picture, PictureSize, Quote, Text, Typing, Video, Voice,
};

/// Reads content of that type; `None` for a type without a known shape.
pub(super) fn read(
    content_type: ContentType,
    fields: &Fields<'_>,
    limits: &mut Limits,
) -> Option<Content> {
    Some(match content_type {
        ContentType::TEXT => Content::Text(text(fields)),
        ContentType::PICTURE => Content::Picture(Box::new(picture(fields))),
        ContentType::VOICE => Content::Voice(Box::new(voice(fields))),
        ContentType::VIDEO => Content::Video(Box::new(video(fields))),
        ContentType::FILE => Content::File(Box::new(file(fields))),
        ContentType::AT_TEXT => Content::At(at(fields, limits)),
        ContentType::MERGER => Content::Merger(Box::new(merger(fields, limits))),
        ContentType::CARD => Content::Card(card(fields)),
        ContentType::LOCATION => Content::Location(location(fields)),
        ContentType::CUSTOM
        | ContentType::CUSTOM_QUIET
        | ContentType::CUSTOM_ONLINE_ONLY
        | ContentType::COMMON
        | ContentType::GROUP_MESSAGE
        | ContentType::SIGNAL
        | ContentType::CUSTOM_NOTIFICATION => Content::Custom(custom(fields)),
        ContentType::OLD_REVOKE => Content::Revoke(Box::new(system::revoke(fields))),
        ContentType::TYPING => Content::Typing(Typing {
            tips: fields.string("msgTips"),
        }),
        ContentType::QUOTE => Content::Quote(Quote {
            text: fields.string("text"),
            quoted: nested::quoted(fields, limits),
            entities: entities(fields),
        }),
        ContentType::FACE => Content::Face(Face {
            index: fields.integer("index"),
            data: fields.string_or_json("data"),
        }),
        ContentType::ADVANCED_TEXT => Content::AdvancedText(AdvancedText {
            text: fields.string("text"),
            entities: entities(fields),
        }),
        // OpenIM 2 wrote revokes under the number that is Markdown's now.
        ContentType::MARKDOWN if fields.value("revokerID").is_some() => {
            Content::Revoke(Box::new(system::revoke(fields)))
        }
        ContentType::MARKDOWN => Content::Markdown(text(fields)),
        _ => return None,
    })
}

fn text(fields: &Fields<'_>) -> Text {
    Text {
        text: fields.string("content"),
    }
}

fn picture(fields: &Fields<'_>) -> Picture {
    let size = |key| {
        let fields = fields.object(key);
        PictureSize {
            uuid: fields.string("uuid"),
            media_type: fields.string("type"),
            size: fields.integer("size"),
            width: fields.integer("width"),
            height: fields.integer("height"),
            url: fields.string("url"),
        }
    };
    Picture {
        source_path: fields.string("sourcePath"),
        source: size("sourcePicture"),
        big: size("bigPicture"),
        snapshot: size("snapshotPicture"),
    }
}

fn voice(fields: &Fields<'_>) -> Voice {
    Voice {
        uuid: fields.string("uuid"),
        path: fields.string("soundPath"),
        url: fields.string("sourceUrl"),
        size: fields.integer("dataSize"),
        duration: fields.integer("duration"),
        media_type: fields.string("soundType"),
    }
}

fn video(fields: &Fields<'_>) -> Video {
    Video {
        path: fields.string("videoPath"),
        uuid: fields.string("videoUUID"),
        url: fields.string("videoUrl"),
        media_type: fields.string("videoType"),
        size: fields.integer("videoSize"),
        duration: fields.integer("duration"),
        snapshot_path: fields.string("snapshotPath"),
        snapshot: PictureSize {
            uuid: fields.string("snapshotUUID"),
            media_type: fields.string("snapshotType"),
            size: fields.integer("snapshotSize"),
            width: fields.integer("snapshotWidth"),
            height: fields.integer("snapshotHeight"),
            url: fields.string("snapshotUrl"),
        },
    }
}

fn file(fields: &Fields<'_>) -> File {
    File {
        path: fields.string("filePath"),
        uuid: fields.string("uuid"),
        url: fields.string("sourceUrl"),
        name: fields.string("fileName"),
        size: fields.integer("fileSize"),
        media_type: fields.string("fileType"),
    }
}

fn at(fields: &Fields<'_>, limits: &mut Limits) -> At {
    At {
        text: fields.string("text"),
        user_ids: fields.ids("atUserList"),
        names: fields
            .objects("atUsersInfo")
            .map(|info| AtName {
                user_id: info.id("atUserID"),
                nickname: info.string("groupNickname"),
            })
            .collect(),
        is_at_self: fields.flag("isAtSelf"),
        quoted: nested::quoted(fields, limits),
    }
}

fn merger(fields: &Fields<'_>, limits: &mut Limits) -> Merger {
    let (messages, rest) = nested::forwarded(fields, limits);
    Merger {
        title: fields.string("title"),
        abstracts: fields.strings("abstractList"),
        messages,
        rest,
        entities: entities(fields),
    }
}

fn card(fields: &Fields<'_>) -> Card {
    Card {
        user_id: fields.id("userID"),
        nickname: fields.string("nickname"),
        face_url: fields.string("faceURL"),
        ex: fields.string_or_json("ex"),
    }
}

fn location(fields: &Fields<'_>) -> Location {
    Location {
        description: fields.string_or_json("description"),
        longitude: fields.float("longitude"),
        latitude: fields.float("latitude"),
    }
}

fn custom(fields: &Fields<'_>) -> Custom {
    Custom {
        data: fields.string_or_json("data"),
        description: fields.string_or_json("description"),
        extension: fields.string_or_json("extension"),
    }
}

fn entities(fields: &Fields<'_>) -> Vec<Entity> {
    fields
        .objects("messageEntityList")
        .map(|entity| Entity {
            kind: entity.string("type"),
            offset: entity.integer("offset"),
            length: entity.integer("length"),
            url: entity.string("url"),
            ex: entity.string_or_json("ex"),
        })
        .collect()
}

/// Reads a notice: it is a notification by its wrapping, and holds what people send.
pub(super) fn notice(fields: &Fields<'_>) -> Notice {
    Notice {
        name: fields.string("notificationName"),
        face_url: fields.string("notificationFaceURL"),
        notification_type: fields.integer("notificationType"),
        text: fields.string("text"),
        url: fields.string("url"),
        mix_type: fields.integer("mixType"),
        picture: fields
            .filled("pictureElem")
            .map(|fields| Box::new(picture(&fields))),
        voice: fields
            .filled("soundElem")
            .map(|fields| Box::new(voice(&fields))),
        video: fields
            .filled("videoElem")
            .map(|fields| Box::new(video(&fields))),
        file: fields
            .filled("fileElem")
            .map(|fields| Box::new(file(&fields))),
        ex: fields.string_or_json("ex"),
    }
}
