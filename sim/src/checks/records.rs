//! What is kept elsewhere: evidence packs and checkpoints, whatever host made them.

use anyhow::{Context as _, Result, ensure};
use case::{case::rederive, journal::Head};
use desk::{
    checkpoint,
    pack::{self, PackFault},
    signer::PublicKey,
};
use serde_json::json;

use crate::{checks::words::TWICE, world::World};

pub(crate) async fn a_case_as_one_file_is_checked_without_its_host(world: &World) -> Result<()> {
    let opened = world.api.open_for("cus_ada", TWICE).await?;
    let reply = world.api.get(&format!("/v1/cases/{}/pack", opened.id())).send().await?;
    ensure!(reply.status == 200, "{}: {}", reply.status, reply.body);
    ensure!(reply.headers.get("content-type").map(String::as_str) == Some(pack::MEDIA_TYPE), "{:?}", reply.headers);
    let bytes = reply.body.as_bytes();
    let checked = pack::check(bytes, None).ok().context("the pack does not hold together")?;
    ensure!(checked.lines == world.api.journal(opened.id()).await?, "the journal in the pack is another");
    rederive(checked.lines.iter().map(String::as_str))?;
    // One byte of every part, somewhere in its middle.
    for mark in &checked.manifest.sections {
        let at = mark.at + mark.bytes / 2;
        let mut changed = bytes.to_vec();
        changed[at] ^= 1;
        let faults = pack::check(&changed, None).err().with_context(|| format!("byte {at} was changed unseen"))?;
        let is_there = match faults.as_slice() {
            [PackFault::Section { name, from, to }] => *name == mark.name && (*from..=*to).contains(&at),
            [PackFault::Line { from, to, .. }] => mark.name == pack::JOURNAL && (*from..=*to + 1).contains(&at),
            _ => false,
        };
        ensure!(is_there, "byte {at} of `{}` was changed, and found was {faults:?}", mark.name);
    }
    Ok(())
}

/// The docket of a Worker may be a moment late; then the checkpoint says so, or has the head soon.
const LOOKS: usize = 100;

pub(crate) async fn checkpoints_hold_every_head_of_the_tenant_and_no_other(world: &World) -> Result<()> {
    let (auditor, admin, foreigner) = (world.holder("auditor")?, world.holder("admin")?, world.holder("foreigner")?);
    let (mut ours, mut others) = (Vec::new(), Vec::new());
    for customer in ["cus_ada", "cus_ben", "cus_cleo", "cus_dan"] {
        ours.push(admin.open_for(customer, TWICE).await?.id().to_owned());
        others.push(foreigner.open_for(customer, TWICE).await?.id().to_owned());
    }
    // Two of them go on: a head is where a journal ends, not where it began.
    admin.message(&ours[1], "It happened again.").ok(200).await?;
    let close = json!({ "command": "close", "reason": "Said by telephone." });
    admin.command(&ours[2], &close).ok(200).await?;
    let mut ends = Vec::new();
    for case in &ours {
        ends.push((case.as_str(), admin.journal(case).await?));
    }
    for _ in 0..LOOKS {
        let first = auditor.get("/v1/checkpoint").send().await?;
        ensure!(first.status == 200, "{first}");
        let read = checkpoint::read(first.body.as_bytes())?;
        let one = read.first().context("no checkpoint")?;
        let foreign = one.heads.iter().find(|head| others.iter().any(|other| head.case.as_str() == other));
        ensure!(foreign.is_none(), "another tenant's case is there: {foreign:?}");
        let found = ends.iter().filter_map(|(case, lines)| {
            let at = |head: &&Head| head.case.as_str() == *case && head.seq + 1 >= lines.len() as u64;
            one.heads.iter().find(at).map(|head| (lines, head))
        });
        let found: Vec<(&Vec<String>, &Head)> = found.collect();
        if found.len() < ends.len() {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            continue;
        }
        for (lines, head) in found {
            let texts: Vec<&str> = lines.iter().map(String::as_str).collect();
            case::journal::check_head(&texts, head).with_context(|| format!("the head of {}", head.case))?;
        }
        let key = auditor.get("/v1/checkpoint/key").ok(200).await?;
        let key: PublicKey = key.text("/key").parse()?;
        checkpoint::check_key(&read, &key)?;
        let next = auditor.get(&format!("/v1/checkpoint?previous={}", one.hash)).send().await?;
        ensure!(checkpoint::read((first.body.clone() + &next.body).as_bytes())?.len() == 2, "they are not one chain");
        return Ok(());
    }
    anyhow::bail!("not each of {ours:?} is in the checkpoint with its last line")
}
