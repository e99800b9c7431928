//! Taking up a case that was worked on another host: all of it at once, or only what it has grown by since.
//!
//! It never joins two histories: a case that is here already may only have grown, here or there.

use std::cmp::Ordering;

use super::{ATTEMPTS, Desk, log};
use crate::{
    archive::Archive,
    ports::{CaseHost, HostError, ModelHost, Outside, Stored, TenantHost},
    problem::{Code, Problem},
};

/// What became of an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// The case was not here.
    New,
    /// The case was here, and the archive goes on where it ended.
    Grown,
    /// The case is here as the archive has it.
    Same,
    /// The case is here, and has gone on since the archive was written.
    Older,
}

impl Taken {
    /// Every result.
    pub const ALL: [Self; 4] = [Self::New, Self::Grown, Self::Same, Self::Older];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Grown => "grown",
            Self::Same => "same",
            Self::Older => "older",
        }
    }
}

impl<H: CaseHost + Outside + ModelHost + TenantHost> Desk<H> {
    /// Takes up a case whose archive was checked. A case at work goes on at once: it is woken, and asks again what was
    /// in flight at the other host, under the same ids.
    ///
    /// # Errors
    /// [`Code::ArchiveKey`], [`Code::Sandbox`], [`Code::History`], or why nothing could be written.
    pub async fn take_up(&self, archive: &Archive) -> Result<Taken, Problem> {
        self.check_origin(archive)?;
        let key = &archive.key;
        for _ in 0..ATTEMPTS {
            let locked = self.own(key).await;
            let stored = self.host.read(key).await.map_err(|error| log(key, error))?;
            let known = match known_lines(stored.as_ref(), archive)? {
                Ok(known) => known,
                Err(taken) => {
                    self.forget_if_quiet(key, &locked);
                    return Ok(taken);
                }
            };
            let is_erased = stored.is_some_and(|stored| stored.wrapped_key.is_none());
            let committed = self.host.commit(key, archive.commit(known, is_erased, self.host.now())).await;
            // Whatever is in memory is of the time before.
            self.forget(key, &locked);
            match committed {
                Ok(()) => return Ok(if known == 0 { Taken::New } else { Taken::Grown }),
                Err(HostError::Stale) => {}
                Err(error) => return Err(log(key, error).into()),
            }
        }
        Err(HostError::Stale.into())
    }

    /// A case is taken only from a host with the same master key, as that host had it, and where its sources are what
    /// they were. An admin may move a case, and not write what people decided in it.
    fn check_origin(&self, archive: &Archive) -> Result<(), Problem> {
        if !archive.is_of(&self.setup.master) {
            let remedy =
                "Give this host the master key of the host that exported the case, and send the archive as it came.";
            return Err(Problem::new(Code::ArchiveKey, remedy));
        }
        match (archive.case.state().opened.sandbox, self.setup.sandbox) {
            (true, false) => Err(Problem::new(
                Code::Sandbox,
                "The case was worked with the sandbox bank, and this host has sources.",
            )),
            (false, true) => {
                Err(Problem::new(Code::Sandbox, "This host works with the sandbox bank, and the case did not."))
            }
            (true, true) | (false, false) => Ok(()),
        }
    }
}

/// How many of a case's lines are here already; or that nothing is to be written.
fn known_lines(stored: Option<&Stored>, archive: &Archive) -> Result<Result<usize, Taken>, Problem> {
    let here = stored.map_or(&[] as &[String], |stored| &stored.lines);
    let forked = |line| Problem::new(Code::History, format!("It differs from line {line} on. Nothing was written."));
    let known = archive.known_lines(here).map_err(forked)?;
    Ok(match here.len().cmp(&archive.lines.len()) {
        Ordering::Less => Ok(known),
        Ordering::Equal => Err(Taken::Same),
        Ordering::Greater => Err(Taken::Older),
    })
}
