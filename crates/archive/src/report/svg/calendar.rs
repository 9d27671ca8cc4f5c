//! A year of days: a column for each week, Monday on top.

use std::collections::HashMap;

use jiff::ToSpan;
use jiff::civil::Date;

use super::canvas::{Anchor, Canvas, Frame, measure};
use super::heat::{key, shade};

/// The days of a year, the darker the more.
#[derive(Clone, Debug)]
pub(in crate::report) struct Calendar {
    /// Its height is set by the days.
    pub(in crate::report) frame: Frame,
    pub(in crate::report) year: i16,
    /// Amount and tip of days that have any.
    pub(in crate::report) days: HashMap<Date, (f64, String)>,
    /// The names of the months.
    pub(in crate::report) months: [&'static str; 12],
    /// What stands at both ends of the scale.
    pub(in crate::report) ends: (String, String),
}

/// As many weeks as a year can touch.
const WEEKS: f64 = 54.0;

impl Calendar {
    pub(in crate::report) fn draw(&self) -> String {
        let mut frame = self.frame.clone();
        let pitch = frame.width / WEEKS;
        frame.height = pitch.mul_add(7.0, 44.0);
        let mut canvas = Canvas::new(&frame);
        let Ok(first) = Date::new(self.year, 1, 1) else {
            canvas.nothing(&frame);
            return canvas.finish();
        };
        let greatest = self
            .days
            .values()
            .map(|(amount, _)| *amount)
            .fold(0.0, f64::max);
        let lead = i32::from(first.weekday().to_monday_zero_offset());
        let days = first
            .series(1.day())
            .take_while(|day| day.year() == self.year);
        let mut free = 0.0;
        for (number, day) in (lead..).zip(days) {
            let (week, weekday) = (f64::from(number / 7), f64::from(number % 7));
            let at = (week * pitch, weekday.mul_add(pitch, 16.0));
            if day.day() == 1 {
                let name = usize::try_from(day.month() - 1).unwrap_or_default();
                let name = self.months.get(name).copied().unwrap_or_default();
                // The name stands over the first whole week.
                let x = if weekday > 0.0 { at.0 + pitch } else { at.0 };
                if x >= free && x + measure(name) <= frame.width {
                    canvas.text("faint", (x, 10.0), Anchor::Start, name);
                    free = x + measure(name) + 6.0;
                }
            }
            let cell = (pitch * 0.86, pitch * 0.86);
            match self.days.get(&day) {
                Some((amount, tip)) => {
                    canvas.begin_group(tip);
                    canvas.rect(&shade(*amount, greatest), at, cell, pitch / 5.0);
                    canvas.end_group();
                }
                None => canvas.rect("h0", at, cell, pitch / 5.0),
            }
        }
        key(
            &mut canvas,
            frame.width - 1.0,
            frame.height - 14.0,
            &self.ends,
        );
        canvas.finish()
    }
}
