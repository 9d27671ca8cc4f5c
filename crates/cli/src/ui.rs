//! The terminal: data on stdout, everything else on stderr.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};

use anstyle::{AnsiColor, Style};
use indicatif::ProgressBar;
use jiff::tz::TimeZone;
use openim_history_client::Error;
use openim_history_client::config::Config;
use openim_history_client::model::Lang;
use terminal_size::{Width, terminal_size_of};

use crate::args::{ColorChoice, LangChoice, OutputArgs};
use crate::error::Result;
use crate::table::{Look, clean_lines};
use crate::time::parse_zone;

/// What the user is told, and in which language, zone and colours data is shown.
#[derive(Debug)]
pub(crate) struct Ui {
    /// The language of summaries and headings.
    pub(crate) lang: Lang,
    /// The zone times are typed and shown in.
    pub(crate) zone: TimeZone,
    /// Shown on stderr while something takes long; hidden otherwise.
    pub(crate) bar: ProgressBar,
    is_quiet: bool,
    paints: bool,
}

impl Ui {
    /// Takes the user's wishes, and the environment's where there are none.
    pub(crate) fn new(args: &OutputArgs) -> Self {
        let lang = match args.lang {
            Some(LangChoice::En) => Lang::En,
            Some(LangChoice::Zh) => Lang::Zh,
            None => lang_of_environment(environment),
        };
        Self {
            lang,
            zone: zone_of(args).unwrap_or_else(TimeZone::system),
            bar: ProgressBar::hidden(),
            is_quiet: args.quiet,
            paints: paints(args.color, io::stderr().is_terminal(), environment),
        }
    }

    /// Takes what the configuration says where the user typed nothing.
    pub(crate) fn configure(&mut self, args: &OutputArgs, config: &Config) -> Result {
        if args.lang.is_none() {
            match config.language().as_deref() {
                Some("zh") => self.lang = Lang::Zh,
                Some(_) => self.lang = Lang::En,
                None => {}
            }
        }
        if args.tz.is_none()
            && let Some(name) = config.time_zone()
        {
            self.zone = parse_zone(&name).map_err(|error| Error::Config {
                what: format!(
                    "output.time_zone ({}): {error}",
                    config.origin("output.time_zone")
                ),
                source: None,
            })?;
        }
        Ok(())
    }

    /// Says what was done. `--quiet` silences it.
    pub(crate) fn status(&self, text: impl AsRef<str>) {
        if !self.is_quiet {
            self.say("", Style::new(), text.as_ref());
        }
    }

    /// Says what the user should know about the data. `--quiet` does not silence it.
    pub(crate) fn warning(&self, text: impl AsRef<str>) {
        self.say("Warning: ", Look::Warning.style().bold(), text.as_ref());
    }

    /// Says what went wrong.
    pub(crate) fn error(&self, text: impl AsRef<str>) {
        self.say("Error: ", Look::Bad.style(), text.as_ref());
    }

    /// Says why.
    pub(crate) fn cause(&self, label: &str, text: impl AsRef<str>) {
        self.say(label, Look::Faint.style(), text.as_ref());
    }

    /// Says what to do.
    pub(crate) fn hint(&self, text: impl AsRef<str>) {
        let style = AnsiColor::Cyan.on_default();
        self.say("Hint: ", style, text.as_ref());
    }

    /// Says why an answer did not come from where it was looked for first.
    pub(crate) fn passed_over(&self, reason: Option<&str>) {
        if let Some(reason) = reason {
            self.status(match self.lang {
                Lang::En => format!("another source was passed over: {reason}"),
                Lang::Zh => format!("另一数据源未能使用：{reason}"),
            });
        }
    }

    /// Whether the user asked for quiet.
    pub(crate) fn is_quiet(&self) -> bool {
        self.is_quiet
    }

    fn say(&self, label: &str, style: Style, text: &str) {
        // Errors quote names and ids others chose.
        let text = clean_lines(text);
        let style = if self.paints { style } else { Style::new() };
        self.bar.suspend(|| {
            // Where stderr is gone there is nobody left to tell.
            let _ = writeln!(io::stderr(), "{style}{label}{style:#}{text}");
        });
    }
}

/// Standard output, or a file instead: data only.
#[derive(Debug)]
pub(crate) struct Out {
    screen: BufWriter<Screen>,
    width: Option<usize>,
    is_terminal: bool,
    paints: bool,
}

