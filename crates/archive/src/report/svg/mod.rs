//! Charts as SVG: drawn here, coloured by the page's style sheet, readable without scripts.
//!
//! No crate that draws charts leaves colours to CSS, text to the reader's fonts and names to screen readers; what
//! a report needs is little.

mod area;
mod bars;
mod calendar;
mod canvas;
mod columns;
mod heat;
mod scale;

pub(super) use self::area::Area;
pub(super) use self::bars::{Bar, Bars};
pub(super) use self::calendar::Calendar;
pub(super) use self::canvas::Frame;
pub(super) use self::columns::{Columns, Point};
pub(super) use self::heat::Heat;

#[cfg(test)]
mod tests;
