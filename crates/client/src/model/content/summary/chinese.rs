//! The lines in Simplified Chinese.

use super::Wording;
use super::measure::{numbers, span};
use crate::model::content::{
    ContentType, ConversationEvent, Deletion, FriendAction, FriendEvent, GroupAction, GroupEvent,
    Kind, Person, ReadReceipt, Revoke, UserEvent,
};

/// Simplified Chinese.
pub(super) struct Chinese;

impl Wording for Chinese {
    fn label(&self, kind: Kind) -> &'static str {
        match kind {
            Kind::Text => "文本",
            Kind::Picture => "图片",
            Kind::Voice => "语音",
            Kind::Video => "视频",
            Kind::File => "文件",
            Kind::Merger => "聊天记录",
            Kind::Card => "名片",
            Kind::Location => "位置",
            Kind::Custom => "自定义消息",
            Kind::Face => "表情",
            Kind::Reaction => "回应",
            Kind::Typing => "正在输入",
            Kind::Notice => "通知",
            Kind::Group => "群通知",
            Kind::Friend => "好友通知",
            Kind::Conversation => "会话通知",
            Kind::User => "用户通知",
            Kind::Business => "业务通知",
            Kind::Revoke => "撤回",
            Kind::Delete => "删除",
            Kind::Read => "已读回执",
            Kind::Other => "未知",
        }
    }

    fn foreign(&self, content_type: ContentType) -> String {
        match content_type.kind() {
            Kind::Other => format!("类型 {}", content_type.0),
            kind => self.label(kind).to_owned(),
        }
    }

    fn deleted(&self) -> &'static str {
        "[已删除]"
    }

    fn empty(&self) -> &'static str {
        "[空消息]"
    }

    fn recalled_by(&self, name: &str) -> String {
        if name.is_empty() {
            "[已撤回]".to_owned()
        } else {
            format!("[已被 {name} 撤回]")
        }
    }

    fn said(&self, name: &str, text: &str) -> String {
        match (name.is_empty(), text.is_empty()) {
            (true, _) => text.to_owned(),
            (_, true) => name.to_owned(),
            (false, false) => format!("{name}：{text}"),
        }
    }

    fn quoting(&self, what: &str) -> String {
        format!("[引用 {what}]")
    }

    fn quoted_revoke(&self) -> &'static str {
        "已撤回的消息"
    }

    fn count(&self, messages: usize) -> String {
        format!("（{messages} 条）")
    }

    fn revoke(&self, revoke: &Revoke) -> String {
        let by = &revoke.by;
        if by.is_empty() {
            return "[消息已撤回]".to_owned();
        }
        let others = !revoke.sender.is_empty() && revoke.sender.user_id != by.user_id;
        if others {
            format!("[{} 撤回了 {} 的一条消息]", by.name(), revoke.sender.name())
        } else if revoke.conversation_id.is_empty() {
            format!("[{} 撤回了一条消息]", by.name())
        } else {
            format!("[{} 撤回了第 {} 条消息]", by.name(), revoke.seq)
        }
    }

    fn deletion(&self, deletion: &Deletion) -> String {
        let who = somebody(deletion.user_id.as_str());
        match deletion.seqs.as_slice() {
            _ if deletion.all => format!("{who} 删除了全部消息"),
            [] => format!("{who} 删除了消息"),
            seqs => format!("{who} 删除了第 {} 条消息", numbers(seqs, "、")),
        }
    }

    fn read(&self, receipt: &ReadReceipt) -> String {
        let who = somebody(receipt.user_id.as_str());
        format!("{who} 已读至第 {} 条消息", receipt.has_read_seq)
    }

    fn group(&self, event: &GroupEvent) -> String {
        let by = somebody(event.by.name());
        let group = match (event.group_name.as_str(), event.group_id.as_str()) {
            ("", "") => "群聊".to_owned(),
            ("", name) | (name, _) => format!("群聊“{name}”"),
        };
        match &event.action {
            GroupAction::Created { owner, members } => {
                let others = members
                    .iter()
                    .filter(|member| member.user_id != event.by.user_id);
                let with = list(others.map(Person::name));
                if !with.is_empty() {
                    format!("{by} 创建了{group}，成员：{with}")
                } else if owner.is_empty() || owner.user_id == event.by.user_id {
                    format!("{by} 创建了{group}")
                } else {
                    format!("{by} 为 {} 创建了{group}", owner.name())
                }
            }
            GroupAction::InfoSet => format!("{by} 修改了{group}的资料"),
            GroupAction::JoinRequested { message } => {
                self.said(&format!("{by} 申请加入{group}"), message)
            }
            GroupAction::Left => format!("{by} 退出了{group}"),
            GroupAction::JoinAccepted { applicant, message } => {
                let who = someone(applicant);
                self.said(&format!("{by} 同意了 {who} 加入{group}的申请"), message)
            }
            GroupAction::JoinRejected { applicant, message } => {
                let who = someone(applicant);
                self.said(&format!("{by} 拒绝了 {who} 加入{group}的申请"), message)
            }
            GroupAction::OwnerTransferred { new_owner, .. } => {
                format!("{by} 将{group}的群主转让给了 {}", someone(new_owner))
            }
            GroupAction::Kicked { members } => {
                format!("{by} 将 {} 移出了{group}", people(members))
            }
            GroupAction::Invited { members } => {
                format!("{by} 邀请 {} 加入了{group}", people(members))
            }
            GroupAction::Entered => format!("{by} 加入了{group}"),
            GroupAction::Dismissed => format!("{by} 解散了{group}"),
            GroupAction::MemberMuted { member, seconds } => {
                let time = match time(*seconds) {
                    none if none.is_empty() => none,
                    time => format!(" {time}"),
                };
                format!("{by} 在{group}中将 {} 禁言{time}", someone(member))
            }
            GroupAction::MemberUnmuted { member } => {
                format!("{by} 在{group}中解除了 {} 的禁言", someone(member))
            }
            GroupAction::Muted => format!("{by} 开启了{group}的全员禁言"),
            GroupAction::Unmuted => format!("{by} 解除了{group}的全员禁言"),
            GroupAction::MemberInfoSet { member } if member.user_id == event.by.user_id => {
                format!("{by} 修改了自己在{group}中的资料")
            }
            GroupAction::MemberInfoSet { member } => {
                format!("{by} 修改了 {} 在{group}中的资料", someone(member))
            }
            GroupAction::SetToAdmin { member } => {
                format!("{by} 将 {} 设为{group}的管理员", someone(member))
            }
            GroupAction::SetToOrdinary { member } => {
                format!("{by} 将 {} 设为{group}的普通成员", someone(member))
            }
            GroupAction::AnnouncementSet { announcement } if announcement.is_empty() => {
                format!("{by} 删除了{group}的公告")
            }
            GroupAction::AnnouncementSet { announcement } => {
                format!("{by} 修改了{group}的公告：{announcement}")
            }
            GroupAction::NameSet => format!("{by} 将群名称修改为“{}”", event.group_name),
            GroupAction::Updated => format!("{group}的资料有更新"),
        }
    }

    fn friend(&self, event: &FriendEvent) -> String {
        let from = someone(&event.from);
        let to = someone(&event.to);
        match event.action {
            FriendAction::RequestAccepted => {
                self.said(&format!("{from} 同意了 {to} 的好友申请"), &event.message)
            }
            FriendAction::RequestRejected => {
                self.said(&format!("{from} 拒绝了 {to} 的好友申请"), &event.message)
            }
            FriendAction::Requested => {
                self.said(&format!("{from} 申请添加 {to} 为好友"), &event.message)
            }
            FriendAction::Added => format!("{from} 和 {to} 成为了好友"),
            FriendAction::Deleted => format!("{from} 删除了好友 {to}"),
            FriendAction::RemarkSet => format!("{from} 修改了好友 {to} 的备注"),
            FriendAction::Blocked => format!("{from} 将 {to} 加入了黑名单"),
            FriendAction::Unblocked => format!("{from} 将 {to} 移出了黑名单"),
            FriendAction::ProfileUpdated => format!("{from} 更新了个人资料"),
            FriendAction::FriendsUpdated => {
                let friends = list(event.friends.iter().map(AsRef::as_ref));
                format!("{to} 修改了好友 {} 的设置", somebody(&friends))
            }
        }
    }

    fn conversation(&self, event: &ConversationEvent) -> String {
        match event {
            ConversationEvent::Changed { user_id, .. } => {
                format!("{} 修改了会话设置", somebody(user_id.as_str()))
            }
            ConversationEvent::PrivateChat { user_id, on, .. } => {
                let on = if *on { "开启" } else { "关闭" };
                format!("{} {on}了阅后即焚", somebody(user_id.as_str()))
            }
            ConversationEvent::Unread {
                user_id,
                has_read_seq,
                ..
            } => format!(
                "{} 已读至第 {has_read_seq} 条消息",
                somebody(user_id.as_str())
            ),
            ConversationEvent::Cleared { user_id, .. } => {
                format!("{} 清空了聊天记录", somebody(user_id.as_str()))
            }
            ConversationEvent::Deleted { user_id, .. } => {
                format!("{} 删除了会话", somebody(user_id.as_str()))
            }
        }
    }

    fn user(&self, event: &UserEvent) -> String {
        match event {
            UserEvent::ProfileUpdated { user_id } => {
                format!("{} 更新了个人资料", somebody(user_id.as_str()))
            }
            UserEvent::StatusChanged {
                user_id, online, ..
            } => {
                let state = if *online { "上线" } else { "下线" };
                format!("{} {state}了", somebody(user_id.as_str()))
            }
            UserEvent::CommandAdded { user_id } => {
                format!("{} 添加了指令", somebody(user_id.as_str()))
            }
            UserEvent::CommandDeleted { user_id } => {
                format!("{} 删除了指令", somebody(user_id.as_str()))
            }
            UserEvent::CommandUpdated { user_id } => {
                format!("{} 修改了指令", somebody(user_id.as_str()))
            }
            UserEvent::OnlineStatus { user_ids } => {
                let users = list(user_ids.iter().map(AsRef::as_ref));
                format!("{} 的在线状态有变化", somebody(&users))
            }
        }
    }
}

fn somebody(name: &str) -> &str {
    if name.is_empty() { "有人" } else { name }
}

fn someone(person: &Person) -> &str {
    somebody(person.name())
}

fn people(people: &[Person]) -> String {
    somebody(&list(people.iter().map(Person::name))).to_owned()
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join("、")
}

fn time(seconds: i64) -> String {
    span(seconds, " ", |number, unit| {
        format!("{number} {}", ["天", "小时", "分钟", "秒"][unit])
    })
}
