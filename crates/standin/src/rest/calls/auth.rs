//! `/auth/*`.

use std::sync::PoisonError;

use serde_json::json;

use super::answer::{Data, Refusal};
use super::routes::Call;
use super::tokens::{ADMIN_PLATFORM, LIFETIME_SECONDS};
use crate::collections::integer;

pub(in crate::rest) fn admin_token(call: &Call<'_>) -> Result<Data, Refusal> {
    let secret = call.body.text("secret")?;
    let user_id = call.body.required("userID")?;
    let right = call.shared.secret();
    if secret != right {
        return Err(Refusal::forbidden("secret invalid"));
    }
    if !call.shared.admins.iter().any(|admin| admin == user_id) {
        return Err(Refusal::arguments(format!(
            "userID is error., userID={user_id}, adminUserID=[{}]",
            call.shared.admins.join(" ")
        )));
    }
    if call.collections.find("user", &[user_id]).is_none() {
        return Err(Refusal::not_found("record not found"));
    }
    let now = call.shared.now() / 1000;
    let mut tokens = call
        .shared
        .tokens
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    let token = tokens.issue_admin(call.dialect(), &right, user_id, now);
    Ok(json!({"token": token, "expireTimeSeconds": LIFETIME_SECONDS}).into())
}

pub(in crate::rest) fn user_token(call: &Call<'_>) -> Result<Data, Refusal> {
    let platform = call.body.integer("platformID", "int32")?;
    let user_id = call.body.text("userID")?;
    call.admin_only()?;
    if platform == ADMIN_PLATFORM {
        return Err(Refusal::forbidden(
            "platformID invalid. platformID must not be adminPlatformID",
        ));
    }
    if call.shared.admins.iter().any(|admin| admin == user_id) {
        return Err(Refusal::forbidden("don't get Admin token"));
    }
    let Some(user) = call.collections.find("user", &[user_id]) else {
        return Err(Refusal::not_found("record not found"));
    };
    if integer(user, "app_manger_level") >= 3 {
        return Err(Refusal::arguments("app account can`t get token"));
    }
    let now = call.shared.now() / 1000;
    let mut tokens = call
        .shared
        .tokens
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    let token = tokens.issue_user(&call.shared.secret(), user_id, platform, now);
    Ok(json!({"token": token, "expireTimeSeconds": LIFETIME_SECONDS}).into())
}

pub(in crate::rest) fn parse_token(call: &Call<'_>) -> Result<Data, Refusal> {
    let claims = call.shared.check(call.body.required("token")?)?;
    // Here the field is a point in time, not a duration.
    Ok(json!({
        "userID": claims.user_id,
        "platformID": claims.platform,
        "expireTimeSeconds": claims.exp,
    })
    .into())
}

pub(in crate::rest) fn force_logout(call: &Call<'_>) -> Result<Data, Refusal> {
    let platform = call.body.integer("platformID", "int32")?;
    let user_id = call.body.required("userID")?;
    let known = if call.is_main() { 1..=12 } else { 1..=10 };
    if !known.contains(&platform) {
        return Err(Refusal::arguments("platformID is invalidate"));
    }
    call.admin_only()?;
    call.shared
        .tokens
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .force_logout(user_id, platform);
    Ok(Data::Absent)
}
