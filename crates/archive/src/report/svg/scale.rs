//! Axes: round steps from nothing up to the greatest value.

/// An axis from 0 to a round number.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scale {
    /// The end of the axis.
    pub(super) end: f64,
    /// Where its lines are, 0 and the end included.
    pub(super) ticks: Vec<f64>,
}

impl Scale {
    /// Makes an axis that holds `greatest`, in about `count` steps of 1, 2 or 5 times a power of ten. Steps are
    /// whole numbers: messages and people have no halves.
    pub(super) fn new(greatest: f64, count: u32) -> Self {
        let greatest = if greatest.is_finite() {
            greatest.max(1.0)
        } else {
            1.0
        };
        let rough = greatest / f64::from(count.max(1));
        let power = 10_f64.powf(rough.log10().floor()).max(1.0);
        let step = [1.0, 2.0, 5.0, 10.0]
            .into_iter()
            .map(|times| times * power)
            .find(|step| *step >= rough)
            .unwrap_or(power * 10.0);
        let mut ticks = vec![0.0];
        let mut tick = 0.0;
        while tick < greatest && ticks.len() < 20 {
            tick += step;
            ticks.push(tick);
        }
        Self { end: tick, ticks }
    }

    /// Returns where a value lies between 0 and 1.
    pub(super) fn of(&self, value: f64) -> f64 {
        (value / self.end).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round_and_the_greatest_value_fits() {
        for (greatest, ticks) in [
            (0.0, vec![0.0, 1.0]),
            (1.0, vec![0.0, 1.0]),
            (3.0, vec![0.0, 1.0, 2.0, 3.0]),
            (7.0, vec![0.0, 2.0, 4.0, 6.0, 8.0]),
            (104.0, vec![0.0, 50.0, 100.0, 150.0]),
            (1_999.0, vec![0.0, 500.0, 1_000.0, 1_500.0, 2_000.0]),
            (f64::NAN, vec![0.0, 1.0]),
        ] {
            let scale = Scale::new(greatest, 4);
            assert_eq!(scale.ticks, ticks, "{greatest}");
            assert!(greatest.is_nan() || scale.end >= greatest);
        }
        assert!(Scale::new(1e18, 4).ticks.len() < 8);
    }
}
