//! Which layer wins, and what is wrong.

use std::time::Duration;

use openim_history_client::config::{Config, ConfigInputs, ValueOrigin, Via, Warning, keys};

use super::*;

/// A value for a key that is not its default, as text and as TOML. `n` makes it another one.
fn sample(key: &str, n: usize) -> (String, String) {
    let text = |text: String| (text.clone(), format!("'{text}'"));
    match key {
        "via" => text(["api", "mongo", "auto"][n].into()),
        "output.language" => text(["en", "zh", "en"][n].into()),
        "output.format" => text(["json", "jsonl", "csv"][n].into()),
        "mongo.read_preference" => text(["primary", "secondary", "nearest"][n].into()),
        "api.url" | "api.proxy" => text(format!("http://h{n}/")),
        "mongo.uri" => text(format!("mongodb://h{n}/")),
        "mongo.hosts" => text(format!("h{n}:1")),
        "mongo.tls" => {
            let on = ["true", "false", "true"][n].to_owned();
            (on.clone(), on)
        }
        "api.concurrency"
        | "api.page_len"
        | "api.retries"
        | "mongo.concurrency"
        | "api.max_requests_per_second" => {
            let number = (n + 7).to_string();
            (number.clone(), number)
        }
        "api.settle" | "archive.retention" => text(format!("{}s", n + 3)),
        timeout if timeout.ends_with("timeout") => text(format!("{}s", n + 3)),
        _ => text(format!("/text{n}")),
    }
}

#[test]
fn every_key_is_taken_from_the_strongest_layer_that_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("f.toml");
    for key in keys().iter().filter(|key| key.name != "openim_config") {
        let section = key.section().map_or(String::new(), |s| format!("[{s}]\n"));
        let toml = format!(
            "{section}{} = {}\n",
            key.short_name(),
            sample(key.name, 0).1
        );
        std::fs::write(&file, toml).unwrap();
        let masked = |n| match key.secret {
            true => "***".to_owned(),
            false => sample(key.name, n).0,
        };
        let mut inputs = ConfigInputs {
            file: Some(file.clone()),
            ..ConfigInputs::default()
        };

        let origin = ValueOrigin::File {
            path: file.clone(),
            line: 1 + section.lines().count(),
        };
        let of_file = shown(&Config::load(inputs.clone()).unwrap(), key.name);
        assert_eq!((of_file.value, of_file.origin), (Some(masked(0)), origin));

        inputs.env = variables(&[(key.env, &sample(key.name, 1).0)]);
        let of_env = shown(&Config::load(inputs.clone()).unwrap(), key.name);
        let origin = ValueOrigin::Environment(key.env.into());
        assert_eq!((of_env.value, of_env.origin), (Some(masked(1)), origin));

        inputs.flags = flags(&[(key.name, &sample(key.name, 2).0)]);
        let of_flag = shown(&Config::load(inputs).unwrap(), key.name);
        let flag = key.flag.unwrap_or(key.name).into();
        let origin = ValueOrigin::Flag(flag);
        assert_eq!((of_flag.value, of_flag.origin), (Some(masked(2)), origin));
    }
}

#[test]
fn without_anything_there_are_defaults_and_no_source() {
    let config = Config::load(ConfigInputs::default()).unwrap();
    assert!(config.rest_options().unwrap().is_none());
    assert!(config.mongo_options().unwrap().is_none());
    assert_eq!(config.via(), Via::Auto);
    assert_eq!(config.format(), "table");
    assert_eq!(config.warnings(), []);
    assert_eq!(config.values().len(), keys().len());
    for (shown, key) in config.values().iter().zip(keys()) {
        assert_eq!(shown.origin, ValueOrigin::Default);
        assert_eq!(shown.value.is_some(), key.default.is_some(), "{}", key.name);
    }
}

#[test]
fn defaults_are_those_of_the_options() {
    use openim_history_client::source::{mongo::MongoOptions, rest::RestOptions};

    let env = [("OPENIM_SECRET", "s"), ("OPENIM_MONGO_URI", "mongodb://h/")];
    let config = from_env(&env).unwrap();
    let rest = config.rest_options().unwrap().unwrap();
    let default = RestOptions::new("http://127.0.0.1:10002".parse().unwrap(), "s", "imAdmin");
    assert_eq!(format!("{rest:?}"), format!("{default:?}"));
    let mongo = config.mongo_options().unwrap().unwrap();
    let default = MongoOptions::new("mongodb://h/", "openim_v3");
    assert_eq!(format!("{mongo:?}"), format!("{default:?}"));
    assert_eq!(mongo.uri.expose(), "mongodb://h/");
}

