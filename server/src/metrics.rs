//! What `/metrics` counts, in Prometheus' text format. Counters only; no label holds a tenant, a case or a person.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use case::{entry::Entry, journal::Line};
use desk::{
    breaker::{Shown, Standing},
    ports::{HostError, SendError, Target},
};

/// Counters since the process started.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    commits: AtomicU64,
    batches: AtomicU64,
    lines: AtomicU64,
    stale: AtomicU64,
    failed: AtomicU64,
    wakes: AtomicU64,
    replies: [AtomicU64; 5],
    outside: Mutex<BTreeMap<Target, [u64; 2]>>,
    triaged: Mutex<BTreeMap<(&'static str, &'static str), u64>>,
    /// How long the first commit of each batch waited for the writer.
    pub(crate) writer: Least,
}

/// The least of some times, since somebody last asked.
#[derive(Debug, Default)]
pub(crate) struct Least(Mutex<Option<Duration>>);

impl Least {
    /// Something waited so long.
    pub(crate) fn waited(&self, waited: Duration) {
        let mut least = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *least = Some(least.map_or(waited, |least| least.min(waited)));
    }

    /// The least since this was last asked; nothing where nothing waited.
    pub(crate) fn take(&self) -> Option<Duration> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Metrics {
    /// Counts a batch of the writer: the lines of each commit and what became of it.
    pub(crate) fn batch(&self, lines: &[usize], results: &[Result<(), HostError>]) {
        add(&self.batches, 1);
        for (lines, result) in lines.iter().zip(results) {
            match result {
                Ok(()) => {
                    add(&self.commits, 1);
                    add(&self.lines, *lines as u64);
                }
                Err(HostError::Stale) => add(&self.stale, 1),
                Err(HostError::Full(_) | HostError::Failed(_)) => add(&self.failed, 1),
            }
        }
    }

    /// Counts what a stored line says of triage. A line that says nothing of it costs a look through it.
    pub(crate) fn line(&self, line: &str) {
        if !line.contains(r#""kind":"triaged""#) {
            return;
        }
        if let Ok(Line { entry: Entry::Triaged(outcome), .. }) = serde_json::from_str::<Line>(line) {
            // What goes to a person was decided by nobody.
            let by = if outcome.tasks.is_empty() { "nobody" } else { outcome.decided_by.name() };
            let mut triaged = self.triaged.lock().unwrap_or_else(PoisonError::into_inner);
            *triaged.entry((by, outcome.label.name())).or_default() += 1;
        }
    }

    /// Counts a woken case.
    pub(crate) fn wake(&self) {
        add(&self.wakes, 1);
    }

    /// Counts a reply by the class of its status.
    pub(crate) fn reply(&self, status: http::StatusCode) {
        let class = usize::from(status.as_u16() / 100).saturating_sub(1);
        if let Some(counter) = self.replies.get(class) {
            add(counter, 1);
        }
    }

    /// Counts a call to the outside.
    pub(crate) fn call<T>(&self, target: Target, outcome: &Result<T, SendError>) {
        let mut outside = self.outside.lock().unwrap_or_else(PoisonError::into_inner);
        let [answered, failed] = outside.entry(target).or_default();
        *(if outcome.is_ok() { answered } else { failed }) += 1;
    }

    /// The page. `cases` are the stored cases by state; `telling` those of which something is to be told, and those of which
    /// that was given up.
    pub(crate) fn page(&self, cases: &[(String, u64)], telling: [u64; 2], breakers: &[(Target, Shown)]) -> String {
        let mut page = String::new();
        for (name, help, counter) in [
            ("commits_total", "Steps of cases that were stored.", &self.commits),
            ("commit_batches_total", "Transactions that stored them.", &self.batches),
            ("journal_lines_total", "Lines of journals that were stored.", &self.lines),
            ("stale_commits_total", "Steps that another writer overtook; they were decided again.", &self.stale),
            ("failed_commits_total", "Steps that the storage did not take.", &self.failed),
            ("wakes_total", "Cases woken because something was due.", &self.wakes),
        ] {
            head(&mut page, name, help, "counter");
            line(&mut page, name, "", get(counter));
        }
        head(&mut page, "replies_total", "Replies over HTTP, by the class of their status.", "counter");
        for (class, counter) in (1..).zip(&self.replies) {
            line(&mut page, "replies_total", &format!("{{class=\"{class}xx\"}}"), get(counter));
        }
        head(&mut page, "outside_calls_total", "Calls to the outside and whether anything came back.", "counter");
        let never = Target::ALL.map(|target| (target, [0; 2]));
        let mut called = BTreeMap::from(never);
        called.extend(self.outside.lock().unwrap_or_else(PoisonError::into_inner).iter());
        for (target, [answered, failed]) in called {
            for (outcome, counter) in [("answered", answered), ("failed", failed)] {
                let labels = format!("{{target=\"{}\",outcome=\"{outcome}\"}}", target.name());
                line(&mut page, "outside_calls_total", &labels, counter);
            }
        }
        head(&mut page, "triaged_total", "Requests by who decided what they are about, and by the label.", "counter");
        for ((by, label), count) in self.triaged.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            line(&mut page, "triaged_total", &format!("{{decided_by=\"{by}\",task=\"{label}\"}}"), *count);
        }
        breaker_lines(&mut page, breakers);
        head(&mut page, "cases", "Stored cases by state.", "gauge");
        for (state, count) in cases {
            line(&mut page, "cases", &format!("{{state=\"{state}\"}}"), *count);
        }
        let [waiting, given_up] = telling;
        for (name, help, count) in [
            ("webhooks_waiting", "Cases of which an event is on its way or waits to be sent again.", waiting),
            ("webhooks_given_up", "Cases whose events were given up; a replay sends them.", given_up),
        ] {
            head(&mut page, name, help, "gauge");
            line(&mut page, name, "", count);
        }
        page
    }
}

