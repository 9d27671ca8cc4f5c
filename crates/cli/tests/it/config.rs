//! `config show` and `config init`.

use insta::assert_snapshot;

use crate::run::Place;

#[test]
fn every_value_says_where_it_came_from_and_no_secret_shows() {
    let place = Place::new()
        .env("OPENIM_SECRET", "hunter2")
        .env("OPENIM_MONGO_URI", "mongodb://root:hunter2@db:37017");
    place.file(
        "openim-history.toml",
        "[api]\nurl = \"https://im.example.com/api\"\n",
    );
    let args = ["config", "show", "--admin-id", "auditor"];
    let shown = place.run(&args);
    assert!(!shown.contains("hunter2"), "{shown}");
    let told = |key: &str| {
        let line = shown
            .lines()
            .find(|line| line.split(' ').next() == Some(key));
        let words = line.expect(key).split_whitespace();
        words.collect::<Vec<_>>().join(" ")
    };
    assert_snapshot!(told("api.url"), @"api.url https://im.example.com/api openim-history.toml:2");
    assert_snapshot!(told("api.secret"), @"api.secret *** environment OPENIM_SECRET");
    assert_snapshot!(told("api.admin_id"), @"api.admin_id auditor flag --admin-id");
    assert_snapshot!(told("mongo.uri"), @"mongo.uri mongodb://root:***@db:37017 environment OPENIM_MONGO_URI");
    assert_snapshot!(told("via"), @"via auto default");
    assert_snapshot!(told("api.proxy"), @"api.proxy");
}

#[test]
fn a_secret_of_standard_input_names_the_flag_that_read_it() {
    let place = Place::new();
    let args = ["--secret-file", "-", "config", "show", "--format", "csv"];
    let shown = place.run_with_input(&args, "hunter2\n");
    assert!(
        shown.contains("\napi.secret,***,flag --secret-file -\n"),
        "{shown}"
    );
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn a_typo_names_file_line_and_nearest_key() {
    let place = Place::new();
    place.file(
        "openim-history.toml",
        "[api]\n\nurll = \"https://im.example.com\"\n",
    );
    assert_snapshot!(place.run(&["config", "show"]), @r#"
    exit 2
    --- stderr
    Error: configuration: openim-history.toml:3: there is no key "api.urll"; did you mean "api.url"?
    Hint: `openim-history config init` writes a file with every key explained
    "#);
    assert_snapshot!(place.run(&["users", "--config", "nowhere.toml"]), @r"
    exit 2
    --- stderr
    Error: configuration: configuration file nowhere.toml cannot be read
    Caused by: No such file or directory (os error 2)
    Hint: `openim-history config init` writes a file with every key explained
    ");
}

#[test]
fn a_file_to_start_from_is_only_for_its_owner_and_never_overwritten_unasked() {
    let place = Place::new();
    assert_snapshot!(place.run(&["config", "init"]), @r"
    exit 0
    --- stderr
    openim-history.toml written
    ");
    let written = std::fs::read_to_string(place.path().join("openim-history.toml"));
    assert!(written.expect("a file").contains("[api]"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let file = std::fs::metadata(place.path().join("openim-history.toml")).expect("a file");
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
    }
    assert_snapshot!(place.run(&["config", "init"]), @r"
    exit 2
    --- stderr
    Error: openim-history.toml is there already
    Hint: --force overwrites it
    ");
    assert_snapshot!(place.run(&["config", "init", "--force"]), @r"
    exit 0
    --- stderr
    openim-history.toml written
    ");
    // What was written is a configuration.
    assert!(place.run(&["config", "show"]).starts_with("exit 0"));
}

#[test]
fn the_file_decides_how_things_are_shown_where_nothing_was_typed() {
    let place = Place::new();
    let output = "[output]\nlanguage = \"zh\"\nformat = \"csv\"\ntime_zone = \"Mars/Olympus\"\n";
    place.file("openim-history.toml", output);
    assert_snapshot!(place.run(&["config", "show"]), @r#"
    exit 2
    --- stderr
    Error: configuration: output.time_zone (openim-history.toml:4): "Mars/Olympus" is no time zone; write a name like Asia/Shanghai or an offset like +08:00
    Hint: `openim-history config init` writes a file with every key explained
    "#);
    let shown = place.run(&["config", "show", "--tz", "UTC"]);
    assert!(shown.contains("\nkey,value,origin\n"), "{shown}");
    let shown = place.run(&["config", "show", "--tz", "UTC", "--format", "table"]);
    assert!(shown.contains("配置项"), "{shown}");
}
