//! The native host under more load than it can bear, and with its model and a source away: what it still gets done,
//! whom it turns away, and what becomes of what it accepted.
//!
//! The load comes open-loop: each request at its moment, whether or not the ones before were answered, and how long it
//! took is counted from that moment. Who is turned away does not come back: what `Retry-After` would spread over later is
//! offered anew all the time. The host has a core of its own, and so has this. It judges what callers see and
//! what the outside counts; it never looks inside the host.

mod client;
mod cpu;
mod host;
mod outage;
mod outside;
mod slow;
mod stage;
mod tally;

use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::json;

use self::{host::Host, outside::Outside, stage::Stage, tally::Figures};

/// A case that was accepted and came to rest within so many seconds of its moment was worked in time.
pub const IN_TIME_S: u64 = 5;
/// Where the search for the most begins, in cases a second, and the factor from one step to the next.
const FIRST_RATE: f64 = 40.0;
const STEP: f64 = 1.5;
/// As long as goodput reaches this share of what is offered, more is offered.
const KEEPS_UP: f64 = 0.9;
/// How often the most and five times as much are measured, in turns.
const ROUNDS: usize = 3;
/// How many callers are slow at once.
const SLOW: usize = 500;
/// By how much more than the most the host is asked for.
const TIMES: f64 = 5.0;
/// What has to hold.
const GOODPUT_SHARE: f64 = 0.9;
const STAFF_SHARE: f64 = 0.99;

/// How the battery is run.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// How long each step lasts, in seconds
    #[arg(long, default_value_t = 15)]
    seconds: u64,
    /// The core that the host has to itself; without it the system chooses
    #[arg(long)]
    core: Option<u32>,
}

/// Runs the battery; prints a line `tally: ` with what it came to.
///
/// # Errors
/// The first thing that does not hold.
pub async fn run(options: &Options) -> Result<()> {
    let outside = Outside::serve()?;
    let length = Duration::from_secs(options.seconds);
    let host = Host::start(&outside, options.core, host::Model::None).await?;
    // The first cases find everything cold.
    Stage { rate: FIRST_RATE, length: length / 2, slow: 0 }.run(&host).await?;
    let peak_rate = find_most(&host, length).await?;
    let mut rounds = Vec::new();
    for round in 1..=ROUNDS {
        let most = Stage { rate: peak_rate, length, slow: 0 }.run(&host).await?;
        let over = Stage { rate: peak_rate * TIMES, length, slow: 0 }.run(&host).await?;
        let slow = Stage { rate: peak_rate * TIMES, length, slow: SLOW }.run(&host).await?;
        println!(
            "round {round}: {}",
            json!({ "most": most.to_json(), "over": over.to_json(), "slow": slow.to_json() })
        );
        rounds.push([most, over, slow]);
    }
    drop(host);
    let outage = outage::run(&outside, options.core, (peak_rate / 4.0).clamp(2.0, 40.0)).await?;
    let tally = json!({
        "peak_rate": peak_rate, "in_time_s": IN_TIME_S, "seconds": options.seconds, "slow": SLOW,
        "rounds": rounds.iter().map(|[most, over, slow]| json!([most.to_json(), over.to_json(), slow.to_json()])).collect::<Vec<_>>(),
        "outage": outage.to_json(),
    });
    println!("tally: {tally}");
    judge(&rounds)?;
    outage.judge()
}

/// Offers more and more until it is not worked in time any more; the rate at which most was.
async fn find_most(host: &Host, length: Duration) -> Result<f64> {
    let (mut rate, mut best) = (FIRST_RATE, (0.0, FIRST_RATE));
    loop {
        let figures = Stage { rate, length: length / 2, slow: 0 }.run(host).await?;
        println!("step: {}", figures.to_json());
        if figures.goodput() > best.0 {
            best = (figures.goodput(), rate);
        }
        if figures.goodput() < rate * KEEPS_UP {
            return Ok(best.0.max(1.0));
        }
        rate *= STEP;
    }
}

/// What every round has to show, by the median of the rounds where the machine has a say.
fn judge(rounds: &[[Figures; 3]]) -> Result<()> {
    for [most, over, slow] in rounds {
        for figures in [most, over, slow] {
            figures.judge()?;
        }
        for figures in [over, slow] {
            let share = figures.staff.share();
            ensure!(share >= STAFF_SHARE, "only {share:.3} of the analysts' requests were answered");
            ensure!(figures.follow_ups.share() >= figures.new_work.share(), "new work was not turned away first");
        }
    }
    for at in [1, 2] {
        let mut shares: Vec<f64> = rounds
            .iter()
            .filter_map(|round| Some(round.get(at)?.goodput() / round.first()?.goodput().max(f64::MIN_POSITIVE)))
            .collect();
        shares.sort_by(f64::total_cmp);
        let median = shares.get(shares.len() / 2).copied().unwrap_or_default();
        ensure!(
            median >= GOODPUT_SHARE,
            "goodput fell to {median:.3} of its peak at {TIMES} times as much: {shares:?}"
        );
    }
    Ok(())
}
