//! The pages in a real browser: wide and narrow, light and dark, in both languages, and searched.

use std::path::PathBuf;

use openim_history_client::model::Lang;

use crate::browser::Browser;

use super::sample::{QUOTED, sample};

const PAGES: [&str; 4] = [
    "合同项目组/2026-11.html",
    "Alice 爱丽丝 · Bob.html",
    "2026-11-24.html",
    "index.html",
];

/// Returns where pictures are kept to be looked at: where OPENIM_HISTORY_PICTURES says, or nowhere.
fn pictures() -> Option<PathBuf> {
    std::env::var_os("OPENIM_HISTORY_PICTURES").map(PathBuf::from)
}

#[test]
fn pages_fit_every_screen_and_follow_the_system_between_light_and_dark() {
    let mut browser = Browser::start();
    for (lang, name) in [(Lang::En, "en"), (Lang::Zh, "zh")] {
        let export = sample(lang);
        for (page, title) in PAGES.iter().zip(["group", "pair", "several", "index"]) {
            let mut seen = Vec::new();
            for (width, height) in [(1280, 900), (390, 844)] {
                for dark in [false, true] {
                    browser.show(width, height, dark);
                    browser.open(&export.path(page), "");
                    assert_eq!(browser.complaints(), [""; 0], "{page}");
                    let overflow = "document.documentElement.scrollWidth - innerWidth";
                    assert!(
                        browser.evaluate(overflow).as_i64() <= Some(0),
                        "{page} is wider than {width}"
                    );
                    let colour = "getComputedStyle(document.body).backgroundColor";
                    seen.push(browser.evaluate(colour).to_string());
                    let picture = browser.picture();
                    assert!(picture.starts_with(b"\x89PNG") && picture.len() > 5_000);
                    if let Some(folder) = pictures() {
                        let theme = if dark { "dark" } else { "light" };
                        let file = folder.join(format!("{name}-{title}-{width}-{theme}.png"));
                        std::fs::write(file, picture).expect("is written");
                    }
                }
            }
            assert_eq!(seen[0], seen[2], "light is light on every screen");
            assert_eq!(seen[1], seen[3], "dark is dark on every screen");
            assert_ne!(seen[0], seen[1]);
        }
    }
}

/// Kept for the README where pictures are kept at all.
#[test]
fn one_look_shows_most_of_what_a_chat_can_hold() {
    let export = sample(Lang::Zh);
    let mut browser = Browser::start();
    browser.show(1000, 1174, false);
    browser.open(&export.path(PAGES[0]), "");
    let shown = "[...document.querySelectorAll('.e, blockquote, a.card, .at, figure img, audio, .rev, .merger')] \
        .filter(e => e.getBoundingClientRect().bottom < innerHeight).length";
    assert!(
        browser.evaluate(shown).as_u64() >= Some(8),
        "{}",
        browser.evaluate(shown)
    );
    let picture = browser.picture();
    assert!(picture.len() < 300_000, "{}", picture.len());
    if let Some(folder) = pictures() {
        std::fs::write(folder.join("export.png"), picture).expect("is written");
    }
}

#[test]
fn the_theme_can_be_chosen_and_is_remembered() {
    let export = sample(Lang::En);
    let page = export.path("2026-11-24.html");
    let mut browser = Browser::start();
    browser.show(1000, 800, false);
    browser.open(&page, "");
    let colour = "getComputedStyle(document.body).backgroundColor";
    let light = browser.evaluate(colour);
    browser.evaluate("document.querySelector('button.theme').click()");
    let dark = browser.evaluate(colour);
    assert_ne!(light, dark);
    // Another process of the browser's keeps what is remembered, and may take a moment for it.
    let index = export.path("index.html");
    let remembered = (0..50).any(|_| {
        browser.open(&index, "");
        browser.evaluate(colour) == dark
    });
    assert!(remembered);
    browser.evaluate("document.querySelector('button.theme').click()");
    assert_eq!(browser.evaluate(colour), light);
}

#[test]
fn pictures_are_loaded_and_voices_wait_to_be_asked() {
    let export = sample(Lang::En);
    let mut browser = Browser::start();
    browser.show(1000, 3200, false);
    browser.open(&export.path(PAGES[0]), "");
    browser.wait_for("document.querySelector('figure img').complete");
    let width = browser.evaluate("document.querySelector('figure img').naturalWidth");
    assert_eq!(width, 300);
    if let Some(folder) = pictures() {
        std::fs::write(folder.join("en-group-whole.png"), browser.picture()).expect("is written");
    }
    let requests = browser.requests();
    assert!(
        requests
            .iter()
            .any(|request| request.ends_with("/media/3f/roof.png")),
        "{requests:?}"
    );
    assert!(
        !requests
            .iter()
            .any(|request| request.ends_with("voice.wav")),
        "{requests:?}"
    );
    // The policy lets it play.
    browser.evaluate("document.querySelector('audio').load()");
    browser.wait_for(
        "document.querySelector('audio').readyState > 0 || document.querySelector('audio').error",
    );
    browser.evaluate("document.querySelector('audio').preload = 'auto'");
    assert_eq!(
        browser.evaluate("document.querySelector('audio').error"),
        serde_json::Value::Null
    );
}

