//! Who was in a group when: leaving and coming back leave their traces.

use bson::{Document, doc};
use openim_history_archive::{Archive, Stored};
use openim_history_client::model::Member;
use openim_history_standin::mongod::Mode;
use openim_history_standin::recorded;

use crate::places::{folder, store, sync};

#[tokio::test]
async fn a_member_who_left_and_came_back_has_a_row_for_each_time() {
    let (database, source) = store(Mode::Standalone, &recorded::main()).await;
    let (_folder, place) = folder();
    let members = database.collection::<Document>("group_member");
    let member = members.find_one(doc! {}).await.expect("finds");
    let member = member.expect("a member");
    let text = |key: &str| member.get_str(key).expect("a text").to_owned();
    let (group, user) = (text("group_id"), text("user_id"));
    let stored = async || {
        let archive = Archive::open(&place).await.expect("opens");
        let members = archive.group_members().await.expect("reads");
        let mut of: Vec<Stored<Member>> = members
            .into_iter()
            .filter(|row| row.entity.group_id == *group && row.entity.user_id == *user)
            .collect();
        of.sort_by_key(|row| row.sight.first_seen);
        of
    };

    sync(&place, &source).await;
    let copied = stored().await;
    let [first] = &copied[..] else {
        panic!("one row");
    };
    assert_eq!(first.sight.gone_at, None);

    let who = doc! {"group_id": &group, "user_id": &user};
    members.delete_one(who).await.expect("deletes");
    let report = sync(&place, &source).await.people.group_members;
    assert_eq!((report.new, report.changed, report.gone), (0, 0, 1));
    let without = stored().await;
    let [left] = &without[..] else {
        panic!("one row");
    };
    assert_eq!(left.entity, first.entity, "it stays as it was");
    assert_eq!(left.sight.gone_at, Some(left.sight.last_changed));
    let gone_at = left.sight.gone_at;

    let mut back = member.clone();
    back.remove("_id");
    back.insert("nickname", "回来了");
    members.insert_one(back).await.expect("inserts");
    let report = sync(&place, &source).await.people.group_members;
    assert_eq!((report.new, report.changed, report.gone), (1, 0, 0));
    let again = stored().await;
    let [before, now] = &again[..] else {
        panic!("two rows");
    };
    assert_eq!(
        (&before.entity, before.sight.gone_at),
        (&first.entity, gone_at)
    );
    assert_eq!((&*now.entity.nickname, now.sight.gone_at), ("回来了", None));
    assert!(Some(now.sight.first_seen) >= gone_at);

    // Seen again, nothing changes.
    let report = sync(&place, &source).await.people.group_members;
    assert_eq!((report.new, report.changed, report.gone), (0, 0, 0));
}