#[test]
fn every_option_can_be_set() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("f.toml");
    let toml = "\u{feff}via = \"mongo\"\r\n[api]\r\nurl = \"https://im.example.com/api\"\r\nsecret = \"s\"\r\n\
        admin_id = \"a\"\r\nconcurrency = 2\r\npage_len = 100\r\nmax_requests_per_second = 2.5\r\n\
        timeout = \"1m\"\r\nconnect_timeout = \"500ms\"\r\nretries = 0\r\nsettle = \"0s\"\r\n\
        ca_file = \"ca.pem\"\r\nproxy = \"socks5://p:1\"\r\n[mongo]\r\nhosts = [\"h1:1\", \"h2\"]\r\n\
        username = \"u\"\r\npassword = \"p@\"\r\nauth_source = \"admin\"\r\nreplica_set = \"rs\"\r\n\
        database = \"d\"\r\nread_preference = \"nearest\"\r\nserver_selection_timeout = \"3s\"\r\n\
        connect_timeout = \"4s\"\r\nconcurrency = 5\r\ntls = true\r\nca_file = \"/ca.pem\"\r\n[archive]\r\n\
        place = \"kept\"\r\nretention = \"90m\"\r\n[output]\r\n\
        time_zone = \"Asia/Shanghai\"\r\nlanguage = \"zh\"\r\nformat = \"csv\"\r\n";
    std::fs::write(&file, toml).unwrap();
    let inputs = ConfigInputs {
        candidates: vec![folder.path().join("none.toml"), file.clone()],
        ..ConfigInputs::default()
    };
    let config = Config::load(inputs).unwrap();
    assert_eq!(config.file(), Some(file.as_path()));

    let rest = config.rest_options().unwrap().unwrap();
    assert_eq!(rest.url.as_str(), "https://im.example.com/api");
    assert_eq!(rest.admin_id, "a");
    assert_eq!((rest.concurrency, rest.page_len, rest.retries), (2, 100, 0));
    assert_eq!(rest.max_requests_per_second, Some(2.5));
    assert_eq!(rest.timeout, Duration::from_secs(60));
    assert_eq!(rest.connect_timeout, Duration::from_millis(500));
    assert_eq!(rest.settle, Duration::ZERO);
    assert_eq!(rest.ca_file, Some(folder.path().join("ca.pem")));
    assert_eq!(rest.proxy.unwrap().as_str(), "socks5://p:1");

    let mongo = config.mongo_options().unwrap().unwrap();
    assert_eq!(
        mongo.uri.expose(),
        "mongodb://u:p%40@h1:1,h2/?authSource=admin&tls=true&replicaSet=rs"
    );
    assert_eq!(mongo.database, "d");
    assert_eq!(mongo.read_preference, "nearest");
    assert_eq!(mongo.server_selection_timeout, Duration::from_secs(3));
    assert_eq!(mongo.connect_timeout, Duration::from_secs(4));
    assert_eq!(mongo.concurrency, 5);
    assert_eq!(mongo.ca_file, Some("/ca.pem".into()));

    assert_eq!(
        config.archive_place(),
        folder.path().join("kept").to_string_lossy()
    );
    assert_eq!(config.archive_retention(), Duration::from_secs(5_400));
    assert_eq!(config.via(), Via::Mongo);
    assert_eq!(config.time_zone().unwrap(), "Asia/Shanghai");
    assert_eq!(config.language().unwrap(), "zh");
    assert_eq!(config.format(), "csv");
}

