//! The layers of flags and environment variables.

use strsim::damerau_levenshtein;

use super::inputs::{ConfigInputs, FILE_VARIABLE};
use super::key::{KEYS, Key};
use super::origin::{Layer, ValueOrigin};
use super::value::{Setting, Written};
use super::warning::Warning;
use crate::error::Result;

/// Returns what the flags set.
pub(super) fn of_flags(inputs: &ConfigInputs) -> Result<Vec<(&'static Key, Setting)>> {
    inputs
        .flags
        .iter()
        .map(|(key, flag, value)| {
            let origin = ValueOrigin::Flag(flag.to_owned());
            let written = Written::Text(value.to_owned());
            let setting = Setting::read(key, written, None, origin, Layer::Flag)?;
            Ok((key, setting))
        })
        .collect()
}

/// Returns what the environment sets.
pub(super) fn of_environment(inputs: &ConfigInputs) -> Result<Vec<(&'static Key, Setting)>> {
    KEYS.iter()
        .filter_map(|key| Some((key, inputs.variable(key.env)?)))
        .map(|(key, value)| {
            let origin = ValueOrigin::Environment(key.env.to_owned());
            let written = Written::Text(value.to_owned());
            let setting = Setting::read(key, written, None, origin, Layer::Environment)?;
            Ok((key, setting))
        })
        .collect()
}

/// Names the variables that look like misspelt ones of ours. Not an error: others may use
/// `OPENIM_` for things of their own.
pub(super) fn misspelt(inputs: &ConfigInputs) -> Vec<Warning> {
    let known = || KEYS.iter().map(|key| key.env).chain([FILE_VARIABLE]);
    let mut warnings = Vec::new();
    for (name, _) in &inputs.env {
        let upper = name.to_uppercase();
        let looks_like_ours = upper.starts_with("OPENIM") || upper.starts_with("OPEN_IM");
        if !looks_like_ours || known().any(|env| env == name) {
            continue;
        }
        let without_history = upper.replacen("OPENIM_HISTORY_", "OPENIM_", 1);
        let nearest = known()
            .flat_map(|env| {
                let whole = (damerau_levenshtein(env, &upper), false, env);
                let stripped = (damerau_levenshtein(env, &without_history), true, env);
                [whole, stripped]
            })
            .min();
        // In a short name two letters are half of it.
        let allowed = if name.len() > "OPENIM_".len() + 4 {
            2
        } else {
            1
        };
        if let Some((distance, _, nearest)) = nearest
            && distance <= allowed
        {
            warnings.push(Warning::UnknownVariable {
                name: name.clone(),
                nearest,
            });
        }
    }
    warnings
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn misspelt_of(name: &str) -> Option<String> {
        let inputs = ConfigInputs {
            env: vec![(name.into(), "x".into())],
            ..ConfigInputs::default()
        };
        let text = misspelt(&inputs).first().map(ToString::to_string)?;
        Some(text.rsplit_once(' ').unwrap().1.to_owned())
    }

    #[test]
    fn misspelt_variables_are_told_with_the_nearest() {
        for (name, nearest) in [
            ("OPENIM_API_ULR", "OPENIM_API_URL?"),
            ("OPENIM_SECRETS", "OPENIM_SECRET?"),
            ("openim_secret", "OPENIM_SECRET?"),
            ("OPENIM_HISTORY_API_URL", "OPENIM_API_URL?"),
            ("OPEN_IM_MONGO_URI", "OPENIM_MONGO_URI?"),
            ("OPENIM_HISTORY_CONFG", "OPENIM_HISTORY_CONFIG?"),
        ] {
            assert_eq!(misspelt_of(name).as_deref(), Some(nearest), "{name}");
        }
    }

    #[test]
    fn other_variables_are_left_alone() {
        for name in [
            "OPENIM_IP",
            "OPENIM_SERVER_IMAGE",
            "IMENV_SHARE_SECRET",
            "PATH",
        ] {
            assert_eq!(misspelt_of(name), None, "{name}");
        }
        for key in KEYS {
            assert_eq!(misspelt_of(key.env), None, "{}", key.env);
        }
    }
}