#[test]
fn an_address_leads_to_its_message() {
    let export = sample(Lang::En);
    let mut browser = Browser::start();
    browser.show(1000, 600, false);
    browser.open(&export.path(PAGES[0]), "m24");
    browser.wait_for("(() => { const r = document.getElementById('m24').getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight; })()");
    // And a quote to what it quotes.
    browser.evaluate("document.querySelector('blockquote a.w').click()");
    browser.wait_for(&format!(
        "location.hash === '#m{QUOTED}' && document.getElementById('m{QUOTED}').matches(':target')"
    ));
    browser.wait_for(&format!(
        "document.getElementById('m{QUOTED}').getBoundingClientRect().top >= 0"
    ));
}

#[test]
fn the_search_finds_parts_of_words_in_any_language_and_leads_to_them() {
    let export = sample(Lang::Zh);
    let mut browser = Browser::start();
    browser.show(1280, 900, false);
    for (asked, hits, first) in [
        ("合同", 6, "m2"),
        ("CONTRACT", 2, "m3"),
        ("ＲＯＯＦ", 2, "m6"),
        ("\"the roof\" better", 1, "m2"),
        ("就绪 第 320", 1, "m320"),
        ("hikes-nothing-here", 0, ""),
        ("the tea", 1, "c2m2"),
    ] {
        let fragment =
            percent_encoding::utf8_percent_encode(asked, percent_encoding::NON_ALPHANUMERIC);
        browser.open(&export.path("search.html"), &format!("q={fragment}"));
        browser.wait_for("document.getElementById('status').dataset.done");
        let found = browser
            .evaluate("[...document.querySelectorAll('.hits a')].map(a => a.getAttribute('href'))");
        let found: Vec<&str> = found
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|a| a.as_str())
            .collect();
        assert_eq!(found.len(), hits, "{asked}: {found:?}");
        assert!(
            first.is_empty() || found.iter().any(|hit| hit.ends_with(&format!("#{first}"))),
            "{asked}: {found:?}"
        );
        assert_eq!(browser.complaints(), [""; 0], "{asked}");
        if hits > 0 {
            let marked = browser.evaluate("document.querySelectorAll('.hits mark').length");
            assert!(marked.as_u64() > Some(0), "{asked}");
        }
        if let (Some(folder), "合同") = (pictures(), asked) {
            std::fs::write(folder.join("zh-search-1280-light.png"), browser.picture())
                .expect("is written");
        }
    }
    browser.evaluate("document.querySelector('#words').value = '合同'; document.querySelector('form').requestSubmit()");
    browser.wait_for("document.querySelectorAll('.hits a').length === 6");
    browser.evaluate("document.querySelector('.hits a').click()");
    browser.wait_for("document.querySelector('article:target') && document.querySelector('article:target').textContent.includes('合同')");
}

#[test]
fn the_search_stops_at_a_full_page_and_goes_on_when_asked() {
    let export = sample(Lang::Zh);
    let mut browser = Browser::start();
    browser.open(
        &export.path("search.html"),
        &format!("q={}", "%E5%B0%B1%E7%BB%AA"),
    );
    browser.wait_for("!document.getElementById('more').hidden");
    assert_eq!(
        browser.evaluate("document.querySelectorAll('.hits li').length"),
        100
    );
    browser.evaluate("document.getElementById('more').click()");
    browser.wait_for("document.getElementById('status').dataset.done");
    assert_eq!(
        browser.evaluate("document.querySelectorAll('.hits li').length"),
        120
    );
    // No script of texts is left behind.
    assert_eq!(
        browser.evaluate("document.querySelectorAll('script[src]').length"),
        0
    );
}

#[test]
fn the_index_is_filtered() {
    let export = sample(Lang::Zh);
    let mut browser = Browser::start();
    browser.open(&export.path("index.html"), "");
    let shown = "[...document.querySelectorAll('li.conv')].filter(row => !row.hidden).length";
    assert_eq!(browser.evaluate(shown), 3);
    browser.evaluate("(box => { box.value = 'ＡＬＩＣＥ'; box.dispatchEvent(new Event('input')); })(document.getElementById('filter'))");
    assert_eq!(browser.evaluate(shown), 1);
    browser.evaluate("(box => { box.value = 'zzz'; box.dispatchEvent(new Event('input')); })(document.getElementById('filter'))");
    assert_eq!(
        browser.evaluate("document.getElementById('none').hidden"),
        false
    );
}