impl Out {
    /// Opens standard output; `ui`'s progress makes way for what is written to it.
    pub(crate) fn new(args: &OutputArgs, ui: &Ui) -> Self {
        let stdout = io::stdout();
        let is_terminal = stdout.is_terminal();
        let width = terminal_size_of(&stdout).map(|(Width(width), _)| usize::from(width));
        let bar = ui.bar.clone();
        Self {
            screen: BufWriter::with_capacity(1 << 16, Screen::Stdout { stdout, bar }),
            width: width.filter(|&width| is_terminal && width > 0),
            is_terminal,
            paints: paints(args.color, is_terminal, environment),
        }
    }

    /// Takes a file in place of standard output.
    pub(crate) fn to_file(file: File) -> Self {
        Self {
            screen: BufWriter::with_capacity(1 << 16, Screen::File(file)),
            width: None,
            is_terminal: false,
            paints: false,
        }
    }

    /// The terminal's width; `None` off a terminal.
    pub(crate) fn width(&self) -> Option<usize> {
        self.width
    }

    /// Takes a width for where there is no terminal; a terminal keeps its own.
    pub(crate) fn assume_width(&mut self, width: usize) {
        self.width.get_or_insert(width);
    }

    /// Whether data is coloured.
    pub(crate) fn paints(&self) -> bool {
        self.paints
    }

    /// Whether a person looks at it as it comes.
    pub(crate) fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// Ends a row: on a terminal it is seen at once.
    pub(crate) fn row_done(&mut self) -> io::Result<()> {
        if self.is_terminal {
            self.flush()
        } else {
            Ok(())
        }
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.screen.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.screen.flush()
    }
}

#[derive(Debug)]
enum Screen {
    Stdout {
        stdout: io::Stdout,
        bar: ProgressBar,
    },
    File(File),
}

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout { stdout, bar } => bar.suspend(|| stdout.write(bytes)),
            Self::File(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout { stdout, .. } => stdout.flush(),
            Self::File(file) => file.flush(),
        }
    }
}

fn zone_of(args: &OutputArgs) -> Option<TimeZone> {
    args.tz.as_ref().map(|typed| typed.zone.clone())
}

fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Decides about colour: the flag first, then NO_COLOR and CLICOLOR_FORCE, then CLICOLOR and what
/// kind of terminal it is.
fn paints(
    choice: ColorChoice,
    is_terminal: bool,
    environment: impl Fn(&str) -> Option<String>,
) -> bool {
    let is = |name, value: &str| environment(name).is_some_and(|found| found == value);
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if environment("NO_COLOR").is_some() => false,
        ColorChoice::Auto if environment("CLICOLOR_FORCE").is_some_and(|found| found != "0") => {
            true
        }
        ColorChoice::Auto => is_terminal && !is("CLICOLOR", "0") && !is("TERM", "dumb"),
    }
}

/// Takes the language from the locale.
fn lang_of_environment(environment: impl Fn(&str) -> Option<String>) -> Lang {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(environment);
    match locale {
        Some(locale) if locale.to_ascii_lowercase().starts_with("zh") => Lang::Zh,
        _ => Lang::En,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(pairs: &'static [(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        move |name| {
            let found = pairs.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        }
    }

    #[test]
    fn the_flag_wins_over_the_environment_and_that_over_the_terminal() {
        let auto = ColorChoice::Auto;
        assert!(paints(auto, true, with(&[])));
        assert!(!paints(auto, false, with(&[])));
        assert!(!paints(auto, true, with(&[("NO_COLOR", "1")])));
        assert!(!paints(auto, true, with(&[("CLICOLOR", "0")])));
        assert!(!paints(auto, true, with(&[("TERM", "dumb")])));
        assert!(paints(auto, false, with(&[("CLICOLOR_FORCE", "1")])));
        assert!(paints(
            ColorChoice::Always,
            false,
            with(&[("NO_COLOR", "1")])
        ));
        assert!(!paints(
            ColorChoice::Never,
            true,
            with(&[("CLICOLOR_FORCE", "1")])
        ));
    }

    #[test]
    fn the_language_is_that_of_the_locale() {
        assert_eq!(
            lang_of_environment(with(&[("LANG", "zh_CN.UTF-8")])),
            Lang::Zh
        );
        let overruled = with(&[("LC_ALL", "C.UTF-8"), ("LANG", "zh_CN.UTF-8")]);
        assert_eq!(lang_of_environment(overruled), Lang::En);
        assert_eq!(lang_of_environment(with(&[])), Lang::En);
    }
}
