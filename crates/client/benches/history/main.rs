//! How fast history is read, from a real mongod and over REST, beside what else could read it.
//!
//! Run it with `scripts/bench`, which installs the peer; docs/performance.md explains the numbers.
//! The environment may say `OPENIM_HISTORY_BENCH_MESSAGES` (2,000,000) and must say
//! `OPENIM_HISTORY_MONGOD` and `OPENIM_HISTORY_BENCH_PYTHON`.

mod corpus;
mod follow;
mod mongo;
mod newest;
mod peer;
mod places;
mod report;
mod rest;

fn main() {
    divan::main();
    report::print();
}
