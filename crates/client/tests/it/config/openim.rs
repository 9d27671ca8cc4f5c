//! OpenIM's own configuration, of three generations.

use openim_history_client::config::{Config, ConfigInputs, SecretHolder, Warning};

use super::*;

fn load(folder: &Path, env: &[(&str, &str)]) -> Result<Config> {
    Config::load(ConfigInputs {
        flags: flags(&[("openim_config", folder.to_str().unwrap())]),
        env: variables(env),
        ..ConfigInputs::default()
    })
}

fn secret(config: &Config) -> String {
    let rest = config.rest_options().unwrap().unwrap();
    rest.secret.read().unwrap().expose().to_owned()
}

fn uri(config: &Config) -> String {
    let mongo = config.mongo_options().unwrap().unwrap();
    mongo.uri.expose().to_owned()
}

#[test]
fn the_folder_of_a_release_is_enough() {
    let config = load(&data("openim-config-release"), &[]).unwrap();
    assert_eq!(secret(&config), "release-secret");
    for expected in [
        "api.secret = ***  (openim-config-release/share.yml:2)",
        "api.admin_id = imAdmin  (openim-config-release/share.yml:9)",
        "api.url = http://127.0.0.1:10102/  (openim-config-release/openim-api.yml:3)",
        "mongo.uri is not set",
        "mongo.hosts = 127.0.0.1:37017  (openim-config-release/mongodb.yml:3)",
        "mongo.username = openIM  (openim-config-release/mongodb.yml:5)",
        "mongo.password = ***  (openim-config-release/mongodb.yml:6)",
        "mongo.database = openim_v3  (openim-config-release/mongodb.yml:4)",
        "mongo.read_preference = secondaryPreferred  (default)",
    ] {
        let key = expected.split(' ').next().unwrap();
        assert_eq!(line(&config, key), expected);
    }
    assert_eq!(
        uri(&config),
        "mongodb://openIM:p%40ss%3Aword@127.0.0.1:37017/?authSource=openim%5Fv3"
    );
    assert_eq!(config.retention_days(), Some(365));
    let origin = &config.retention().unwrap().origin;
    assert!(
        origin.to_string().ends_with("openim-crontask.yml:2"),
        "{origin}"
    );
}

#[test]
fn the_folder_of_main_is_enough() {
    let config = load(&data("openim-config-main"), &[]).unwrap();
    assert_eq!(secret(&config), "0123456");
    for expected in [
        "api.admin_id = mainAdmin  (openim-config-main/share.yml:4)",
        "api.url = http://10.0.0.5:10002/  (openim-config-main/openim-api.yml:3)",
        "mongo.uri is not set",
        "mongo.hosts = mongo1:27017,mongo2:27017  (openim-config-main/mongodb.yml:11)",
        "mongo.replica_set = rs0  (openim-config-main/mongodb.yml:10)",
        "mongo.auth_source = admin  (openim-config-main/mongodb.yml:7)",
        "mongo.read_preference = nearest  (openim-config-main/mongodb.yml:14)",
    ] {
        let key = expected.split(' ').next().unwrap();
        assert_eq!(line(&config, key), expected);
    }
    assert_eq!(
        uri(&config),
        "mongodb://openIM:openIM%2Dmain@mongo1:27017,mongo2:27017/?authSource=admin&replicaSet=rs0"
    );
    assert_eq!(config.retention_days(), None);
}

#[test]
fn the_single_file_of_3_5_is_enough() {
    let folder = data("openim-config-v3.5");
    for place in [folder.clone(), folder.join("openim.yaml")] {
        let config = load(&place, &[("IMENV_SHARE_SECRET", "no variables then")]).unwrap();
        assert_eq!(secret(&config), "v3.5-secret");
        for expected in [
            "api.admin_id = openIM123456  (openim-config-v3.5/openim.yaml:4)",
            "api.url = http://127.0.0.1:10002/  (openim-config-v3.5/openim.yaml:10)",
            "mongo.hosts = mongo:27017  (openim-config-v3.5/openim.yaml:14)",
        ] {
            let key = expected.split(' ').next().unwrap();
            assert_eq!(line(&config, key), expected);
        }
        assert_eq!(
            uri(&config),
            "mongodb://root:openIM%2D3%2E5@mongo:27017/?authSource=openIM%5Fv3"
        );
        assert_eq!(config.retention_days(), Some(30));
    }
}

