//! Pictures, voice messages, videos, files, visiting cards, places and notices.

use openim_history_client::model::{
    Card, Content, File, Kind, Location, Notice, Picture, PictureSize, Video, Voice,
};

use super::super::address::address;
use super::super::words::{playing, size};
use super::text::{link, text};
use super::{Pen, data, face};
use crate::export::writer::Attachment;

/// Pictures wider or higher than this have no size worth believing.
const PIXELS: i64 = 30_000;

/// The files a page links to. What a browser would run (`html`, `svg`, `xml` and whatever comes next) is named but not
/// linked: opened from the disk, it would run beside the export.
const LINKED: &[&str] = &[
    "7z", "aac", "amr", "apk", "avi", "avif", "bmp", "bz2", "csv", "doc", "docx", "flac", "gif",
    "gz", "heic", "ipa", "jpeg", "jpg", "json", "log", "m4a", "m4v", "md", "mkv", "mov", "mp3",
    "mp4", "odp", "ods", "odt", "oga", "ogg", "ogv", "opus", "pdf", "png", "ppt", "pptx", "rar",
    "rtf", "tar", "tgz", "tif", "tiff", "txt", "wav", "weba", "webm", "webp", "xls", "xlsx", "xz",
    "zip", "zst",
];

impl Pen<'_> {
    pub(super) fn picture(&mut self, picture: &Picture) {
        let sizes = [&picture.source, &picture.big, &picture.snapshot];
        let have = |size: &&PictureSize| self.have(&size.url);
        let full = sizes.iter().find_map(have);
        let small = sizes.iter().rev().find_map(have);
        let measured = picture.measured();
        let (Some(full), Some(small)) = (full, small) else {
            let bytes = sizes.iter().map(|size| size.size).max().unwrap_or_default();
            let pixels = measured.map(|size| format!("{}×{}", size.width, size.height));
            let url = sizes.iter().find(|size| !size.url.is_empty());
            let url = url.map_or("", |size| &size.url);
            self.missing(Kind::Picture, "", &[pixels, size(bytes)], url);
            return;
        };
        let linked = is_linked(&full.path);
        self.to.push("<figure>");
        if linked {
            self.to
                .push("<a href=\"")
                .text(&address(self.page, &full.path))
                .push("\">");
        }
        self.to
            .push("<img loading=\"lazy\" decoding=\"async\" src=\"")
            .text(&address(self.page, &small.path))
            .push("\" alt=\"")
            .text(self.words.picture);
        let believed = measured.filter(|size| size.width <= PIXELS && size.height <= PIXELS);
        match believed {
            Some(size) => {
                let (width, height) = (size.width, size.height);
                self.to.push(" ").number(width).push("×").number(height);
                self.to.push("\" width=\"").number(width);
                self.to.push("\" height=\"").number(height);
                self.to.push("\">");
            }
            None => {
                self.to.push("\">");
            }
        }
        if linked {
            self.to.push("</a>");
        }
        self.to.push("</figure>");
    }

    pub(super) fn voice(&mut self, voice: &Voice) {
        let length = playing(voice.duration);
        let Some(have) = self.have(&voice.url) else {
            self.missing(Kind::Voice, "", &[length, size(voice.size)], &voice.url);
            return;
        };
        self.to
            .push("<figure class=\"v\"><audio controls preload=\"none\" src=\"")
            .text(&address(self.page, &have.path))
            .push("\"></audio><figcaption>")
            .text(self.words.voice);
        if let Some(length) = length {
            self.to.push(" · ").text(&length);
        }
        self.to.push("</figcaption></figure>");
    }

    pub(super) fn video(&mut self, video: &Video) {
        let length = playing(video.duration);
        let frame = self.have(&video.snapshot.url);
        let Some(have) = self.have(&video.url) else {
            self.missing(Kind::Video, "", &[length, size(video.size)], &video.url);
            return;
        };
        self.to
            .push("<figure class=\"v\"><video controls preload=\"none\" src=\"")
            .text(&address(self.page, &have.path));
        if let Some(frame) = frame {
            self.to
                .push("\" poster=\"")
                .text(&address(self.page, &frame.path));
        }
        let (width, height) = (video.snapshot.width, video.snapshot.height);
        if (1..=PIXELS).contains(&width) && (1..=PIXELS).contains(&height) {
            self.to.push("\" width=\"").number(width);
            self.to.push("\" height=\"").number(height);
        }
        self.to
            .push("\"></video><figcaption>")
            .text(self.words.video);
        if let Some(length) = length {
            self.to.push(" · ").text(&length);
        }
        self.to.push("</figcaption></figure>");
    }

    pub(super) fn file(&mut self, file: &File) {
        let Some(have) = self.have(&file.url) else {
            self.missing(Kind::File, &file.name, &[size(file.size)], &file.url);
            return;
        };
        let name = if file.name.trim().is_empty() {
            self.words.file
        } else {
            &file.name
        };
        let linked = is_linked(&have.path);
        if linked {
            self.to
                .push("<a class=\"card\" href=\"")
                .text(&address(self.page, &have.path))
                .push("\">");
        } else {
            self.to.push("<div class=\"card\">");
        }
        self.icon(Kind::File);
        self.to
            .push("<span><b><bdi>")
            .text(name)
            .push("</bdi></b><small>");
        if let Some(size) = i64::try_from(have.size).ok().and_then(size) {
            self.to.text(&size);
        }
        self.to.push("</small>");
        if linked {
            self.to.push("</span></a>");
            return;
        }
        self.to
            .push("<small>")
            .text(self.words.not_linked)
            .push(" <code>")
            .text(&have.path)
            .push("</code></small></span></div>");
    }

    pub(super) fn card(&mut self, card: &Card) {
        let name = if card.nickname.is_empty() {
            card.user_id.as_str()
        } else {
            &card.nickname
        };
        self.to.push("<div class=\"card\">");
        face(self.to, card.user_id.as_str(), name);
        self.to
            .push("<span><b><bdi>")
            .text(name)
            .push("</bdi></b><small>");
        self.to.text(self.words.card);
        self.to
            .push(" · ")
            .text(card.user_id.as_str())
            .push("</small></span></div>");
        data(self.to, self.words, &card.ex);
    }

    pub(super) fn place(&mut self, content: &Content, place: &Location) {
        self.to.push("<div class=\"card\">");
        self.icon(Kind::Location);
        self.to.push("<span>");
        // Its own words or, where it is JSON, the strings in it.
        let described = content.text();
        let mut lines = described.lines();
        let first = lines.next().unwrap_or(self.words.location);
        self.to.push("<b><bdi>").text(first).push("</bdi></b>");
        for line in lines {
            self.to.push("<small>").text(line).push("</small>");
        }
        self.to
            .push("<small>")
            .text(&format!("{}, {}", place.latitude, place.longitude))
            .push("</small></span></div>");
    }

    pub(super) fn notice(&mut self, notice: &Notice) {
        self.labelled(Kind::Notice, &notice.name);
        if !notice.text.is_empty() {
            text(self.to, self.words, &notice.text);
        }
        if !notice.url.is_empty() {
            self.to.push("<div class=\"x\">");
            link(self.to, &notice.url);
            self.to.push("</div>");
        }
        if let Some(picture) = &notice.picture {
            self.picture(picture);
        }
        if let Some(voice) = &notice.voice {
            self.voice(voice);
        }
        if let Some(video) = &notice.video {
            self.video(video);
        }
        if let Some(file) = &notice.file {
            self.file(file);
        }
        data(self.to, self.words, &notice.ex);
    }

    fn have(&self, url: &str) -> Option<Attachment> {
        (!url.is_empty()).then(|| (self.attachment)(url)).flatten()
    }

    /// Writes what stands for an attachment that the export has not got.
    fn missing(&mut self, kind: Kind, name: &str, facts: &[Option<String>], url: &str) {
        let label = self.words.kind(kind);
        self.to.push("<div class=\"card none\">");
        self.icon(kind);
        let name = if name.trim().is_empty() { label } else { name };
        self.to
            .push("<span><b><bdi>")
            .text(name)
            .push("</bdi></b><small>");
        for fact in facts.iter().flatten() {
            self.to.text(fact).push(" · ");
        }
        self.to.text(self.words.not_exported).push("</small>");
        if !url.is_empty() {
            self.to.push("<small class=\"u\">");
            link(self.to, url);
            self.to.push("</small>");
        }
        self.to.push("</span></div>");
    }

    pub(super) fn icon(&mut self, kind: Kind) {
        self.to
            .push("<svg class=\"i\" aria-hidden=\"true\"><use href=\"#");
        self.to.push(match kind {
            Kind::Picture => "i-picture",
            Kind::Voice => "i-voice",
            Kind::Video => "i-video",
            Kind::Location => "i-place",
            Kind::Merger => "i-merger",
            _ => "i-file",
        });
        self.to.push("\"/></svg>");
    }
}

fn is_linked(path: &str) -> bool {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    LINKED
        .iter()
        .any(|known| extension.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_browser_would_run_is_not_linked() {
        for path in [
            "media/a.html",
            "a.SVG",
            "a.xhtml",
            "a",
            "a.pdf.htm",
            "png",
            "a.pdf/b",
        ] {
            assert!(!is_linked(path), "{path}");
        }
        for path in ["media/a.pdf", "a.PNG", "a.tar.gz"] {
            assert!(is_linked(path), "{path}");
        }
    }
}
