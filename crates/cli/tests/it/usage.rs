//! What was typed wrong: exit code 2, the thing named, nothing on stdout.

use insta::assert_snapshot;

use crate::run::Place;

#[test]
fn exactly_one_selection_is_needed() {
    let place = Place::new();
    assert_snapshot!(place.run(&["messages"]), @r"
    exit 2
    --- stderr
    error: the following required arguments were not provided:
      <--user <USER>|--between <USER> <USER>|--group <GROUP>|--conversation <ID>>

    Usage: openim-history messages <--user <USER>|--between <USER> <USER>|--group <GROUP>|--conversation <ID>>

    For more information, try '--help'.
    ");
    assert_snapshot!(place.run(&["messages", "--user", "a", "--group", "g"]), @r"
    exit 2
    --- stderr
    error: the argument '--user <USER>' cannot be used with '--group <GROUP>'

    Usage: openim-history messages <--user <USER>|--between <USER> <USER>|--group <GROUP>|--conversation <ID>>

    For more information, try '--help'.
    ");
    assert_snapshot!(place.run(&["messages", "--between", "a"]), @r"
    exit 2
    --- stderr
    error: 2 values required for '--between <USER> <USER>' but 1 was provided

    Usage: openim-history messages [OPTIONS] <--user <USER>|--between <USER> <USER>|--group <GROUP>|--conversation <ID>>

    For more information, try '--help'.
    ");
}

#[test]
fn a_range_that_is_none_is_named_with_the_remedy() {
    let place = Place::new();
    let user = ["messages", "--user", "alice"];
    assert_snapshot!(place.run(&[&user[..], &["--seq", "9..5"]].concat()), @r"
    exit 2
    --- stderr
    error: invalid value '9..5' for '--seq <A..B>': the range runs backwards; write 5..9, and --reverse for newest first

    For more information, try '--help'.
    ");
    assert_snapshot!(place.run(&[&user[..], &["--last", "0"]].concat()), @r"
    exit 2
    --- stderr
    error: invalid value '0' for '--last <N>': at least 1 is needed

    For more information, try '--help'.
    ");
}

#[test]
fn a_time_that_is_none_is_named_with_the_forms() {
    let place = Place::new();
    let user = ["messages", "--user", "alice"];
    assert_snapshot!(place.run(&[&user[..], &["--since", "soon"]].concat()), @r#"
    exit 2
    --- stderr
    Error: --since: "soon" is no point in time; write 2026-11-24, 2026-11, 2026, 2026-11-24T18:30, 2026-11-24T18:30:00+08:00, 7d, 12h, 30m, now, today or yesterday
    "#);
    let nothing_between = ["--since", "2026-11-24", "--until", "2026-11-24"];
    assert_snapshot!(place.run(&[&user[..], &nothing_between].concat()), @r"
    exit 2
    --- stderr
    Error: no time lies between --since (2026-11-24T00:00:00.000Z) and --until (2026-11-24T00:00:00.000Z)
    Hint: a date means its first instant, and --until is not included: for one whole day say --since 2026-11-24 --until 2026-11-25
    ");
    assert_snapshot!(place.run(&[&user[..], &["--tz", "Mars/Olympus"]].concat()), @r#"
    exit 2
    --- stderr
    error: invalid value 'Mars/Olympus' for '--tz <ZONE>': "Mars/Olympus" is no time zone; write a name like Asia/Shanghai or an offset like +08:00

    For more information, try '--help'.
    "#);
}

#[test]
fn a_number_alone_does_not_choose_among_a_users_conversations() {
    let place = Place::new();
    assert_snapshot!(place.run(&["message", "--user", "alice", "--seq", "7"]), @r"
    exit 2
    --- stderr
    error: the argument '--user <USER>' cannot be used with '--seq <N>'

    Usage: openim-history message <--user <USER>|--between <USER> <USER>|--group <GROUP>|--conversation <ID>> <--seq <N>|--client-id <ID>|--server-id <ID>>

    For more information, try '--help'.
    ");
    assert_snapshot!(place.run(&["message", "--group", "g"]), @r"
    exit 2
    --- stderr
    error: the following required arguments were not provided:
      <--seq <N>|--client-id <ID>|--server-id <ID>>

    Usage: openim-history message <--user <USER>|--between <USER> <USER>|--group <GROUP>|--conversation <ID>> <--seq <N>|--client-id <ID>|--server-id <ID>>

    For more information, try '--help'.
    ");
}

#[test]
fn a_secret_typed_as_a_flag_is_refused_and_not_repeated() {
    let place = Place::new();
    for args in [
        &["users", "--secret=hunter2"][..],
        &["users", "--secret", "hunter2"],
        &["users", "--mongo-uri", "mongodb://root:hunter2@db:37017"],
    ] {
        let shown = place.run(args);
        assert!(shown.starts_with("exit 2\n"), "{args:?}: {shown}");
        assert!(!shown.contains("hunter2"), "{args:?}: {shown}");
    }
}

#[test]
fn without_a_source_the_remedy_is_named() {
    let place = Place::new();
    assert_snapshot!(place.run(&["users"]), @r"
    exit 2
    --- stderr
    Error: configuration: neither the REST API nor MongoDB is configured
    Hint: `openim-history config init` writes a file with every key explained
    ");
}
