//! The pages of a source's reply, read one after the other and joined into one. A source is not trusted: what it sends
//! is JSON of limited size and depth, its cursors lead forward, and no row contradicts itself; else nothing is used.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use case::{entry::Failure, time::Millis};
use serde_json::{Map, Value};

use crate::{
    breaker::Turn,
    perform::encode,
    ports::{Outside, Target},
    send::{NoReply, bad_status, is_json, send},
    setup::Setup,
};

/// The largest reply of a source, all its pages together, in bytes.
pub(crate) const REPLY_BYTES: usize = 1_900_000;
/// Pages of one look-up.
const PAGES: usize = 50;
/// The longest cursor, in bytes.
const CURSOR_BYTES: usize = 1_024;
/// How deep a reply may be nested.
const DEPTH: usize = 32;

/// Why a reply cannot be used. It names no content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PageProblem {
    #[error("the content type is not JSON")]
    ContentType,
    #[error("the body is not JSON, or is nested too deeply")]
    Body,
    #[error("a page is not an object with the lists of the first")]
    Shape,
    #[error("`next` is not a cursor, or was there before")]
    Cursor,
    #[error("there are more than {PAGES} pages")]
    TooMany,
    #[error("one page holds two different rows of one id")]
    Contradiction,
}

/// Asks for a page after the other until there is no next one. `first` is the request for the first page.
pub(crate) async fn read_pages(
    outside: &impl Outside,
    setup: &Setup,
    target: Target,
    first: &http::Request<Bytes>,
    (started, limit_ms): (Millis, u64),
    mut turn: Turn,
) -> Result<Value, NoReply> {
    let mut joined = Joined::default();
    let mut room_bytes = REPLY_BYTES;
    let mut request = first.clone();
    for _ in 0..PAGES {
        let spent_ms = u64::try_from(outside.now().since(started)).unwrap_or(0);
        let left_ms = limit_ms.saturating_sub(spent_ms).max(1);
        let reply = send(outside, setup, target, request, (left_ms, turn), room_bytes).await?;
        turn = Turn::Further;
        if !reply.status().is_success() {
            return Err(bad_status(&reply));
        }
        room_bytes = room_bytes.saturating_sub(reply.body().len());
        let next = read_page(&reply).and_then(|page| joined.add(page)).map_err(|problem| unusable(target, problem))?;
        let Some(cursor) = next else { return Ok(Value::Object(joined.whole)) };
        request = after(first, &cursor).ok_or_else(|| unusable(target, PageProblem::Cursor))?;
    }
    Err(unusable(target, PageProblem::TooMany))
}

fn unusable(target: Target, problem: PageProblem) -> NoReply {
    tracing::warn!(source = &*target.name(), %problem, "a source's reply cannot be used");
    Failure::Unusable.into()
}

/// The same request, for the page behind a cursor.
fn after(first: &http::Request<Bytes>, cursor: &str) -> Option<http::Request<Bytes>> {
    let path = first.uri().path_and_query()?;
    let sign = if path.query().is_some() { '&' } else { '?' };
    let mut request = first.clone();
    *request.uri_mut() = format!("{path}{sign}after={}", encode(cursor)).parse().ok()?;
    Some(request)
}

/// A page as it came.
pub(crate) fn read_page(reply: &http::Response<Bytes>) -> Result<Map<String, Value>, PageProblem> {
    if !is_json(reply) {
        return Err(PageProblem::ContentType);
    }
    if depth(reply.body()) > DEPTH {
        return Err(PageProblem::Body);
    }
    match serde_json::from_slice(reply.body()) {
        Ok(Value::Object(page)) => Ok(page),
        Ok(_) => Err(PageProblem::Shape),
        Err(_) => Err(PageProblem::Body),
    }
}

/// A reply that came as one page: held to what is asked of every page, and without another behind it.
pub(crate) fn whole(page: Map<String, Value>) -> Result<Value, PageProblem> {
    let mut joined = Joined::default();
    match joined.add(page)? {
        None => Ok(Value::Object(joined.whole)),
        Some(_) => Err(PageProblem::Cursor),
    }
}

