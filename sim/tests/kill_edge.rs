//! `kill -9` of workerd in the middle of a load. `KILLS` says how often (20 without it), `SEED` repeats a run.

use sim::{
    battery,
    hosts::{
        Kind,
        edge::{self, Edge},
        outside::{Obedience, Outside},
    },
};

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().map_or(default, |text| text.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_whose_runtime_is_killed_again_and_again_loses_nothing_it_acknowledged() {
    if let Some(why) = edge::missing() {
        // `cargo xtask ci` takes this line for a failure; elsewhere it is only said.
        println!("SKIPPED: {why}");
        return;
    }
    let outside = Outside::serve(Obedience::Wary, "").unwrap();
    let host = Edge::start(Kind::Plain, &outside).await.unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let kills = u32::try_from(number("KILLS", 20)).unwrap();
    battery::run(&host.world, kills, number("SEED", u64::from(now.subsec_nanos()))).await.unwrap();
}
