//! When to try again: the server's word in the headers, and the pause where it gives none. It
//! refuses to read a clock: a `retry-after` date is measured against the same answer's `date`,
//! which also makes a wrong clock on either side harmless.

use crate::limits::{BACKOFF_MS_MAX, BACKOFF_MS_MIN, RETRY_AFTER_MS_MAX};
use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

/// What `x-should-retry` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    Retry,
    DoNotRetry,
}

pub(crate) fn should_retry(headers: &HeaderMap) -> Option<Word> {
    match headers.get("x-should-retry")?.as_bytes() {
        b"true" => Some(Word::Retry),
        b"false" => Some(Word::DoNotRetry),
        _ => None,
    }
}

/// How long the server asks to wait, in milliseconds and capped: `retry-after-ms`, then
/// `retry-after` in seconds, then `retry-after` as an HTTP date.
#[must_use]
pub fn retry_after_ms(headers: &HeaderMap) -> Option<u64> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let capped =
        |ms: f64| (ms.is_finite() && ms >= 0.0).then(|| ms.min(milliseconds(RETRY_AFTER_MS_MAX)).ceil() as u64);
    if let Some(ms) = text("retry-after-ms").and_then(|text| text.parse().ok()).and_then(capped) {
        return Some(ms);
    }
    let after = text(RETRY_AFTER.as_str())?;
    if let Ok(seconds) = after.parse::<f64>() {
        return capped(seconds * 1_000.0);
    }
    let until = http_date_seconds(after)?;
    let now = http_date_seconds(text(DATE.as_str())?)?;
    let wait_ms = until.saturating_sub(now).saturating_mul(1_000);
    Some(wait_ms.min(RETRY_AFTER_MS_MAX))
}

/// The pause before retry number `retry` (the first is 0): the server's word where there is one,
/// else half a second doubled each time up to eight, times 0.75 to 1.0. `jitter_ppm` is the
/// caller's even choice from 0 to 999,999: a hash of the ask's id, not a random number.
#[must_use]
pub fn backoff_ms(retry: u32, jitter_ppm: u32, retry_after_ms: Option<u64>) -> u64 {
    if let Some(asked_ms) = retry_after_ms {
        return asked_ms.min(RETRY_AFTER_MS_MAX);
    }
    let full_ms = BACKOFF_MS_MIN.saturating_mul(1 << retry.min(16)).min(BACKOFF_MS_MAX);
    let cut_ms = full_ms / 4 * u64::from(jitter_ppm.min(1_000_000)) / 1_000_000;
    full_ms - cut_ms
}

#[expect(clippy::cast_precision_loss, reason = "the cap is far below 2^53")]
fn milliseconds(ms: u64) -> f64 {
    ms as f64
}

/// Reads the three forms of an HTTP date (RFC 9110, 5.6.7) as seconds since 1970.
fn http_date_seconds(text: &str) -> Option<u64> {
    let words: Vec<&str> = text.split([' ', ',', '-']).filter(|word| !word.is_empty()).collect();
    let (day, month, year, time) = match words[..] {
        // Sun, 06 Nov 1994 08:49:37 GMT, and Sunday, 06-Nov-94 08:49:37 GMT.
        [_, day, month, year, time, "GMT" | "UTC"] => (day, month, year, time),
        // Sun Nov  6 08:49:37 1994.
        [_, month, day, time, year] => (day, month, year, time),
        _ => return None,
    };
    let month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        .iter()
        .position(|name| *name == month)?;
    let year: u64 = match (year.len(), year.parse().ok()?) {
        // Two digits: this century, which is right until the form has long died out.
        (2, year) => 2_000_u64.checked_add(year)?,
        (4, year) => year,
        _ => return None,
    };
    let day: u64 = day.parse().ok()?;
    let clock: Vec<u64> = time.split(':').map(str::parse).collect::<Result<_, _>>().ok()?;
    let [hour, minute, second] = clock[..] else {
        return None;
    };
    if year < 1970 || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    Some(((days_since_1970(year, month, day)? * 24 + hour) * 60 + minute) * 60 + second)
}

