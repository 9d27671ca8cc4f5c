//! What a key of a message's JSON holds, by its name.

/// What a key holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Held {
    /// A user's id, or several.
    User,
    /// A group's id, or several.
    Group,
    /// A conversation's id, or several.
    Conversation,
    /// What somebody is called.
    PersonName,
    /// What a group is called.
    GroupName,
    /// Something of a person that no token stands for: a portrait's address, a path on their device, a phone.
    Personal,
    /// An address.
    Address,
    /// An id of a message or a file, a hash, a type: nothing of people.
    Technical,
    /// What somebody wrote.
    Words,
    /// Anything else.
    Other,
}

const USERS: &[&str] = &[
    "userid",
    "userids",
    "useridlist",
    "userlist",
    "sendid",
    "recvid",
    "senderid",
    "receiverid",
    "revokerid",
    "ownerid",
    "creatorid",
    "inviterid",
    "operatorid",
    "memberid",
    "memberids",
    "fromid",
    "toid",
    "opid",
    "uid",
    "account",
    "accountid",
    "friendid",
];

const NAMES: &[&str] = &[
    "nickname",
    "username",
    "realname",
    "showname",
    "displayname",
    "sendername",
    "membername",
    "fromname",
    "remark",
];

const PERSONAL: &[&str] = &[
    "faceurl",
    "avatar",
    "avatarurl",
    "headurl",
    "headimg",
    "portrait",
    "sourcepath",
    "soundpath",
    "videopath",
    "snapshotpath",
    "filepath",
    "phonenumber",
    "phone",
    "mobile",
    "telephone",
    "email",
    "birth",
    "birthday",
    "attachedinfo",
    "ex",
];

const TECHNICAL: &[&str] = &[
    "clientmsgid",
    "servermsgid",
    "uuid",
    "snapshotuuid",
    "type",
    "picturetype",
    "soundtype",
    "videotype",
    "filetype",
    "snapshottype",
    "md5",
    "sha256",
    "contenttype",
    "sessiontype",
];

/// Says what a key holds.
pub(super) fn held(key: &str) -> Held {
    let key: String = key
        .chars()
        .filter(|c| *c != '_' && *c != '-')
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let ends = |with: &[&str]| with.iter().any(|end| key.ends_with(end));
    if TECHNICAL.contains(&key.as_str()) {
        Held::Technical
    } else if PERSONAL.contains(&key.as_str()) || ends(&["faceurl", "phonenumber"]) {
        Held::Personal
    } else if ends(&["conversationid", "conversationids", "conversationidlist"]) {
        Held::Conversation
    } else if ends(&["groupid", "groupids", "groupidlist"]) {
        Held::Group
    } else if ends(USERS) {
        Held::User
    } else if ends(&["groupname"]) {
        Held::GroupName
    } else if ends(NAMES) {
        Held::PersonName
    } else if ends(&["url", "urls", "uri"]) {
        Held::Address
    } else if ["content", "text"].contains(&key.as_str()) {
        Held::Words
    } else {
        Held::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openims_own_keys_are_known() {
        for (key, holds) in [
            ("sendID", Held::User),
            ("send_id", Held::User),
            ("atUserID", Held::User),
            ("atUserList", Held::User),
            ("sourceMessageSendID", Held::User),
            ("revokerID", Held::User),
            ("groupID", Held::Group),
            ("conversationID", Held::Conversation),
            ("senderNickname", Held::PersonName),
            ("groupNickname", Held::PersonName),
            ("groupName", Held::GroupName),
            ("senderFaceUrl", Held::Personal),
            ("faceURL", Held::Personal),
            ("sourcePath", Held::Personal),
            ("ex", Held::Personal),
            ("sourceUrl", Held::Address),
            ("url", Held::Address),
            ("clientMsgID", Held::Technical),
            ("content", Held::Words),
            ("fileName", Held::Other),
            ("title", Held::Other),
        ] {
            assert_eq!(held(key), holds, "{key}");
        }
    }
}
