//! What is kept elsewhere: evidence packs, whatever host made them.

use anyhow::{Context as _, Result, ensure};
use case::case::rederive;
use desk::pack::{self, PackFault};

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
