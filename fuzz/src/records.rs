//! What is kept and comes back: journals, archives, evidence packs, checkpoints, rule packs, models, labelled rows.
//!
//! A journal's lines are chained anew after they were changed, as somebody would who forges one: the chain alone would
//! refuse nearly all of them, and the fold behind it would see nothing.

use std::sync::LazyLock;

use case::{
    case::{Case, rederive},
    ids::{Digest, TenantId},
    journal::Head,
    local::LocalModel,
    rules::{Rulebook, check},
    time::Millis,
};
use desk::{
    archive::{Archive, Vault},
    checkpoint::{self, Opening},
    history,
    hooks::event,
    pack,
    ports::CaseKey,
    signer::Signer,
    vault::MasterKey,
};
use eval::row;
use serde_json::Value;

use crate::{Target, text};

/// The lines of a case.
pub(crate) const JOURNAL: Target =
    Target { name: "journal", reads: "journals, chained anew", seeds: journal_seeds, run: journal };

/// What `export` writes and `import` takes.
pub(crate) const ARCHIVE: Target =
    Target { name: "archive", reads: "archives of cases", seeds: archive_seeds, run: archive };

/// The rules of law.
pub(crate) const RULES: Target = Target { name: "rules", reads: "rule packs", seeds: rules_seeds, run: rules };

/// Evidence packs.
pub(crate) const PACK: Target = Target { name: "pack", reads: "evidence packs", seeds: pack_seeds, run: evidence };

/// Signed checkpoints.
pub(crate) const CHECKPOINT: Target =
    Target { name: "checkpoint", reads: "checkpoints", seeds: checkpoint_seeds, run: heads };

/// A model of the local tier.
pub(crate) const MODEL: Target = Target { name: "model", reads: "model files", seeds: model_seeds, run: model };

/// Labelled rows.
pub(crate) const ROW: Target = Target { name: "row", reads: "labelled rows", seeds: row_seeds, run: labelled };

/// One journal of each released format.
const JOURNALS: [&str; 4] = [
    include_str!("../../testdata/journals/v1-dispute.jsonl"),
    include_str!("../../testdata/journals/v2-agent.jsonl"),
    include_str!("../../testdata/journals/v2-desk.jsonl"),
    include_str!("../../testdata/journals/v2-dispute.jsonl"),
];

fn journal_seeds() -> Vec<Vec<u8>> {
    JOURNALS.iter().map(|journal| journal.as_bytes().to_vec()).collect()
}

fn journal(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    let as_it_is: Vec<&str> = text.lines().collect();
    let _ = Case::replay(as_it_is.iter().copied());
    let lines = chained(&as_it_is);
    let texts = || lines.iter().map(String::as_str);
    let Ok(case) = Case::replay(texts()) else { return };
    assert_eq!(case.head().seq + 1, lines.len() as u64, "a journal was read to another end than its own");
    let _ = (rederive(texts()), event::events(&lines), history_of(&lines));
}

/// The lines with their places and links as they must be; what is no line stays as it is.
fn chained(lines: &[&str]) -> Vec<String> {
    let mut prev = Digest::genesis();
    let mut chained = Vec::new();
    for (seq, line) in lines.iter().enumerate() {
        let line = match serde_json::from_str::<Value>(line) {
            Ok(Value::Object(mut line)) => {
                line.insert("seq".to_owned(), seq.into());
                line.insert("prev".to_owned(), prev.as_str().into());
                Value::Object(line).to_string()
            }
            Ok(_) | Err(_) => (*line).to_owned(),
        };
        prev = Digest::of(line.as_bytes());
        chained.push(line);
    }
    chained
}

fn history_of(lines: &[String]) -> Vec<String> {
    let read = case::journal::read(lines.iter().map(String::as_str)).unwrap_or_default();
    read.iter().map(|line| history::sentence(&line.entry)).collect()
}

fn archive_seeds() -> Vec<Vec<u8>> {
    let archive = |journal: &&str| {
        let case = Case::replay(journal.lines()).ok()?;
        let key = CaseKey { tenant: case.tenant().clone(), case: case.id().clone() };
        let lines = journal.lines().map(str::to_owned).collect();
        Some(Archive::new(key, lines, Vault::default()).ok()?.to_text().into_bytes())
    };
    JOURNALS.iter().filter_map(archive).collect()
}

