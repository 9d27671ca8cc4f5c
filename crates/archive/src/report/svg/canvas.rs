//! Writing SVG: elements, escaped text, and how wide text is about.

use std::fmt::{Display, Write};

use openim_history_client::model::{Lang, one_line};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// What all charts have: a name and a description for who does not see them, a size and a language.
#[derive(Clone, Debug)]
pub(in crate::report) struct Frame {
    pub(in crate::report) title: String,
    pub(in crate::report) description: String,
    pub(in crate::report) width: f64,
    pub(in crate::report) height: f64,
    pub(in crate::report) lang: Lang,
}

/// Where text hangs on its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// An SVG in the making.
#[derive(Debug)]
pub(super) struct Canvas {
    text: String,
}

/// Width of a narrow character, about, in the size charts are labelled in.
const CHARACTER: f64 = 6.7;

/// Returns how wide a text is, about.
pub(super) fn measure(text: &str) -> f64 {
    let columns = u32::try_from(text.width()).unwrap_or(u32::MAX);
    f64::from(columns) * CHARACTER
}

/// Returns a name on one line, cut to a width.
pub(super) fn fitted(text: &str, width: f64) -> String {
    // No more than this is ever shown, however long a name is.
    let text: String = text.chars().take(400).collect();
    let line = one_line(&text);
    if measure(&line) <= width {
        return line;
    }
    let mut cut = String::new();
    for part in line.graphemes(true) {
        if measure(&cut) + measure(part) + CHARACTER * 1.5 > width {
            break;
        }
        cut.push_str(part);
    }
    format!("{}…", cut.trim_end())
}

impl Canvas {
    /// Begins a drawing.
    pub(super) fn new(frame: &Frame) -> Self {
        let mut canvas = Self {
            text: String::new(),
        };
        let (width, height) = (number(frame.width), number(frame.height));
        canvas.raw(format_args!(
            "<svg class=\"chart\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
             role=\"img\" xmlns=\"http://www.w3.org/2000/svg\">"
        ));
        canvas.element("title", &frame.title);
        canvas.element("desc", &frame.description);
        canvas
    }

    /// Begins a group whose parts share a tip, shown where a pointer rests.
    pub(super) fn begin_group(&mut self, tip: &str) {
        self.raw(format_args!("<g>"));
        self.element("title", tip);
    }

    pub(super) fn end_group(&mut self) {
        self.raw(format_args!("</g>"));
    }

    pub(super) fn rect(&mut self, class: &str, at: (f64, f64), size: (f64, f64), radius: f64) {
        let (x, y) = (number(at.0), number(at.1));
        let (width, height) = (number(size.0.max(0.0)), number(size.1.max(0.0)));
        self.raw(format_args!(
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\""
        ));
        if radius > 0.0 {
            self.raw(format_args!(" rx=\"{}\"", number(radius)));
        }
        self.raw(format_args!("/>"));
    }

    pub(super) fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        self.raw(format_args!(
            "<line class=\"{class}\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"/>",
            number(from.0),
            number(from.1),
            number(to.0),
            number(to.1)
        ));
    }

    /// Draws a line through points, or the area under it down to `floor`.
    pub(super) fn path(&mut self, class: &str, points: &[(f64, f64)], floor: Option<f64>) {
        let (Some(first), Some(last)) = (points.first(), points.last()) else {
            return;
        };
        self.raw(format_args!("<path class=\"{class}\" d=\""));
        let mut command = 'M';
        if let Some(floor) = floor {
            self.raw(format_args!("M{} {}", number(first.0), number(floor)));
            command = 'L';
        }
        for (x, y) in points {
            self.raw(format_args!("{command}{} {}", number(*x), number(*y)));
            command = 'L';
        }
        if let Some(floor) = floor {
            self.raw(format_args!("L{} {}Z", number(last.0), number(floor)));
        }
        self.raw(format_args!("\"/>"));
    }

    pub(super) fn circle(&mut self, class: &str, at: (f64, f64), radius: f64) {
        self.raw(format_args!(
            "<circle class=\"{class}\" cx=\"{}\" cy=\"{}\" r=\"{}\"/>",
            number(at.0),
            number(at.1),
            number(radius)
        ));
    }

    pub(super) fn text(&mut self, class: &str, at: (f64, f64), anchor: Anchor, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        self.raw(format_args!(
            "<text class=\"{class}\" x=\"{}\" y=\"{}\"{anchor}>",
            number(at.0),
            number(at.1)
        ));
        self.escaped(text);
        self.raw(format_args!("</text>"));
    }

    /// Says that there is nothing to draw.
    pub(super) fn nothing(&mut self, frame: &Frame) {
        let text = match frame.lang {
            Lang::En => "Nothing to show",
            Lang::Zh => "没有数据",
        };
        let middle = (frame.width / 2.0, frame.height / 2.0);
        self.text("faint", middle, Anchor::Middle, text);
    }

    pub(super) fn finish(mut self) -> String {
        self.text.push_str("</svg>");
        self.text
    }

    fn element(&mut self, name: &str, text: &str) {
        self.raw(format_args!("<{name}>"));
        self.escaped(&one_line(text));
        self.raw(format_args!("</{name}>"));
    }

    fn escaped(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '"' => self.text.push_str("&quot;"),
                '\'' => self.text.push_str("&#39;"),
                c => self.text.push(c),
            }
        }
    }

    fn raw(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.text.write_fmt(text);
    }
}

/// Writes a coordinate to a tenth, in as few digits as that takes.
pub(super) fn number(value: f64) -> impl Display {
    let rounded = (value * 10.0).round() / 10.0;
    // No coordinate is "-0" or not a number.
    if rounded.is_finite() && rounded != 0.0 {
        rounded
    } else {
        0.0
    }
}
