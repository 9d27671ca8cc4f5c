//! The message that another one replies to.

use openim_history_client::model::{Content, NestedMessage};

use super::{Pen, text};

impl Pen<'_> {
    /// Writes what is quoted, above the reply; a link to it where it stands on the same page. It is the sender's
    /// client that says what was quoted, and nothing vouches for it: the link leads to what was really said.
    pub(super) fn quote(&mut self, quoted: Option<&NestedMessage>) {
        let Some(quoted) = quoted else { return };
        self.to.push("<blockquote>");
        let target = (self.target)(quoted);
        let sender = match quoted.sender() {
            "" => self.words.unnamed,
            sender => sender,
        };
        match target {
            Some(anchor) => {
                self.to.push("<a class=\"w\" href=\"#");
                anchor.write(self.to);
                self.to.push("\" title=\"").text(self.words.quoted);
                self.to.push("\"><bdi>").text(sender).push("</bdi> ↑</a>");
            }
            None => {
                self.to
                    .push("<span class=\"w\"><bdi>")
                    .text(sender)
                    .push("</bdi></span>");
            }
        }
        self.to.push("<div class=\"b\" dir=\"auto\">");
        match &quoted.content {
            Content::Text(said) | Content::Markdown(said) => text(self.to, self.words, &said.text),
            Content::Picture(picture) => self.picture(picture),
            // One line: what it quotes or bundles in turn is not the point here.
            content => {
                let line = content.summary(self.lang);
                text(self.to, self.words, &line);
            }
        }
        self.to.push("</div></blockquote>");
    }
}
