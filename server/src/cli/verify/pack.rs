//! An evidence pack, checked offline: its bytes with its signature, its journal as every journal, its head with heads that
//! were kept elsewhere. What is not shown by what was given is said.

use std::{fs, path::Path};

use desk::{pack, signer::PublicKey};
use serde_json::json;

use super::{Audit, Found};
use crate::{archive, exit::Failure, output};

/// Whether a file is meant to be a pack, so that a broken one is not taken for a broken journal.
pub(super) fn is_at(path: &Path) -> bool {
    let named = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("html") || end.eq_ignore_ascii_case("htm"));
    path.is_file() && (named || fs::read(path).is_ok_and(|bytes| pack::is_one(&bytes)))
}

impl Audit {
    /// Checks a pack. Heads of other cases are about something else.
    pub(super) fn pack(&mut self, path: &Path, bytes: &[u8], key: Option<&PublicKey>) -> Result<(), Failure> {
        self.cases += 1;
        let checked = match pack::check(bytes, key) {
            Ok(checked) => checked,
            Err(faults) => {
                self.heads.clear();
                let name = path.display().to_string();
                for fault in faults {
                    let (from, to) = fault.place().map_or((None, None), |(from, to)| (Some(from), to));
                    let section = match &fault {
                        pack::PackFault::Section { name, .. } => Some(name.as_str()),
                        pack::PackFault::Line { .. } => Some(pack::JOURNAL),
                        _ => None,
                    };
                    let seq = if let pack::PackFault::Line { seq, .. } = &fault { Some(*seq) } else { None };
                    let text = fault.to_string();
                    self.say(&Found { case: None, pack: Some(&name), section, seq, from, to, ..Found::of(&text) })?;
                }
                return Ok(());
            }
        };
        let (manifest, head) = (&checked.manifest, &checked.manifest.head);
        let (tenant, name) = (Some(manifest.tenant.as_str()), head.case.as_str());
        let lines: Vec<Vec<u8>> = checked.lines.into_iter().map(String::into_bytes).collect();
        self.lines += lines.len() as u64;
        self.heads.retain(|case, _| *case == head.case);
        match archive::check(&lines, self.again) {
            Err(fault) => self.fault(tenant, name, &fault)?,
            Ok(case) if case.head() != head || case.tenant() != &manifest.tenant => {
                self.found(tenant, Some(name), Some(head.seq), "the journal does not end where the pack says")?;
            }
            Ok(case) => self.check_held(tenant, &lines, &case)?,
        }
        output::json(&json!({
            "tenant": manifest.tenant, "case": head.case, "seq": head.seq, "hash": head.hash, "made_at": manifest.at,
            "key": manifest.key, "key_given": key.is_some(),
        }))?;
        let signed = manifest.key;
        output::words(&match key {
            Some(_) => "the pack is signed with the key that was given: every byte is as Caseworker made it".to_owned(),
            None => format!(
                "the pack is signed with {signed}. Nobody said with --key whose that is, so this shows that the file holds \
                 together, and not who made it; heads of --heads bear out the journal, and not the page around it"
            ),
        });
        Ok(())
    }
}
