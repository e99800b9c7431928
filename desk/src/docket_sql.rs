//! The docket's tables and every statement on them, once for both hosts. A host runs them and knows no column.
//!
//! Each statement that reads has one column, `row`, which holds JSON. Each page is a walk along an index that ends with
//! the page, so that it costs the same with a hundred cases and with a million: the index is named, never guessed. No
//! value of a caller's ever becomes part of a statement's text.

mod oversight;
mod table;

use case::{
    ids::{CaseId, TenantId},
    time::Millis,
};
use serde_json::json;

pub use self::oversight::{oversight, row};
pub use self::table::{BY_FORM, BY_WAKE, FORM, SCHEMA, take_over, write};
use crate::docket::{COUNTED, DocketQuery, Place, Queue};

/// Rows on one page at most.
pub const PAGE_ROWS_MAX: u32 = 500;
/// Cases that a search finds at most: a beginning that fits more has to go on.
pub const FOUND: u32 = 500;

/// The largest number that every storage counts exactly.
pub(crate) const MOST: i64 = (1 << 53) - 1;
/// The place in the order of a case without a deadline: behind all that have one, before all that are closed.
pub(crate) const NO_DEADLINE: i64 = MOST - Millis::LAST.0 - 1;

/// The order of a page: by deadline, then by risk, then by age. What is closed comes last, the newest first.
const ORDER: &str = "due_sort, risk_sort, opened_at, case_id";
const BY_PLACE: &str = "docket_rows INDEXED BY docket_by_place";
const BY_ASSIGNEE: &str = "docket_rows INDEXED BY docket_by_assignee";
const BY_ESCALATION: &str = "docket_rows INDEXED BY docket_by_escalation";

/// A statement with what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The text, with a `?` for each value.
    pub sql: String,
    /// The values, in the order of their places.
    pub values: Vec<Value>,
}

/// A value of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// None.
    Null,
    /// A number, exact up to 2^53.
    Integer(i64),
    /// A text.
    Text(String),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Integer(number.into())
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// A table with an index, and the conditions on its rows.
struct Range {
    from: String,
    conditions: Vec<String>,
    values: Vec<Value>,
}

impl Range {
    fn of(tenant: &TenantId, from: &str) -> Self {
        Self { from: from.to_owned(), conditions: Vec::new(), values: Vec::new() }
            .and("tenant = ?", [tenant.as_str().into()])
    }

    fn and(mut self, condition: impl Into<String>, values: impl IntoIterator<Item = Value>) -> Self {
        self.conditions.push(condition.into());
        self.values.extend(values);
        self
    }

    fn equals(self, condition: &str, value: Option<&String>) -> Self {
        match value {
            Some(value) => self.and(condition, [value.into()]),
            None => self,
        }
    }

    fn select(self, columns: &str, rest: &str) -> (String, Vec<Value>) {
        (format!("SELECT {columns} FROM {} WHERE {} {rest}", self.from, self.conditions.join(" AND ")), self.values)
    }
}

/// A page: one row more than its limit, where there is one, says that another page follows.
#[must_use]
pub fn page(tenant: &TenantId, query: &DocketQuery, limit: u32) -> Statement {
    let columns = format!("row, {ORDER}");
    let ordered = format!("ORDER BY {ORDER} LIMIT ?");
    let (mut arms, mut values) = (Vec::new(), Vec::new());
    for range in ranges(tenant, query) {
        let (arm, of_arm) = filtered(range, tenant, query).select(&columns, &ordered);
        arms.push(format!("SELECT * FROM ({arm})"));
        values.extend(of_arm);
        values.push((limit + 1).into());
    }
    if arms.is_empty() {
        return Statement { sql: "SELECT row FROM docket_rows WHERE 0".to_owned(), values };
    }
    // Each arm brings a page in its order, so that what is sorted here is never more than a few pages.
    values.push((limit + 1).into());
    Statement { sql: format!("SELECT row FROM ({}) {ordered}", arms.join(" UNION ALL ")), values }
}

/// How many cases each of [`Queue::COUNTED`] holds, counted a little further than [`COUNTED`]: a list of numbers.
#[must_use]
pub fn counts(tenant: &TenantId, asked_by: Option<&str>) -> Statement {
    let mut values = Vec::new();
    let mut of_queue = |queue: &Queue| {
        let query =
            DocketQuery { queue: Some(*queue), asked_by: asked_by.map(str::to_owned), ..DocketQuery::default() };
        let arms = ranges(tenant, &query).into_iter().map(|range| {
            let (arm, of_arm) = range.select("1", "LIMIT ?");
            values.extend(of_arm);
            values.push((COUNTED + 1).into());
            format!("(SELECT count(*) FROM ({arm}))")
        });
        arms.collect::<Vec<_>>().join(" + ")
    };
    let numbers: Vec<String> = Queue::COUNTED.iter().map(&mut of_queue).collect();
    Statement { sql: format!("SELECT json_array({}) AS row", numbers.join(", ")), values }
}

/// Where the journals of a tenant's cases end, in the order of the cases, behind one of them: as heads are written.
#[must_use]
pub fn heads(tenant: &TenantId, after: Option<&CaseId>, limit: u32) -> Statement {
    let sql = "SELECT json_object('case', case_id, 'seq', json_extract(row, '$.head_seq'), \
         'hash', json_extract(row, '$.head_hash')) AS row FROM docket_rows \
         WHERE tenant = ? AND case_id > ? ORDER BY case_id LIMIT ?";
    let values = vec![tenant.as_str().into(), after.map_or("", CaseId::as_str).into(), limit.into()];
    Statement { sql: sql.to_owned(), values }
}

