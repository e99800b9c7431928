//! What `/metrics` says of the gate.

use std::sync::atomic::Ordering;

use desk::urgency::Urgency;

use super::{Gate, Refusal};
use crate::metrics::{head, line};

impl Gate {
    /// The part of the page.
    pub(crate) fn page(&self, cases_at_work: usize, requests_waiting: usize) -> String {
        let mut page = String::new();
        head(&mut page, "let_in_total", "Requests that were let in, by how urgent they are.", "counter");
        for (urgency, counter) in Urgency::ALL.iter().zip(&self.let_in) {
            let labels = format!("{{urgency=\"{}\"}}", urgency.name());
            line(&mut page, "let_in_total", &labels, counter.load(Ordering::Relaxed));
        }
        let help = "Requests that were turned away, by how urgent they are and by the limit that they met.";
        head(&mut page, "turned_away_total", help, "counter");
        for (urgency, counters) in Urgency::ALL.iter().zip(&self.turned_away).skip(1) {
            for (refusal, counter) in Refusal::ALL.iter().zip(counters) {
                let labels = format!("{{urgency=\"{}\",limit=\"{}\"}}", urgency.name(), refusal.name());
                line(&mut page, "turned_away_total", &labels, counter.load(Ordering::Relaxed));
            }
        }
        let (requests, arriving, streams) = {
            let tally = self.tally();
            (tally.requests, tally.arriving.len(), tally.streams)
        };
        let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        for (name, help, value) in [
            ("cases_at_work", "Cases that are at work at this moment.", number(cases_at_work)),
            ("cases_limit", "So many cases may be at work before no new one is taken.", number(self.cases_limit())),
            ("requests_under_way", "Requests that are worked on.", number(requests.saturating_sub(requests_waiting))),
            ("requests_waiting", "Requests that wait for a case to come to rest.", number(requests_waiting)),
            ("requests_arriving", "Requests whose bodies are waited for.", number(arriving)),
            ("streams", "Event streams that are open.", number(streams)),
            (
                "own_delay_microseconds",
                "How long work waits for this process itself.",
                self.waited_us.load(Ordering::Relaxed),
            ),
        ] {
            head(&mut page, name, help, "gauge");
            line(&mut page, name, "", value);
        }
        page
    }
}
