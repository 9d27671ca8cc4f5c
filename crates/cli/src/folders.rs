//! The user's own folders, apart from configuration: what can be made again, and what is kept between two runs.

use std::path::PathBuf;

/// The folder of this program below each.
const OURS: &str = "openim-history";

/// Returns this program's folder for what can be made again.
pub(crate) fn cache() -> Option<PathBuf> {
    ours("XDG_CACHE_HOME", ".cache", environment)
}

/// Returns this program's folder for what is kept between two runs.
pub(crate) fn state() -> Option<PathBuf> {
    ours("XDG_STATE_HOME", ".local/state", environment)
}

fn environment(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).map(PathBuf::from)
}

/// A variable that holds no absolute path is passed over, as the XDG specification says.
fn ours(
    named: &str,
    below_home: &str,
    variable: impl Fn(&str) -> Option<PathBuf>,
) -> Option<PathBuf> {
    let variable = |name| variable(name).filter(|path| path.is_absolute());
    let folder = variable(named)
        .or_else(|| variable("HOME").map(|home| home.join(below_home)))
        .or_else(|| variable("LOCALAPPDATA"))?;
    Some(folder.join(OURS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_made_again_lies_in_the_users_cache() {
        let folder = |variables: &'static [(&str, &str)]| {
            ours("XDG_CACHE_HOME", ".cache", |name| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| PathBuf::from(value))
            })
        };
        let home = ("HOME", "/home/a");
        assert_eq!(folder(&[]), None);
        assert_eq!(
            folder(&[("HOME", "/home/a")]),
            Some("/home/a/.cache/openim-history".into())
        );
        let chosen = ours("XDG_CACHE_HOME", ".cache", |name| match name {
            "XDG_CACHE_HOME" => Some("/cache".into()),
            name => (name == home.0).then(|| home.1.into()),
        });
        assert_eq!(chosen, Some("/cache/openim-history".into()));
    }
}
