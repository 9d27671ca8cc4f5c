//! A week of hours, the darker the more.

use super::canvas::{Anchor, Canvas, Frame, measure};

/// Cells in rows and columns.
#[derive(Clone, Debug)]
pub(in crate::report) struct Heat {
    /// Its height is set by the cells.
    pub(in crate::report) frame: Frame,
    /// The name of each row, and its cells: amount and tip.
    pub(in crate::report) rows: Vec<(String, Vec<(f64, String)>)>,
    /// The name of each column; only every third is written.
    pub(in crate::report) columns: Vec<String>,
    /// What stands at both ends of the scale.
    pub(in crate::report) ends: (String, String),
}

/// How many shades there are beside that of nothing.
const SHADES: u8 = 5;

/// Returns the shade of an amount: by the root, so that small amounts differ, too.
pub(super) fn shade(amount: f64, greatest: f64) -> String {
    if amount <= 0.0 || greatest <= 0.0 {
        return "h0".to_owned();
    }
    let share = (amount / greatest).sqrt() * f64::from(SHADES);
    let shade = (1..SHADES).find(|shade| share <= f64::from(*shade));
    format!("h{}", shade.unwrap_or(SHADES))
}

/// Draws the scale of shades, its right end at `right`.
pub(super) fn key(canvas: &mut Canvas, right: f64, y: f64, ends: &(String, String)) {
    let more = measure(&ends.1);
    canvas.text("faint", (right, y + 10.0), Anchor::End, &ends.1);
    let mut x = right - more - 6.0;
    for shade in (0..=SHADES).rev() {
        x -= 14.0;
        canvas.rect(&format!("h{shade}"), (x, y), (12.0, 12.0), 2.5);
    }
    canvas.text("faint", (x - 6.0, y + 10.0), Anchor::End, &ends.0);
}

impl Heat {
    pub(in crate::report) fn draw(&self) -> String {
        let mut frame = self.frame.clone();
        let widest = self
            .rows
            .iter()
            .map(|(name, _)| measure(name))
            .fold(0.0, f64::max);
        let left = widest + 8.0;
        let count = u32::try_from(self.columns.len().max(1)).unwrap_or(u32::MAX);
        let pitch = (frame.width - left) / f64::from(count);
        let tall = if pitch > 16.0 { 25.0 } else { 21.0 };
        let rows = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        frame.height = f64::from(rows).mul_add(tall, 50.0);
        let mut canvas = Canvas::new(&frame);
        let cells = self.rows.iter().flat_map(|(_, cells)| cells);
        let greatest = cells.map(|(amount, _)| *amount).fold(0.0, f64::max);
        if greatest <= 0.0 {
            canvas.nothing(&frame);
            return canvas.finish();
        }
        let gap = if pitch > 16.0 { 2.0 } else { 1.0 };
        for (at, (name, cells)) in (0_u32..).zip(&self.rows) {
            let y = f64::from(at) * tall;
            canvas.text("faint", (0.0, y + tall / 2.0 + 4.0), Anchor::Start, name);
            for (column, (amount, tip)) in (0_u32..).zip(cells) {
                let x = f64::from(column).mul_add(pitch, left);
                canvas.begin_group(tip);
                let class = shade(*amount, greatest);
                canvas.rect(
                    &class,
                    (x, y),
                    (pitch - gap, tall - gap),
                    3.0_f64.min(pitch / 4.0),
                );
                canvas.end_group();
            }
        }
        let y = f64::from(rows).mul_add(tall, 14.0);
        for (at, name) in (0_u32..).zip(&self.columns).step_by(3) {
            let x = (f64::from(at) + 0.5).mul_add(pitch, left);
            canvas.text("faint", (x, y), Anchor::Middle, name);
        }
        key(&mut canvas, frame.width, y + 14.0, &self.ends);
        canvas.finish()
    }
}
