//! The batteries that break the native host's surroundings on purpose and count what came of it. Each is a test of
//! `sim`, which CI runs short; this module runs it at full size and writes its page.

use std::time::Instant;

use anyhow::{Result, bail};

use super::{how, machine, number, tally_of, write};

/// A battery whose result is a few counts.
pub(super) struct Battery {
    name: &'static str,
    /// The page, up to the table.
    words: &'static str,
    /// The test of `sim` that it is.
    test: [&'static str; 2],
    /// What its size is called: on the command line, and in the test's environment.
    size: [&'static str; 2],
    /// The least size whose result is worth a page.
    least: u32,
    /// What the tally counts, in words and by its name there.
    counts: &'static [(&'static str, &'static str)],
}

/// Replies, and when what they say was on disk.
pub(super) const SYNC_ORDER: Battery = Battery {
    name: "sync-order",
    words: "# What a reply says is on disk before the reply leaves\n\n\
            `caseworker serve` runs under `strace`, while callers open cases and approve what is proposed. Each reply of theirs names the \
            hash of\nthe journal's last line. That hash must have been written to SQLite's write-ahead log, and the log's file synced after \
            that\n(`fdatasync` or `fsync` returned 0), before the first byte of the reply is written to its socket. Likewise each order to the \
            bank: its key\nis that of an entry in the journal, which must have been synced before the order leaves. A process that is killed \
            cannot show\nthis, for the kernel keeps what it was given; a power cut does not.\n\n\
            The same check with `synchronous=NORMAL` in the source fails: `sabotage/sync-before-reply.patch`.\n\n",
    test: ["faults", "no_reply_and_no_order_leaves_before"],
    size: ["--cases", "CASES"],
    least: 200,
    counts: &[
        ("replies to changes", "replies"),
        ("replies that left early", "early_replies"),
        ("orders to the bank", "orders"),
        ("orders that left early", "early_orders"),
        ("writes to the log", "writes"),
        ("syncs of the log", "syncs"),
    ],
};

/// One key, many requests.
pub(super) const KEYS: Battery = Battery {
    name: "keys",
    words: "# A key is one case\n\n\
            Each request is sent fifty times at once under one idempotency key to `caseworker serve`, and twice under the same key by another \
            tenant,\nwhile the host is killed with `kill -9` at random moments. Callers send again until they are answered. At the end each \
            key has one case in\neach tenant, no two keys and no two tenants share one, and the folder holds as many cases as that, which \
            verify and derive again.\n\n\
            0 failures in n keys bounds the rate at 3/n, for this generator only.\n\n",
    test: ["faults", "a_key_is_one_case"],
    size: ["--keys", "KEYS"],
    least: 1_000,
    counts: &[
        ("keys", "keys"),
        ("requests that were answered with their case", "answered"),
        ("requests that were sent again", "again"),
        ("kills", "kills"),
        ("cases of both tenants", "cases"),
    ],
};

/// Runs a battery at a size, and writes its page.
pub(super) fn prove(battery: &Battery, size: u32) -> Result<()> {
    let (commit, started) = (machine::commit()?, Instant::now());
    let [flag, variable] = battery.size;
    let Some(tally) = tally_of(battery.test, &[(variable, u64::from(size))])? else {
        bail!("{} was left out on this machine", battery.name);
    };
    if size < battery.least {
        println!("{} holds; a page is written for {} and more", battery.name, battery.least);
        return Ok(());
    }
    let mut page = format!("{}| what | how many |\n|---|---|\n", battery.words);
    for (what, name) in battery.counts {
        page += &format!("| {what} | {} |\n", number(&tally, name)?);
    }
    let seed = tally.get("seed").and_then(serde_json::Value::as_u64);
    page += &how(&format!("{} {flag} {size}", battery.name), seed, &commit, started.elapsed().as_secs());
    write(battery.name, &page)
}
