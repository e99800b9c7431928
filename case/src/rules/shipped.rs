//! The packs that come with the program: every version ever shipped, by the name of its file in `case/rules`.
//!
//! `case/rules/LOCK.json` holds the hash of each file, and a test compares them: a pack that was shipped is not edited.

use std::sync::{Arc, OnceLock};

use super::{
    book::{Loaded, Pin},
    pack::Pack,
};
use crate::ids::Digest;

macro_rules! files {
    ($($name:literal),* $(,)?) => { &[$(($name, include_str!(concat!("../../rules/", $name)))),*] };
}

/// Every file: its name and its text. Of two versions of a pack the later date counts for new cases.
pub(super) const FILES: &[(&str, &str)] = files![
    "arrival-2026-11-22.json",
    "eu-psd2-2026-11-22.json",
    "iso-20022-2026-11-22.json",
    "mastercard-2026-11-22.json",
    "uk-app-2026-11-22.json",
    "uk-psrs-2026-11-22.json",
    "us-ach-2026-11-22.json",
    "us-cip-2026-11-22.json",
    "us-reg-e-2026-11-22.json",
    "us-reg-z-2026-11-22.json",
    "visa-2026-11-22.json",
];

/// Every shipped pack, read once.
pub(super) fn packs() -> &'static [Loaded] {
    static PACKS: OnceLock<Vec<Loaded>> = OnceLock::new();
    PACKS.get_or_init(|| FILES.iter().map(|(_, text)| load(text)).collect())
}

#[expect(clippy::expect_used, reason = "the packs are compiled in, and a test reads every one")]
fn load(text: &str) -> Loaded {
    let pack: Pack = serde_json::from_str(text).expect("a shipped pack parses");
    let pin = Pin { pack: pack.pack.clone(), version: pack.version, hash: Digest::of(text.as_bytes()) };
    Loaded { pack: Arc::new(pack), pin }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::rules::check::check;

    #[test]
    fn every_shipped_pack_passes_the_checker_and_is_named_like_its_file() {
        for ((name, text), loaded) in FILES.iter().zip(packs()) {
            let pack: Pack = serde_json::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(check(&pack), [], "{name}");
            assert_eq!(*name, format!("{}-{}.json", loaded.pin.pack, loaded.pin.version));
        }
    }

    #[test]
    fn a_shipped_pack_is_not_edited() {
        let locked: BTreeMap<String, Digest> = serde_json::from_str(include_str!("../../rules/LOCK.json")).unwrap();
        let found: BTreeMap<String, Digest> =
            FILES.iter().map(|(name, text)| ((*name).to_owned(), Digest::of(text.as_bytes()))).collect();
        let show = || serde_json::to_string_pretty(&found).unwrap();
        assert_eq!(found, locked, "a pack is changed by a new file with a new date; the files now: {}", show());
    }

    #[test]
    fn no_two_files_are_one_version_of_a_pack() {
        let names: std::collections::BTreeSet<_> =
            packs().iter().map(|loaded| (&loaded.pin.pack, loaded.pin.version)).collect();
        assert_eq!(names.len(), FILES.len());
    }

    #[test]
    fn the_guide_lists_every_rule_of_law_with_its_effect() {
        use crate::rules::{Force, Rulebook, pack::Body};
        let guide = include_str!("../../../docs/guide/rules.md");
        for found in Rulebook::shipped().rules() {
            if !matches!(found.rule.body, Body::Clock(_) | Body::Bar(_) | Body::Liability(_) | Body::Field(_)) {
                continue;
            }
            let name = format!("`{}`", found.name());
            let row = guide.lines().find(|line| line.starts_with("| `") && line.contains(&name));
            let effect = match found.force {
                Force::On => "| on |",
                Force::Marked => "| marked |",
                Force::Off => "| off |",
            };
            assert!(row.is_some_and(|row| row.ends_with(effect)), "{name} is {effect}: {row:?}");
        }
    }
}
