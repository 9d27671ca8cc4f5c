//! What divan does not say: rates side by side, and whether each target is met.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

/// For each name what was read in each run, and how long it took.
static RUNS: Mutex<BTreeMap<&'static str, Vec<(u64, Duration)>>> = Mutex::new(BTreeMap::new());

/// What is promised: ours, theirs, and how many times theirs ours is at least.
const TARGETS: [(&str, &str, &str, f64); 3] = [
    (
        "full read against PyMongoArrow, the server unwinding",
        "full read",
        "full read, PyMongoArrow, server unwinds",
        3.0,
    ),
    (
        "full read against PyMongoArrow, Arrow flattening",
        "full read",
        "full read, PyMongoArrow, Arrow flattens",
        3.0,
    ),
    (
        "REST pull against one call of 50 at a time",
        "REST pull",
        "REST pull, one call of 50 at a time",
        4.0,
    ),
];

/// Notes a run.
pub(crate) fn took(name: &'static str, items: u64, elapsed: Duration) {
    let mut runs = RUNS.lock().expect("not poisoned");
    runs.entry(name).or_default().push((items, elapsed));
}

/// The median run of a name: items a second, and milliseconds.
fn median(name: &str) -> Option<(f64, f64)> {
    let runs = RUNS.lock().expect("not poisoned");
    let mut runs = runs.get(name)?.clone();
    runs.sort_by_key(|(_, elapsed)| *elapsed);
    let (items, elapsed) = runs[runs.len() / 2];
    #[expect(
        clippy::cast_precision_loss,
        reason = "far fewer items than a double counts exactly"
    )]
    let items = items as f64;
    let seconds = elapsed.as_secs_f64();
    Some((items / seconds, seconds * 1_000.0))
}

/// Prints the medians of all that ran, and the ratios that are promised.
#[expect(clippy::print_stdout, reason = "what a bench is for")]
pub(crate) fn print() {
    let names: Vec<_> = RUNS.lock().expect("not poisoned").keys().copied().collect();
    if names.is_empty() {
        return;
    }
    println!("\n{:<40}{:>12}{:>14}", "medians", "ms", "a second");
    for name in names {
        if let Some((rate, millis)) = median(name) {
            println!("{name:<40}{millis:>12.1}{rate:>14.0}");
        }
    }
    println!();
    for (title, ours, theirs, least) in TARGETS {
        if let (Some((ours, _)), Some((theirs, _))) = (median(ours), median(theirs)) {
            let ratio = ours / theirs;
            let verdict = if ratio >= least { "met" } else { "missed" };
            println!("{title}: {ratio:.1} times, at least {least} wanted: {verdict}");
        }
    }
}
