//! Charts of nothing, of one thing, of hostile names and of much.

use openim_history_client::model::Lang;

use super::{Area, Bar, Bars, Columns, Frame, Heat, Point};

fn frame(width: f64) -> Frame {
    Frame {
        title: "<b>title".to_owned(),
        description: "what & why".to_owned(),
        width,
        height: 200.0,
        lang: Lang::Zh,
    }
}

fn points(values: &[f64]) -> Vec<Point> {
    let values = values.iter().enumerate();
    let points = values.map(|(at, value)| Point {
        label: Some(format!("2026-{at:02}")),
        tip: format!("{at}: {value}"),
        values: vec![*value],
    });
    points.collect()
}

fn columns(values: &[f64]) -> String {
    Columns {
        frame: frame(340.0),
        series: vec!["a".to_owned()],
        points: points(values),
        line: None,
    }
    .draw()
}

/// The x of every label, and how wide it is about.
fn labels(svg: &str) -> Vec<(f64, f64)> {
    let texts = svg.split("<text class=\"faint\" x=\"").skip(1);
    let middle = texts.filter(|text| text.contains("text-anchor=\"middle\""));
    let places = middle.map(|text| {
        let x = text.split('"').next().expect("an x");
        let label = text.split(['>', '<']).nth(1).expect("a text");
        (x.parse().expect("a number"), super::canvas::measure(label))
    });
    places.collect()
}

#[test]
fn charts_of_nothing_say_so() {
    let area = Area {
        frame: frame(340.0),
        points: Vec::new(),
        class: "s1",
    };
    let heat = Heat {
        frame: frame(340.0),
        rows: Vec::new(),
        columns: Vec::new(),
        ends: (String::new(), String::new()),
    };
    let bars = Bars {
        frame: frame(340.0),
        bars: Vec::new(),
    };
    for svg in [
        columns(&[]),
        columns(&[0.0, 0.0]),
        area.draw(),
        heat.draw(),
        bars.draw(),
    ] {
        assert!(svg.contains("没有数据") && svg.ends_with("</svg>"), "{svg}");
        assert!(svg.contains("<title>&lt;b&gt;title</title><desc>what &amp; why</desc>"));
    }
}

#[test]
fn labels_under_columns_never_overlap_and_stay_inside() {
    for count in [1, 2, 5, 31, 365, 2000] {
        let values: Vec<f64> = (0..count).map(|at| f64::from(at % 17 + 1)).collect();
        let svg = columns(&values);
        let mut labels = labels(&svg);
        labels.sort_by(|a, b| a.0.total_cmp(&b.0));
        assert!(!labels.is_empty(), "{count}");
        for pair in labels.windows(2) {
            let ((x, width), (next, next_width)) = (pair[0], pair[1]);
            assert!(
                x + width / 2.0 < next - next_width / 2.0,
                "{count}: {labels:?}"
            );
        }
        for (x, width) in labels {
            assert!(
                x - width / 2.0 >= -0.1 && x + width / 2.0 <= 340.1,
                "{count}"
            );
        }
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{count}");
    }
}

#[test]
fn a_hostile_name_is_text_and_a_long_one_is_cut() {
    let bars = Bars {
        frame: frame(340.0),
        bars: vec![
            Bar {
                name: "</text><script>alert(1)</script>".to_owned(),
                value: "1".to_owned(),
                tip: "\u{202e}evil\" onload=\"x".to_owned(),
                parts: vec![1.0],
            },
            Bar {
                name: "名".repeat(100_000),
                value: "12,345".to_owned(),
                tip: String::new(),
                parts: vec![2.0, 3.0],
            },
        ],
    };
    let svg = bars.draw();
    assert!(
        !svg.contains("<script") && !svg.contains('\u{202e}'),
        "{svg}"
    );
    assert!(svg.contains("&lt;/text&gt;&lt;script&gt;"), "{svg}");
    assert!(
        svg.contains("名…</text>") && svg.len() < 4_000,
        "{}",
        svg.len()
    );
}
