//! The line of what the server tells, in both languages.

use super::*;

#[test]
fn what_happens_to_groups() {
    const GROUP: &str = r#""group":{"groupID":"g1","groupName":"二组"},"opUser":{"userID":"erin","nickname":"Erin"}"#;
    const FRANK: &str = r#"{"userID":"frank","nickname":"Frank"}"#;
    const GRACE: &str = r#"{"userID":"grace"}"#;
    for (content_type, rest, english, chinese) in [
        (
            1501,
            format!(r#","memberList":[{{"userID":"erin"}},{FRANK},{GRACE}]"#),
            "Erin created the group 二组 with Frank and grace",
            "Erin 创建了群聊“二组”，成员：Frank、grace",
        ),
        (
            1501,
            format!(r#","groupOwnerUser":{FRANK}"#),
            "Erin created the group 二组 for Frank",
            "Erin 为 Frank 创建了群聊“二组”",
        ),
        (
            1502,
            String::new(),
            "Erin changed the details of the group 二组",
            "Erin 修改了群聊“二组”的资料",
        ),
        (
            1503,
            format!(r#","applicant":{FRANK},"reqMsg":"hi""#),
            "Frank asked to join the group 二组: hi",
            "Frank 申请加入群聊“二组”：hi",
        ),
        (
            1504,
            format!(r#","quitUser":{FRANK}"#),
            "Frank left the group 二组",
            "Frank 退出了群聊“二组”",
        ),
        (
            1505,
            format!(r#","handleMsg":"ok","request":{{"userInfo":{FRANK}}}"#),
            "Erin accepted the request of Frank to join the group 二组: ok",
            "Erin 同意了 Frank 加入群聊“二组”的申请：ok",
        ),
        (
            1506,
            String::new(),
            "Erin declined a request to join the group 二组",
            "Erin 拒绝了 有人 加入群聊“二组”的申请",
        ),
        (
            1507,
            format!(r#","newGroupOwner":{FRANK},"oldGroupOwner":"erin""#),
            "Erin made Frank the owner of the group 二组",
            "Erin 将群聊“二组”的群主转让给了 Frank",
        ),
        (
            1508,
            format!(r#","kickedUserList":[{FRANK},{GRACE}]"#),
            "Erin removed Frank and grace from the group 二组",
            "Erin 将 Frank、grace 移出了群聊“二组”",
        ),
        (
            1509,
            format!(r#","invitedUserList":[{GRACE}],"inviterUser":{FRANK}"#),
            "Frank invited grace to the group 二组",
            "Frank 邀请 grace 加入了群聊“二组”",
        ),
        (
            1510,
            format!(r#","entrantUser":{FRANK}"#),
            "Frank joined the group 二组",
            "Frank 加入了群聊“二组”",
        ),
        (
            1511,
            String::new(),
            "Erin dismissed the group 二组",
            "Erin 解散了群聊“二组”",
        ),
        (
            1512,
            format!(r#","mutedUser":{FRANK},"mutedSeconds":3661"#),
            "Erin muted Frank in the group 二组 for 1 hour 1 minute 1 second",
            "Erin 在群聊“二组”中将 Frank 禁言 1 小时 1 分钟 1 秒",
        ),
        (
            1513,
            format!(r#","mutedUser":{FRANK}"#),
            "Erin unmuted Frank in the group 二组",
            "Erin 在群聊“二组”中解除了 Frank 的禁言",
        ),
        (
            1514,
            String::new(),
            "Erin muted everybody in the group 二组",
            "Erin 开启了群聊“二组”的全员禁言",
        ),
        (
            1515,
            String::new(),
            "Erin unmuted everybody in the group 二组",
            "Erin 解除了群聊“二组”的全员禁言",
        ),
        (
            1516,
            format!(r#","changedUser":{FRANK}"#),
            "Erin changed the details of Frank in the group 二组",
            "Erin 修改了 Frank 在群聊“二组”中的资料",
        ),
        (
            1516,
            r#","changedUser":{"userID":"erin"}"#.to_owned(),
            "Erin changed their own details in the group 二组",
            "Erin 修改了自己在群聊“二组”中的资料",
        ),
        (
            1517,
            format!(r#","changedUser":{FRANK}"#),
            "Erin made Frank an administrator of the group 二组",
            "Erin 将 Frank 设为群聊“二组”的管理员",
        ),
        (
            1518,
            format!(r#","changedUser":{FRANK}"#),
            "Erin made Frank an ordinary member of the group 二组",
            "Erin 将 Frank 设为群聊“二组”的普通成员",
        ),
        (
            1519,
            String::new(),
            "Erin removed the announcement of the group 二组",
            "Erin 删除了群聊“二组”的公告",
        ),
        (
            1520,
            String::new(),
            "Erin renamed the group to 二组",
            "Erin 将群名称修改为“二组”",
        ),
        (
            1651,
            String::new(),
            "The details of the group 二组 changed",
            "群聊“二组”的资料有更新",
        ),
    ] {
        let content = told(&format!("{{{GROUP}{rest}}}"));
        reads(&message(content_type, &content), english, chinese);
    }
    let announced =
        told(r#"{"group":{"groupID":"g1","notification":"周五\n开会"},"opUser":"erin"}"#);
    reads(
        &message(1519, &announced),
        "erin set the announcement of the group g1: 周五 开会",
        "erin 修改了群聊“g1”的公告：周五 开会",
    );
    reads(
        &message(1504, &told("{}")),
        "somebody left the group",
        "有人 退出了群聊",
    );
}

#[test]
fn what_happens_between_friends_and_to_conversations_and_users() {
    const PAIR: &str = r#""fromToUserID":{"fromUserID":"erin","toUserID":"frank"},"request":{"fromUserID":"frank","fromNickname":"Frank","toUserID":"erin","toNickname":"Erin","reqMsg":"hi"}"#;
    for (content_type, detail, english, chinese) in [
        (
            1201,
            format!(r#"{{{PAIR},"handleMsg":"ok"}}"#),
            "Erin accepted the friend request of Frank: ok",
            "Erin 同意了 Frank 的好友申请：ok",
        ),
        (
            1202,
            format!("{{{PAIR}}}"),
            "Erin declined the friend request of Frank",
            "Erin 拒绝了 Frank 的好友申请",
        ),
        (
            1203,
            format!("{{{PAIR}}}"),
            "Erin asked Frank to become friends: hi",
            "Erin 申请添加 Frank 为好友：hi",
        ),
        (
            1204,
            r#"{"friend":{"ownerUserID":"erin","friendUser":{"userID":"frank","nickname":"Frank"}},"opUser":{"userID":"erin","nickname":"Erin"}}"#.to_owned(),
            "Erin and Frank became friends",
            "Erin 和 Frank 成为了好友",
        ),
        (
            1205,
            r#"{"fromToUserID":{"fromUserID":"erin","toUserID":"frank"}}"#.to_owned(),
            "erin removed frank from their friends",
            "erin 删除了好友 frank",
        ),
        (
            1206,
            format!("{{{PAIR}}}"),
            "Erin changed the remark on Frank",
            "Erin 修改了好友 Frank 的备注",
        ),
        (
            1207,
            format!("{{{PAIR}}}"),
            "Erin blocked Frank",
            "Erin 将 Frank 加入了黑名单",
        ),
        (
            1208,
            format!("{{{PAIR}}}"),
            "Erin unblocked Frank",
            "Erin 将 Frank 移出了黑名单",
        ),
        (
            1209,
            format!("{{{PAIR}}}"),
            "Erin changed their profile",
            "Erin 更新了个人资料",
        ),
        (
            1210,
            r#"{"fromToUserID":{"toUserID":"erin"},"friendIDs":["a","b"]}"#.to_owned(),
            "erin changed the settings of a and b",
            "erin 修改了好友 a、b 的设置",
        ),
        (
            1300,
            r#"{"userID":"erin","conversationIDList":["si_a_b"]}"#.to_owned(),
            "erin changed conversation settings",
            "erin 修改了会话设置",
        ),
        (
            1303,
            r#"{"userID":"erin"}"#.to_owned(),
            "erin changed their profile",
            "erin 更新了个人资料",
        ),
        (
            1304,
            r#"{"fromUserID":"erin","toUserID":"frank","status":1,"platformID":5}"#.to_owned(),
            "erin went online",
            "erin 上线了",
        ),
        (
            1305,
            r#"{"fromUserID":"erin"}"#.to_owned(),
            "erin added a command",
            "erin 添加了指令",
        ),
        (
            1306,
            r#"{"fromUserID":"erin"}"#.to_owned(),
            "erin deleted a command",
            "erin 删除了指令",
        ),
        (
            1307,
            r#"{"fromUserID":"erin"}"#.to_owned(),
            "erin changed a command",
            "erin 修改了指令",
        ),
        (
            1308,
            r#"{"subscribers":[{"userID":"a","onlinePlatformIDs":[1]},{"userID":"b"}]}"#.to_owned(),
            "a and b came or went",
            "a、b 的在线状态有变化",
        ),
        (
            1701,
            r#"{"recvID":"bob","sendID":"alice","isPrivate":true,"conversationID":"si_alice_bob"}"#
                .to_owned(),
            "alice turned on burn-after-reading",
            "alice 开启了阅后即焚",
        ),
        (
            1702,
            r#"{"userID":"bob","conversationID":"si_alice_bob","hasReadSeq":"9"}"#.to_owned(),
            "bob read up to message 9",
            "bob 已读至第 9 条消息",
        ),
        (
            1703,
            r#"{"userID":"bob","conversationIDs":["si_alice_bob"]}"#.to_owned(),
            "bob cleared the history",
            "bob 清空了聊天记录",
        ),
        (
            1704,
            r#"{"userID":"bob","conversationIDs":null}"#.to_owned(),
            "bob deleted the conversation",
            "bob 删除了会话",
        ),
        (
            2102,
            r#"{"userID":"bob","conversationID":"si_alice_bob","seqs":[5,6,7,9]}"#.to_owned(),
            "bob deleted messages 5-7, 9",
            "bob 删除了第 5-7、9 条消息",
        ),
        (
            1652,
            r#"{"groupID":"g","isAllDelete":true,"seqList":["1"]}"#.to_owned(),
            "somebody deleted all messages",
            "有人 删除了全部消息",
        ),
        (
            2001,
            r#"{"key":"order","data":"{\"id\":1}"}"#.to_owned(),
            r#"[Business] order: {"id":1}"#,
            r#"[业务通知] order：{"id":1}"#,
        ),
        (
            1400,
            r#"{"notificationName":"系统","text":"看图","mixType":1,"pictureElem":{"sourcePicture":{"url":"http://x"}},"fileElem":null}"#
                .to_owned(),
            "[Notice] 系统: 看图 [Picture]",
            "[通知] 系统：看图 [图片]",
        ),
    ] {
        reads(&message(content_type, &told(&detail)), english, chinese);
    }
}
