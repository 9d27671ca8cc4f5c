//! Columns over time: one series, or several on top of each other, with a line over them.

use super::canvas::{Anchor, Canvas, Frame, measure};
use super::scale::Scale;
use crate::report::numbers::short;

/// Columns.
#[derive(Clone, Debug)]
pub(in crate::report) struct Columns {
    pub(in crate::report) frame: Frame,
    /// What the parts of a column are, from the bottom up.
    pub(in crate::report) series: Vec<String>,
    pub(in crate::report) points: Vec<Point>,
    /// What the line over them is, where there is one: a value for each point.
    pub(in crate::report) line: Option<(String, Vec<f64>)>,
}

/// One column.
#[derive(Clone, Debug)]
pub(in crate::report) struct Point {
    /// What stands under it, if there is room.
    pub(in crate::report) label: Option<String>,
    /// What is told where a pointer rests on it.
    pub(in crate::report) tip: String,
    /// Its parts.
    pub(in crate::report) values: Vec<f64>,
}

/// Classes of the parts, in order.
pub(super) const CLASSES: [&str; 3] = ["s1", "s2", "s3"];

/// Where values are drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plot {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Columns {
    pub(in crate::report) fn draw(&self) -> String {
        let frame = &self.frame;
        let mut canvas = Canvas::new(frame);
        let columns = self
            .points
            .iter()
            .map(|point| point.values.iter().sum::<f64>());
        let line = self
            .line
            .iter()
            .flat_map(|(_, values)| values.iter().copied());
        let greatest = columns.chain(line).fold(0.0, f64::max);
        if greatest <= 0.0 {
            canvas.nothing(frame);
            return canvas.finish();
        }
        let scale = Scale::new(greatest, 4);
        let names = self
            .line
            .iter()
            .map(|(name, _)| (name.as_str(), "l2 legend-line"));
        let series = self.series.iter().map(String::as_str).zip(CLASSES);
        let legend: Vec<(&str, &str)> = series.chain(names).collect();
        let plot = axes(&mut canvas, frame, &scale, &legend);
        let labels = self.points.iter().map(|point| point.label.as_deref());
        name_columns(&mut canvas, plot, self.points.len(), labels);
        let band = band(plot, self.points.len());
        let gap = if band > 3.0 {
            (band * 0.25).min(6.0)
        } else {
            0.0
        };
        for (at, point) in (0_u32..).zip(&self.points) {
            let x = f64::from(at).mul_add(band, plot.left);
            canvas.begin_group(&point.tip);
            canvas.rect("hit", (x, plot.top), (band, plot.height), 0.0);
            let mut floor = plot.top + plot.height;
            for (value, class) in point.values.iter().zip(CLASSES) {
                if *value > 0.0 {
                    let height = (scale.of(*value) * plot.height).max(0.7);
                    floor -= height;
                    let width = (band - gap).clamp(0.8, 40.0);
                    let x = x + (band - width) / 2.0;
                    canvas.rect(class, (x, floor), (width, height), (width / 4.0).min(2.0));
                }
            }
            canvas.end_group();
        }
        if let Some((_, values)) = &self.line {
            let points: Vec<(f64, f64)> = (0_u32..)
                .zip(values)
                .map(|(at, value)| {
                    let x = (f64::from(at) + 0.5).mul_add(band, plot.left);
                    (x, plot.top + plot.height * (1.0 - scale.of(*value)))
                })
                .collect();
            canvas.path("l2", &points, None);
        }
        canvas.finish()
    }
}

/// Draws the legend, where anything has a name, and the axis with its lines.
pub(super) fn axes(
    canvas: &mut Canvas,
    frame: &Frame,
    scale: &Scale,
    legend: &[(&str, &str)],
) -> Plot {
    let labels: Vec<String> = scale
        .ticks
        .iter()
        .map(|tick| short(*tick, frame.lang))
        .collect();
    let widest = labels
        .iter()
        .map(|label| measure(label))
        .fold(0.0, f64::max);
    let has_legend = legend.iter().any(|(name, _)| !name.is_empty());
    let top = if has_legend { 32.0 } else { 10.0 };
    let plot = Plot {
        left: widest + 8.0,
        top,
        width: frame.width - widest - 12.0,
        height: frame.height - top - 24.0,
    };
    if has_legend {
        let mut x = plot.left;
        for (name, class) in legend {
            if class.contains("legend-line") {
                canvas.line("l2", (x, 9.0), (x + 12.0, 9.0));
            } else {
                canvas.rect(class, (x + 1.0, 4.0), (10.0, 10.0), 2.0);
            }
            canvas.text("label", (x + 17.0, 13.0), Anchor::Start, name);
            x += measure(name) + 34.0;
        }
    }
    for (tick, label) in scale.ticks.iter().zip(&labels) {
        let y = plot.top + plot.height * (1.0 - scale.of(*tick));
        let class = if *tick > 0.0 { "grid" } else { "axis" };
        canvas.line(class, (plot.left, y), (plot.left + plot.width, y));
        canvas.text("faint", (plot.left - 6.0, y + 4.0), Anchor::End, label);
    }
    plot
}

/// Returns the width of one of `count` columns.
pub(super) fn band(plot: Plot, count: usize) -> f64 {
    plot.width / f64::from(u32::try_from(count.max(1)).unwrap_or(u32::MAX))
}

/// Writes as many labels under the columns as fit beside each other; those that name a year come first.
pub(super) fn name_columns<'a>(
    canvas: &mut Canvas,
    plot: Plot,
    count: usize,
    labels: impl Iterator<Item = Option<&'a str>>,
) {
    let band = band(plot, count);
    let y = plot.top + plot.height + 16.0;
    let places = (0_u32..).zip(labels).filter_map(|(at, label)| {
        let label = label?;
        let half = measure(label) / 2.0;
        let x = (f64::from(at) + 0.5).mul_add(band, plot.left);
        let x = x
            .min(plot.left + plot.width - half)
            .max(plot.left - 4.0 + half);
        Some((label, x, half))
    });
    let is_year =
        |(label, ..): &(&str, f64, f64)| label.chars().filter(char::is_ascii_digit).count() >= 4;
    let (years, others): (Vec<_>, Vec<_>) = places.partition(is_year);
    let mut taken: Vec<(f64, f64)> = Vec::new();
    for (label, x, half) in years.into_iter().chain(others) {
        let (left, right) = (x - half - 5.0, x + half + 5.0);
        if taken.iter().any(|(from, to)| left < *to && *from < right) {
            continue;
        }
        taken.push((left, right));
        canvas.text("faint", (x, y), Anchor::Middle, label);
    }
}
