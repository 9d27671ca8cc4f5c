//! When people write: little at night, much in the morning.

const HOUR: u64 = 3_600_000;
const DAY: u64 = 24 * HOUR;
/// The server's users live eight hours east of Greenwich.
const EAST: u64 = 8 * HOUR;

/// How much is written in each hour of the day, of 1,000.
const WEIGHTS: [u64; 24] = [
    12, 6, 3, 2, 2, 4, 10, 24, 52, 88, 96, 80, 56, 50, 74, 82, 78, 70, 52, 40, 42, 38, 25, 14,
];

/// Moves an instant inside its day so that evenly spread instants become as dense as [`WEIGHTS`]
/// say. Order is kept.
pub(super) fn waking(instant: u64) -> u64 {
    let local = instant + EAST;
    let day = local / DAY * DAY;
    // In thousandths of a weighted hour: 0..1000 * HOUR over the day.
    let mut target = (local - day) * 125 / 3;
    for (hour, weight) in (0u64..).zip(WEIGHTS) {
        if target < weight * HOUR {
            return day + hour * HOUR + target / weight - EAST;
        }
        target -= weight * HOUR;
    }
    day + DAY - 1 - EAST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weights_are_thousandths() {
        assert_eq!(WEIGHTS.iter().sum::<u64>(), 1_000);
    }

    #[test]
    fn order_and_day_are_kept_and_nights_are_quiet() {
        let start = 1_730_419_200_000 - EAST;
        let mut last = 0;
        let mut night = 0;
        for step in 0..1_000 {
            let at = waking(start + step * DAY / 1_000);
            assert!(at >= last && at >= start && at < start + DAY, "{step}");
            if at < start + 6 * HOUR {
                night += 1;
            }
            last = at;
        }
        assert!((20..40).contains(&night), "{night}");
    }
}