/// How deep JSON is nested, without building any of it.
fn depth(json: &[u8]) -> usize {
    let (mut open, mut deepest, mut in_text, mut escaped) = (0_usize, 0, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => {
                open += 1;
                deepest = deepest.max(open);
            }
            b'}' | b']' if !in_text => open = open.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// The pages so far.
#[derive(Default)]
struct Joined {
    whole: Map<String, Value>,
    cursors: BTreeSet<String>,
    /// Where the row of a list with an id stands, and on which page it came.
    rows: BTreeMap<(String, String), (usize, usize)>,
    pages: usize,
}

impl Joined {
    /// Adds a page; returns the cursor of the next.
    fn add(&mut self, mut page: Map<String, Value>) -> Result<Option<String>, PageProblem> {
        let next = page.get("next").cloned().unwrap_or_default();
        let is_list = |(_, value): &(String, Value)| value.is_array();
        let (lists, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut page).into_iter().partition(is_list);
        if self.pages == 0 {
            self.whole = rest.into_iter().collect();
            self.whole.extend(lists.iter().map(|(name, _)| (name.clone(), Value::Array(Vec::new()))));
        } else if self.whole.values().filter(|value| value.is_array()).count() != lists.len() {
            return Err(PageProblem::Shape);
        } else if let Some(shown) = self.whole.get_mut("next") {
            *shown = next.clone();
        }
        for (name, rows) in lists {
            let Value::Array(rows) = rows else { continue };
            self.extend(&name, rows)?;
        }
        self.pages += 1;
        match next {
            Value::Null => Ok(None),
            Value::String(cursor) if cursor.len() <= CURSOR_BYTES && self.cursors.insert(cursor.clone()) => {
                Ok(Some(cursor))
            }
            _ => Err(PageProblem::Cursor),
        }
    }

    /// A row that comes again is one row: as it stood on the later page, where the two differ. On one page they may not.
    fn extend(&mut self, name: &str, more: Vec<Value>) -> Result<(), PageProblem> {
        let page = self.pages;
        let rows = self.whole.get_mut(name).and_then(Value::as_array_mut).ok_or(PageProblem::Shape)?;
        for row in more {
            let Some(id) = row.get("id").and_then(Value::as_str).map(str::to_owned) else {
                rows.push(row);
                continue;
            };
            let place = self.rows.entry((name.to_owned(), id)).or_insert((rows.len(), page));
            match rows.get_mut(place.0) {
                None => rows.push(row),
                Some(before) if *before == row => {}
                Some(_) if place.1 == page => return Err(PageProblem::Contradiction),
                Some(before) => (*before, place.1) = (row, page),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn join(pages: &[Value]) -> Result<(Value, Option<String>), PageProblem> {
        let mut joined = Joined::default();
        let mut next = None;
        for page in pages {
            next = joined.add(page.as_object().cloned().unwrap())?;
        }
        Ok((Value::Object(joined.whole), next))
    }

    #[test]
    fn any_list_is_joined_over_its_pages() {
        for name in ["transactions", "payments", "accounts"] {
            let pages = [
                json!({ name: [{ "id": "a" }, { "id": "b" }], "next": "b", "as_of": 1 }),
                json!({ name: [{ "id": "b" }, { "id": "c" }], "next": null, "as_of": 2 }),
            ];
            let whole = json!({ "next": null, "as_of": 1, name: [{ "id": "a" }, { "id": "b" }, { "id": "c" }] });
            assert_eq!(join(&pages).unwrap(), (whole, None));
        }
    }

    #[test]
    fn a_cursor_that_leads_nowhere_new_is_refused() {
        let page = |next: Value| json!({ "payments": [], "next": next });
        assert_eq!(join(&[page(json!("x"))]).unwrap().1.as_deref(), Some("x"));
        for pages in [
            vec![page(json!("x")), page(json!("x"))],
            vec![page(json!("x")), page(json!("y")), page(json!("x"))],
            vec![page(json!(7))],
            vec![page(json!({ "url": "https://elsewhere.example" }))],
            vec![page(json!("x".repeat(2_000)))],
        ] {
            assert_eq!(join(&pages), Err(PageProblem::Cursor), "{pages:?}");
        }
    }

    #[test]
    fn a_row_that_comes_twice_is_one_row_and_may_not_contradict_itself() {
        let row = |status: &str| json!({ "id": "a", "status": status });
        let page = |rows: Value, next: Option<&str>| json!({ "transactions": rows, "next": next });
        let same = join(&[page(json!([row("posted"), row("posted")]), None)]).unwrap().0;
        assert_eq!(same["transactions"], json!([row("posted")]));
        let later = join(&[page(json!([row("pending")]), Some("x")), page(json!([row("posted")]), None)]).unwrap().0;
        assert_eq!(later["transactions"], json!([row("posted")]), "it was booked between the two pages");
        let both = join(&[page(json!([row("pending"), row("posted")]), None)]);
        assert_eq!(both, Err(PageProblem::Contradiction));
    }

    #[test]
    fn every_page_has_the_lists_of_the_first() {
        for second in [json!({ "next": null }), json!({ "payments": {} }), json!({ "others": [] })] {
            let first = json!({ "payments": [{ "id": "a" }], "next": "a" });
            assert_eq!(join(&[first, second.clone()]), Err(PageProblem::Shape), "{second}");
        }
    }

    #[test]
    fn depth_is_counted_outside_texts_only() {
        assert_eq!(depth(br#"{"a":[1,{"b":"[[[\"[["}]}"#), 3);
        let reply = |body: String, kind: &str| {
            http::Response::builder().header("content-type", kind).body(Bytes::from(body)).unwrap()
        };
        let nested = |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
        assert!(read_page(&reply(nested(DEPTH - 1), "application/json")).is_ok());
        assert_eq!(read_page(&reply(nested(DEPTH), "application/json")), Err(PageProblem::Body));
        assert_eq!(read_page(&reply(nested(100_000), "application/json")), Err(PageProblem::Body));
        assert_eq!(read_page(&reply("{}".to_owned(), "text/html")), Err(PageProblem::ContentType));
        assert!(read_page(&reply("{}".to_owned(), "application/problem+json; charset=utf-8")).is_ok());
    }

    #[test]
    fn a_cursor_is_only_ever_a_value_of_the_query() {
        let first = http::Request::get("/ledger/payments?customer_id=c").body(Bytes::new()).unwrap();
        let next = after(&first, "https://x.example/?a=b&c#d\n").unwrap();
        let expected = "/ledger/payments?customer_id=c&after=https%3A%2F%2Fx.example%2F%3Fa%3Db%26c%23d%0A";
        assert_eq!(next.uri(), expected);
        let bare = http::Request::get("/merchants").body(Bytes::new()).unwrap();
        assert_eq!(after(&bare, "2").unwrap().uri(), "/merchants?after=2");
    }
}
