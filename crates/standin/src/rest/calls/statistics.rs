//! `/statistics/*`.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::answer::{Data, Refusal};
use super::groups::bare_group_info;
use super::routes::Call;
use super::users::{list, user_info};
use crate::collections::{Message, date_ms};

/// The day of a time, in UTC.
fn day(milliseconds: i64) -> String {
    Timestamp::from_millisecond(milliseconds)
        .map(|time| time.strftime("%Y-%m-%d").to_string())
        .unwrap_or_default()
}

fn bounds(call: &Call<'_>) -> Result<(i64, i64), Refusal> {
    Ok((
        call.body.integer("start", "int64")?,
        call.body.integer("end", "int64")?,
    ))
}

pub(in crate::rest) fn registered(call: &Call<'_>) -> Result<Data, Refusal> {
    let (start, end) = bounds(call)?;
    if start <= 0 {
        return Err(Refusal::arguments("start is invalid"));
    }
    if end < start {
        return Err(Refusal::arguments("end is invalid"));
    }
    let (mut total, mut before) = (0, 0);
    let mut count: BTreeMap<String, i64> = BTreeMap::new();
    let users = call.collections.table("user");
    for user in users.into_iter().flat_map(|table| table.rows()) {
        let created = date_ms(user, "create_time");
        total += i64::from(created <= end);
        before += i64::from(created < start);
        if (start..=end).contains(&created) {
            *count.entry(day(created)).or_default() += 1;
        }
    }
    Ok(json!({"total": total, "before": before, "count": count}).into())
}

/// What the active statistics count.
#[derive(Debug, Default)]
struct Activity {
    messages: i64,
    days: BTreeMap<String, i64>,
    counts: BTreeMap<String, i64>,
}

fn activity(
    call: &Call<'_>,
    counted: impl Fn(&str) -> bool,
    of: impl Fn(Message<'_>) -> String,
) -> Result<Activity, Refusal> {
    let (start, end) = bounds(call)?;
    let mut activity = Activity::default();
    call.collections.scan(counted, |_, _, slot| {
        let Some(message) = slot.message() else {
            return;
        };
        if !(start..end).contains(&message.send_time()) {
            return;
        }
        activity.messages += 1;
        *activity.days.entry(day(message.send_time())).or_default() += 1;
        *activity.counts.entry(of(message)).or_default() += 1;
    });
    Ok(activity)
}

fn ranked(call: &Call<'_>, counts: BTreeMap<String, i64>) -> Result<Vec<(String, i64)>, Refusal> {
    let mut ranked: Vec<_> = counts.into_iter().collect();
    if call.body.truth("ase")? {
        ranked.sort_by_key(|(_, count)| *count);
    } else {
        ranked.sort_by_key(|(_, count)| Reverse(*count));
    }
    // The server skips pageNumber-1 rows, not pages.
    let pagination = call.body.pagination()?;
    let skip = usize::try_from(pagination.page - 1).unwrap_or_default();
    let show = usize::try_from(pagination.show).unwrap_or_default();
    Ok(ranked.into_iter().skip(skip).take(show).collect())
}

pub(in crate::rest) fn active_users(call: &Call<'_>) -> Result<Data, Refusal> {
    if call.is_main() {
        call.admin_only()?;
    }
    let with_groups = call.body.truth("group")?;
    let found = activity(
        call,
        |id| {
            // Notification accounts are not counted.
            id.starts_with("si_") || (with_groups && id.starts_with("sg_"))
        },
        |message| message.send_id().to_owned(),
    )?;
    let total = found.counts.len();
    let users = ranked(call, found.counts)?
        .into_iter()
        .map(|(id, count)| {
            let user = match call.collections.find("user", &[&id]) {
                Some(user) => user_info(user),
                // A sender without a row is shown with his id for a name.
                None => json!({
                    "userID": id,
                    "nickname": id,
                    "faceURL": "",
                    "ex": "",
                    "createTime": 0,
                    "appMangerLevel": 0,
                    "globalRecvMsgOpt": 0,
                }),
            };
            json!({"user": user, "count": count})
        })
        .collect();
    Ok(json!({
        "msgCount": found.messages,
        "userCount": total,
        "dateCount": dates(found.days),
        "users": list(users),
    })
    .into())
}

pub(in crate::rest) fn active_groups(call: &Call<'_>) -> Result<Data, Refusal> {
    if call.is_main() {
        call.admin_only()?;
    }
    let found = activity(
        call,
        |id| id.starts_with("sg_"),
        |message| message.group_id().to_owned(),
    )?;
    let total = found.counts.len();
    let groups = ranked(call, found.counts)?
        .into_iter()
        .filter_map(|(id, count)| {
            let group = call.collections.find("group", &[&id])?;
            Some(json!({"group": bare_group_info(group, "", 0), "count": count}))
        })
        .collect();
    Ok(json!({
        "msgCount": found.messages,
        "groupCount": total,
        "dateCount": dates(found.days),
        "groups": list(groups),
    })
    .into())
}

fn dates(days: BTreeMap<String, i64>) -> Value {
    let days: Map<String, Value> = days
        .into_iter()
        .map(|(day, count)| (day, count.into()))
        .collect();
    Value::Object(days)
}
