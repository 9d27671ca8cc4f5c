//! The README's examples are run as they stand there.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use openim_history_standin::mongod::{Mode, Mongod};
use openim_history_standin::recorded;

use crate::archive::recorded_mongod;
use crate::mongo::{fill, runtime};
use crate::run::{Place, server};

/// Set to write the outputs into both files instead of comparing them.
const UPDATES: &str = "UPDATE_README";

const PROMPT: &str = "$ openim-history ";
const BLOCK: &str = "```console\n";

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(name)
}

/// Splits a README into what stands between its console blocks and the blocks themselves.
fn pieces(text: &str) -> Vec<(bool, String)> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once(BLOCK) {
        let (block, after) = behind.split_once("```").expect("the block ends");
        pieces.push((false, before.to_owned()));
        pieces.push((true, block.to_owned()));
        rest = after.strip_prefix('\n').expect("a line of its own");
    }
    pieces.push((false, rest.to_owned()));
    pieces
}

/// Whether a console block is one of the examples: those whose output is shown.
fn is_example(block: &str) -> bool {
    block.starts_with(PROMPT) && block.lines().any(|line| !line.starts_with("$ "))
}

/// Runs a line as a shell would, both streams in one as on a terminal.
fn output_of(place: &Place, line: &str) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_openim-history"));
    let folder = program.parent().expect("a folder");
    let prepared = place.command();
    let mut shell = Command::new("sh");
    shell.env_clear();
    for (name, value) in prepared.get_envs() {
        if let Some(value) = value {
            shell.env(name, value);
        }
    }
    let output = shell
        .args(["-c", &format!("exec 2>&1; {line}")])
        .env("PATH", format!("{}:/usr/bin:/bin", folder.display()))
        .current_dir(place.path())
        .output()
        .expect("a shell");
    assert!(output.status.success(), "{line}: {output:?}");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn the_examples_are_what_the_program_says_in_both_languages() {
    let runtime = runtime();
    let mongod = runtime
        .block_on(Mongod::start(Mode::Standalone))
        .expect("a mongod");
    runtime.block_on(fill(&mongod, None, &recorded::release()));
    let server = server();
    let place = Place::new()
        .server(&server)
        .env("OPENIM_MONGO_URI", &mongod.uri());
    let commands = run_examples(&place, ["README.md", "README.zh-CN.md"]);
    assert_eq!(commands.len(), 5);
}

#[test]
fn the_examples_of_the_search_guide_are_what_the_program_says_of_an_archive() {
    let (_mongod, place) = recorded_mongod(Mode::Standalone);
    assert!(place.run(&["sync", "--quiet"]).starts_with("exit 0"));
    let names = ["docs/guide/search.md", "docs/guide/search.zh-CN.md"];
    let commands = run_examples(&place, names);
    assert!(commands.len() > 4, "{commands:?}");
}

/// Runs every command of two languages, which must have the same ones, and compares what is shown of the examples.
/// Returns those.
fn run_examples(place: &Place, names: [&str; 2]) -> Vec<String> {
    let [english, chinese] = names.map(|name| {
        let written = std::fs::read_to_string(file(name)).expect(name);
        let (mut said, mut typed, mut run) = (String::new(), Vec::new(), Vec::new());
        for (is_block, text) in pieces(&written) {
            if !is_block {
                said.push_str(&text);
            } else if is_example(&text) {
                let line = text.lines().next().expect("a command");
                let command = line.trim_start_matches("$ ");
                typed.push(command.to_owned());
                let _ = write!(said, "{BLOCK}{line}\n{}```\n", output_of(place, command));
            } else {
                let _ = writeln!(said, "{BLOCK}{text}```");
                if name.starts_with("docs/guide") {
                    for line in text.lines().filter_map(|line| line.strip_prefix("$ ")) {
                        output_of(place, line);
                        run.push(line.to_owned());
                    }
                }
            }
        }
        if std::env::var_os(UPDATES).is_some() {
            std::fs::write(file(name), &said).expect("the file can be written");
        }
        assert!(
            said == written || std::env::var_os(UPDATES).is_some(),
            "{name} is out of date; run the test with {UPDATES}=1. It should be:\n{said}"
        );
        (typed, run)
    });
    assert_eq!(english, chinese);
    english.0
}

#[test]
fn both_languages_have_the_same_blocks_and_links_lead_somewhere() {
    let read = |name: &str| std::fs::read_to_string(file(name)).expect(name);
    let (english, chinese) = (read("README.md"), read("README.zh-CN.md"));
    let blocks = |text: &str| -> Vec<String> {
        let fenced = text.split("```").skip(1).step_by(2);
        fenced.map(str::to_owned).collect()
    };
    assert_eq!(blocks(&english), blocks(&chinese));
    let headings = |text: &str| text.lines().filter(|line| line.starts_with("##")).count();
    assert_eq!(headings(&english), headings(&chinese));
    for text in [&english, &chinese] {
        let targets = text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next());
        for target in targets.filter(|target| !target.starts_with("http")) {
            let path = target.split('#').next().expect("a path");
            assert!(file(path).exists(), "{target} is not there");
        }
    }
}

#[test]
fn the_rust_example_is_the_one_the_compiler_sees_in_the_crates_own_documentation() {
    let readme = std::fs::read_to_string(file("README.md")).expect("README.md");
    let crate_docs = std::fs::read_to_string(file("crates/client/src/lib.rs")).expect("lib.rs");
    let (_, behind) = readme.split_once("```rust\n").expect("an example");
    let (example, _) = behind.split_once("```").expect("its end");
    let mut documented = String::new();
    for line in example.lines() {
        documented.push_str(format!("//! {line}").trim_end());
        documented.push('\n');
    }
    assert!(crate_docs.contains(&documented), "{documented}");
}
