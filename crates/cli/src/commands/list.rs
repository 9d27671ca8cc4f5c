//! What all lists have in common: pages, totals, and how to go on.

use openim_history_client::client::Answer;
use openim_history_client::model::Lang;
use openim_history_client::source::{Page, PageRequest};

use crate::args::ListArgs;
use crate::error::{CommandError, Result};
use crate::format::{Format, Row, Sheet, Writer};
use crate::numbers::thousands;
use crate::progress::Progress;
use crate::run::App;
use crate::words::{self, Thing};

/// How many are asked for at once where all are wanted.
const ALL_AT_ONCE: u32 = 500;

/// Writes the stretch of a list that `list` asks for, and says where it came from, how long the
/// list is, and how to see more of it. `thing` is what is listed.
pub(super) async fn write<T, R: Row>(
    app: &mut App,
    list: ListArgs,
    (format, sheet): (Format, Sheet<'_>),
    thing: Thing,
    fetch: impl AsyncFn(PageRequest) -> openim_history_client::Result<Answer<Page<T>>>,
    row: impl Fn(T) -> R,
) -> Result {
    let mut interrupted = app.interrupt.take();
    let mut progress = Progress::start(&app.ui, thing);
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
    let mut total;
    let ended = loop {
        let len = page.items.len() as u64;
        for item in page.items {
            writer.row(&row(item))?;
            app.ui.bar.inc(1);
        }
        shown += len;
        total = page.total;
        // A list may shrink while it is read; an empty page is its end whatever the total says.
        if !list.all || len == 0 || shown >= total {
            break Ok(());
        }
        request = request.next();
        page = match next(request).await {
            Ok(answer) => answer.value,
            Err(error) => break Err(error),
        };
    };
    drop(progress);
    writer.end()?;
    let lang = app.ui.lang;
    let (what, more) = closing(list, thing, (shown, total), lang);
    app.ui
        .status(words::with(&what, &words::from(origin, lang), lang));
    app.ui.passed_over(passed_over.as_deref());
    let (limit, page) = (request.limit, request.offset / u64::from(request.limit) + 1);
    let more = match &ended {
        Ok(()) => more,
        Err(CommandError::Interrupted) => Some(match lang {
            Lang::En => format!("--limit {limit} --page {page} goes on"),
            Lang::Zh => format!("用 --limit {limit} --page {page} 继续"),
        }),
        Err(_) => None,
    };
    if let Some(more) = more {
        app.ui.status(more);
    }
    ended.map_err(|error| match error {
        CommandError::Library(source) => CommandError::Partial {
            what: format!(
                "{} of {} read",
                thousands(shown),
                thing.count(total, Lang::En)
            ),
            rest: format!("--limit {limit} --page {page} goes on"),
            source,
        },
        error => error,
    })
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

/// Says how much of the list was shown (how many, of how many), and how to see more of it.
pub(super) fn closing(
    list: ListArgs,
    thing: Thing,
    (shown, total): (u64, u64),
    lang: Lang,
) -> (String, Option<String>) {
    let all = thing.count(total, lang);
    let what = match (shown, lang) {
        (0, _) if total == 0 => thing.none(lang),
        (0, Lang::En) => format!("page {} is behind the end of {all}", list.page),
        (0, Lang::Zh) => format!("共 {all}，没有第 {} 页", list.page),
        // The list may have shrunk while it was read.
        (some, _) if some >= total => thing.count(some, lang),
        (some, Lang::En) => format!("{} of {all}", thousands(some)),
        (some, Lang::Zh) => format!("共 {all}，显示了 {}", thousands(some)),
    };
    let before = u64::from(list.page - 1) * u64::from(list.limit);
    let is_cut = !list.all && shown > 0 && before + shown < total;
    let more = is_cut.then(|| {
        let (limit, next) = (list.limit, list.page + 1);
        match lang {
            Lang::En => format!("--limit {limit} --page {next} goes on, --all shows all"),
            Lang::Zh => format!("用 --limit {limit} --page {next} 继续，用 --all 显示全部"),
        }
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

    fn said(list: ListArgs, shown: u64, total: u64) -> [(String, Option<String>); 2] {
        [Lang::En, Lang::Zh].map(|lang| closing(list, Thing::User, (shown, total), lang))
    }

    #[test]
    fn a_list_that_was_cut_says_how_to_go_on() {
        let [(english, goes_on), (chinese, goes_on_in_chinese)] = said(FIFTY, 50, 1234);
        assert_eq!(english, "50 of 1,234 users");
        assert_eq!(chinese, "共 1,234 个用户，显示了 50");
        let goes_on = goes_on.expect("more");
        assert_eq!(goes_on, "--limit 50 --page 2 goes on, --all shows all");
        let goes_on = goes_on_in_chinese.expect("more");
        assert_eq!(goes_on, "用 --limit 50 --page 2 继续，用 --all 显示全部");
    }

    #[test]
    fn the_last_page_does_not_promise_more() {
        let page = |page| ListArgs { page, ..FIFTY };
        for (page, shown, total, english, chinese) in [
            (page(2), 10, 60, "10 of 60 users", "共 60 个用户，显示了 10"),
            (page(1), 1, 1, "1 user", "1 个用户"),
            (page(1), 0, 0, "no users", "没有用户"),
            (
                page(9),
                0,
                60,
                "page 9 is behind the end of 60 users",
                "共 60 个用户，没有第 9 页",
            ),
        ] {
            let expected = [english, chinese].map(|what| (what.to_owned(), None));
            assert_eq!(said(page, shown, total), expected);
        }
    }
}
