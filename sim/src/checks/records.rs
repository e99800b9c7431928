//! What is kept elsewhere: evidence packs and checkpoints, whatever host made them.

use anyhow::{Context as _, Result, ensure};
use case::case::rederive;
use desk::{
    checkpoint,
    pack::{self, PackFault},
    signer::PublicKey,
};

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
    let (auditor, admin) = (world.holder("auditor")?, world.holder("admin")?);
    let case = admin.open_for("cus_ada", TWICE).await?;
    let other = world.holder("foreigner")?.open_for("cus_ada", TWICE).await?;
    for _ in 0..LOOKS {
        let first = auditor.get("/v1/checkpoint").send().await?;
        ensure!(first.status == 200, "{first}");
        let read = checkpoint::read(first.body.as_bytes())?;
        let one = read.first().context("no checkpoint")?;
        ensure!(one.heads.iter().all(|head| head.case.as_str() != other.id()), "another tenant's case is there");
        let Some(head) = one.heads.iter().find(|head| head.case.as_str() == case.id()) else {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            continue;
        };
        let lines = admin.journal(case.id()).await?;
        let texts: Vec<&str> = lines.iter().map(String::as_str).collect();
        case::journal::check_head(&texts, head)?;
        let key = auditor.get("/v1/checkpoint/key").ok(200).await?;
        let key: PublicKey = key.text("/key").parse()?;
        checkpoint::check_key(&read, &key)?;
        let next = auditor.get(&format!("/v1/checkpoint?previous={}", one.hash)).send().await?;
        ensure!(checkpoint::read((first.body.clone() + &next.body).as_bytes())?.len() == 2, "they are not one chain");
        return Ok(());
    }
    anyhow::bail!("the case is in no checkpoint")
}
