//! The server's own search, which knows filters but no words.

use jiff::civil::Date;

use super::RestSource;
use super::lists::pages::Pages;
use super::wire::{Search, WireSearch};
use crate::error::{Error, Result};
use crate::model::{ContentType, Message, SessionType, UserId};
use crate::source::{Page, PageRequest};

/// What to search for; all that is set must hold, and something must be set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchFilter {
    /// Who sent it.
    pub send_id: Option<UserId>,
    /// Who got it: a user, or a group's id.
    pub recv_id: Option<UserId>,
    /// What it holds. Finds what was sent as this type, also where it was revoked since.
    pub content_type: Option<ContentType>,
    /// On which day it was sent, in UTC.
    pub day: Option<Date>,
    /// Chat of two or group; the server searches no others.
    pub session_type: Option<SessionType>,
}

impl SearchFilter {
    fn is_empty(&self) -> bool {
        let no_user = |id: &Option<UserId>| id.as_ref().is_none_or(UserId::is_empty);
        no_user(&self.send_id)
            && no_user(&self.recv_id)
            && self.content_type.is_none_or(|kind| kind.0 == 0)
            && self.session_type.is_none_or(|kind| kind.0 == 0)
            && self.day.is_none()
    }
}

impl RestSource {
    /// Searches the messages of all users, in the order their blocks were made.
    ///
    /// It finds what readers do not see: revoked messages with their content (`revoked` is set,
    /// but by whom is not said) and those users deleted for themselves. It does not find messages
    /// deleted for everybody, notification accounts, or what has not reached the database. Each
    /// page makes the server go through its whole store from the start, and the total is only a
    /// lower bound until the last page: good for finding, wrong for exporting.
    ///
    /// An empty filter is refused: some servers break over it.
    pub async fn search_messages(
        &self,
        filter: &SearchFilter,
        page: PageRequest,
    ) -> Result<Page<Message>> {
        if filter.is_empty() {
            return Err(Error::invalid(
                "search",
                "at least one of sender, receiver, type, day and session type must be given",
            ));
        }
        let text = |id: &Option<UserId>| id.clone().unwrap_or_default();
        let (send_id, recv_id) = (text(&filter.send_id), text(&filter.recv_id));
        let day = filter.day.map(|day| day.to_string()).unwrap_or_default();
        let mut pages = Pages::new(page)?;
        while let Some(pagination) = pages.next() {
            let request = Search {
                send_id: send_id.as_str(),
                recv_id: recv_id.as_str(),
                content_type: filter.content_type.unwrap_or_default().0,
                send_time: &day,
                session_type: filter.session_type.unwrap_or_default().0,
                pagination,
            };
            let answer: WireSearch = self.transport.call("/msg/search_msg", &request).await?;
            pages.add(answer.hits.0, answer.total.u64());
        }
        Ok(pages.finish())
    }
}
