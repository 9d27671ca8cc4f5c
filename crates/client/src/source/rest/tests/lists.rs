//! Lists by page, by id and by name.

use serde_json::{Value, json};

use super::server::{Answer, Call, Server};
use crate::model::{GroupId, UserId};
use crate::source::{PageRequest, Source};

/// Cuts the page that was asked for out of a list.
fn page(call: &Call, list: &[Value]) -> Vec<Value> {
    let number = |key: &str| {
        usize::try_from(call.body["pagination"][key].as_u64().expect("is a number")).expect("fits")
    };
    let show = number("showNumber");
    list.iter()
        .skip((number("pageNumber") - 1) * show)
        .take(show)
        .cloned()
        .collect()
}

fn people(count: usize) -> Vec<Value> {
    (0..count)
        .map(|n| json!({"userID": format!("u{n}"), "nickname": "N", "createTime": n}))
        .collect()
}

#[tokio::test]
async fn pages_of_users_come_from_any_offset() {
    let server = Server::with_token(|call| {
        Answer::Data(json!({"total": 25, "users": page(call, &people(25))}))
    })
    .await;
    let source = server.source();
    for (offset, limit, calls) in [
        (0, 10, 1),
        (10, 10, 1),
        (7, 10, 2),
        (20, 10, 1),
        (30, 10, 1),
    ] {
        let before = server.calls("/user/get_users").len();
        let page = source
            .users(PageRequest { offset, limit })
            .await
            .expect("answers");
        let ids: Vec<String> = page
            .items
            .iter()
            .map(|user| user.user_id.to_string())
            .collect();
        let wanted: Vec<String> = (offset..(offset + u64::from(limit)).min(25))
            .map(|n| format!("u{n}"))
            .collect();
        assert_eq!(ids, wanted);
        assert_eq!(page.total, 25);
        assert_eq!(server.calls("/user/get_users").len() - before, calls);
    }
}

#[tokio::test]
async fn an_empty_list_may_be_null_or_missing() {
    for data in [json!({}), json!({"total": 3, "users": null}), Value::Null] {
        let server = Server::with_token(move |_| Answer::Data(data.clone())).await;
        let page = server.source().users(PageRequest::first(10)).await;
        assert!(page.expect("answers").items.is_empty());
    }
}

#[tokio::test]
async fn names_are_escaped_because_the_server_takes_them_for_patterns() {
    let server = Server::with_token(|_| Answer::Data(json!({}))).await;
    let source = server.source();
    let first = PageRequest::first(10);
    source
        .users_by_name("a.*(b)|爱", first)
        .await
        .expect("answers");
    source
        .groups_by_name("[组]+$", first)
        .await
        .expect("answers");
    let users = &server.calls("/user/get_users")[0].body;
    assert_eq!(users["nickName"], r"a\.\*\(b\)\|爱");
    assert_eq!(users["userID"], "");
    let groups = &server.calls("/group/get_groups")[0].body;
    assert_eq!(groups["groupName"], r"(?i)\[组\]\+\$");
    assert_eq!(groups["groupID"], "");
}

#[tokio::test]
async fn named_users_come_in_the_order_asked_and_unknown_ones_not_at_all() {
    let server = Server::with_token(|call| {
        let ids = call.body["userIDs"].as_array().expect("is a list");
        assert!(!ids.is_empty() && ids.len() <= 500);
        let users: Vec<Value> = ids
            .iter()
            .rev()
            .filter(|id| *id != "ghost")
            .map(|id| json!({"userID": id}))
            .chain([json!({"userID": "never asked for"})])
            .collect();
        Answer::Data(json!({"usersInfo": users}))
    })
    .await;
    let source = server.source();
    let ids: Vec<UserId> = ["bob", "ghost", "", "alice", "bob"]
        .map(UserId::from)
        .into();
    let users = source.users_by_id(&ids).await.expect("answers");
    let found: Vec<_> = users.iter().map(|user| user.user_id.as_str()).collect();
    assert_eq!(found, ["bob", "alice"]);
    assert!(source.users_by_id(&[]).await.expect("answers").is_empty());
    assert_eq!(server.calls("/user/get_users_info").len(), 1);

    let many: Vec<UserId> = (0..1201).map(|n| UserId::from(format!("u{n}"))).collect();
    let users = source.users_by_id(&many).await.expect("answers");
    assert_eq!(users.len(), 1201);
    assert_eq!(server.calls("/user/get_users_info").len(), 4);
}

#[tokio::test]
async fn one_unknown_id_does_not_hide_the_others() {
    let server = Server::with_token(|call| {
        let ids = call.body["groupIDs"].as_array().expect("is a list");
        if ids.contains(&json!("ghost")) {
            return Answer::code(1004);
        }
        let groups: Vec<_> = ids.iter().map(|id| json!({"groupID": id})).collect();
        Answer::Data(json!({"groupInfos": groups}))
    })
    .await;
    let ids: Vec<GroupId> = ["g1", "ghost", "g2"].map(GroupId::from).into();
    let groups = server.source().groups_by_id(&ids).await.expect("answers");
    let found: Vec<_> = groups.iter().map(|group| group.group_id.as_str()).collect();
    assert_eq!(found, ["g1", "g2"]);
}

#[tokio::test]
async fn a_group_that_does_not_exist_has_no_members() {
    let server = Server::with_token(|_| Answer::code(1004)).await;
    let page = server
        .source()
        .members(&"ghost".into(), PageRequest::first(10))
        .await
        .expect("answers");
    assert!(page.items.is_empty());
}

#[tokio::test]
async fn conversations_are_sorted_and_belong_to_their_owner() {
    let server = Server::with_token(|_| {
        Answer::Data(json!({"conversations": [
            {"ownerUserID": "alice", "conversationID": "si_b"},
            {"ownerUserID": "alice", "conversationID": "sg_a"},
            {"ownerUserID": "mallory", "conversationID": "si_x"},
            {"ownerUserID": "alice", "conversationID": ""},
            null
        ]}))
    })
    .await;
    let rows = server
        .source()
        .conversations(&"alice".into())
        .await
        .expect("answers");
    let ids: Vec<_> = rows
        .iter()
        .map(|row| row.conversation_id.as_str())
        .collect();
    assert_eq!(ids, ["sg_a", "si_b"]);
}

#[tokio::test]
async fn more_conversations_than_fit_into_one_answer_come_by_page() {
    let server = Server::with_token(|call| match call.path.as_str() {
        "/conversation/get_all_conversations" => Answer::code(8),
        _ => {
            let rows: Vec<Value> = (0..1100)
                .map(|n| json!({"ownerUserID": "alice", "conversationID": format!("si_{n:04}")}))
                .collect();
            Answer::Data(json!({"total": 1100, "conversations": page(call, &rows)}))
        }
    })
    .await;
    let rows = server
        .source()
        .conversations(&"alice".into())
        .await
        .expect("answers");
    assert_eq!(rows.len(), 1100);
}
