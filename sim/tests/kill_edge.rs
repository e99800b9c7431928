//! `kill -9` of workerd in the middle of a load. `KILLS` says how often (20 without it), `ACTIONS` how many actions
//! must have been executed at least, `SEED` repeats a run.

use anyhow::Result;
use sim::{
    battery::{self, Plan},
    hosts::{
        Kind,
        edge::{self, Edge},
        outside::{Obedience, Outside},
    },
};

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_whose_runtime_is_killed_again_and_again_loses_nothing_it_acknowledged() -> Result<()> {
    if let Some(why) = edge::missing() {
        // `cargo xtask ci` takes this line for a failure; elsewhere it is only said.
        println!("SKIPPED: {why}");
        return Ok(());
    }
    let outside = Outside::serve(Obedience::Wary, "")?;
    let host = Edge::start(Kind::Plain, &outside).await?;
    battery::run(&host.world, &Plan::from_environment()).await.map(drop)
}
