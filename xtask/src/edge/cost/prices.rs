//! Cloudflare's prices beyond what the plan includes, in US dollars, and the sum for a thousand cases.
//!
//! From developers.cloudflare.com, read on 2026-11-23: `/workers/platform/pricing/`, `/durable-objects/platform/pricing/`
//! and `/d1/platform/pricing/`. The paid plan costs five dollars a month and includes a good deal of each.

use std::fmt::Write as _;

/// What one case takes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Usage {
    /// Requests to the entry Worker.
    pub(super) requests: f64,
    /// CPU of all parts, in milliseconds.
    pub(super) cpu_ms: f64,
    /// Requests to objects, and alarms.
    pub(super) object_requests: f64,
    /// How long its object was at work, in seconds.
    pub(super) active_s: f64,
    /// Rows that objects wrote, an alarm being one.
    pub(super) object_rows: f64,
    /// Rows that the docket wrote, indexes included.
    pub(super) docket_rows: f64,
}

impl Usage {
    /// The share of one case.
    pub(super) fn divided(self, cases: f64) -> Usage {
        Usage {
            requests: self.requests / cases,
            cpu_ms: self.cpu_ms / cases,
            object_requests: self.object_requests / cases,
            active_s: self.active_s / cases,
            object_rows: self.object_rows / cases,
            docket_rows: self.docket_rows / cases,
        }
    }
}

/// One line of the price list.
struct Price {
    what: &'static str,
    /// Dollars for a million of it.
    dollars: f64,
    /// How much of it the plan includes each month, in words.
    included: &'static str,
    of: fn(&Usage) -> f64,
}

/// An object is charged as 128 MB whatever it uses.
const GIGABYTES: f64 = 0.128;

const PRICES: [Price; 6] = [
    Price { what: "requests to the Worker", dollars: 0.30, included: "10 million", of: |usage| usage.requests },
    Price { what: "CPU, ms", dollars: 0.02, included: "30 million", of: |usage| usage.cpu_ms },
    Price {
        what: "requests to objects, alarms",
        dollars: 0.15,
        included: "1 million",
        of: |usage| usage.object_requests,
    },
    Price {
        what: "objects at work, GB-s",
        dollars: 12.50,
        included: "400,000",
        of: |usage| usage.active_s * GIGABYTES,
    },
    Price { what: "rows written by objects", dollars: 1.00, included: "50 million", of: |usage| usage.object_rows },
    Price { what: "rows written by the docket", dollars: 1.00, included: "50 million", of: |usage| usage.docket_rows },
];

/// The table of a guide.
pub(super) fn table(usage: &Usage) -> String {
    let mut table = String::from(
        "| charged | a case | $ a million | included a month | $ a thousand cases |\n|---|---|---|---|---|\n",
    );
    let mut sum = 0.0;
    for Price { what, dollars, included, of } in PRICES {
        let amount = of(usage);
        let cost = amount * dollars / 1e6 * 1e3;
        sum += cost;
        let _ = writeln!(table, "| {what} | {amount:.3} | {dollars:.2} | {included} | {cost:.5} |");
    }
    let _ = writeln!(table, "| **together** | | | | **{sum:.4}** |");
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_cases_cost_the_sum_of_their_parts() {
        let usage = Usage {
            requests: 3.0,
            cpu_ms: 50.0,
            object_requests: 4.0,
            active_s: 1.0,
            object_rows: 50.0,
            docket_rows: 20.0,
        };
        // 0.0009 + 0.001 + 0.0006 + 0.0016 + 0.05 + 0.02
        assert!(table(&usage).contains("**0.0741**"), "{}", table(&usage));
    }
}
