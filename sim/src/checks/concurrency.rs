//! Many writers on one case: one wins, and the journal stays one chain.

use anyhow::{Result, ensure};
use futures_util::future::join_all;
use serde_json::json;

use crate::{
    api::Reply,
    checks::{journal::verify, words::TWICE},
    world::World,
};

pub(crate) async fn of_twenty_approvals_at_once_one_counts(world: &World) -> Result<()> {
    let case = world.api.open_for("cus_ada", TWICE).await?;
    let (approve, reject) = (case.about_proposal("approve"), case.about_proposal("reject"));
    let commands = (0..20).map(|number| if number % 2 == 0 { &approve } else { &reject });
    let sent = join_all(commands.map(|body| world.api.command(case.id(), body).send())).await;
    let replies: Vec<Reply> = sent.into_iter().collect::<Result<_>>()?;
    let won = replies.iter().filter(|reply| reply.status == 200).count();
    ensure!(won == 1, "{won} commands about one proposal were taken");
    for reply in replies.iter().filter(|reply| reply.status != 200) {
        reply.is_problem(409, "CW304", None)?;
    }
    let rested = world.api.until(case.id(), |case| matches!(case.state(), "closed" | "review")).await?;
    let executed = world.bank.actions_of(case.id()).await?.len();
    let expected = usize::from(rested.text("/orchestration/proposal/stage") == "done");
    ensure!(executed == expected, "{executed} actions of {}", rested.0);
    verify(world, &rested).await?;
    Ok(())
}

pub(crate) async fn many_writers_never_fork_a_journal(world: &World) -> Result<()> {
    let case = world.api.open(&json!({ "text": TWICE })).await?;
    let id = case.id();
    let identify = json!({ "command": "identify", "customer_id": "cus_ada" });
    let writers = (0..20).map(|number| match number % 4 {
        0 => world.api.message(id, &format!("This is message number {number} about my Streamly subscription.")),
        1 => world.api.command(id, &json!({ "command": "claim" })),
        2 => world.api.command(id, &json!({ "command": "release" })),
        _ => world.api.command(id, &identify),
    });
    let replies = join_all(writers.map(crate::api::Call::send)).await;
    let mut identified = 0;
    for (number, reply) in replies.into_iter().enumerate() {
        let reply = reply?;
        ensure!(matches!(reply.status, 200 | 409), "{reply}");
        identified += usize::from(number % 4 == 3 && reply.status == 200);
    }
    ensure!(identified == 1, "the customer was fixed {identified} times");
    let rested = world.api.until(id, |case| case.state() == "review").await?;
    let lines = verify(world, &rested).await?;
    let messages = lines.iter().filter(|line| line.contains("\"kind\":\"messaged\"")).count();
    ensure!(messages == 5, "{messages} of 5 messages are in the journal");
    rested.is("/orchestration/proposal/action", "raise_chargeback")
}
