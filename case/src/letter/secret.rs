//! Words of suspicion and of reports, which nobody outside may read: to tell somebody of them can be a crime.
//!
//! It is a list: many phrases in English, and the few that matter most in German, French, Spanish, Italian and Dutch. It
//! refuses to understand a text. What says the same in other words, or in another language, passes; whoever sends a
//! letter reads it.

use crate::draft::check::tone;

/// How words of suspicion begin, in plain letters.
const STEMS: [&str; 17] = [
    "suspic",
    "suspect",
    "launder",
    "verdacht",
    "verdaecht",
    "geldwasch",
    "geldwaesch",
    "soupcon",
    "blanchiment",
    "sospech",
    "blanqueo",
    "sospett",
    "riciclaggio",
    "verdenking",
    "witwas",
    "tracfin",
    "sepblac",
];
/// Whole words besides those that a summary may not have.
const WORDS: [&str; 8] = ["nca", "fiu", "daml", "interpol", "mlro", "poca", "aml", "watchlisted"];
/// What only whoever was reported, or is looked into, is told of.
const PHRASES: &[&[&str]] = &[
    &["activity", "report"],
    &["financial", "intelligence"],
    &["law", "enforcement"],
    &["national", "crime", "agency"],
    &["tipping", "off"],
    &["under", "surveillance"],
    &["a", "str"],
    &["transaction", "report"],
    &["transaction", "reports"],
    &["financial", "crime"],
    &["fraud", "concern"],
    &["fraud", "concerns"],
    &["watch", "list"],
    &["you", "a", "scammer"],
    &["you", "as", "a", "scammer"],
    &["flagged", "you"],
    &["flagged", "your", "account"],
    &["reported", "you"],
    &["report", "you"],
    &["you", "have", "been", "reported"],
    &["you", "were", "reported"],
    &["you", "are", "under", "investigation"],
    &["you", "are", "being", "investigated"],
    &["are", "investigating", "you"],
    &["police", "investigation"],
    &["working", "with", "the", "police"],
    &["lavado", "de", "dinero"],
    &["lavado", "de", "activos"],
    &["vermoeden", "van"],
];

/// Those who were told of somebody, in one language: who told, what may stand before the word for it, and whom.
struct Told {
    who: &'static [&'static str],
    /// Where it is left out, anything may.
    before: Option<&'static [&'static str]>,
    told: &'static [&'static str],
    whom: &'static [&'static str],
}

const TOLD: [Told; 6] = [
    Told {
        who: &["we", "bank", "team", "department", "colleagues"],
        before: Some(&["have", "has", "had", "ve", "also", "already", "now", "therefore", "immediately"]),
        told: &["reported", "informed", "notified", "contacted", "told", "alerted", "referred", "passed", "involved"],
        whom: AUTHORITIES,
    },
    Told {
        who: &["wir", "bank"],
        before: None,
        told: &["gemeldet", "informiert", "benachrichtigt", "angezeigt", "eingeschaltet", "verstandigt"],
        whom: &["polizei", "behorde", "behorden", "staatsanwaltschaft"],
    },
    Told {
        who: &["nous", "banque"],
        before: None,
        told: &["signale", "signalee", "signales", "denonce", "informe", "averti", "alerte"],
        whom: &["police", "autorites", "parquet", "procureur"],
    },
    Told {
        who: &["hemos", "banco"],
        before: None,
        told: &["denunciado", "denunciada", "informado", "comunicado", "notificado", "avisado"],
        whom: &["policia", "autoridades", "fiscalia"],
    },
    Told {
        who: &["abbiamo", "banca"],
        before: None,
        told: &["denunciato", "segnalato", "informato", "avvisato"],
        whom: &["polizia", "autorita", "procura"],
    },
    Told {
        who: &["wij", "we", "bank"],
        before: None,
        told: &["gemeld", "ingelicht", "doorgegeven", "ingeschakeld"],
        whom: &["politie", "autoriteiten", "justitie"],
    },
];
const AUTHORITIES: &[&str] = &[
    "police",
    "authority",
    "authorities",
    "prosecutor",
    "prosecutors",
    "nca",
    "fbi",
    "fincen",
    "europol",
    "garda",
    "gardai",
];
/// What of a person's is reported, in a sentence that says not by whom.
const REPORTED: &[&str] = &["you", "your", "account", "case", "transaction", "transactions", "payment", "matter"];
const REPORTS: &[&str] = &["reported", "referred"];
/// Within how many words such a sentence is over.
const NEAR: usize = 9;

/// Whether the words speak of suspicion or of a report.
pub(super) fn is_told(words: &[String]) -> bool {
    let is_word = |word: &String| WORDS.contains(&word.as_str()) || STEMS.iter().any(|stem| word.starts_with(stem));
    tone::is_suspicion(words)
        || words.iter().any(is_word)
        || PHRASES.iter().any(|phrase| words.windows(phrase.len()).any(|run| run == *phrase))
        || (0..words.len()).any(|at| is_report(words.get(at..).unwrap_or_default()))
}

/// Whether a sentence about a report begins with these words. What the customer told the police is no secret, and
/// neither is who called them in its name.
fn is_report(words: &[String]) -> bool {
    let near = words.get(..words.len().min(NEAR)).unwrap_or_default();
    let Some((first, rest)) = near.split_first() else { return false };
    let find = |list: &[&str]| rest.iter().position(|word| list.contains(&word.as_str()));
    let follows = |at: usize, before: Option<&[&str]>| {
        let between = rest.get(..at).unwrap_or_default();
        before.is_none_or(|before| between.iter().all(|word| before.contains(&word.as_str())))
    };
    let by_us = TOLD
        .iter()
        .filter(|told| told.who.contains(&first.as_str()))
        .any(|told| find(told.told).is_some_and(|at| follows(at, told.before)) && find(told.whom).is_some());
    let been = find(&["been", "was", "were"]);
    let passive = |within: usize, told: &[&str]| {
        let next = been.filter(|at| *at < within).and_then(|at| rest.get(at + 1));
        next.is_some_and(|word| told.contains(&word.as_str()))
    };
    let told = TOLD.first().map_or(REPORTS, |english| english.told);
    by_us
        || (REPORTED.contains(&first.as_str()) && passive(3, REPORTS) && find(AUTHORITIES).is_some())
        || (AUTHORITIES.contains(&first.as_str()) && passive(2, told))
}