#[test]
fn the_servers_variables_lie_over_its_files() {
    let env = [
        ("IMENV_SHARE_SECRET", "s, with a comma"),
        ("IMENV_SHARE_IMADMINUSERID", "envAdmin,other"),
        ("IMENV_OPENIM_API_API_PORTS", "10202,10203"),
        ("IMENV_MONGODB_ADDRESS", "h1:1, h2:2"),
        ("IMENV_MONGODB_USERNAME", ""),
        ("IMENV_OPENIM_CRONTASK_RETAINCHATRECORDS", "7"),
    ];
    let config = load(&data("openim-config-release"), &env).unwrap();
    assert_eq!(secret(&config), "s, with a comma");
    for expected in [
        "api.secret = ***  (environment IMENV_SHARE_SECRET)",
        "api.admin_id = envAdmin  (environment IMENV_SHARE_IMADMINUSERID)",
        "api.url = http://127.0.0.1:10202/  (environment IMENV_OPENIM_API_API_PORTS)",
        "mongo.hosts = h1:1,h2:2  (environment IMENV_MONGODB_ADDRESS)",
        "mongo.username = openIM  (openim-config-release/mongodb.yml:5)",
    ] {
        let key = expected.split(' ').next().unwrap();
        assert_eq!(line(&config, key), expected);
    }
    assert_eq!(config.retention_days(), Some(7));
    // A key that is there and empty can be set; a connection string then stands alone.
    let uri_in_env = [("IMENV_MONGODB_URI", "mongodb://a:b@h/x")];
    let config = load(&data("openim-config-release"), &uri_in_env).unwrap();
    assert_eq!(uri(&config), "mongodb://a:b@h/x");
    assert_eq!(
        line(&config, "mongo.uri"),
        "mongo.uri = mongodb://a:***@h/x  (environment IMENV_MONGODB_URI)"
    );
    let config = load(
        &data("openim-config-main"),
        &[("IMENV_SHARE_IMADMINUSER_USERIDS", "a,b")],
    );
    assert!(line(&config.unwrap(), "api.admin_id").starts_with("api.admin_id = a  (env"));
}

#[test]
fn a_variable_of_a_key_the_file_lacks_has_no_effect_and_is_told() {
    let env = [("IMENV_MONGODB_MONGOMODE", "replicaSet")];
    let config = load(&data("openim-config-release"), &env).unwrap();
    assert!(line(&config, "mongo.hosts").starts_with("mongo.hosts = 127.0.0.1:37017"));
    let told = config.warnings().iter().any(|warning| {
        matches!(warning, Warning::IgnoredVariable { name, key, .. }
            if name == "IMENV_MONGODB_MONGOMODE" && key == "mongoMode")
    });
    assert!(told, "{:?}", config.warnings());
}

#[test]
fn stronger_layers_lie_over_the_folder_key_by_key() {
    let env = [
        ("OPENIM_API_URL", "https://im.example.com"),
        ("OPENIM_MONGO_HOSTS", "127.0.0.1:27017"),
        ("IMENV_SHARE_SECRET", "of the server"),
        ("OPENIM_SECRET", "ours"),
    ];
    let config = load(&data("openim-config-release"), &env).unwrap();
    assert_eq!(secret(&config), "ours");
    assert!(line(&config, "api.url").ends_with("(environment OPENIM_API_URL)"));
    assert_eq!(
        uri(&config),
        "mongodb://openIM:p%40ss%3Aword@127.0.0.1:27017/?authSource=openim%5Fv3"
    );
    // Another user does not get OpenIM's password.
    let env = [("OPENIM_MONGO_USERNAME", "reader")];
    let config = load(&data("openim-config-release"), &env).unwrap();
    let error = text(config.mongo_options());
    assert!(
        error.contains("nothing sets mongo.password_file"),
        "{error}"
    );
    let env = [env[0], ("OPENIM_MONGO_PASSWORD", "r")];
    let config = load(&data("openim-config-release"), &env).unwrap();
    assert!(uri(&config).starts_with("mongodb://reader:r@127.0.0.1:37017/"));
    // Another server does not get any of OpenIM's credentials.
    let env = [("OPENIM_MONGO_URI", "mongodb://elsewhere/")];
    let config = load(&data("openim-config-release"), &env).unwrap();
    assert_eq!(uri(&config), "mongodb://elsewhere/");
    assert_eq!(line(&config, "mongo.username"), "mongo.username is not set");
}

