//! `search`

mod hit;

use std::io::Write as _;

use openim_history_archive::Archive;
use openim_history_archive::index::Order;
use openim_history_archive::row::Key;
use openim_history_archive::search::{
    Context, Directory, Search, SearchOptions, SearchPage, SyntaxError, parse, resolve, syntax,
};
use openim_history_client::model::{Lang, Seq};

use self::hit::{HitRow, Showing};
use crate::archive::{PlaceArgs, Stages, index_of};
use crate::args::FormatArgs;
use crate::error::{CommandError, Result};
use crate::format::{Format, Writer};
use crate::numbers::thousands;
use crate::run::App;
use crate::table::width;
use crate::words::Thing;

/// Finds messages in an archive: words of any language, phrases, and who, where, when
///
/// The server is not asked. `search --syntax` shows the query language on one page:
///
///   search 合同 from:alice -is:revoked after:2026-11-01
///
/// Newest first; how many there are at all is counted exactly and said on standard error. A query
/// that begins with a minus needs `--` before it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What is looked for; several words are one query
    #[arg(value_name = "QUERY", required_unless_present = "syntax")]
    query: Vec<String>,
    #[command(flatten)]
    place: PlaceArgs,
    /// At most so many hits
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// Goes on behind a message, as CONVERSATION:SEQ: the page before says which
    #[arg(long, value_name = "KEY", value_parser = key)]
    after: Option<Key>,
    /// Shows so many messages of the conversation before and after each hit, too
    #[arg(long, value_name = "N", default_value_t = 0)]
    around: usize,
    /// Which hits come first
    #[arg(long, value_enum, default_value_t, value_name = "ORDER")]
    order: OrderChoice,
    /// Only says how many there are
    #[arg(long)]
    count: bool,
    /// Prints the query language on one page
    #[arg(long)]
    syntax: bool,
    #[command(flatten)]
    format: FormatArgs,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum OrderChoice {
    /// Those sent last
    #[default]
    Newest,
    /// Those sent first
    Oldest,
    /// Those that fit best
    Relevance,
}

fn key(text: &str) -> Result<Key, String> {
    let parts = text.rsplit_once(':').and_then(|(conversation, seq)| {
        let seq = seq.parse().ok().filter(|_| !conversation.is_empty())?;
        Some(Key {
            conversation_id: conversation.into(),
            seq: Seq(seq),
        })
    });
    parts.ok_or_else(|| "write a conversation's id and a number: sg_1024:17".to_owned())
}

pub(super) async fn run(app: &mut App, args: &Args) -> Result {
    if args.syntax {
        app.out.write_all(syntax(app.ui.lang).as_bytes())?;
        return Ok(app.out.flush()?);
    }
    let config = app.configure()?;
    let text = args.query.join(" ");
    let node = parse(&text).map_err(|error| malformed(&text, &error))?;
    let archive = Archive::open(&args.place.place(&config)?).await?;
    let stages = Stages::new(&app.ui, false, None);
    let index = index_of(&archive, &stages);
    let (index, healed) = stages.watch(index).await?;
    drop(stages);
    if let Some(healed) = healed {
        app.ui
            .status(crate::words::archive::healed(&healed, app.ui.lang));
    }
    let directory = if node.has_names() {
        Directory::open(&archive).await?
    } else {
        Directory::default()
    };
    let context = Context {
        query: &text,
        directory: &directory,
        index: &index,
        now: jiff::Timestamp::now().to_zoned_datetime(app.ui.zone.clone()),
    };
    let query = resolve(&node, &context).map_err(|error| malformed(&text, &error))?;
    let search = Search::new(&archive, &index);
    let format = Format::chosen(args.format, &config);
    if args.count {
        let count = search.count(&query)?;
        writeln!(app.out, "{count}")?;
        return Ok(app.out.flush()?);
    }
    if let Some(key) = &args.after
        && index
            .get(key)
            .map_err(openim_history_archive::Error::from)?
            .is_none()
    {
        let what = format!("--after: the archive has no message {}", shown(key));
        return Err(CommandError::usage(what));
    }
    let options = SearchOptions {
        order: match args.order {
            OrderChoice::Newest => Order::Newest,
            OrderChoice::Oldest => Order::Oldest,
            OrderChoice::Relevance => Order::Relevance,
        },
        limit: args.limit,
        after: args.after.clone(),
        around: args.around,
        ..SearchOptions::default()
    };
    let page = search.page(&query, &node.texts(), &options).await?;
    write(app, &page, format)?;
    close(app, &page);
    Ok(())
}

fn write(app: &mut App, page: &SearchPage, format: Format) -> Result {
    let showing = Showing {
        lang: app.ui.lang,
        zone: app.ui.zone.clone(),
    };
    let mut writer = Writer::begin(format, showing.sheet(), &mut app.out)?;
    // Neighbours are rows of their own for people, and part of their hit for programs.
    let with_neighbours = format == Format::Table;
    for hit in &page.hits {
        if with_neighbours {
            for row in &hit.before {
                writer.row(&HitRow::neighbour(row, &showing))?;
            }
        }
        writer.row(&HitRow::hit(hit, &showing))?;
        if with_neighbours {
            for row in &hit.after {
                writer.row(&HitRow::neighbour(row, &showing))?;
            }
        }
    }
    Ok(writer.end()?)
}

fn close(app: &App, page: &SearchPage) {
    let lang = app.ui.lang;
    let messages = match page.total {
        0 => Thing::Message.none(lang),
        total => Thing::Message.count(total, lang),
    };
    let shown_here = page.hits.len() as u64;
    app.ui.status(match (shown_here < page.total, lang) {
        (false, Lang::En) => format!("{messages} found"),
        (false, Lang::Zh) => format!("找到 {messages}"),
        (true, Lang::En) => format!("{messages} found, {} shown", thousands(shown_here)),
        (true, Lang::Zh) => format!("找到 {messages}，显示 {} 条", thousands(shown_here)),
    });
    if let Some(next) = &page.next {
        let next = shown(next);
        app.ui.status(match lang {
            Lang::En => format!("--after {next} goes on"),
            Lang::Zh => format!("用 --after {next} 继续"),
        });
    }
}

fn shown(key: &Key) -> String {
    format!("{}:{}", key.conversation_id, key.seq)
}

/// Says what is wrong with a query, and points at it.
pub(crate) fn malformed(query: &str, error: &SyntaxError) -> CommandError {
    let before = query.get(..error.at.start).unwrap_or_default();
    let wrong = query.get(error.at.clone()).unwrap_or_default();
    let (blank, marks) = (width(before), width(wrong).max(1));
    CommandError::usage_with_hint(
        format!("{error}\n  {query}\n  {:blank$}{}", "", "^".repeat(marks)),
        "`openim-history search --syntax` shows the query language on one page",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_a_conversation_and_a_number() {
        let read = key("si_a:b_c:17").expect("a key");
        assert_eq!(shown(&read), "si_a:b_c:17");
        for text in ["", "17", ":17", "sg_1:", "sg_1:x"] {
            assert!(key(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_pointed_at_under_wide_characters_too() {
        let query = "合同 \"明天";
        let error = malformed(query, &parse(query).expect_err("malformed"));
        let CommandError::Usage { text, .. } = error else {
            panic!("{error:?}");
        };
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[1..], ["  合同 \"明天", "       ^^^^^"]);
    }
}
