//! Numbers as people read them.

use openim_history_client::model::Lang;

/// Writes a number with a comma before every third digit.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Writes a number in little space: `1.2k`, `1.2万`.
pub(super) fn short(number: f64, lang: Lang) -> String {
    let steps: &[(f64, &str)] = match lang {
        Lang::En => &[(1e9, "B"), (1e6, "M"), (1e3, "k")],
        Lang::Zh => &[(1e8, "亿"), (1e4, "万")],
    };
    let step = steps.iter().find(|(size, _)| number >= *size);
    let (size, unit) = step.copied().unwrap_or((1.0, ""));
    let scaled = number / size;
    let digits = if scaled < 100.0 { 10.0 } else { 1.0 };
    let rounded = (scaled * digits).round() / digits;
    format!("{rounded}{unit}")
}

/// Writes a part of a whole in per cent; nothing where there is no whole.
pub(super) fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "–".to_owned();
    }
    let tenths = (u128::from(part) * 1000 + u128::from(whole) / 2) / u128::from(whole);
    match (tenths, part) {
        (0, 1..) => "< 0.1 %".to_owned(),
        (100.., _) => format!("{} %", (tenths + 5) / 10),
        _ => format!("{}.{} %", tenths / 10, tenths % 10),
    }
}

/// Writes an amount of bytes.
pub(super) fn bytes(bytes: u64) -> String {
    let mut size = as_float(bytes);
    for unit in ["B", "KiB", "MiB", "GiB", "TiB"] {
        if size < 1023.95 {
            let digits = usize::from(size < 99.95 && unit != "B");
            return format!("{size:.digits$} {unit}");
        }
        size /= 1024.0;
    }
    format!("{size:.1} PiB")
}

/// Writes whole seconds: `42 s`, `3 min`, `2.5 h`.
pub(super) fn span(seconds: u64, lang: Lang) -> String {
    let (second, minute, hour) = match lang {
        Lang::En => ("s", "min", "h"),
        Lang::Zh => ("秒", "分钟", "小时"),
    };
    let tenths = |unit: u64| {
        let tenths = (seconds * 10 + unit / 2) / unit;
        match tenths % 10 {
            0 => format!("{}", tenths / 10),
            rest => format!("{}.{rest}", tenths / 10),
        }
    };
    match seconds {
        0..60 => format!("{seconds} {second}"),
        60..3_600 => format!("{} {minute}", tenths(60)),
        _ => format!("{} {hour}", tenths(3_600)),
    }
}

/// For drawing, where the last digits of a huge number make no difference.
#[expect(clippy::cast_precision_loss, reason = "a drawing has no 53 bits")]
pub(super) fn as_float(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_in_both_languages() {
        let both = |number: f64| [Lang::En, Lang::Zh].map(|lang| short(number, lang));
        assert_eq!(both(999.0), ["999", "999"]);
        assert_eq!(both(1_250.0), ["1.3k", "1250"]);
        assert_eq!(both(12_000.0), ["12k", "1.2万"]);
        assert_eq!(both(3_400_000.0), ["3.4M", "340万"]);
        assert_eq!(both(250_000_000.0), ["250M", "2.5亿"]);
        assert_eq!(both(0.0), ["0", "0"]);
    }

    #[test]
    fn parts_amounts_and_spans_are_written_for_people() {
        assert_eq!(percent(1, 3), "33 %");
        assert_eq!(percent(1, 30), "3.3 %");
        assert_eq!(percent(1, 1_000_000), "< 0.1 %");
        assert_eq!(percent(0, 5), "0.0 %");
        assert_eq!(percent(0, 0), "–");
        assert_eq!(percent(u64::MAX, u64::MAX), "100 %");
        assert_eq!(bytes(0), "0 B");
        assert_eq!(bytes(1_536), "1.5 KiB");
        assert_eq!(bytes(5 << 30), "5.0 GiB");
        assert_eq!(bytes(1_048_575), "1.0 MiB");
        assert_eq!(span(42, Lang::En), "42 s");
        assert_eq!(span(90, Lang::En), "1.5 min");
        assert_eq!(span(7_200, Lang::Zh), "2 小时");
        assert_eq!(thousands(1_234_567), "1,234,567");
    }
}