type Reading = fn(&Shown) -> u64;

fn breaker_lines(page: &mut String, breakers: &[(Target, Shown)]) {
    let shown: [(&str, &str, &str, Reading); 3] = [
        ("breaker_open", "Whether a target is left alone because it failed.", "gauge", |shown| {
            u64::from(shown.standing == Standing::Open)
        }),
        ("breaker_openings_total", "How often a target's breaker opened.", "counter", |shown| shown.openings),
        ("breaker_refusals_total", "Calls that a breaker did not let through.", "counter", |shown| shown.refusals),
    ];
    for (name, help, kind, value) in shown {
        head(page, name, help, kind);
        for (target, shown) in breakers {
            line(page, name, &format!("{{target=\"{}\"}}", target.name()), value(shown));
        }
    }
}

fn add(counter: &AtomicU64, count: u64) {
    counter.fetch_add(count, Ordering::Relaxed);
}

fn get(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

/// The head of a metric.
pub(crate) fn head(page: &mut String, name: &str, help: &str, kind: &str) {
    // Writing into a `String` does not fail.
    let _ = writeln!(page, "# HELP caseworker_{name} {help}\n# TYPE caseworker_{name} {kind}");
}

/// A line of a metric.
pub(crate) fn line(page: &mut String, name: &str, labels: &str, value: u64) {
    let _ = writeln!(page, "caseworker_{name}{labels} {value}");
}

#[cfg(test)]
mod tests {
    use case::settings::AgentName;

    use super::*;

    #[test]
    fn what_triage_came_to_is_counted_by_who_decided_and_other_lines_are_not() {
        let metrics = Metrics::default();
        for line in include_str!("../../testdata/journals/v2-dispute.jsonl").lines() {
            metrics.line(line);
        }
        metrics.line(r#"{"kind":"triaged"}"#);
        let page = metrics.page(&[], [0; 2], &[]);
        let counted: Vec<&str> = page.lines().filter(|line| line.starts_with("caseworker_triaged_total")).collect();
        assert_eq!(counted, [r#"caseworker_triaged_total{decided_by="local",task="dispute_summary"} 1"#]);
    }

    #[test]
    fn every_target_has_its_counter_and_the_page_is_well_formed() {
        let metrics = Metrics::default();
        let agent = Target::Agent(AgentName::parse("far-away").unwrap());
        for target in Target::ALL.into_iter().chain([agent]) {
            metrics.call(target, &Ok(()));
            metrics.call::<()>(target, &Err(SendError::TimedOut));
        }
        metrics.batch(&[3, 1], &[Ok(()), Err(HostError::Stale)]);
        metrics.reply(http::StatusCode::NOT_FOUND);
        let open = Shown { standing: Standing::Open, openings: 3, refusals: 9 };
        let page = metrics.page(&[("review".to_owned(), 2)], [4, 1], &[(Target::Actions, open)]);
        assert!(page.contains("caseworker_breaker_open{target=\"actions\"} 1\n"));
        assert!(page.contains("caseworker_breaker_openings_total{target=\"actions\"} 3\n"));
        assert!(page.contains("caseworker_breaker_refusals_total{target=\"actions\"} 9\n"));
        for name in Target::ALL.into_iter().chain([agent]).map(Target::name) {
            assert!(
                page.contains(&format!("caseworker_outside_calls_total{{target=\"{name}\",outcome=\"failed\"}} 1"))
            );
        }
        assert!(page.contains("caseworker_journal_lines_total 3\n"));
        assert!(page.contains("caseworker_stale_commits_total 1\n"));
        assert!(page.contains("caseworker_replies_total{class=\"4xx\"} 1\n"));
        assert!(page.contains("caseworker_cases{state=\"review\"} 2\n"));
        assert!(page.contains("caseworker_webhooks_waiting 4\n") && page.contains("caseworker_webhooks_given_up 1\n"));
    }
}
