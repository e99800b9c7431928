//! The shortest history that still fails: parts are left out, large ones first, for as long as it fails without them.

use std::time::{Duration, Instant};

use anyhow::Error;

use crate::plan::Plan;

/// How long it is looked for.
const PATIENCE: Duration = Duration::from_mins(1);

/// The shortest plan found that fails, and how it does.
pub(crate) fn shrink(plan: Plan, failure: Error, fails: impl Fn(&Plan) -> Option<Error>) -> (Plan, Error) {
    let (mut plan, mut failure) = (plan, failure);
    let (begun, mut size) = (Instant::now(), plan.len().div_ceil(2));
    while size > 0 {
        let mut begin = 0;
        while begin < plan.len() && begun.elapsed() < PATIENCE {
            let smaller = plan.without(&(begin..begin + size));
            match fails(&smaller) {
                Some(so) => (plan, failure) = (smaller, so),
                None => begin += size,
            }
        }
        size /= 2;
    }
    (plan, failure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_failure_needs_is_all_that_is_left() {
        let plan = (0..).map(Plan::of).find(|plan| plan.sends.len() > 3 && plan.writes.len() > 2).unwrap();
        let (send, write) = (*plan.sends.keys().last().unwrap(), *plan.writes.keys().next().unwrap());
        let fails = |plan: &Plan| {
            let both = plan.sends.contains_key(&send) && plan.writes.contains_key(&write);
            both.then(|| anyhow::anyhow!("both"))
        };
        let (shortest, _) = shrink(plan, anyhow::anyhow!("first"), fails);
        assert_eq!((shortest.events.len(), shortest.sends.len(), shortest.writes.len()), (0, 1, 1));
    }
}
