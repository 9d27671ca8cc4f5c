//! Objects, logs and configuration of a server that keeps none: object storage off, no uploaded logs.

use serde_json::json;

use super::answer::{Data, Refusal};
use super::routes::Call;

pub(in crate::rest) fn access_url(call: &Call<'_>) -> Result<Data, Refusal> {
    call.body.required("name")?;
    Err(Refusal::not_found(
        "mongo: no documents in result mongo find one",
    ))
}

pub(in crate::rest) fn part_limit(_call: &Call<'_>) -> Result<Data, Refusal> {
    Err(Refusal::new(500, "s3 disabled", "s3 disabled"))
}

pub(in crate::rest) fn logs(call: &Call<'_>) -> Result<Data, Refusal> {
    call.admin_only()?;
    Ok(json!({"logsInfos": null, "total": 0}).into())
}

pub(in crate::rest) fn config_list(call: &Call<'_>) -> Result<Data, Refusal> {
    call.admin_only()?;
    Ok(json!({"environment": "", "version": "main", "configNames": null}).into())
}
