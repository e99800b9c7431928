//! What runs on this machine while something is measured or tried: a free port, the sandbox, and the processor time of a
//! process. It knows nothing of what is measured.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::process::Command;

use anyhow::{Context, Result};

use crate::shell::{self, Ended};

/// Linux counts processor time in hundredths of a second wherever it shows it.
const MS_PER_TICK: f64 = 10.0;

/// A port on loopback that nobody has at this moment.
pub(crate) fn free_port() -> Result<u16> {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    Ok(free.context("finding a free port")?.port())
}

/// Builds the native binary and starts its sandbox; says where it listens.
pub(crate) fn sandbox() -> Result<(Ended, String)> {
    shell::run(shell::cargo().args(["build", "--package", "server"]))?;
    let binary = shell::target_folder().join("debug/caseworker");
    let address = format!("127.0.0.1:{}", free_port()?);
    let child = Command::new(&binary).args(["sandbox", "--listen", &address]).spawn();
    Ok((Ended(child.with_context(|| format!("starting {}", binary.display()))?), address))
}

/// The processor time that a process has taken so far, its own and the kernel's for it, in milliseconds.
pub(crate) fn cpu_ms(process: u32) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"));
    let stat = stat.with_context(|| format!("reading /proc/{process}/stat: processor time is measured on Linux"))?;
    read_cpu_ms(&stat).context("/proc holds something unexpected")
}

/// The memory that a process holds, in megabytes.
pub(crate) fn memory_mb(process: u32) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).context("reading /proc")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("/proc has another form")?;
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse().context("/proc has another form")?;
    Ok(kilobytes / 1024.0)
}

/// The 14th and 15th field; the second may hold anything, in parentheses.
fn read_cpu_ms(stat: &str) -> Option<f64> {
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut fields = rest.split(' ').skip(11);
    let mut next = || fields.next()?.parse::<f64>().ok();
    Some((next()? + next()?) * MS_PER_TICK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_with_a_strange_name_is_read() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 1 0 0 0 250 50 0 0 20 0 1 0 1 1 1";
        assert_eq!(read_cpu_ms(stat), Some(3_000.0));
        assert_eq!(read_cpu_ms("7 (a) S 1"), None);
    }
}
