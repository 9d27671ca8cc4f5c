//! Reports: every number against a count made here, message by message; the forms read by others.

mod brute;
mod forms;
mod history;
mod numbers;
mod pages;
