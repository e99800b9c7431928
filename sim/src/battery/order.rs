//! Whether what leaves the host is on disk before it leaves: the host runs under `strace`, and the order of its system
//! calls is read afterwards. A kill cannot show this, for the kernel keeps what it was given; a power cut does not.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::TALLY;
use crate::{checks::words::TWICE, world::World};

/// How many callers send at the same time.
const CALLERS: usize = 8;

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Order {
    /// Replies to changes.
    pub replies: u64,
    /// Replies that left before what they say was on disk.
    pub early_replies: u64,
    /// Orders to the bank.
    pub orders: u64,
    /// Orders that left before the entry that asks for them was on disk.
    pub early_orders: u64,
    /// Writes to the log.
    pub writes: u64,
    /// Syncs of the log.
    pub syncs: u64,
}

/// Why this machine cannot trace a process, if it cannot.
#[must_use]
pub fn missing() -> Option<String> {
    let mut probe = Command::new("strace");
    probe.args(["-f", "-o", "/dev/null", "true"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let works = probe.status().is_ok_and(|status| status.success());
    (!works).then(|| "`strace` is not on this machine, or may not trace".to_owned())
}

/// What a program is run under, so that its calls that write and sync are noted in a file. The tracer is no parent of the
/// program, so that killing the one that was started kills the program.
#[must_use]
pub fn tracer(trace: &Path) -> Vec<String> {
    let calls = "trace=write,writev,pwrite64,sendto,sendmsg,fdatasync,fsync";
    let words = ["strace", "-D", "-f", "-y", "-q", "-s", "16384", "--seccomp-bpf", "-e", calls, "-o"];
    words.into_iter().map(str::to_owned).chain([trace.to_string_lossy().into_owned()]).collect()
}

/// Makes so many cases, kills the host and reads the trace.
///
/// # Errors
/// Where anything left early, or the trace cannot be read.
pub async fn run(world: &World, trace: &Path, cases: u64) -> Result<Order> {
    let share = usize::try_from(cases)?.div_ceil(CALLERS);
    let ids = join_all((0..CALLERS).map(|_| work(world, share))).await;
    let mut lines = BTreeMap::new();
    for id in ids.into_iter().collect::<Result<Vec<_>>>()?.concat() {
        lines.insert(id.clone(), world.api.journal(&id).await?);
    }
    world.process.as_ref().context("no process to kill")?.kill()?;
    let order = read(&whole(trace).await?, &lines)?;
    let Order { replies, early_replies, orders, early_orders, writes, syncs } = &order;
    let tally = json!({
        "replies": replies, "early_replies": early_replies, "orders": orders, "early_orders": early_orders,
        "writes": writes, "syncs": syncs,
    });
    println!("{TALLY}{tally}");
    ensure!(*replies >= 2 * cases && *orders >= cases, "too little happened: {tally}");
    ensure!(*early_replies == 0 && *early_orders == 0, "something left before it was on disk: {tally}");
    Ok(order)
}

/// Opens cases one after the other and approves what is proposed.
async fn work(world: &World, cases: usize) -> Result<Vec<String>> {
    let mut ids = Vec::new();
    for _ in 0..cases {
        let opened = world.api.open_for("cus_ada", TWICE).await?;
        world.api.command(opened.id(), &opened.about_proposal("approve")).ok(200).await?;
        ids.push(opened.id().to_owned());
    }
    Ok(ids)
}

/// The trace, once its writer has ended: its last line says that the process was killed.
async fn whole(trace: &Path) -> Result<String> {
    for _ in 0..600 {
        let text = String::from_utf8_lossy(&fs::read(trace).context("reading the trace")?).into_owned();
        if text.lines().next_back().is_some_and(|line| line.contains("+++ killed by SIGKILL")) {
            return Ok(text);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    bail!("the trace does not end")
}

/// A system call that says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Call<'a> {
    /// Bytes for the log.
    Write(&'a str),
    /// What was written to the log is to be on disk.
    Sync,
    /// Bytes for a socket.
    Send(&'a str),
}

impl<'a> Call<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let (name, rest) = line.split_once('(')?;
        let (_, file) = rest.split_once('<')?;
        let (file, payload) = file.split_once('>')?;
        match name {
            "fdatasync" | "fsync" if file.ends_with("-wal") => Some(Self::Sync),
            "pwrite64" | "write" if file.ends_with("-wal") => Some(Self::Write(payload)),
            "write" | "writev" | "sendto" | "sendmsg" if file.starts_with("socket:") => Some(Self::Send(payload)),
            _ => None,
        }
    }
}

/// What was read so far of a trace.
struct Reading<'a> {
    lines: &'a BTreeMap<String, Vec<String>>,
    /// Calls that have begun and not ended, by their thread, with how many writes had ended by then.
    begun: BTreeMap<&'a str, (Call<'a>, usize)>,
    /// Writes to the log that have ended.
    written: Vec<&'a str>,
    /// How many of them are on disk.
    synced: usize,
    order: Order,
}

/// Reads a trace: what left, and whether what it says had been written and synced by then. `lines` are the journals of the
/// cases that it may be about.
fn read(trace: &str, lines: &BTreeMap<String, Vec<String>>) -> Result<Order> {
    let order = Order::default();
    let mut reading = Reading { lines, begun: BTreeMap::new(), written: Vec::new(), synced: 0, order };
    for line in trace.lines() {
        let Some((thread, line)) = line.split_once(' ') else { continue };
        let line = line.trim_start();
        if line.starts_with("<... ") {
            if let Some((call, before)) = reading.begun.remove(thread) {
                reading.end(call, before, line);
            }
        } else if let Some(call) = Call::read(line) {
            let before = reading.written.len();
            if let Call::Send(payload) = call {
                reading.leaves(payload)?;
            }
            if line.ends_with("<unfinished ...>") {
                reading.begun.insert(thread, (call, before));
            } else {
                reading.end(call, before, line);
            }
        }
    }
    Ok(reading.order)
}

impl<'a> Reading<'a> {
    /// A call has ended. A sync is of what had been written when it began.
    fn end(&mut self, call: Call<'a>, before: usize, line: &str) {
        match call {
            Call::Write(payload) => {
                self.order.writes += 1;
                self.written.push(payload);
            }
            Call::Sync if line.trim_end().ends_with("= 0") => {
                self.order.syncs += 1;
                self.synced = self.synced.max(before);
            }
            Call::Sync | Call::Send(_) => {}
        }
    }

    /// Something leaves through a socket.
    fn leaves(&mut self, payload: &str) -> Result<()> {
        if payload.contains("\"HTTP/1.1 20") {
            let Some(case) = between(payload, r#"{\"case_id\":\""#, r#"\""#) else { return Ok(()) };
            let seq: usize = between(payload, r#"\"seq\":"#, ",").context("a reply without a position")?.parse()?;
            // A reply about a case that is none of ours is no reply to a change.
            let Some(lines) = self.lines.get(case) else { return Ok(()) };
            let line: Value = serde_json::from_str(lines.get(seq).context("a reply from beyond the journal")?)?;
            let prev = line.get("prev").and_then(Value::as_str).context("a line without a link")?;
            self.order.replies += 1;
            self.order.early_replies += u64::from(!self.is_on_disk(&format!(r#"\"prev\":\"{prev}"#)));
        } else if payload.contains("\"POST /actions ") {
            let key = between(payload, "idempotency-key: ", r"\r").context("an order without a key")?;
            self.order.orders += 1;
            self.order.early_orders += u64::from(!self.is_on_disk(&format!(r#"\"ask\":\"{key}\""#)));
        }
        Ok(())
    }

    fn is_on_disk(&self, words: &str) -> bool {
        // It was written a moment ago, as a rule.
        self.written.iter().take(self.synced).rev().any(|written| written.contains(words))
    }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(after).map(|(found, _)| found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A trace in which the write of a line, a sync and a reply that needs both come in this order.
    fn trace(order: [&str; 3]) -> String {
        let say = |what: &str| match what {
            "write" => {
                "7 pwrite64(9</d/c.sqlite3-wal>, \"..{\\\"v\\\":2,\\\"seq\\\":1,\\\"prev\\\":\\\"ab\\\"\", 40, 9) = 40\n"
            }
            "sync" => {
                "7 fdatasync(9</d/c.sqlite3-wal> <unfinished ...>\n8 write(2</log>, \"x\", 1) = 1\n7 <... fdatasync resumed>) = 0\n"
            }
            "failed sync" => "7 fdatasync(9</d/c.sqlite3-wal>) = -1 EIO (Input/output error)\n",
            _ => {
                "8 writev(5<socket:[3]>, [{iov_base=\"HTTP/1.1 201 Created\\r\\n\", iov_len=9}, {iov_base=\"{\\\"case_id\\\":\\\"c\\\",\\\"seq\\\":1,\"}]\n"
            }
        };
        order.map(say).concat()
    }

    #[test]
    fn a_reply_is_early_unless_its_line_was_written_and_then_synced() {
        let journal = ["{}", r#"{"v":2,"seq":1,"prev":"ab"}"#].map(str::to_owned).to_vec();
        let lines = BTreeMap::from([("c".to_owned(), journal)]);
        let early = |order| read(&trace(order), &lines).map(|order| (order.replies, order.early_replies)).unwrap();
        assert_eq!(early(["write", "sync", "reply"]), (1, 0));
        for order in [["write", "reply", "sync"], ["sync", "write", "reply"], ["write", "failed sync", "reply"]] {
            assert_eq!(early(order), (1, 1), "{order:?}");
        }
    }

    #[test]
    fn an_order_is_early_unless_the_entry_that_asks_for_it_is_on_disk() {
        let order =
            "8 sendto(6<socket:[4]>, \"POST /actions HTTP/1.1\\r\\nidempotency-key: c/act/p1\\r\\n\", 50, 0) = 50\n";
        let write = "7 pwrite64(9</d/c.sqlite3-wal>, \"..\\\"ask\\\":\\\"c/act/p1\\\"..\", 40, 9) = 40\n";
        let sync = "7 fsync(9</d/c.sqlite3-wal>) = 0\n";
        let early =
            |trace: String| read(&trace, &BTreeMap::new()).map(|order| (order.orders, order.early_orders)).unwrap();
        assert_eq!(early([write, sync, order].concat()), (1, 0));
        assert_eq!(early([write, order, sync].concat()), (1, 1));
    }
}