fn archive(bytes: &[u8]) {
    let _ = desk::archive::key_of(bytes);
    let Ok(archive) = Archive::read(bytes) else { return };
    let written = archive.to_text();
    let again = Archive::read(written.as_bytes()).map(|again| again.to_text());
    assert_eq!(again, Ok(written), "an archive that was read is written as another");
}

fn rules_seeds() -> Vec<Vec<u8>> {
    Rulebook::shipped().packs().filter_map(|pack| serde_json::to_vec(pack).ok()).collect()
}

fn rules(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    let Ok(pack) = check::read(text) else { return };
    let written = serde_json::to_string(&pack).unwrap_or_default();
    assert_eq!(check::read(&written).as_ref(), Ok(&pack), "a pack that was read is written as another");
    let _ = Rulebook::trial(&pack, true).map(|book| book.pins());
}

/// A key that signs what the seeds hold; nobody else has it.
fn signer() -> Option<Signer> {
    Some(MasterKey::parse(&"5e".repeat(32)).ok()?.signer())
}

fn pack_seeds() -> Vec<Vec<u8>> {
    let pages = [
        (include_str!("../../testdata/pages/kyc.view.json"), include_str!("../../testdata/pages/kyc.journal.jsonl")),
        (
            include_str!("../../testdata/pages/fraud.view.json"),
            include_str!("../../testdata/pages/fraud.journal.jsonl"),
        ),
    ];
    let pack = |(view, journal): &(&str, &str)| {
        let view: Value = serde_json::from_str(view).ok()?;
        let lines = journal.lines().map(str::to_owned).collect();
        let written = pack::of_case(&TenantId::local(), &view, lines, Millis(1_795_348_800_000), &signer()?);
        Some(written.ok()?.into_bytes())
    };
    pages.iter().filter_map(pack).collect()
}

/// What was signed is taken, and nothing else.
fn evidence(bytes: &[u8]) {
    static SEEDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(pack_seeds);
    let is_taken = pack::check(bytes, None).is_ok();
    assert_eq!(
        is_taken,
        SEEDS.iter().any(|seed| seed == bytes),
        "a pack that was changed is taken, or one that was not is refused"
    );
}

fn checkpoint_seeds() -> Vec<Vec<u8>> {
    let head = |journal: &&str| Some(Case::replay(journal.lines()).ok()?.head().clone());
    let mut heads: Vec<Head> = JOURNALS.iter().filter_map(head).collect();
    heads.sort_by(|one, other| one.case.cmp(&other.case));
    heads.dedup_by(|one, other| one.case == other.case);
    let write = |heads: &[Head]| {
        let signer = signer()?;
        let at = Millis(1_795_348_800_000);
        let opening = Opening::new(TenantId::local(), at, (None, None, false), signer.public_key());
        Some(checkpoint::write(opening, heads, &signer).into_bytes())
    };
    [write(&heads), write(&[])].into_iter().flatten().collect()
}

/// The same, where one may stand behind another only if it names it.
fn heads(bytes: &[u8]) {
    static SEEDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(checkpoint_seeds);
    let is_taken = checkpoint::read(bytes).is_ok_and(|all| !all.is_empty());
    assert_eq!(
        is_taken,
        SEEDS.iter().any(|seed| seed == bytes),
        "a checkpoint that was changed is taken, or one that was not is refused"
    );
}

fn model_seeds() -> Vec<Vec<u8>> {
    let shipped = include_bytes!("../../case/model/triage.bin");
    // The whole of it would be too long to be changed often; its beginning holds all that has structure.
    vec![shipped.get(..4_096).unwrap_or(shipped).to_vec()]
}

fn model(bytes: &[u8]) {
    assert!(LocalModel::from_bytes(bytes).is_err() || bytes.len() > 10_000, "so short a file is no model");
}

fn row_seeds() -> Vec<Vec<u8>> {
    crate::texts(&[
        r#"{"id":1,"text":"My card was charged twice","task":"dispute_summary","source":"made","language":"en"}"#,
        r#"{"id":"a","text":"Wo ist mein Geld?","task":"payment_status"}"#,
    ])
}

fn labelled(bytes: &[u8]) {
    let _ = row::read_row(1, bytes);
}
