//! Cases to make pages of: views and journals as the API gave them.

use std::{fs, path::Path};

use case::{
    actor::Role,
    ids::{Subject, TenantId},
    time::Millis,
};
use desk::{
    console::pages::{CaseView, Count, Filter, Flash, Link, QueueView, Viewer},
    ports::{DocketRow, Page},
    row,
};
use serde_json::Value;

/// Every case there is.
pub(crate) const CASES: [&str; 5] = ["dispute", "fraud", "kyc", "missing", "payment"];

/// A case as the API showed it.
pub(crate) struct Fixture {
    pub(crate) view: Value,
    pub(crate) lines: Vec<String>,
}

impl Fixture {
    /// Reads the case of this name.
    pub(crate) fn read(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/pages");
        let read = |end: &str| fs::read_to_string(folder.join(format!("{name}.{end}"))).unwrap();
        let lines = read("journal.jsonl").lines().map(str::to_owned).collect();
        Self { view: serde_json::from_str(&read("view.json")).unwrap(), lines }
    }

    /// The case's row of the docket.
    pub(crate) fn row(&self) -> DocketRow {
        row::of_journal(&self.lines).unwrap().0
    }

    /// The page of the case.
    pub(crate) fn page(&self, who: &Viewer) -> String {
        self.page_with(who, &[], None)
    }

    /// The page of the case with its neighbours.
    pub(crate) fn page_with(&self, who: &Viewer, links: &[Link], flash: Option<&Flash<'_>>) -> String {
        let view = CaseView {
            who,
            view: &self.view,
            lines: &self.lines,
            links,
            flash,
            kept: &[],
            revealed: &[],
            now: self.now(),
        };
        desk::console::pages::case(&view).into_string()
    }

    /// Forty minutes after the case's last entry.
    pub(crate) fn now(&self) -> Millis {
        Millis(self.row().updated_at + 2_400_000)
    }
}

/// Somebody of a role.
pub(crate) fn viewer(role: Role) -> Viewer {
    Viewer {
        tenant: TenantId::parse("acme").unwrap(),
        subject: Subject::parse("ines").unwrap(),
        role,
        csrf: "csrf-of-this-session".to_owned(),
        signs_out: true,
    }
}

/// The queue with every case in it.
pub(crate) fn queue(who: &Viewer) -> String {
    let cases: Vec<DocketRow> = CASES.iter().map(|name| Fixture::read(name).row()).collect();
    let counts = [("open", 5), ("mine", 0), ("unassigned", 5), ("closed", 500)];
    let counts: Vec<Count> = counts
        .iter()
        .map(|(queue, cases)| Count { queue: (*queue).to_owned(), cases: *cases, capped: *cases == 500 })
        .collect();
    let filter = Filter { queue: "open".to_owned(), ..Filter::default() };
    let page = Page { next: cases.last().map(|row| row.case_id.clone()), cases, behind: None, counts: None };
    let now = Fixture::read("dispute").now();
    let view = QueueView { who, page: &page, counts: &counts, filter: &filter, flash: None, now };
    desk::console::pages::queue(&view).into_string()
}
