//! A prompt: statements one after the other, with history and completion.

use futures::TryStreamExt;
use openim_history_archive::sql::Sql;
use openim_history_client::model::Lang;
use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{CompletionType, Config, Context, Editor, Helper};

use super::output::{self, Target};
use super::{catalog, value::Values};
use crate::error::{CommandError, Result};
use crate::folders;
use crate::run::App;

/// Asks for statements until there are no more.
pub(super) async fn run(app: &mut App, sql: &Sql, target: &Target) -> Result {
    let config = Config::builder()
        .auto_add_history(true)
        .history_ignore_space(true)
        .completion_type(CompletionType::List)
        .build();
    let mut editor = Editor::<Words, FileHistory>::with_config(config).map_err(broken)?;
    editor.set_helper(Some(Words(words(sql).await?)));
    let history = folders::state().map(|folder| folder.join("sql-history"));
    if let Some(history) = &history {
        // Not there before the first time.
        let _ = editor.load_history(history);
    }
    app.ui.status(match app.ui.lang {
        Lang::En => "A statement ends with a semicolon; Tab completes, \\d lists tables, \\q ends",
        Lang::Zh => "语句以分号结束；Tab 补全，\\d 列出数据表，\\q 退出",
    });
    loop {
        // The editor reads the keyboard itself, Ctrl-C included.
        let line = match tokio::task::block_in_place(|| editor.readline("sql> ")) {
            Ok(line) => line,
            Err(ReadlineError::Interrupted) => continue,
            Err(ReadlineError::Eof) => break,
            Err(error) => return Err(broken(error)),
        };
        let statement = match line.trim().trim_end_matches(';').trim_end() {
            "" => continue,
            "\\q" | "exit" | "quit" => break,
            "\\d" | "\\?" | "help" => catalog::statement(app.ui.lang),
            line => match line.strip_prefix("\\d ") {
                Some(table) => format!("DESCRIBE {}", table.trim()),
                None => line.to_owned(),
            },
        };
        match output::answer(app, sql, &statement, target).await {
            Ok(()) => {}
            Err(error @ CommandError::Output(_)) => return Err(error),
            Err(CommandError::Interrupted) => {
                app.interrupt.rearm();
                app.ui.status(match app.ui.lang {
                    Lang::En => "stopped",
                    Lang::Zh => "已停止",
                });
            }
            Err(error) => {
                let _ = error.report(&app.ui);
            }
        }
    }
    if let Some(history) = &history {
        let folder = history.parent().map(std::fs::create_dir_all);
        if folder.is_none_or(|made| made.is_ok()) {
            // Without a place to keep it, it lasts as long as the prompt does.
            let _ = editor.save_history(history);
        }
    }
    Ok(())
}

fn broken(error: ReadlineError) -> CommandError {
    CommandError::Output(std::io::Error::other(error))
}

/// Collects what can be completed: names of tables and columns, and the words of the language.
async fn words(sql: &Sql) -> Result<Vec<String>> {
    let statement = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'
                     UNION SELECT column_name FROM information_schema.columns WHERE table_schema = 'public'";
    let mut words: Vec<String> = catalog::WORDS.iter().map(ToString::to_string).collect();
    let mut answer = sql.query(statement).await?;
    while let Some(batch) = answer.try_next().await? {
        let names = Values::of(batch.column(0)).map_err(openim_history_archive::Error::from)?;
        words.extend((0..batch.num_rows()).filter_map(|at| names.plain(at)));
    }
    words.sort();
    words.dedup();
    Ok(words)
}

struct Words(Vec<String>);

impl Completer for Words {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        at: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        let typed = &line[..at];
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let start = typed.trim_end_matches(is_part).len();
        let part = typed[start..].to_lowercase();
        if part.is_empty() {
            return Ok((at, Vec::new()));
        }
        let fits = |word: &&String| word.to_lowercase().starts_with(&part);
        Ok((start, self.0.iter().filter(fits).cloned().collect()))
    }
}

impl Validator for Words {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(match is_whole(context.input()) {
            true => ValidationResult::Valid(None),
            false => ValidationResult::Incomplete,
        })
    }
}

/// Whether what was typed is a command of the prompt's or ends with a semicolon that is not quoted.
fn is_whole(text: &str) -> bool {
    let text = text.trim();
    let is_command =
        text.is_empty() || text.starts_with('\\') || ["exit", "quit", "help"].contains(&text);
    let quotes = |quote| text.matches(quote).count() % 2;
    is_command || (text.ends_with(';') && quotes('\'') == 0 && quotes('"') == 0)
}

impl Highlighter for Words {}

impl Hinter for Words {
    type Hint = String;
}

impl Helper for Words {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_ends_with_a_semicolon_outside_quotes() {
        for whole in ["", "SELECT 1;", "\\d", "quit", "SELECT ';' ;"] {
            assert!(is_whole(whole), "{whole}");
        }
        for part in ["SELECT", "SELECT 1", "SELECT 'a;", "SELECT \";"] {
            assert!(!is_whole(part), "{part}");
        }
    }

    #[test]
    fn the_word_under_way_is_completed_whatever_stands_before_it() {
        let words = Words(vec!["history".into(), "HAVING".into(), "send_id".into()]);
        let history = FileHistory::new();
        let context = Context::new(&history);
        let complete = |line: &str| {
            let (start, found) = words.complete(line, line.len(), &context).expect("words");
            (start, found)
        };
        let both = vec!["history".to_owned(), "HAVING".to_owned()];
        assert_eq!(complete("SELECT 合同,h"), ("SELECT 合同,".len(), both));
        assert_eq!(complete("x.send_").1, ["send_id"]);
        assert!(complete("SELECT ").1.is_empty());
    }
}
