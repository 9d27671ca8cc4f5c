//! Reports: every number against a count made here, message by message; the forms read by others.

mod brute;
mod forms;
mod history;
mod holes;
mod media;
mod numbers;
mod pages;
