//! The figures as a table, and its place in `docs/performance.md`: between two marks, so that the prose around stays.

use std::fs;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};

use super::edge::{CONTENDERS, Sample};
use super::worker::Which;
use crate::{machine, shell};

const PAGE: &str = "docs/performance.md";

/// The marks between which the table of a bench stands.
fn marks(bench: &str) -> [String; 2] {
    ["begin", "end"].map(|place| format!("<!-- cargo xtask bench {bench}: {place} -->\n"))
}

/// One line of the table: what it is, how many decimals, and which figure of a sample.
type Line = (&'static str, usize, fn(&Sample) -> f64);

const LINES: [Line; 5] = [
    ("start of workerd to the first 200, ms", 0, |sample| sample.first_200_ms),
    ("first case, request to proposal, ms", 0, |sample| sample.first_case_ms),
    ("each further case, ms", 1, |sample| sample.case_ms),
    ("processor time of workerd for a case, ms", 2, |sample| sample.case_cpu_ms),
    ("memory of workerd after all cases, MB", 0, |sample| sample.memory_mb),
];

/// The middle of some figures.
pub(crate) fn median(figures: &mut [f64]) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The table, with the day, the machine and what was measured.
pub(crate) fn table(taken: &[Vec<Sample>; CONTENDERS.len()], cases: usize) -> Result<String> {
    let [ours, plain, agents] = taken;
    let rounds = ours.len();
    let mut text = format!(
        "{} {rounds} rounds, {cases} cases each; medians, and the median of each round's ratio.\n\n\
         | | Caseworker | plain JavaScript | ratio | Agents SDK | ratio |\n|---|---|---|---|---|---|\n",
        self::taken()?
    );
    for (name, decimals, figure) in LINES {
        let middle = |samples: &[Sample]| median(&mut samples.iter().map(figure).collect::<Vec<_>>());
        let ratio = |other: &[Sample]| {
            median(&mut ours.iter().zip(other).map(|(one, other)| figure(one) / figure(other)).collect::<Vec<_>>())
        };
        let [one, two, three] = [ours, plain, agents].map(|samples| middle(samples));
        let [to_plain, to_agents] = [plain, agents].map(|other| ratio(other));
        text += &format!(
            "| {name} | {one:.decimals$} | {two:.decimals$} | {to_plain:.2} | {three:.decimals$} | {to_agents:.2} |\n"
        );
    }
    let [one, two, three] = [Which::Ours, Which::Plain, Which::Agents].map(uploaded);
    let (one, two, three) = (one?, two?, three?);
    let (to_plain, to_agents) = (one / two.max(1), one as f64 / three.max(1) as f64);
    text += &format!("| uploaded, bytes after `gzip -9` | {one} | {two} | {to_plain} | {three} | {to_agents:.2} |\n");
    Ok(text)
}

/// When, of what and on what a table was taken.
pub(crate) fn taken() -> Result<String> {
    let (commit, machine) = (machine::commit()?, machine::words());
    Ok(format!("{}, commit {commit}, {machine}, load {} at the end.", machine::date(), machine::load()))
}

fn uploaded(which: Which) -> Result<usize> {
    let mut bytes = 0;
    for (file, _) in which.files() {
        let mut gzip = shell::command("gzip");
        let output = gzip.args(["-9", "--stdout", file]).stderr(Stdio::inherit()).output().context("starting gzip")?;
        ensure!(output.status.success(), "gzip ended with {}", output.status);
        bytes += output.stdout.len();
    }
    Ok(bytes)
}

/// Puts the table of a bench into the page in the place of the one before.
pub(crate) fn write(bench: &str, table: &str) -> Result<()> {
    let path = shell::root().join(PAGE);
    let page = fs::read_to_string(&path).with_context(|| format!("reading {PAGE}"))?;
    fs::write(&path, replaced(&page, bench, table)?).with_context(|| format!("writing {PAGE}"))
}

fn replaced(page: &str, bench: &str, table: &str) -> Result<String> {
    let [begin, end] = marks(bench);
    let (before, rest) = page.split_once(&begin).with_context(|| format!("{PAGE} has lost its mark {begin}"))?;
    let (_, after) = rest.split_once(&end).with_context(|| format!("{PAGE} has lost its mark {end}"))?;
    Ok(format!("{before}{begin}{table}{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_takes_the_place_of_the_one_before_and_nothing_else() {
        let [begin, end] = marks("edge");
        let page = format!("# Words\n{begin}old\n{end}more\n");
        assert_eq!(replaced(&page, "edge", "new\n").unwrap(), format!("# Words\n{begin}new\n{end}more\n"));
        assert!(replaced("no marks", "edge", "new\n").is_err() && replaced(&page, "queue", "new\n").is_err());
    }

    #[test]
    fn the_page_has_its_marks() {
        let page = fs::read_to_string(shell::root().join(PAGE)).unwrap();
        for bench in ["edge", "queue", "native", "flight", "growth", "local"] {
            assert!(replaced(&page, bench, "").is_ok(), "{bench}");
        }
    }

    #[test]
    fn the_middle_of_figures_is_not_their_mean() {
        assert!((median(&mut [3.0, 1.0, 100.0]) - 3.0).abs() < 1e-9 && (median(&mut [5.0]) - 5.0).abs() < 1e-9);
        assert!(median(&mut []).is_nan());
    }
}