/// Days from 1 January 1970 in the Gregorian calendar; `month` counts from 0.
fn days_since_1970(year: u64, month: usize, day: u64) -> Option<u64> {
    const DAYS_BEFORE: [u64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let leap_days_before = |year: u64| (year - 1) / 4 - (year - 1) / 100 + (year - 1) / 400;
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let leap_day = u64::from(is_leap && month >= 2);
    let leap_days = leap_days_before(year) - leap_days_before(1970) + leap_day;
    Some((year - 1970) * 365 + leap_days + DAYS_BEFORE.get(month)? + day - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderName, HeaderValue};

    fn after(pairs: &[(&'static str, &str)]) -> Option<u64> {
        retry_after_ms(
            &pairs
                .iter()
                .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()))
                .collect(),
        )
    }

    #[test]
    fn the_three_forms_of_an_http_date_are_one_instant() {
        for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            assert_eq!(http_date_seconds(text), Some(784_111_777), "{text}");
        }
        assert_eq!(
            http_date_seconds("Sunday, 22-Nov-26 10:00:00 GMT"),
            http_date_seconds("Sun, 22 Nov 2026 10:00:00 GMT")
        );
        assert_eq!(http_date_seconds("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(http_date_seconds("Tue, 29 Feb 2028 00:00:00 GMT"), Some(1_835_395_200));
        for text in [
            "",
            "soon",
            "Sun, 06 Nov 1994",
            "Sun, 99 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 18446744073709551615 08:49:37 GMT",
            "Sun, 06 Nov 1969 08:49:37 GMT",
        ] {
            assert_eq!(http_date_seconds(text), None, "{text}");
        }
    }

    #[test]
    fn a_retry_date_is_measured_against_the_answers_own_date() {
        let now = ("date", "Sun, 22 Nov 2026 10:00:00 GMT");
        assert_eq!(after(&[now, ("retry-after", "Sun, 22 Nov 2026 10:00:05 GMT")]), Some(5_000));
        assert_eq!(after(&[now, ("retry-after", "Sun, 22 Nov 2026 09:00:00 GMT")]), Some(0));
        assert_eq!(after(&[now, ("retry-after", "Mon, 22 Nov 2027 10:00:00 GMT")]), Some(RETRY_AFTER_MS_MAX));
        assert_eq!(after(&[("retry-after", "Sun, 22 Nov 2026 10:00:05 GMT")]), None);
    }

    #[test]
    fn nonsense_in_the_headers_is_no_wish() {
        for value in ["NaN", "inf", "-1", "", "soon", "1e999"] {
            assert_eq!(after(&[("retry-after", value)]), None, "{value}");
            assert_eq!(after(&[("retry-after-ms", value), ("retry-after", "2")]), Some(2_000), "{value}");
        }
        assert_eq!(after(&[("retry-after", "0.25")]), Some(250));
        assert_eq!(after(&[("retry-after-ms", "0.2")]), Some(1));
    }

    #[test]
    fn the_pause_doubles_to_its_cap_and_keeps_within_its_jitter() {
        let full: Vec<u64> = (0..7).map(|retry| backoff_ms(retry, 0, None)).collect();
        assert_eq!(full, [500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
        for retry in [0, 3, 40, u32::MAX] {
            for jitter_ppm in [0, 1, 499_999, 999_999, u32::MAX] {
                let (full_ms, pause_ms) = (backoff_ms(retry, 0, None), backoff_ms(retry, jitter_ppm, None));
                assert!(pause_ms <= full_ms && pause_ms * 4 >= full_ms * 3, "{retry} {jitter_ppm} {pause_ms}");
            }
        }
        assert_eq!(backoff_ms(0, 0, Some(7)), 7);
        assert_eq!(backoff_ms(0, 0, Some(u64::MAX)), RETRY_AFTER_MS_MAX);
    }
}
