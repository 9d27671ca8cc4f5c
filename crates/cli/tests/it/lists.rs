//! `users`, `groups`, `members`, `conversations`.

use insta::assert_snapshot;

use crate::run::{Place, server};

#[test]
fn a_list_that_was_cut_says_how_to_go_on() {
    let server = server();
    let place = Place::new().server(&server);
    assert_snapshot!(place.run(&["users", "--limit", "3"]), @r"
    exit 0
    --- stdout
    USER   NAME          CREATED
    alice  Alice 爱丽丝  2026-11-24 10:49:18
    bob    Bob           2026-11-24 10:49:18
    carol  Carol 卡罗    2026-11-24 10:49:18
    --- stderr
    3 of 52 users, from the REST API
    --limit 3 --page 2 goes on, --all shows all
    ");
    assert_snapshot!(place.run(&["users", "--limit", "3", "--page", "99"]), @r"
    exit 0
    --- stderr
    page 99 is behind the end of 52 users, from the REST API
    ");
}

#[test]
fn names_find_users_and_groups() {
    let server = server();
    let place = Place::new().server(&server);
    assert_snapshot!(place.run(&["users", "--name", "爱丽", "--format", "jsonl"]), @r#"
    exit 0
    --- stdout
    {"user_id":"alice","nickname":"Alice 爱丽丝","face_url":"","ex":"","create_time":"2026-11-24T10:49:18.758Z","app_manager_level":0,"global_recv_msg_opt":0}
    --- stderr
    1 user, from the REST API
    "#);
    assert_snapshot!(place.run(&["groups", "--lang", "zh"]), @r"
    exit 0
    --- stdout
    群组  名称            成员数  群主   创建时间             状态
    grp2  二组                 3  erin   2026-11-24 10:51:42  ok
    grp1  项目组 Project       2  alice  2026-11-24 10:49:33  ok
    --- stderr
    2 个群组，来自 REST API
    ");
    assert_snapshot!(place.run(&["groups", "--name", "nothing like it"]), @r"
    exit 0
    --- stderr
    no groups, from the REST API
    ");
}

#[test]
fn a_group_is_named_by_its_name_where_only_one_has_it() {
    let server = server();
    let place = Place::new().server(&server);
    assert_snapshot!(place.run(&["members", "二组", "--format", "csv"]), @r#"
    exit 0
    --- stdout
    group_id,user_id,nickname,role,join_time,inviter_user_id,operator_user_id,mute_end_time,face_url,ex
    grp2,erin,Erin 艾琳,owner,2026-11-24T10:51:42.873Z,imAdmin,imAdmin,,http://127.0.0.1:9/erin.png,
    grp2,frank,Frank,admin,2026-11-24T10:51:42.873Z,imAdmin,imAdmin,,http://127.0.0.1:9/frank.png,
    grp2,grace,Grace,member,2026-11-24T10:51:42.873Z,imAdmin,imAdmin,,http://127.0.0.1:9/grace.png,
    --- stderr
    "二组" is group grp2 (二组)
    3 members, from the REST API
    "#);
    assert_snapshot!(place.run(&["members", "组"]), @r#"
    exit 2
    --- stderr
    Error: group "组": 2 have that name, say which id: grp2 (二组), grp1 (项目组 Project)
    "#);
    assert_snapshot!(place.run(&["members", "nobody's"]), @r#"
    exit 1
    --- stderr
    Error: group "nobody's" not found
    Hint: `openim-history groups --name TEXT` finds groups by name
    "#);
}

#[test]
fn conversations_come_with_names_heads_and_what_is_unread() {
    let server = server();
    let place = Place::new().server(&server);
    assert_snapshot!(place.run(&["conversations", "--user", "alice"]), @r"
    exit 0
    --- stdout
    CONVERSATION   NAME            HEAD  UNREAD  NEWEST
    sg_grp3        三组              10       0  2026-11-24 10:59:15
    si_alice_dave  Dave               5       0  2026-11-24 10:52:50
    si_alice_tim   tim                1       0  2026-11-24 10:51:46
    si_alice_tom   tom                1       0  2026-11-24 10:51:46
    sg_grp1        项目组 Project     6       1  2026-11-24 10:49:51
    si_alice_bob   Bob                7       0  2026-11-24 10:49:33
    --- stderr
    6 conversations of alice, from the REST API
    ");
    assert_snapshot!(place.run(&["conversations", "--user", "nobody"]), @r#"
    exit 1
    --- stderr
    Error: user "nobody" not found
    Hint: `openim-history users --name TEXT` finds users by nickname
    "#);
}
