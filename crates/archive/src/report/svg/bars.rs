//! Named amounts, one under the other: the name above its bar, so that long names have room on a phone, too.

use super::canvas::{Anchor, Canvas, Frame, fitted, measure};
use super::columns::CLASSES;

/// Named amounts.
#[derive(Clone, Debug)]
pub(in crate::report) struct Bars {
    /// Its height is set by the bars.
    pub(in crate::report) frame: Frame,
    pub(in crate::report) bars: Vec<Bar>,
}

/// One of them.
#[derive(Clone, Debug)]
pub(in crate::report) struct Bar {
    /// What it is called; may be hostile.
    pub(in crate::report) name: String,
    /// What is written at its end.
    pub(in crate::report) value: String,
    /// What is told where a pointer rests on it.
    pub(in crate::report) tip: String,
    /// Its parts, from the left.
    pub(in crate::report) parts: Vec<f64>,
}

/// From one bar to the next.
const ROW: f64 = 33.0;

/// How thick a bar is.
const THICK: f64 = 8.0;

impl Bars {
    pub(in crate::report) fn draw(&self) -> String {
        let rows = u32::try_from(self.bars.len()).unwrap_or(u32::MAX);
        let mut frame = self.frame.clone();
        frame.height = if rows == 0 {
            80.0
        } else {
            f64::from(rows) * ROW
        };
        let mut canvas = Canvas::new(&frame);
        let total = |bar: &Bar| bar.parts.iter().sum::<f64>();
        let greatest = self.bars.iter().map(total).fold(0.0, f64::max);
        if greatest <= 0.0 {
            canvas.nothing(&frame);
            return canvas.finish();
        }
        for (at, bar) in (0_u32..).zip(&self.bars) {
            let y = f64::from(at) * ROW;
            canvas.begin_group(&bar.tip);
            canvas.rect("hit", (0.0, y), (frame.width, ROW), 0.0);
            let room = frame.width - measure(&bar.value) - 14.0;
            let name = fitted(&bar.name, room);
            canvas.text("label", (0.0, y + 13.0), Anchor::Start, &name);
            canvas.text("value", (frame.width, y + 13.0), Anchor::End, &bar.value);
            let y = y + 18.0;
            canvas.rect("track", (0.0, y), (frame.width, THICK), THICK / 2.0);
            let whole = frame.width * total(bar) / greatest;
            let mut x = 0.0;
            let parts = bar.parts.iter().filter(|part| **part > 0.0).count();
            for (part, class) in bar.parts.iter().zip(CLASSES) {
                if *part > 0.0 {
                    let width = frame.width * part / greatest;
                    // What would be too thin to see is drawn as a dot.
                    let least = if parts == 1 { THICK } else { 1.0 };
                    canvas.rect(
                        class,
                        (x, y),
                        (width.max(least.min(whole.max(least))), THICK),
                        THICK / 2.0,
                    );
                    x += width;
                }
            }
            canvas.end_group();
        }
        canvas.finish()
    }
}
