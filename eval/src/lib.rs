//! How right triage is on labelled rows. Rows and what was said of them go in; figures, comparisons and a report come out.
//!
//! Read in the data's order: [`row`] reads a labelled line, [`judged`] is what the tiers said of it, [`Evaluation`]
//! takes both row by row and becomes a [`Report`], which is written as JSON or by [`page`] as one page of HTML.
//! [`metrics`] holds the definitions, [`compare`] the paired tests.
//!
//! This crate refuses to read or write files, to ask any model, to read a clock and to draw from anything but a fixed
//! seed: the same rows and answers give the same report. It keeps no text but that of the few rows it shows, and shows
//! none that was not redacted.

pub mod card;
pub mod compare;
mod evaluation;
pub mod judged;
pub mod limits;
pub mod metrics;
mod mistakes;
pub mod page;
mod random;
mod record;
mod report;
pub mod row;
mod slices;

pub use evaluation::{About, Evaluation, Model, TooManyRows};
pub use judged::{Call, DecidedBy, Judged, Opinion, Point, Prediction};
pub use mistakes::{Mistake, Why};
pub use record::Other;
pub use report::{Budget, Cascade, Claude, Latency, Milestone, Notes, Quantiles, Report, Slice, Slices, VERSION};
pub use row::{BadRow, LabelledRow, RowId};