#[test]
fn a_file_that_was_named_must_be_there() {
    for inputs in [
        ConfigInputs {
            file: Some("/nowhere/f.toml".into()),
            ..ConfigInputs::default()
        },
        ConfigInputs {
            env: variables(&[("OPENIM_HISTORY_CONFIG", "/nowhere/f.toml")]),
            ..ConfigInputs::default()
        },
    ] {
        let error = text(Config::load(inputs));
        assert!(
            error.starts_with(
                "configuration: configuration file /nowhere/f.toml cannot be read: No such file"
            ),
            "{error}"
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let error = text(Config::load(ConfigInputs {
        file: Some(folder.path().into()),
        ..ConfigInputs::default()
    }));
    assert!(error.contains("cannot be read: Is a directory"), "{error}");
}

#[test]
fn two_ways_to_say_the_same_thing_in_one_layer_are_an_error() {
    assert_eq!(
        text(from_env(&[
            ("OPENIM_SECRET", "s"),
            ("OPENIM_SECRET_FILE", "f")
        ])),
        "configuration: api.secret (environment OPENIM_SECRET) and api.secret_file (environment \
         OPENIM_SECRET_FILE) exclude each other"
    );
    let uri = ("OPENIM_MONGO_URI", "mongodb://h/");
    text(from_env(&[uri, ("OPENIM_MONGO_URI_FILE", "f")]));
    text(from_env(&[uri, ("OPENIM_MONGO_HOSTS", "h")]));
    // In different layers the stronger one counts, and the other one does not.
    let mut from_stdin = Flags::new();
    from_stdin
        .set_from("--secret-file -", "api.secret", "s")
        .unwrap();
    let config = Config::load(ConfigInputs {
        flags: from_stdin,
        env: variables(&[("OPENIM_SECRET_FILE", "/nowhere")]),
        ..ConfigInputs::default()
    })
    .unwrap();
    assert_eq!(
        line(&config, "api.secret"),
        "api.secret = ***  (flag --secret-file -)"
    );
    assert_eq!(
        line(&config, "api.secret_file"),
        "api.secret_file is not set"
    );
    let rest = config.rest_options().unwrap().unwrap();
    assert_eq!(rest.secret.read().unwrap().expose(), "s");
}

#[test]
fn what_is_half_configured_says_what_is_missing() {
    let config = from_env(&[("OPENIM_API_URL", "http://h/")]).unwrap();
    assert_eq!(
        text(config.rest_options()),
        "configuration: api.url is set (environment OPENIM_API_URL) but nothing sets \
         api.secret_file (OPENIM_SECRET_FILE) or api.secret (OPENIM_SECRET)"
    );
    let config = from_env(&[("OPENIM_MONGO_USERNAME", "u")]).unwrap();
    let error = text(config.mongo_options());
    assert!(
        error.contains("or mongo.hosts (OPENIM_MONGO_HOSTS)"),
        "{error}"
    );
    let env = [("OPENIM_MONGO_USERNAME", "u"), ("OPENIM_MONGO_HOSTS", "h")];
    let error = text(from_env(&env).unwrap().mongo_options());
    assert!(
        error.contains("or mongo.password (OPENIM_MONGO_PASSWORD)"),
        "{error}"
    );
}

#[test]
fn an_empty_variable_is_as_good_as_none_and_a_misspelt_one_is_told() {
    let config = from_env(&[("OPENIM_API_URL", ""), ("OPENIM_SECRT", "hunter2")]).unwrap();
    assert_eq!(shown(&config, "api.url").origin, ValueOrigin::Default);
    let [warning @ Warning::UnknownVariable { .. }] = config.warnings() else {
        panic!("{:?}", config.warnings())
    };
    assert_eq!(
        warning.to_string(),
        "environment OPENIM_SECRT is not known; did you mean OPENIM_SECRET?"
    );
}

#[test]
fn a_flag_for_a_key_that_does_not_exist_is_an_error() {
    let error = text(Flags::new().set("api.urll", "x"));
    assert_eq!(
        error,
        "key \"api.urll\": there is no such key; did you mean \"api.url\"?"
    );
}

#[test]
fn a_connection_string_takes_nothing_from_weaker_layers() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("f.toml");
    let toml = "[mongo]\nusername = 'u'\npassword = 'p'\ndatabase = 'weak'\n";
    std::fs::write(&file, toml).unwrap();
    let load = |env: &[(&str, &str)]| {
        Config::load(ConfigInputs {
            env: variables(env),
            file: Some(file.clone()),
            ..ConfigInputs::default()
        })
    };
    let config = load(&[("OPENIM_MONGO_URI", "mongodb://other/im%5Fdb")]).unwrap();
    let mongo = config.mongo_options().unwrap().unwrap();
    assert_eq!(mongo.uri.expose(), "mongodb://other/im%5Fdb");
    assert_eq!(mongo.database, "im_db");
    assert_eq!(
        line(&config, "mongo.database"),
        "mongo.database = im_db  (environment OPENIM_MONGO_URI)"
    );
    let config = load(&[("OPENIM_MONGO_URI", "mongodb://other/")]).unwrap();
    assert_eq!(config.mongo_options().unwrap().unwrap().database, "weak");
    // Hosts are no connection string and take what they lack.
    let config = load(&[("OPENIM_MONGO_HOSTS", "h1, h2:2")]).unwrap();
    let mongo = config.mongo_options().unwrap().unwrap();
    assert_eq!(mongo.uri.expose(), "mongodb://u:p@h1,h2:2/?authSource=weak");
}

#[test]
fn a_user_beside_a_connection_string_fills_or_replaces_or_is_too_much() {
    let user = [
        ("OPENIM_MONGO_USERNAME", "u"),
        ("OPENIM_MONGO_PASSWORD", "p"),
    ];
    let with = |uri: &'static str| [user[0], user[1], ("OPENIM_MONGO_URI", uri)];
    let config = from_env(&with("mongodb://h/im?tls=true")).unwrap();
    let mongo = config.mongo_options().unwrap().unwrap();
    assert_eq!(mongo.uri.expose(), "mongodb://u:p@h/im?tls=true");
    let error = text(from_env(&with("mongodb://a:b@h/")).unwrap().mongo_options());
    assert!(error.contains("names a user already"), "{error}");

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("f.toml");
    std::fs::write(&file, "[mongo]\nuri = 'mongodb://a:b@h/?authSource=x'\n").unwrap();
    let config = Config::load(ConfigInputs {
        env: variables(&user),
        file: Some(file),
        ..ConfigInputs::default()
    });
    let mongo = config.unwrap().mongo_options().unwrap().unwrap();
    assert_eq!(mongo.uri.expose(), "mongodb://u:p@h/?authSource=x");
}

#[test]
fn tls_is_on_where_anybody_wants_it_and_off_only_where_the_address_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("f.toml");
    let uri = |toml: &str, env: &[(&str, &str)]| {
        std::fs::write(&file, format!("[mongo]\n{toml}\n")).unwrap();
        let config = Config::load(ConfigInputs {
            env: variables(env),
            file: Some(file.clone()),
            ..ConfigInputs::default()
        });
        let mongo = config.unwrap().mongo_options().unwrap().unwrap();
        mongo.uri.expose().to_owned()
    };
    let hosts = ("OPENIM_MONGO_HOSTS", "h");
    let on = ("OPENIM_MONGO_TLS", "true");
    let off = ("OPENIM_MONGO_TLS", "false");
    assert_eq!(uri("", &[hosts]), "mongodb://h/");
    assert_eq!(uri("", &[hosts, on]), "mongodb://h/?tls=true");
    assert_eq!(uri("", &[hosts, off]), "mongodb://h/?tls=false");
    assert_eq!(uri("tls = true", &[hosts]), "mongodb://h/?tls=true");
    assert_eq!(uri("tls = true", &[hosts, off]), "mongodb://h/?tls=false");

    let address = |uri| ("OPENIM_MONGO_URI", uri);
    // The same layer fills what is missing, a stronger one replaces what is said.
    assert_eq!(
        uri("", &[address("mongodb://h/"), on]),
        "mongodb://h/?tls=true"
    );
    assert_eq!(
        uri("", &[address("mongodb://h/?ssl=false"), on]),
        "mongodb://h/?ssl=false"
    );
    assert_eq!(
        uri("uri = 'mongodb://h/?SSL=false'", &[on]),
        "mongodb://h/?tls=true"
    );
    // With +srv TLS is on unless somebody says otherwise, and that must be said of this address.
    assert_eq!(
        uri("tls = false", &[address("mongodb+srv://h.x/")]),
        "mongodb+srv://h.x/"
    );
    assert_eq!(
        uri("tls = true", &[address("mongodb://h/")]),
        "mongodb://h/?tls=true"
    );

    let config = from_env(&[hosts, off, ("OPENIM_MONGO_CA_FILE", "/ca.pem")]);
    assert_eq!(
        text(config.unwrap().mongo_options()),
        "configuration: mongo.tls (environment OPENIM_MONGO_TLS) is false, but mongo.ca_file \
         (environment OPENIM_MONGO_CA_FILE) turns TLS on"
    );
}
