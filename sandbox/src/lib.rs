//! The outside world in a box: a small bank and a stand-in for Anthropic's Messages API, behind one router.
//!
//! It knows nothing of the crates it is used to test, so it cannot agree with them by construction. It reads no file,
//! no clock and no environment: everything it needs is in its [`Config`].

mod asked;
mod bank;
mod barrier;
mod config;
mod controls;
mod day;
mod faults;
mod gate;
mod limits;
mod messages;
mod problem;
mod random;
mod request_log;
mod router;
mod sources;
mod target;
#[cfg(test)]
mod testing;
mod world;

pub use bank::{
    Account, Answer, Bank, BankError, Billing, Card, CardStatus, Customer, Direction, Document, EntryMode, Expect,
    Merchant, Network, Passage, Payment, PaymentDirection, Product, ReasonCode, RiskBand, RiskReason, RiskRow, Scheme,
    Spending, Statement, Transaction, TransactionKind, TransactionStatus, answers,
};
pub use config::Config;
pub use day::{DateError, Day, Moment};
pub use faults::{Fault, FaultError, FaultKind};
pub use messages::{Script, ScriptError, canary_in, canary_in_bytes};
pub use router::router;
pub use target::Target;
