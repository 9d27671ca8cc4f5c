//! Notes that only spare work: lines of JSON, packed. Without them more is read, and nothing else changes.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};
use crate::place::Place;

/// Reads the lines of a note; none where there is none or it is damaged. `else_what` says what that costs.
pub(super) async fn read<T>(place: &Place, file: &str, else_what: &str) -> Result<Vec<T>>
where
    T: DeserializeOwned + Send + 'static,
{
    let Some(bytes) = place.read(file).await? else {
        return Ok(Vec::new());
    };
    let read = tokio::task::spawn_blocking(move || parse(&bytes)).await;
    let read = read.map_err(|error| Error::store(format!("read {file}"), error))?;
    Ok(read.unwrap_or_else(|error| {
        tracing::warn!(%error, "{file} in {place} is damaged: {else_what}");
        Vec::new()
    }))
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> std::io::Result<Vec<T>> {
    let text = zstd::decode_all(bytes)?;
    let lines = serde_json::Deserializer::from_slice(&text).into_iter();
    Ok(lines.collect::<Result<_, _>>()?)
}

/// Writes a note whole, in place of what was there.
pub(super) async fn write<T: Serialize>(
    place: &Place,
    file: &str,
    lines: impl IntoIterator<Item = T>,
) -> Result<()> {
    let mut text = Vec::new();
    for line in lines {
        serde_json::to_writer(&mut text, &line)
            .map_err(|error| Error::store(format!("write {file}"), error))?;
        text.push(b'\n');
    }
    let packed = zstd::encode_all(text.as_slice(), 3)
        .map_err(|error| Error::store(format!("write {file}"), error))?;
    place.write(file, packed).await
}
