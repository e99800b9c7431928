//! What is counted of the docket as a whole. Only what is not closed, and what was closed within a time, is looked at:
//! both are ranges of one index.

use case::{
    ids::{CaseId, TenantId},
    time::{DAY_MS, Millis},
};

use super::{MOST, NO_DEADLINE, Statement, Value};

/// What is not closed, and what was closed since a moment.
const SEEN: &str = "WITH seen AS (\
     SELECT place, task, due_sort, opened_at, row FROM docket_rows INDEXED BY docket_by_place \
     WHERE tenant = ? AND place IN ('open', 'snoozed', 'waiting', 'working') UNION ALL \
     SELECT place, task, due_sort, opened_at, row FROM docket_rows INDEXED BY docket_by_place \
     WHERE tenant = ? AND place = 'closed' AND due_sort <= ?)";

/// The row of a case.
#[must_use]
pub fn row(tenant: &TenantId, case: &CaseId) -> Statement {
    let values = vec![tenant.as_str().into(), case.as_str().into()];
    Statement { sql: "SELECT row FROM docket_rows WHERE tenant = ? AND case_id = ?".to_owned(), values }
}

/// In this order: opened and closed by day, the age of what is not closed, what became of cases, how often people agreed,
/// and deadlines.
#[must_use]
pub fn oversight(tenant: &TenantId, since: Millis, now: Millis, ages: &[i64]) -> [Statement; 6] {
    let seen = || vec![Value::from(tenant.as_str()), tenant.as_str().into(), (MOST - since.0).into()];
    let of_seen = |rest: &str, more: &[i64]| {
        let values = seen().into_iter().chain(more.iter().map(|number| (*number).into())).collect();
        Statement { sql: format!("{SEEN} {rest}"), values }
    };
    let opened = format!(
        "SELECT json_array(opened_at / {DAY_MS}, count(*)) AS row FROM seen WHERE opened_at >= ? GROUP BY opened_at / {DAY_MS}"
    );
    let closed = format!(
        "SELECT json_array(({MOST} - due_sort) / {DAY_MS}, count(*)) AS row FROM seen WHERE place = 'closed' \
         GROUP BY ({MOST} - due_sort) / {DAY_MS}"
    );
    let classes = ages.iter().enumerate().map(|(class, _)| format!("WHEN opened_at > ? THEN {class}"));
    let ageing = format!(
        "SELECT json_array(place, class, count(*)) AS row FROM (SELECT place, CASE {} ELSE {} END AS class FROM seen \
         WHERE place <> 'closed') GROUP BY place, class",
        classes.collect::<Vec<_>>().join(" "),
        ages.len()
    );
    let borders: Vec<i64> = ages.iter().map(|days| now.plus(-days * DAY_MS).0).collect();
    let [day, week] = [now.plus(DAY_MS).0, now.plus(7 * DAY_MS).0];
    let deadlines = format!(
        "SELECT json_array(coalesce(sum(due_sort < ?), 0), coalesce(sum(due_sort >= ? AND due_sort < ?), 0), \
         coalesce(sum(due_sort >= ? AND due_sort < ?), 0)) AS row FROM seen WHERE due_sort < {NO_DEADLINE}"
    );
    [
        of_seen(&opened, &[since.0]),
        of_seen(&closed, &[]),
        of_seen(&ageing, &borders),
        of_seen(OUTCOMES, &[]),
        of_seen(AGREEMENT, &[]),
        of_seen(&deadlines, &[now.0, now.0, day, day, week]),
    ]
}

/// By what triage took a case for and who decided so. What was never rerouted is what it was taken for.
const OUTCOMES: &str = "SELECT json_array(label, tier, count(*), sum(overturned), sum(agreed AND NOT overturned), sum(met), \
     sum(missed), sum(cost)) AS row FROM (SELECT coalesce(row ->> 'triaged_as', task, 'none') AS label, \
     coalesce(row ->> 'decided_by', 'none') AS tier, coalesce(row ->> 'overturned', 0) AS overturned, \
     coalesce(row ->> 'agreed', 0) AS agreed, coalesce(row ->> 'met', 0) AS met, coalesce(row ->> 'missed', 0) AS missed, \
     coalesce(row ->> 'cost_nano_dollars', 0) AS cost FROM seen) GROUP BY label, tier ORDER BY label, tier";

/// By tenth of confidence, where a model decided and a person judged.
const AGREEMENT: &str = "SELECT json_array(tier, tenth * 10, count(*), sum(NOT overturned)) AS row FROM (\
     SELECT row ->> 'decided_by' AS tier, min((row ->> 'confidence_ppm') / 100000, 9) AS tenth, \
     coalesce(row ->> 'overturned', 0) AS overturned, coalesce(row ->> 'agreed', 0) AS agreed FROM seen) \
     WHERE tier IN ('local', 'claude') AND tenth IS NOT NULL AND (agreed OR overturned) \
     GROUP BY tier, tenth ORDER BY tier, tenth";
