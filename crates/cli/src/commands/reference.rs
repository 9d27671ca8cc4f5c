//! The reference of the command line, docs/cli.md, written from the grammar itself.

use std::fmt::Write;
use std::path::Path;

use clap::{Command, CommandFactory};

use crate::args::Cli;
use crate::words::HEADINGS;

/// Set to write docs/cli.md anew instead of comparing it.
const UPDATES: &str = "UPDATE_CLI_REFERENCE";

fn reference() -> String {
    let mut text = "# The command line\n\n\
        This file is written from the program by a test of `crates/cli` \
        (`UPDATE_CLI_REFERENCE=1 cargo test -p openim-history reference` writes it anew).\n"
        .to_owned();
    // A fixed width, whatever terminal the test runs in.
    let mut command = Cli::command().term_width(100);
    command.build();
    section(&command, &mut text);
    text.push_str(
        "\n## Headings of the tables\n\n\
         `--lang` chooses the language; names of fields in json, jsonl and csv never change.\n\n\
         | English | 中文 |\n|---|---|\n",
    );
    for (_, english, chinese) in HEADINGS {
        let _ = writeln!(text, "| {english} | {chinese} |");
    }
    text
}

fn section(command: &Command, text: &mut String) {
    let name = command.get_bin_name().unwrap_or(command.get_name());
    let mut shown = command.clone();
    if name.contains(' ') {
        // What every command takes is said once, at the top.
        shown = shown.mut_args(|arg| {
            let hides = arg.is_global_set();
            arg.hide(hides)
        });
    }
    let help = shown.render_long_help().to_string();
    let help: Vec<_> = help.lines().map(str::trim_end).collect();
    let help = help.join("\n");
    let _ = write!(text, "\n## {name}\n\n```text\n{}\n```\n", help.trim_end());
    for inner in command.get_subcommands() {
        if inner.get_name() != "help" {
            section(inner, text);
        }
    }
}

#[test]
fn the_reference_is_what_the_program_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/cli.md");
    let reference = reference();
    if std::env::var_os(UPDATES).is_some() {
        std::fs::write(&path, &reference).expect("docs/cli.md can be written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == reference,
        "docs/cli.md is out of date; run the test with {UPDATES}=1"
    );
}
