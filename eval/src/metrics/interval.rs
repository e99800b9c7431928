//! Between which shares the true share lies, with 95 % confidence (Wilson 1927): honest for few rows and for shares near
//! 0 and 1, where the usual rule is not.

use super::round;

/// The two-sided quantile of the normal distribution for 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// The interval of a share; nothing without rows.
#[must_use]
pub fn wilson(part: u64, whole: u64) -> Option<[f64; 2]> {
    if whole == 0 {
        return None;
    }
    let (part, whole) = (part.min(whole) as f64, whole as f64);
    let share = part / whole;
    let squared = Z * Z / whole;
    let middle = share + squared / 2.0;
    let half = Z * libm::sqrt(share * (1.0 - share) / whole + squared / (4.0 * whole));
    let bound = |value: f64| round((value / (1.0 + squared)).clamp(0.0, 1.0));
    Some([bound(middle - half), bound(middle + half)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_those_of_the_tables() {
        // Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
        for (part, whole, low, high) in
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
        {
            let [found_low, found_high] = wilson(part, whole).unwrap();
            assert!((found_low - low).abs() < 1e-4 && (found_high - high).abs() < 1e-4, "{found_low} {found_high}");
        }
        assert_eq!(wilson(0, 0), None);
        assert!(wilson(5, 5).unwrap()[1] >= 1.0 - 1e-9);
    }
}
