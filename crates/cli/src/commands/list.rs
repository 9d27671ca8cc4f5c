//! What all lists have in common: pages, totals, and how to go on.

use openim_history_client::client::Answer;
use openim_history_client::source::{Page, PageRequest};

use crate::args::ListArgs;
use crate::error::{CommandError, Result};
use crate::format::{Format, Row, Sheet, Writer};
use crate::numbers::{count, thousands};
use crate::progress::Progress;
use crate::run::App;

/// How many are asked for at once where all are wanted.
const ALL_AT_ONCE: u32 = 500;

/// Writes the stretch of a list that `list` asks for, and says where it came from, how long the
/// list is, and how to see more of it. `thing` is what one item is called.
pub(super) async fn write<T, R: Row>(
    app: &mut App,
    list: ListArgs,
    (format, sheet): (Format, Sheet),
    thing: &str,
    fetch: impl AsyncFn(PageRequest) -> openim_history_client::Result<Answer<Page<T>>>,
    row: impl Fn(T) -> R,
) -> Result {
    let mut interrupted = app.interrupt.take();
    let mut progress = Progress::start(&app.ui, &format!("{thing}s"));
    let mut next = async |request| {
        tokio::select! {
            biased;
            () = interrupted.wait() => Err(CommandError::Interrupted),
            answer = progress.watch(fetch(request)) => answer.map_err(CommandError::from),
        }
    };
    let mut request = first_request(list);
    let Answer {
        value: mut page,
        origin,
        passed_over,
    } = next(request).await?;
    let mut writer = Writer::begin(format, sheet, &mut app.out)?;
    let mut shown = 0;
    let ended = loop {
        let len = page.items.len() as u64;
        for item in page.items {
            writer.row(&row(item))?;
            app.ui.bar.inc(1);
        }
        shown += len;
        // A list may shrink while it is read; an empty page is its end whatever the total says.
        if !list.all || len == 0 || shown >= page.total {
            break Ok(page.total);
        }
        request = request.next();
        page = match next(request).await {
            Ok(answer) => answer.value,
            Err(error) => break Err(error),
        };
    };
    drop(progress);
    writer.end()?;
    let (what, more) = closing(list, thing, shown, ended?);
    app.ui.status(format!("{what}, from {origin}"));
    app.ui.passed_over(passed_over.as_deref());
    if let Some(more) = more {
        app.ui.status(more);
    }
    Ok(())
}

fn first_request(list: ListArgs) -> PageRequest {
    if list.all {
        return PageRequest::first(ALL_AT_ONCE);
    }
    PageRequest {
        offset: u64::from(list.page - 1) * u64::from(list.limit),
        limit: list.limit,
    }
}

/// Says how much of the list was shown, and how to see more of it.
pub(super) fn closing(
    list: ListArgs,
    thing: &str,
    shown: u64,
    total: u64,
) -> (String, Option<String>) {
    let what = match shown {
        0 if total == 0 => format!("no {thing}s"),
        0 => format!(
            "page {} is behind the end of {}",
            list.page,
            count(total, thing)
        ),
        all if all >= total => count(all, thing),
        some => format!("{} of {}", thousands(some), count(total, thing)),
    };
    let before = u64::from(list.page - 1) * u64::from(list.limit);
    let is_cut = !list.all && shown > 0 && before + shown < total;
    let more = is_cut.then(|| {
        let (limit, next) = (list.limit, list.page + 1);
        format!("--limit {limit} --page {next} goes on, --all shows all")
    });
    (what, more)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIFTY: ListArgs = ListArgs {
        limit: 50,
        page: 1,
        all: false,
    };

    #[test]
    fn a_list_that_was_cut_says_how_to_go_on() {
        let (what, more) = closing(FIFTY, "user", 50, 1234);
        assert_eq!(what, "50 of 1,234 users");
        let more = more.expect("more");
        assert_eq!(more, "--limit 50 --page 2 goes on, --all shows all");
    }

    #[test]
    fn the_last_page_does_not_promise_more() {
        let last = ListArgs { page: 2, ..FIFTY };
        assert_eq!(
            closing(last, "user", 10, 60),
            ("10 of 60 users".into(), None)
        );
        assert_eq!(closing(FIFTY, "user", 1, 1), ("1 user".into(), None));
        assert_eq!(closing(FIFTY, "user", 0, 0), ("no users".into(), None));
        let behind = ListArgs { page: 9, ..FIFTY };
        let (what, more) = closing(behind, "user", 0, 60);
        assert_eq!(
            (&*what, more),
            ("page 9 is behind the end of 60 users", None)
        );
    }
}
