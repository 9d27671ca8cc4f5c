//! From tokens back to people, with the key.

use std::collections::HashMap;

use openim_history_client::model::{GroupId, UserId};

use super::privacy::Pseudonyms;
use crate::archive::Archive;
use crate::error::Result;
use crate::sql::{Sql, SqlOptions};
use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_schema::DataType;

/// Everybody who sent or got a message, whether a table of users knows them or not.
const EVERYBODY: &str = "SELECT DISTINCT id FROM (SELECT send_id AS id FROM messages \
    UNION ALL SELECT recv_id FROM messages UNION ALL SELECT revoked_by FROM messages WHERE revoked_by IS NOT NULL)";

/// Says of each token which id and name stand behind it, as far as the archive knows them: the tokens of all its
/// users and groups are made anew.
pub async fn unmask(
    archive: &Archive,
    key: &Pseudonyms,
    tokens: &[String],
) -> Result<Vec<(String, Option<(String, String)>)>> {
    let mut users: HashMap<UserId, String> = HashMap::new();
    let sql = Sql::open(archive, &SqlOptions::default()).await?;
    for batch in sql.query(EVERYBODY).await?.collect().await? {
        let ids = arrow_cast::cast(batch.column(0), &DataType::Utf8)?;
        let ids = ids.as_string::<i32>();
        for at in (0..ids.len()).filter(|at| ids.is_valid(*at)) {
            users.insert(ids.value(at).into(), String::new());
        }
    }
    for member in archive.group_members().await? {
        users.insert(member.entity.user_id, member.entity.nickname);
    }
    for user in archive.users().await? {
        users.insert(user.entity.user_id, user.entity.nickname.to_string());
    }
    let mut known: HashMap<String, (String, String)> = HashMap::new();
    for (id, name) in users {
        known.insert(key.user(&id).to_string(), (id.to_string(), name));
    }
    for group in archive.groups().await? {
        let id: &GroupId = &group.entity.group_id;
        known.insert(
            key.group(id).to_string(),
            (id.to_string(), group.entity.group_name.to_string()),
        );
    }
    let found = tokens
        .iter()
        .map(|token| (token.clone(), known.get(token.trim()).cloned()));
    Ok(found.collect())
}
