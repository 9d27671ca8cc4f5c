//! What is said of how the numbers were counted.

use crate::report::model::Report;
use crate::report::words::ReportStyle;

/// Returns what a reader of the page should know, sentence by sentence.
pub(super) fn notes(report: &Report, style: &ReportStyle) -> Vec<String> {
    let mut notes = vec![
        style.say(
            "A message is what people sent in chats of two and groups. Notices of the system, receipts, signs of typing and the logs beside the chats are not counted.",
            "消息指人们在单聊和群聊中发送的内容。系统通知、回执、输入状态以及会话旁的日志不计入。",
        ),
        style.say(
            "Recalled, deleted and removed messages are counted as long as the archive has them. They stand under the month they were sent in.",
            "已撤回、已删除、服务器已移除的消息，只要归档中还有就计入，并归入其发送的月份。",
        ),
        style.say(
            "Days, weeks (Monday to Sunday, ISO 8601) and hours are those of the time zone above, by the time the message was sent as the server or the sender says.",
            "日、周（周一至周日，ISO 8601）和小时均按上述时区，以消息所载的发送时间为准。",
        ),
        style.say(
            "An answer time runs from the first of somebody's messages to the next message of another person in the same conversation; after 12 hours nobody waits any more. It is exact to the second.",
            "回复时长：从某人连续消息中的第一条，到同一会话中另一人的下一条消息；超过 12 小时不再算作回复。精确到秒。",
        ),
        style.say(
            "Sizes of attachments are those the messages declare, of pictures that of the original; what is kept counts each content once.",
            "附件大小以消息声明为准（图片取原图）；已存部分相同内容只计一次。",
        ),
    ]
    .into_iter()
    .map(str::to_owned)
    .collect::<Vec<_>>();
    match report.about.scope.as_str() {
        "user" => notes.push(
            style
                .say(
                    "Of a user, the numbers count what the user sent. What others sent to the user in chats of two only counts as received, in the chats of two and in answer times.",
                    "用户报告统计该用户发送的消息；他人在单聊中发给该用户的消息只计入“收到”、单聊和回复时长。",
                )
                .to_owned(),
        ),
        _ => notes.push(
            style
                .say(
                    "A missing number lies between 1 (with a limit in time: the first number of that time) and the greatest number of its conversation that the archive has.",
                    "空号：会话中从 1（限定时间时为该时间内的首个序号）到归档中最大序号之间没有消息的序号。",
                )
                .to_owned(),
        ),
    }
    notes
}
