//! Tables that fit the terminal, written as the rows come.

mod clean;
mod width;

use std::io::{self, Write};
use std::ops::Range;

use anstyle::{AnsiColor, Style};

pub(crate) use self::clean::{clean, clean_lines};
pub(crate) use self::width::width;
use self::width::{cut, share};

/// How many rows are looked at before the widths of the columns are settled.
const ROWS_HELD: usize = 200;
/// What a column that gives way keeps at least.
const LEAST: usize = 8;
const BETWEEN: &str = "  ";

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column<'a> {
    heading: &'a str,
    is_right: bool,
    is_flexible: bool,
}

impl<'a> Column<'a> {
    /// A column of text, cut where the terminal is too narrow.
    pub(crate) fn text(heading: &'a str) -> Self {
        Self {
            heading,
            is_right: false,
            is_flexible: true,
        }
    }

    /// A column that is never cut.
    pub(crate) fn whole(heading: &'a str) -> Self {
        Self {
            is_flexible: false,
            ..Self::text(heading)
        }
    }

    /// A column of numbers: never cut, flush right.
    pub(crate) fn number(heading: &'a str) -> Self {
        Self {
            is_right: true,
            ..Self::whole(heading)
        }
    }
}

/// How a cell stands out, where there is colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Look {
    #[default]
    Plain,
    /// Less important, or no longer there.
    Faint,
    /// Good.
    #[allow(
        dead_code,
        reason = "only a command that judges has something good to show"
    )]
    Good,
    /// Worth a look.
    Warning,
    /// Wrong.
    Bad,
}

impl Look {
    /// Returns the style for a terminal.
    pub(crate) fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Faint => Style::new().dimmed(),
            Self::Good => AnsiColor::Green.on_default(),
            Self::Warning => AnsiColor::Yellow.on_default(),
            Self::Bad => AnsiColor::Red.on_default().bold(),
        }
    }
}

/// What stands at one place of a table: one line that cannot steer the terminal.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    text: String,
    look: Look,
    /// What stands out in the text, in bytes, in order.
    marks: Vec<Range<usize>>,
}

impl Cell {
    /// Cleans foreign text for a table.
    pub(crate) fn new(text: impl AsRef<str>) -> Self {
        Self {
            text: clean(text.as_ref()),
            ..Self::default()
        }
    }

    /// Cleans foreign text of which some parts stand out; these are in bytes, and in order.
    pub(crate) fn marked(text: &str, parts: &[Range<usize>]) -> Self {
        let mut cell = Self::default();
        let mut at = 0;
        for part in parts {
            cell.text.push_str(&clean(&text[at..part.start]));
            let start = cell.text.len();
            cell.text.push_str(&clean(&text[part.clone()]));
            cell.marks.push(start..cell.text.len());
            at = part.end;
        }
        cell.text.push_str(&clean(&text[at..]));
        cell
    }

    /// Returns what is shown.
    #[cfg(test)]
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Makes the cell stand out.
    pub(crate) fn look(self, look: Look) -> Self {
        Self { look, ..self }
    }
}

/// A table under way. The first rows are held until the widths are settled; then it streams.
#[derive(Debug)]
pub(crate) struct Table<'a> {
    columns: Vec<Column<'a>>,
    /// The terminal's width; `None` off a terminal, where nothing is cut.
    terminal: Option<usize>,
    paints: bool,
    has_heading: bool,
    held: Vec<Vec<Cell>>,
    widths: Option<Vec<usize>>,
}

impl<'a> Table<'a> {
    /// Starts a table.
    pub(crate) fn new(columns: Vec<Column<'a>>, terminal: Option<usize>, paints: bool) -> Self {
        Self {
            columns,
            terminal,
            paints,
            has_heading: true,
            held: Vec::new(),
            widths: None,
        }
    }

    /// Starts a table that only lines up its columns, and cuts nothing.
    pub(crate) fn without_heading(columns: Vec<Column<'a>>, paints: bool) -> Self {
        Self {
            has_heading: false,
            ..Self::new(columns, None, paints)
        }
    }

    /// Takes a row: one cell for each column.
    pub(crate) fn row(&mut self, cells: Vec<Cell>, out: &mut dyn Write) -> io::Result<()> {
        debug_assert_eq!(cells.len(), self.columns.len());
        if let Some(widths) = &self.widths {
            return self.line(widths, &cells, out);
        }
        self.held.push(cells);
        if self.held.len() >= ROWS_HELD {
            self.settle(out)?;
        }
        Ok(())
    }

