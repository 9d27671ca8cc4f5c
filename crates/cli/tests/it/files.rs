//! Completions, manual pages, and what becomes of output nobody reads.

use std::io::Read;
use std::process::Stdio;

use crate::run::Place;

#[test]
fn completions_are_a_script_for_each_shell() {
    let place = Place::new();
    for (shell, holds) in [
        ("bash", "complete -F _openim__history"),
        ("zsh", "#compdef openim-history"),
        ("fish", "complete -c openim-history"),
    ] {
        let shown = place.run(&["completions", shell]);
        assert!(shown.starts_with("exit 0\n"), "{shown}");
        assert!(shown.contains(holds), "{shell}: {shown}");
        assert!(!shown.contains("--- stderr"), "{shell}: {shown}");
    }
}

#[test]
fn every_command_gets_a_manual_page() {
    let place = Place::new();
    let shown = place.run(&["man", "--out", "pages"]);
    insta::assert_snapshot!(shown, @r"
    exit 0
    --- stderr
    manual pages written to pages
    ");
    let page = |name: &str| std::fs::read_to_string(place.path().join("pages").join(name));
    for name in ["openim-history.1", "openim-history-messages.1"] {
        assert!(page(name).expect(name).contains(".TH"), "{name}");
    }
    assert!(place.run(&["man"]).contains(".TH openim-history 1"));
}

#[test]
fn a_reader_that_has_had_enough_is_no_failure() {
    let place = Place::new();
    let mut command = place.command();
    let command = command.args(["completions", "bash"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    drop(child.stdout.take());
    let mut said = String::new();
    let mut stderr = child.stderr.take().expect("a pipe");
    stderr.read_to_string(&mut said).expect("text");
    let status = child.wait().expect("the program ends");
    assert_eq!((status.code(), &*said), (Some(0), ""));
}
