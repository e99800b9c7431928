//! The console's pages: HTML made by pure functions of what the API shows of a case, its journal, and rows of the docket.
//!
//! Nothing here reads a clock or a store, and nothing decides who may do what: a form is left out where a role may not
//! send it, which is a courtesy; the core refuses. Text from outside gets in by `inert` alone.
//!
//! Every form of a case goes to the page's own address. Its `command` is one of the API's commands, or `message`; its
//! other fields have the names of the API's body. `csrf` proves the session, and `key` is an idempotency key: the same
//! form sent twice is one command. Empty fields count as left out.

mod case;
mod door;
pub(crate) mod inert;
mod layout;
mod oversight;
mod pack;
mod parts;
mod plot;
mod queue;
mod rules;

use ::case::{
    actor::Role,
    ids::{Subject, TenantId},
    rules::settings::RulesSettings,
    time::Millis,
};
use serde_json::Value;

pub use self::{
    case::case,
    door::{problem, sign_in},
    oversight::oversight,
    pack::{PackView, Section, pack, pack_style},
    queue::queue,
    rules::rules,
};
pub use crate::docket::Link;
use crate::{oversight::Oversight, ports::Page, problem::Problem};

/// Who looks at a page.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// Whose cases.
    pub tenant: TenantId,
    /// Who.
    pub subject: Subject,
    /// As what.
    pub role: Role,
    /// The session's token against forged forms.
    pub csrf: String,
    /// Whether there is a session to sign out of.
    pub signs_out: bool,
}

/// What became of the last thing that was done.
#[derive(Debug, Clone)]
pub enum Flash<'a> {
    /// It was done.
    Done(&'a str),
    /// It was refused, and nothing changed.
    Refused(&'a Problem),
}

/// How many cases there are in a queue.
#[derive(Debug, Clone)]
pub struct Count {
    /// The queue's name, as in [`Filter::queue`].
    pub queue: String,
    /// How many.
    pub cases: u64,
    /// Whether there are more than were counted.
    pub capped: bool,
}

/// What the queue page was asked for, as it stands in its address.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// `open`, `mine`, `unassigned`, `snoozed`, `escalated`, `waiting`, `working`, `closed` or `all`.
    pub queue: String,
    /// Only this label.
    pub task: Option<String>,
    /// Only this agent.
    pub agent: Option<String>,
    /// Only this risk.
    pub risk: Option<String>,
    /// Only this assignee.
    pub assignee: Option<String>,
    /// Only due before this day or moment.
    pub due_before: Option<String>,
    /// Only cases that this text finds.
    pub q: Option<String>,
    /// Only this customer.
    pub customer_id: Option<String>,
    /// After this case.
    pub after: Option<String>,
}

/// What the queue page shows.
#[derive(Debug, Clone)]
pub struct QueueView<'a> {
    /// Who looks.
    pub who: &'a Viewer,
    /// The rows, the most urgent first.
    pub page: &'a Page,
    /// How many cases each queue holds.
    pub counts: &'a [Count],
    /// What was asked for.
    pub filter: &'a Filter,
    /// What became of the last thing that was done.
    pub flash: Option<&'a Flash<'a>>,
    /// When.
    pub now: Millis,
}

/// What the case page shows.
#[derive(Debug, Clone)]
pub struct CaseView<'a> {
    /// Who looks.
    pub who: &'a Viewer,
    /// `GET /v1/cases/{id}`.
    pub view: &'a Value,
    /// The journal's lines.
    pub lines: &'a [String],
    /// Other cases of the customer.
    pub links: &'a [Link],
    /// What became of the last thing that was done.
    pub flash: Option<&'a Flash<'a>>,
    /// The fields of a form that was refused, as they were typed.
    pub kept: &'a [(String, String)],
    /// What was revealed for this one page: the token, and what it stands for.
    pub revealed: &'a [(String, String)],
    /// When.
    pub now: Millis,
}

/// What the page of how the desk does shows.
#[derive(Debug, Clone)]
pub struct OversightView<'a> {
    /// Who looks.
    pub who: &'a Viewer,
    /// What was counted.
    pub oversight: &'a Oversight,
}

/// What the page of the rules shows.
#[derive(Debug, Clone)]
pub struct RulesView<'a> {
    /// Who looks.
    pub who: &'a Viewer,
    /// What the tenant set about rules.
    pub settings: &'a RulesSettings,
}

/// What the sign-in page shows.
#[derive(Debug, Clone)]
pub struct SignInView<'a> {
    /// The token against forged forms.
    pub csrf: &'a str,
    /// Where to go then: a path of the console.
    pub next: &'a str,
    /// Why the last attempt failed.
    pub flash: Option<&'a Flash<'a>>,
}

/// What the page of a problem shows.
#[derive(Debug, Clone)]
pub struct ProblemView<'a> {
    /// Who looks, where that is known.
    pub who: Option<&'a Viewer>,
    /// What went wrong.
    pub problem: &'a Problem,
}