    /// Writes what is still held. A table without rows is nothing at all.
    pub(crate) fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if self.widths.is_none() && !self.held.is_empty() {
            self.settle(out)?;
        }
        Ok(())
    }

    /// Settles the widths, and writes the heading and the rows held.
    fn settle(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let natural: Vec<usize> = (0..self.columns.len())
            .map(|at| {
                let cells = self.held.iter().filter_map(|row| row.get(at));
                let widest = cells.map(|cell| width(&cell.text)).max().unwrap_or(0);
                widest.max(width(self.columns[at].heading))
            })
            .collect();
        let widths = match self.terminal {
            Some(terminal) => {
                let between = BETWEEN.len() * self.columns.len().saturating_sub(1);
                let flexible: Vec<bool> = self.columns.iter().map(|c| c.is_flexible).collect();
                share(&natural, &flexible, terminal.saturating_sub(between), LEAST)
            }
            None => natural,
        };
        if self.has_heading {
            self.heading(&widths, out)?;
        }
        for row in std::mem::take(&mut self.held) {
            self.line(&widths, &row, out)?;
        }
        self.widths = Some(widths);
        Ok(())
    }

    fn heading(&self, widths: &[usize], out: &mut dyn Write) -> io::Result<()> {
        let bold = Style::new().bold();
        let cells = self.columns.iter().map(|c| (c.heading, bold, &[][..]));
        self.write(widths, cells, out)
    }

    fn line(&self, widths: &[usize], cells: &[Cell], out: &mut dyn Write) -> io::Result<()> {
        let cells = cells
            .iter()
            .map(|cell| (&*cell.text, cell.look.style(), &*cell.marks));
        self.write(widths, cells, out)
    }

    /// Writes one line, with nothing behind its last visible character.
    fn write<'c>(
        &self,
        widths: &[usize],
        cells: impl Iterator<Item = (&'c str, Style, &'c [Range<usize>])>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let mut owed = 0;
        for (at, (text, style, marks)) in cells.enumerate() {
            let (column, wide) = (self.columns[at], widths[at]);
            let text = match self.terminal {
                Some(_) if column.is_flexible => cut(text, wide),
                _ => text.to_owned(),
            };
            // What stands for the rest of a text that was cut is no part of it.
            let kept = text.strip_suffix('…').map_or(text.len(), str::len);
            let pad = wide.saturating_sub(width(&text));
            if at > 0 {
                owed += BETWEEN.len();
            }
            let (before, behind) = if column.is_right { (pad, 0) } else { (0, pad) };
            owed += before;
            if !text.is_empty() {
                write!(out, "{:owed$}", "")?;
                owed = 0;
                if self.paints {
                    paint(&text, style, marks, kept, out)?;
                } else {
                    out.write_all(text.as_bytes())?;
                }
            }
            owed += behind;
        }
        out.write_all(b"\n")
    }
}

/// Writes text in a style, and in it the marks as far as the text was kept.
fn paint(
    text: &str,
    style: Style,
    marks: &[Range<usize>],
    kept: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut piece = |text: &str, style: Style| match text {
        "" => Ok(()),
        text if style == Style::new() => out.write_all(text.as_bytes()),
        text => write!(out, "{style}{text}{style:#}"),
    };
    let mut at = 0;
    for mark in marks {
        let (Some(before), Some(marked)) = (
            text.get(at..mark.start),
            text.get(mark.start..mark.end.min(kept)),
        ) else {
            break;
        };
        piece(before, style)?;
        piece(marked, AnsiColor::Yellow.on_default().bold())?;
        at = mark.end.min(kept);
    }
    piece(&text[at..], style)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_stand_out_and_what_was_cut_does_not() {
        let cell = Cell::marked("a\u{1b}合同b", std::slice::from_ref(&(2..8)));
        assert_eq!(cell.text, "a␛合同b");
        let painted = |text: &str, kept: usize| {
            let mut out = Vec::new();
            paint(text, Style::new(), &cell.marks, kept, &mut out).expect("a vector takes all");
            String::from_utf8(out).expect("text")
        };
        let mark = AnsiColor::Yellow.on_default().bold();
        assert_eq!(painted("a␛合同b", 11), format!("a␛{mark}合同{mark:#}b"));
        assert_eq!(painted("a␛合…", 7), format!("a␛{mark}合{mark:#}…"));
        assert_eq!(painted("a…", 1), "a…");
    }

    fn shown(terminal: Option<usize>, paints: bool, rows: &[[&str; 3]]) -> String {
        let columns = vec![
            Column::number("SEQ"),
            Column::text("SENDER"),
            Column::text("TEXT"),
        ];
        let mut table = Table::new(columns, terminal, paints);
        let mut out = Vec::new();
        for row in rows {
            let cells = row.iter().map(Cell::new).collect();
            table.row(cells, &mut out).expect("a vector takes all");
        }
        table.end(&mut out).expect("a vector takes all");
        String::from_utf8(out).expect("text")
    }

    const ROWS: &[[&str; 3]] = &[
        ["1", "Alice 爱丽丝", "明天的合同请发给我, and the annex too"],
        ["12", "bob", ""],
        ["113", "eve\x1b[31m", "two\nlines"],
    ];

    #[test]
    fn columns_line_up_under_wide_characters() {
        insta::assert_snapshot!(shown(None, false, ROWS), @r"
        SEQ  SENDER        TEXT
          1  Alice 爱丽丝  明天的合同请发给我, and the annex too
         12  bob
        113  eve␛[31m      two lines
        ");
    }

    #[test]
    fn a_narrow_terminal_cuts_text_and_never_numbers() {
        let shown = shown(Some(32), false, ROWS);
        insta::assert_snapshot!(shown, @r"
        SEQ  SENDER        TEXT
          1  Alice 爱丽丝  明天的合同请…
         12  bob
        113  eve␛[31m      two lines
        ");
        assert!(
            shown
                .lines()
                .all(|line| width(line) <= 32 && line == line.trim_end())
        );
    }

    #[test]
    fn colour_is_only_where_it_was_asked_for() {
        assert!(!shown(None, false, ROWS).contains('\x1b'));
        assert!(shown(None, true, ROWS).starts_with("\x1b[1mSEQ\x1b[0m  \x1b[1mSENDER"));
    }

    #[test]
    fn no_rows_are_no_table() {
        assert_eq!(shown(None, false, &[]), "");
    }

    #[test]
    fn a_long_table_streams_once_its_widths_are_settled() {
        let mut table = Table::new(vec![Column::text("A"), Column::text("B")], None, false);
        let mut out = Vec::new();
        let row = |text| vec![Cell::new(text), Cell::new("x")];
        for _ in 0..ROWS_HELD {
            table
                .row(row("1234"), &mut out)
                .expect("a vector takes all");
        }
        let settled = out.len();
        table
            .row(row("123456"), &mut out)
            .expect("a vector takes all");
        assert_eq!(&out[settled..], b"123456  x\n");
        assert!(table.held.is_empty());
    }
}
