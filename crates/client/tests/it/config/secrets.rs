//! Secrets: rotated, and never shown.

use openim_history_client::config::{Config, ConfigInputs};

use super::*;

/// What must not be seen.
const HIDDEN: &str = "hunter2";

#[test]
fn a_secret_is_read_again_from_where_it_came_from() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("f.toml");
    let secret_file = folder.path().join("secret");
    let share = folder.path().join("share.yml");
    std::fs::write(&share, "secret: s1\n").unwrap();
    std::fs::write(&secret_file, " s1 \r\n").unwrap();
    let in_folder = format!("openim_config = '{}'\n", folder.path().display());
    for toml in [
        "[api]\nsecret = 's1'\n",
        "[api]\nsecret_file = 'secret'\n",
        &in_folder,
    ] {
        std::fs::write(&file, toml).unwrap();
        let config = Config::load(ConfigInputs {
            candidates: vec![file.clone()],
            ..ConfigInputs::default()
        });
        let secret = config.unwrap().rest_options().unwrap().unwrap().secret;
        assert_eq!(secret.read().unwrap().expose(), "s1");

        let rotate = |path: &Path| {
            let text = std::fs::read_to_string(path).unwrap();
            std::fs::write(path, text.replace("s1", "s2")).unwrap();
            assert_eq!(secret.read().unwrap().expose(), "s2");
            std::fs::write(path, text).unwrap();
        };
        match toml {
            _ if toml == in_folder => rotate(&share),
            _ if toml.contains("secret_file") => rotate(&secret_file),
            _ => rotate(&file),
        }
        // Once it is gone from there, that is said.
        std::fs::write(&file, "").unwrap();
        if !toml.contains("secret_file") {
            let error = text(secret.read());
            assert!(error.contains("nothing sets api.secret_file"), "{error}");
        }
    }
}

#[test]
fn no_secret_is_in_debug_display_or_show() {
    let folder = tempfile::tempdir().unwrap();
    let password = folder.path().join("password");
    std::fs::write(&password, HIDDEN).unwrap();
    let env = [
        ("OPENIM_SECRET", HIDDEN),
        ("OPENIM_API_PROXY", "http://u:hunter2@p/"),
        (
            "OPENIM_MONGO_URI",
            "mongodb://u:hunter2@h/?tlsCertificateKeyFilePassword=hunter2",
        ),
    ];
    let mut inputs = ConfigInputs {
        flags: flags(&[("api.url", "https://u:hunter2@im.example.com/")]),
        env: variables(&env),
        ..ConfigInputs::default()
    };
    inputs.flags.set("mongo.username", "reader").unwrap();
    inputs
        .flags
        .set("mongo.password_file", password.to_str().unwrap())
        .unwrap();
    let config = Config::load(inputs.clone()).unwrap();
    let shown: Vec<_> = config.values().iter().map(ToString::to_string).collect();
    let all = format!(
        "{inputs:?} {config:?} {shown:?} {:?}",
        config.mongo_options()
    );
    assert!(!all.contains(HIDDEN), "{all}");
    assert!(all.contains("https://u:***@im.example.com/"), "{all}");
    let mongo = config.mongo_options().unwrap().unwrap();
    assert!(
        mongo
            .uri
            .expose()
            .starts_with("mongodb://reader:hunter2@h/")
    );
    let rest = config.rest_options().unwrap().unwrap();
    assert!(!format!("{:?}", rest.secret).contains(HIDDEN));
}

#[test]
fn no_secret_is_in_an_error() {
    for (name, value) in [
        ("OPENIM_API_URL", "u:hunter2@h"),
        ("OPENIM_API_URL", "http://u:hunter2@:1:2/"),
        ("OPENIM_API_PROXY", "gopher://u:hunter2@h"),
        ("OPENIM_MONGO_URI", "u:hunter2@h"),
        ("OPENIM_MONGO_HOSTS", "u:hunter2@h"),
    ] {
        let result = from_env(&[(name, value)]);
        let debug = format!("{:?}", result.as_ref().err());
        let all = format!("{} {debug}", text(result));
        assert!(all.contains(name) && !all.contains(HIDDEN), "{all}");
    }
}

#[test]
fn a_connection_string_file_is_read_and_names_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("uri");
    std::fs::write(&file, "mongodb://u:p@h/im\n").unwrap();
    let env = [("OPENIM_MONGO_URI_FILE", file.to_str().unwrap())];
    let config = from_env(&env).unwrap();
    let mongo = config.mongo_options().unwrap().unwrap();
    assert_eq!(mongo.uri.expose(), "mongodb://u:p@h/im");
    assert_eq!(mongo.database, "im");
    std::fs::write(&file, "hunter2").unwrap();
    let error = text(from_env(&env).unwrap().mongo_options());
    assert!(error.contains("must hold a connection string"), "{error}");
    assert!(!error.contains(HIDDEN), "{error}");
    std::fs::remove_file(&file).unwrap();
    let error = text(from_env(&env).unwrap().mongo_options());
    assert!(error.starts_with("connection string file "), "{error}");
}

#[cfg(unix)]
#[test]
fn a_file_with_a_secret_that_everybody_may_read_is_told() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("f.toml");
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "s").unwrap();
    let warned = |toml: &str, mode: u32| {
        std::fs::write(&file, toml).unwrap();
        for path in [&file, &secret] {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        }
        let config = Config::load(ConfigInputs {
            file: Some(file.clone()),
            ..ConfigInputs::default()
        });
        let texts: Vec<_> = config
            .unwrap()
            .warnings()
            .iter()
            .map(ToString::to_string)
            .collect();
        texts.join("\n")
    };
    assert!(warned("[api]\nsecret = 's'\n", 0o644).contains("f.toml holds a secret"));
    assert!(warned("[mongo]\nuri = 'mongodb://u:p@h/'\n", 0o604).contains("f.toml holds a secret"));
    assert!(warned("[api]\nsecret_file = 'secret'\n", 0o644).contains("/secret holds a secret"));
    assert_eq!(warned("[api]\nsecret = 's'\n", 0o600), "");
    assert_eq!(warned("[mongo]\nuri = 'mongodb://h/'\n", 0o644), "");
}
