//! What all requests share: the configuration, and the few things that change while the box runs.

use std::sync::Arc;

use crate::Config;
use crate::bank::Bank;
use crate::day::Day;
use crate::request_log::RequestLog;
use crate::sources::ActionBook;

/// The state behind the router.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) bank: Bank,
    pub(crate) today: Day,
    pub(crate) actions: ActionBook,
    pub(crate) requests: RequestLog,
}

/// The world as the handlers hold it.
pub(crate) type Shared = Arc<World>;

impl World {
    pub(crate) fn new(config: Config) -> Self {
        Self {
            bank: config.bank.unwrap_or_else(|| Bank::seeded(config.seed, config.today)),
            today: config.today,
            actions: ActionBook::default(),
            requests: RequestLog::default(),
        }
    }
}