/// The cases of a tenant that changed since a moment (milliseconds), in an order that stays while they change, behind one
/// of them.
#[must_use]
pub fn changed(tenant: &TenantId, since_ms: i64, after: Option<&CaseId>, limit: u32) -> Statement {
    let sql = "SELECT json_object('case_id', case_id) AS row FROM docket_rows \
         WHERE tenant = ? AND case_id > ? AND json_extract(row, '$.updated_at') >= ? ORDER BY case_id LIMIT ?";
    let values = vec![tenant.as_str().into(), after.map_or("", CaseId::as_str).into(), since_ms.into(), limit.into()];
    Statement { sql: sql.to_owned(), values }
}

/// The walks along indexes that together hold every case of a query, and few others.
fn ranges(tenant: &TenantId, query: &DocketQuery) -> Vec<Range> {
    let queue = query.queue.unwrap_or(Queue::All);
    let is_of_state = |place: &&Place| query.state.as_deref().is_none_or(|state| state == place.state());
    let places: Vec<Place> = queue.places().iter().filter(is_of_state).copied().collect();
    let of_queue = |range: Range| match queue {
        Queue::Mine => range.and("assignee = ?", [query.asked_by.as_ref().into()]),
        Queue::Unassigned => range.and("assignee IS NULL", []),
        Queue::Escalated => range.and("escalated = 1", []),
        Queue::Open | Queue::Snoozed | Queue::Waiting | Queue::Working | Queue::Closed | Queue::All => range,
    };
    let in_places = |range: Range| {
        let names: Vec<&str> = places.iter().map(|place| place.name()).collect();
        range.and("place IN (SELECT value FROM json_each(?))", [json!(names).to_string().as_str().into()])
    };
    if let Some(found) = found(tenant, query) {
        return vec![of_queue(in_places(found))];
    }
    if queue == Queue::Escalated {
        // What is closed comes last in the order, so that this leaves it out without a look at any row.
        let open = of_queue(Range::of(tenant, BY_ESCALATION).and("due_sort <= ?", [NO_DEADLINE.into()]));
        return vec![if query.state.is_some() { in_places(open) } else { open }];
    }
    let is_by_assignee = query.assignee.is_some() || matches!(queue, Queue::Mine | Queue::Unassigned);
    let index = if is_by_assignee { BY_ASSIGNEE } else { BY_PLACE };
    let of_place = |place: &Place| of_queue(Range::of(tenant, index).and("place = ?", [place.name().into()]));
    places.iter().map(of_place).collect()
}

/// The cases that a ticket, a customer or a search names: few, so that they are looked up one by one.
fn found(tenant: &TenantId, query: &DocketQuery) -> Option<Range> {
    const ROWS: &str =
        "AS names CROSS JOIN docket_rows ON docket_rows.tenant = ? AND docket_rows.case_id = names.found";
    let whose = || Value::from(tenant.as_str());
    let (names, mut values): (String, Vec<Value>) =
        match (query.external_id.as_ref().or(query.customer_id.as_ref()), &query.search) {
            (Some(name), _) => {
                let named = "SELECT case_id AS found FROM docket_names WHERE tenant = ? AND name = ?";
                (named.to_owned(), vec![whose(), folded(name).as_str().into()])
            }
            (None, Some(search)) => searched(tenant, search),
            (None, None) => return None,
        };
    values.push(whose());
    Some(Range { from: format!("({names}) {ROWS}"), conditions: Vec::new(), values })
}

/// The cases whose id or one of whose names begins like this.
fn searched(tenant: &TenantId, search: &str) -> (String, Vec<Value>) {
    let begin = folded(search);
    let end = format!("{begin}{}", char::MAX);
    let within = || [tenant.as_str().into(), Value::from(&begin), Value::from(&end), FOUND.into()];
    let sql = "SELECT case_id AS found FROM (SELECT case_id FROM docket_rows \
         WHERE tenant = ? AND case_id >= ? AND case_id < ? LIMIT ?) \
         UNION SELECT case_id FROM (SELECT case_id FROM docket_names \
         WHERE tenant = ? AND name >= ? AND name < ? LIMIT ?)";
    (sql.to_owned(), within().into_iter().chain(within()).collect())
}

/// A name as it is looked for: small and large letters are the same.
fn folded(name: &str) -> String {
    name.to_ascii_lowercase()
}

/// The other conditions of a query.
fn filtered(range: Range, tenant: &TenantId, query: &DocketQuery) -> Range {
    let mut range = range
        .equals("assignee = ?", query.assignee.as_ref())
        .equals("task = ?", query.task.as_ref())
        .equals("agent = ?", query.agent.as_ref())
        .equals("submitted_by = ?", query.submitted_by.as_ref())
        .equals("json_extract(row, '$.external_id') = ?", query.external_id.as_ref())
        .equals("json_extract(row, '$.customer_id') = ?", query.customer_id.as_ref());
    if let Some(risk) = &query.risk {
        range = range.and("risk_sort = ?", [table::risk_sort(Some(risk)).into()]);
    }
    if let Some(due_before) = query.due_before {
        range = range.and("due_sort < ?", [due_before.min(NO_DEADLINE).into()]);
    }
    if let (Some(search), true) = (&query.search, query.external_id.is_some() || query.customer_id.is_some()) {
        let (names, values) = searched(tenant, search);
        range = range.and(format!("case_id IN ({names})"), values);
    }
    if let Some(after) = &query.after {
        let place = "(due_sort, risk_sort, opened_at, case_id) > (SELECT due_sort, risk_sort, opened_at, case_id \
             FROM docket_rows WHERE tenant = ? AND case_id = ?)";
        range = range.and(place, [tenant.as_str().into(), after.into()]);
    }
    range
}

#[cfg(test)]
mod tests;
