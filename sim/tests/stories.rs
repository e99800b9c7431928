//! The stories of seeded banks against the native binary. Their ends are read from the generator in this process; the
//! sandbox that the host asks never serves them. `ONLY=text` tells the stories whose names hold that text.

use anyhow::{Result, ensure};
use sandbox::Answer;
use sim::{
    api::Api,
    hosts::{
        Kind,
        native::Native,
        outside::{Obedience, Outside},
    },
    stories::{Book, Run, Weather, approve_all, needed, run},
    world::World,
};

/// The seed of the other tests, and two that no code was ever tried with while it was written.
const SEEDS: [u64; 3] = [1, 20_261, 777];
/// How many stories are told without each source.
const WITHOUT_EACH: usize = 25;
/// The sources, each of which is switched off in its turn.
const SOURCES: [&str; 5] = ["ledger", "profile", "risk", "merchants", "policy"];

fn wanted(answer: &Answer) -> bool {
    std::env::var("ONLY").map_or(true, |only| answer.story.contains(&only))
}

async fn host(kind: Kind, seed: u64) -> Result<(Native, Book)> {
    let outside = Outside::of_seed(seed, Obedience::Wary, "")?;
    let host = Native::start(kind, &outside).await?;
    let book = Book::of(seed, outside.today);
    ensure!(book.answers.len() >= 80, "{} stories", book.answers.len());
    Ok((host, book.only(usize::MAX, wanted)))
}

async fn told(world: &World, book: &Book, name: &str) -> Result<Run> {
    let run = run(world, book, Weather::Fair).await?;
    run.verdict(name)?;
    Ok(run)
}

/// Every run is told, whatever came of those before; then all that failed is said.
fn all_passed(failed: &[anyhow::Error]) -> Result<()> {
    ensure!(failed.is_empty(), "{}", failed.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_story_ends_as_the_bank_knows_and_no_money_moves_without_approval() -> Result<()> {
    let (host, book) = host(Kind::Plain, SEEDS[0]).await?;
    let run = told(&host.world, &book, "without a key").await?;
    approve_all(&host.world, &run).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bank_never_says_how_a_story_ends() -> Result<()> {
    let outside = Outside::of_seed(SEEDS[0], Obedience::Wary, "")?;
    let book = Book::of(SEEDS[0], outside.today);
    let api = Api::new(&outside.url)?;
    for path in ["/answers", "/answers.jsonl", "/sandbox/answers", "/sandbox/stories", "/stories", "/sandbox"] {
        let reply = api.get(path).send().await?;
        ensure!(reply.status == 404, "{reply}");
    }
    for answer in &book.answers {
        let customer = &answer.customer_id;
        for path in [
            format!("/ledger/transactions?customer_id={customer}"),
            format!("/ledger/payments?customer_id={customer}"),
            format!("/ledger/accounts?customer_id={customer}"),
            format!("/profile/customers/{customer}?fields=name,country,kyc_status,segment"),
        ] {
            let reply = api.get(&path).send().await?;
            ensure!(reply.status == 200, "{reply}");
            let told = [&answer.story, &answer.twin].into_iter().find(|name| reply.body.contains(name.as_str()));
            ensure!(told.is_none(), "{told:?} is said: {reply}");
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn banks_of_other_seeds_pass_the_same() -> Result<()> {
    let mut failed = Vec::new();
    for seed in [SEEDS[1], SEEDS[2]] {
        let (host, book) = host(Kind::Plain, seed).await?;
        failed.extend(told(&host.world, &book, &format!("seed {seed}")).await.err());
    }
    all_passed(&failed)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_changes_no_end_whether_it_answers_or_fails() -> Result<()> {
    let (host, book) = host(Kind::Model, SEEDS[0]).await?;
    let mut failed = Vec::new();
    failed.extend(told(&host.world, &book, "with the stand-in").await.err());
    for fault in ["529", "malformed"] {
        host.world.bank.fail("messages", fault, None).await?;
        failed.extend(told(&host.world, &book, &format!("with the stand-in answering {fault}")).await.err());
        host.world.bank.mend().await?;
    }
    all_passed(&failed)
}

#[tokio::test(flavor = "multi_thread")]
async fn without_any_one_source_every_story_rests_and_says_what_is_missing() -> Result<()> {
    let (host, book) = host(Kind::Plain, SEEDS[0]).await?;
    let mut failed = Vec::new();
    for source in SOURCES {
        host.world.bank.fail(source, "500", None).await?;
        let some = book.only(WITHOUT_EACH, |answer| needed(answer, source));
        let run = run(&host.world, &some, Weather::Without(source)).await?;
        failed.extend(run.verdict(&format!("without {source}")).err());
        host.world.bank.mend().await?;
        host.world.is_closed(source).await?;
    }
    all_passed(&failed)
}
