//! What all requests share: the configuration, and the few things that change while the box runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

use crate::bank::Bank;
use crate::barrier::Barrier;
use crate::config::Config;
use crate::day::Day;
use crate::faults::FaultBoard;
use crate::messages::{Hostile, Ids, Prompter};
use crate::request_log::RequestLog;
use crate::sources::ActionBook;

/// The state behind the router.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) bank: Bank,
    pub(crate) today: Day,
    pub(crate) strictness: Strictness,
    pub(crate) obedience: Obedience,
    pub(crate) prompter: Prompter,
    pub(crate) hostile: Hostile,
    pub(crate) actions: ActionBook,
    pub(crate) requests: RequestLog,
    pub(crate) faults: FaultBoard,
    pub(crate) barrier: Barrier,
    seed: u64,
    served: AtomicU64,
}

/// How the stand-in takes requests that today's API would refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strictness {
    /// Retired models, sampling parameters and the like are accepted.
    Lenient,
    /// Answered as today's API answers.
    Strict,
}

/// How the stand-in takes instructions in the texts it reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Obedience {
    /// They are only text.
    Wary,
    /// It does what they say: the worst case for its caller.
    Gullible,
}

/// The world as the handlers hold it.
pub(crate) type Shared = Arc<World>;

impl World {
    pub(crate) fn new(config: Config) -> Self {
        Self {
            bank: config.bank.unwrap_or_else(|| Bank::seeded(config.seed, config.today)),
            today: config.today,
            strictness: if config.strict { Strictness::Strict } else { Strictness::Lenient },
            obedience: if config.gullible { Obedience::Gullible } else { Obedience::Wary },
            prompter: Prompter::new(config.script.unwrap_or_default()),
            hostile: Hostile::new(config.hostile),
            actions: ActionBook::default(),
            requests: RequestLog::default(),
            faults: FaultBoard::new(config.faults),
            barrier: Barrier::default(),
            seed: config.seed,
            served: AtomicU64::new(0),
        }
    }

    /// Identifiers that no other exchange of this box has. What was asked goes in too, so that a box that is started
    /// again with the same seed seldom repeats those of the one before.
    pub(crate) fn next_ids(&self, asked: &[u8]) -> Ids {
        let number = self.served.fetch_add(1, Ordering::Relaxed);
        let hash = Sha256::new().chain_update(self.seed.to_be_bytes()).chain_update(number.to_be_bytes());
        let digest = hash.chain_update(asked).finalize();
        let unique: String = digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
        Ids::new(&unique)
    }
}
