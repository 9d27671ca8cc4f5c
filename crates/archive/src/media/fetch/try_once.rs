//! One try: asking, reading to the end, judging what came.

use std::time::Duration;

use reqwest::Response;
use reqwest::header::{
    CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap, HeaderName,
    HeaderValue, IF_RANGE, LAST_MODIFIED, RANGE, RETRY_AFTER,
};

use super::failure::{Failure, FailureKind};
use super::get::Getter;
use super::part::{Got, Part};
use crate::error::Result;
use crate::media::kind::MediaKind;
use crate::media::options::MediaOptions;
use crate::tables::attachments::Record;

/// Reads an attachment to its end into `part`. The outer error is the disk's, the inner one the server's.
pub(super) async fn try_once(
    getter: &Getter,
    options: &MediaOptions,
    part: &mut Part,
    record: &Record,
) -> Result<Result<Got, Failure>> {
    let mut headers = HeaderMap::new();
    if let Some(validator) = part.resumes()
        && let Ok(validator) = HeaderValue::from_str(validator)
        && let Ok(range) = HeaderValue::from_str(&format!("bytes={}-", part.len()))
    {
        headers.insert(IF_RANGE, validator);
        headers.insert(RANGE, range);
    }
    let mut response = match getter.get(&record.url, &headers).await {
        Ok(response) => response,
        Err(failure) => return Ok(Err(failure)),
    };
    let status = response.status().as_u16();
    if status == 416 && !headers.is_empty() {
        part.begin(None).await?;
        let reason = "the server does not go on with it";
        return Ok(Err(Failure::new(FailureKind::BrokenOff, reason)));
    }
    let goes_on = status == 206 && starts_at(&response) == Some(part.len()) && !headers.is_empty();
    if !goes_on {
        if let Err(failure) = judge_status(&response, status) {
            return Ok(Err(failure));
        }
        part.begin(validator(&response)).await?;
    }
    let coded = text(&response, CONTENT_ENCODING).filter(|coding| *coding != "identity");
    if let Some(coding) = coded {
        let reason = format!("the server packed it as {coding}, which was not asked for");
        return Ok(Err(Failure::new(FailureKind::WrongType, reason)));
    }
    let whole = text(&response, CONTENT_LENGTH)
        .and_then(|length| length.parse::<u64>().ok())
        .map(|length| length.saturating_add(part.len()));
    if let Some(size) = whole.filter(|size| *size > options.max_size) {
        return Ok(Err(Failure::too_large(size, options.max_size)));
    }
    loop {
        match response.chunk().await {
            Ok(Some(bytes)) => {
                let size = part.len() + bytes.len() as u64;
                if size > options.max_size {
                    return Ok(Err(Failure::too_large(size, options.max_size)));
                }
                part.write(&bytes).await?;
            }
            Ok(None) => break,
            Err(error) => return Ok(Err(error.into())),
        }
    }
    if whole.is_some_and(|whole| whole != part.len()) {
        let reason = "it ended before the length the server had said";
        return Ok(Err(Failure::new(FailureKind::BrokenOff, reason)));
    }
    Ok(judge_content(&response, part, record))
}

fn text(response: &Response, name: HeaderName) -> Option<&str> {
    response.headers().get(name)?.to_str().ok()
}

/// Returns what tells that the server still has the same. A weak tag does not: it may stand for other bytes.
fn validator(response: &Response) -> Option<String> {
    text(response, ETAG)
        .filter(|tag| !tag.starts_with("W/"))
        .or_else(|| text(response, LAST_MODIFIED))
        .map(str::to_owned)
}

/// Returns where a part of a file begins.
fn starts_at(response: &Response) -> Option<u64> {
    let range = text(response, CONTENT_RANGE)?.strip_prefix("bytes ")?;
    range.split('-').next()?.trim().parse().ok()
}

fn judge_status(response: &Response, status: u16) -> Result<(), Failure> {
    let kind = match status {
        200 => return Ok(()),
        404 | 410 => FailureKind::Gone,
        408 | 425 | 429 | 500.. => FailureKind::ServerError,
        _ => FailureKind::Denied,
    };
    let seconds = text(response, RETRY_AFTER).and_then(|after| after.parse().ok());
    Err(Failure {
        retry_after: seconds.map(Duration::from_secs),
        ..Failure::new(kind, format!("the server answered with status {status}"))
    })
}

/// Judges a whole content: an attachment, or something that came in its place.
fn judge_content(response: &Response, part: &Part, record: &Record) -> Result<Got, Failure> {
    let said = text(response, CONTENT_TYPE)
        .and_then(|said| said.split(';').next())
        .map(|said| said.trim().to_ascii_lowercase())
        .filter(|said| !said.is_empty() && said.len() <= 100);
    let looks = infer::get(&part.head);
    if part.len() == 0 {
        // An empty file is one; an empty picture is none.
        return if record.kind == MediaKind::File && record.declared_size.is_none() {
            Ok(Got {
                content_type: said,
                extension: None,
            })
        } else {
            Err(Failure::new(FailureKind::Empty, "it came empty"))
        };
    }
    let is_page = looks.is_some_and(|looks| looks.mime_type() == "text/html");
    let is_media = looks.is_some_and(|looks| {
        use infer::MatcherType::{Audio, Image, Video};
        matches!(looks.matcher_type(), Audio | Image | Video)
    });
    let words = |said: &str| {
        said.starts_with("text/") || ["application/json", "application/xml"].contains(&said)
    };
    let instead = match record.kind {
        // A file may be a page: one that somebody sent has the size the message says.
        MediaKind::File => is_page && record.declared_size.is_some_and(|size| size != part.len()),
        _ => is_page || (!is_media && said.as_deref().is_some_and(words)),
    };
    if instead {
        let what = if is_page {
            "text/html"
        } else {
            said.as_deref().unwrap_or("text")
        };
        let reason = format!("{what} came in place of a {}", record.kind);
        return Err(Failure::new(FailureKind::WrongType, reason));
    }
    let vague = said
        .as_deref()
        .is_none_or(|said| said.ends_with("/octet-stream"));
    let content_type = match looks {
        Some(looks) if vague => Some(looks.mime_type().to_owned()),
        _ => said,
    };
    Ok(Got {
        content_type,
        extension: looks.and_then(extension),
    })
}

/// Returns an extension for what nobody can be harmed by: no pages, no programs.
fn extension(looks: infer::Type) -> Option<&'static str> {
    use infer::MatcherType::{Archive, Audio, Doc, Image, Video};
    matches!(looks.matcher_type(), Archive | Audio | Doc | Image | Video)
        .then(|| looks.extension())
        .filter(|extension| extension.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}
