//! One value over time, as a line with the area under it.

use super::canvas::{Canvas, Frame};
use super::columns::{Point, axes, band, name_columns};
use super::scale::Scale;

/// A line with the area under it.
#[derive(Clone, Debug)]
pub(in crate::report) struct Area {
    pub(in crate::report) frame: Frame,
    /// Only the first value of each point is drawn.
    pub(in crate::report) points: Vec<Point>,
    /// The class it is coloured by.
    pub(in crate::report) class: &'static str,
}

impl Area {
    pub(in crate::report) fn draw(&self) -> String {
        let frame = &self.frame;
        let mut canvas = Canvas::new(frame);
        let value = |point: &Point| point.values.first().copied().unwrap_or_default();
        let greatest = self.points.iter().map(value).fold(0.0, f64::max);
        if greatest <= 0.0 {
            canvas.nothing(frame);
            return canvas.finish();
        }
        let scale = Scale::new(greatest, 4);
        let plot = axes(&mut canvas, frame, &scale, &[]);
        let labels = self.points.iter().map(|point| point.label.as_deref());
        name_columns(&mut canvas, plot, self.points.len(), labels);
        let band = band(plot, self.points.len());
        let floor = plot.top + plot.height;
        let places: Vec<(f64, f64)> = (0_u32..)
            .zip(&self.points)
            .map(|(at, point)| {
                let x = (f64::from(at) + 0.5).mul_add(band, plot.left);
                (x, floor - plot.height * scale.of(value(point)))
            })
            .collect();
        let class = self.class;
        canvas.path(&format!("area {class}"), &places, Some(floor));
        canvas.path(&format!("line {class}"), &places, None);
        for (point, place) in self.points.iter().zip(&places) {
            canvas.begin_group(&point.tip);
            canvas.rect(
                "hit",
                (place.0 - band / 2.0, plot.top),
                (band, plot.height),
                0.0,
            );
            canvas.end_group();
        }
        // A single point is no line, and few are better seen.
        if places.len() <= 36 {
            for place in &places {
                canvas.circle(class, *place, 2.5);
            }
        }
        canvas.finish()
    }
}
