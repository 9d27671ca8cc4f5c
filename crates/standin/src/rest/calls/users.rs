//! `/user/*`, and `/friend/*` for users without friends: the stand-in keeps no friendships.

use bson::Document;
use regex::{Regex, RegexBuilder};
use serde_json::{Value, json};

use super::answer::{Data, Refusal};
use super::routes::Call;
use crate::collections::{date_ms, integer, text};

/// What OpenIM hands to MongoDB as a regular expression, the caller's text unescaped.
pub(super) fn pattern(text: &str, ignores_case: bool) -> Result<Regex, Refusal> {
    let built = RegexBuilder::new(text)
        .case_insensitive(ignores_case)
        .build();
    built.map_err(|_| Refusal::new(500, "ServerInternalError", "Regular expression is invalid"))
}

/// `UserInfo` of a row.
pub(in crate::rest) fn user_info(user: &Document) -> Value {
    json!({
        "userID": text(user, "user_id"),
        "nickname": text(user, "nickname"),
        "faceURL": text(user, "face_url"),
        "ex": text(user, "ex"),
        "createTime": date_ms(user, "create_time"),
        "appMangerLevel": integer(user, "app_manger_level"),
        "globalRecvMsgOpt": integer(user, "global_recv_msg_opt"),
    })
}

/// A list as Go writes it: an empty one is null.
pub(in crate::rest) fn list(values: Vec<Value>) -> Value {
    if values.is_empty() {
        return Value::Null;
    }
    Value::Array(values)
}

fn rows<'a>(call: &'a Call<'_>) -> impl Iterator<Item = &'a Document> {
    call.collections
        .table("user")
        .into_iter()
        .flat_map(|table| table.rows())
}

pub(in crate::rest) fn page(call: &Call<'_>) -> Result<Data, Refusal> {
    let user_id = call.body.text("userID")?;
    let nickname = call.body.text("nickName")?;
    let (by_id, by_name) = (pattern(user_id, true)?, pattern(nickname, true)?);
    let users: Vec<Value> = rows(call)
        .filter(|user| matches!(integer(user, "app_manger_level"), 0 | 1))
        .filter(|user| {
            (user_id.is_empty() && nickname.is_empty())
                || (!user_id.is_empty() && by_id.is_match(text(user, "user_id")))
                || (!nickname.is_empty() && by_name.is_match(text(user, "nickname")))
        })
        .map(user_info)
        .collect();
    let total = users.len();
    let users = call.body.pagination()?.page(users);
    Ok(json!({"total": total, "users": list(users)}).into())
}

pub(in crate::rest) fn by_ids(call: &Call<'_>) -> Result<Data, Refusal> {
    let ids = call.body.texts("userIDs")?;
    if ids.is_empty() {
        return Err(Refusal::arguments("userIDs is empty"));
    }
    let users = ids
        .iter()
        .filter_map(|id| call.collections.find("user", &[id]))
        .map(user_info)
        .collect();
    Ok(json!({"usersInfo": list(users)}).into())
}

pub(in crate::rest) fn all_ids(call: &Call<'_>) -> Result<Data, Refusal> {
    let ids: Vec<Value> = rows(call)
        .map(|user| text(user, "user_id").into())
        .collect();
    let total = ids.len();
    let ids = call.body.pagination()?.page(ids);
    Ok(json!({"total": total, "userIDs": list(ids)}).into())
}

pub(in crate::rest) fn account_check(call: &Call<'_>) -> Result<Data, Refusal> {
    let ids = call.body.texts("checkUserIDs")?;
    if ids.is_empty() {
        return Err(Refusal::arguments("CheckUserIDs is empty"));
    }
    call.admin_only()?;
    let results = ids
        .iter()
        .map(|id| {
            let known = call.collections.find("user", &[id]).is_some();
            json!({"userID": id, "accountStatus": i32::from(known)})
        })
        .collect();
    Ok(json!({"results": list(results)}).into())
}

pub(in crate::rest) fn notification_accounts(call: &Call<'_>) -> Result<Data, Refusal> {
    let keyword = pattern(call.body.text("keyword")?, true)?;
    call.admin_only()?;
    let accounts: Vec<Value> = rows(call)
        .filter(|user| integer(user, "app_manger_level") >= 3)
        .filter(|user| {
            keyword.is_match(text(user, "user_id")) || keyword.is_match(text(user, "nickname"))
        })
        .map(|user| {
            json!({
                "userID": text(user, "user_id"),
                "faceURL": text(user, "face_url"),
                "nickName": text(user, "nickname"),
                "appMangerLevel": integer(user, "app_manger_level"),
            })
        })
        .collect();
    let total = accounts.len();
    let accounts = call.body.pagination()?.page(accounts);
    Ok(json!({"total": total, "notificationAccounts": list(accounts)}).into())
}

pub(in crate::rest) fn friends(call: &Call<'_>) -> Result<Data, Refusal> {
    call.access(call.body.required("userID")?)?;
    Ok(json!({"friendsInfo": null, "total": 0}).into())
}

pub(in crate::rest) fn friend_ids(call: &Call<'_>) -> Result<Data, Refusal> {
    call.access(call.body.required("userID")?)?;
    Ok(json!({"friendIDs": null}).into())
}

pub(in crate::rest) fn blacks(call: &Call<'_>) -> Result<Data, Refusal> {
    call.access(call.body.required("userID")?)?;
    Ok(json!({"blacks": null, "total": 0}).into())
}