#[test]
fn a_folder_is_found_by_its_parent_and_by_one_of_its_files() {
    let parent = tempfile::tempdir().unwrap();
    let config = parent.path().join("config");
    std::fs::create_dir(&config).unwrap();
    std::fs::write(config.join("share.yml"), "secret: s\n").unwrap();
    for place in [parent.path(), &config, &config.join("share.yml")] {
        assert_eq!(secret(&load(place, &[]).unwrap()), "s");
    }
}

#[test]
fn a_folder_without_the_files_says_what_was_looked_for() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().display();
    assert_eq!(
        text(load(folder.path(), &[])),
        format!(
            "configuration: flag --openim-config: openim_config names {place}, which holds no \
             configuration of OpenIM: none of share.yml, openim-api.yml, mongodb.yml, openim.yaml, \
             openim.yml, config.yaml, config.yml is there or in its folder config"
        )
    );
    let error = text(load(&folder.path().join("none"), &[]));
    assert!(
        error.ends_with("none: No such file or directory (os error 2)"),
        "{error}"
    );
}

#[test]
fn what_is_wrong_in_a_file_is_named_by_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    let fails = |file: &str, yaml: &str| {
        let path = folder.path().join(file);
        std::fs::write(&path, yaml).unwrap();
        let error = text(load(folder.path(), &[]));
        std::fs::remove_file(&path).unwrap();
        let place = format!("{}/", folder.path().display());
        assert!(!error.contains("hunter2"), "{error}");
        error.replace(&place, "")
    };
    assert_eq!(
        fails("share.yml", "secret: hunter2\nimAdminUserID: {a: b}\n"),
        "configuration: share.yml:2: imAdminUserID must be a text or a list of texts"
    );
    assert_eq!(
        fails("openim-api.yml", "api:\n  ports: [ http ]\n"),
        "configuration: openim-api.yml:2: api.ports must be a port, not \"http\""
    );
    assert_eq!(
        fails("mongodb.yml", "uri: hunter2\n"),
        "configuration: mongodb.yml:1: mongo.uri must be a connection string that starts with \
         mongodb:// or mongodb+srv://"
    );
    let error = fails("share.yml", "a: b\r\nsecret: \"hunter2\r\n");
    assert!(
        error.starts_with("configuration: share.yml:2: not YAML: "),
        "{error}"
    );
}

#[test]
fn an_admin_in_an_odd_type_is_taken_as_written() {
    let folder = tempfile::tempdir().unwrap();
    let yaml = "\u{feff}secret: 1e3\r\nimAdminUserID: 007\r\n";
    std::fs::write(folder.path().join("share.yml"), yaml).unwrap();
    let config = load(folder.path(), &[]).unwrap();
    assert_eq!(secret(&config), "1e3");
    assert_eq!(config.rest_options().unwrap().unwrap().admin_id, "007");
}

#[test]
fn a_database_without_users_is_told_nothing_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let yaml = "address: [h:1]\ndatabase: d\nusername: ''\npassword: ''\nauthSource: d\n";
    std::fs::write(folder.path().join("mongodb.yml"), yaml).unwrap();
    assert_eq!(uri(&load(folder.path(), &[]).unwrap()), "mongodb://h:1/");
}

#[test]
fn a_folder_without_a_secret_is_no_rest_source_but_no_error_either() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("share.yml"), "secret:\n").unwrap();
    std::fs::write(folder.path().join("openim-api.yml"), "api: {ports: [1]}\n").unwrap();
    let config = load(folder.path(), &[]).unwrap();
    assert!(config.rest_options().unwrap().is_none());
}

#[cfg(unix)]
#[test]
fn files_of_the_server_that_everybody_may_read_are_told_as_the_servers() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let share = folder.path().join("share.yml");
    std::fs::write(&share, "secret: s\n").unwrap();
    for (mode, warned) in [(0o644, true), (0o640, false)] {
        std::fs::set_permissions(&share, std::fs::Permissions::from_mode(mode)).unwrap();
        let expected = Warning::ReadableByOthers {
            path: share.clone(),
            holder: SecretHolder::OpenIm,
        };
        let config = load(folder.path(), &[]).unwrap();
        assert_eq!(config.warnings().contains(&expected), warned);
    }
}
