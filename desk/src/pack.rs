//! An evidence pack: a case as one HTML file that can be read and printed without a network, and checked offline.
//!
//! ```text
//! sections, one behind the other without a gap: the page's head, parts of the case, then the journal
//!     <script type="application/jsonl" id="journal"> the journal's own lines </script>
//! <script type="application/json" id="manifest"> where each section lies and what it hashes to </script>
//! <script type="text/plain" id="signature"> the deployment's signature of the manifest </script>
//! ```
//!
//! No byte lies outside of this, so that whatever is changed is found, and the manifest's hashes of blocks and lines say
//! where. Nothing in the file is run. In the journal's lines `<` is written as JSON may write it, so that none ends the
//! element it stands in. It shows what the case's view shows, and opens no vault.

mod check;
mod of_case;
mod page;

use case::{
    ids::{Digest, TenantId},
    journal::Head,
    time::Millis,
};
use serde::{Deserialize, Serialize};

pub use self::{
    check::{Checked, PackFault, check, is_one},
    of_case::of_case,
};
use crate::signer::{PublicKey, Purpose, Signer};

/// The format that this build writes and reads.
pub const FORMAT: u32 = 1;
/// The content type.
pub const MEDIA_TYPE: &str = "text/html; charset=utf-8";
/// The name of the section that holds the journal.
pub const JOURNAL: &str = "journal";

/// Bytes of a block, for each of which there is a hash.
const BLOCK: usize = 512;
/// Digits of a hash that only says where something was changed; that it was, whole hashes say.
const SHORT: usize = 16;
/// What stands around the journal's lines.
const JOURNAL_OPENS: &str = "<script type=\"application/jsonl\" id=\"journal\">\n";
const JOURNAL_ENDS: &str = "\n</script>\n";
/// What stands around the manifest and the signature.
const MANIFEST_OPENS: &str = "<script type=\"application/json\" id=\"manifest\">";
const SIGNATURE_OPENS: &str = "</script>\n<script type=\"text/plain\" id=\"signature\">";
const ENDS: &str = "</script>\n</body>\n</html>\n";

/// A part of the page.
#[derive(Debug, Clone)]
pub struct Section {
    /// What it is called where it was changed.
    pub name: &'static str,
    /// Its HTML. The first section opens the document and its body.
    pub html: String,
}

/// What a pack is made of.
#[derive(Debug)]
pub struct Draft<'a> {
    /// Whose case.
    pub tenant: &'a TenantId,
    /// Where its journal ends.
    pub head: &'a Head,
    /// When the pack is made.
    pub at: Millis,
    /// The page, but for the journal.
    pub sections: Vec<Section>,
    /// The journal's lines.
    pub lines: &'a [String],
}

/// What a pack says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`FORMAT`].
    pub pack: u32,
    /// Whose case.
    pub tenant: TenantId,
    /// Where its journal ends.
    pub head: Head,
    /// When it was made, in RFC 3339.
    pub at: String,
    /// The version that made it.
    pub caseworker: String,
    /// The key that signs.
    pub key: PublicKey,
    /// The sections, in their order.
    pub sections: Vec<Mark>,
    /// The beginning of the hash of each line of the journal, as it stands in the pack.
    pub lines: Vec<String>,
}

/// Where a section lies, and what it hashes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// What it is called.
    pub name: String,
    /// Where it begins, in bytes from the file's beginning.
    pub at: usize,
    /// How many bytes it has.
    pub bytes: usize,
    /// Its hash.
    pub sha256: Digest,
    /// The beginning of the hash of each block of it.
    pub blocks: Vec<String>,
}

impl Draft<'_> {
    /// The file.
    #[must_use]
    pub fn write(self, signer: &Signer) -> String {
        let lines: Vec<String> = self.lines.iter().map(|line| line.replace('<', "\\u003c")).collect();
        let journal = format!("{JOURNAL_OPENS}{}{JOURNAL_ENDS}", lines.join("\n"));
        let mut text = String::new();
        let mut marks = Vec::new();
        for Section { name, html } in self.sections.into_iter().chain([Section { name: JOURNAL, html: journal }]) {
            let blocks = html.as_bytes().chunks(BLOCK).map(short).collect();
            let (at, bytes, sha256) = (text.len(), html.len(), Digest::of(html.as_bytes()));
            marks.push(Mark { name: name.to_owned(), at, bytes, sha256, blocks });
            text += &html;
        }
        let manifest = Manifest {
            pack: FORMAT,
            tenant: self.tenant.clone(),
            head: self.head.clone(),
            at: self.at.rfc3339(),
            caseworker: env!("CARGO_PKG_VERSION").to_owned(),
            key: signer.public_key(),
            sections: marks,
            lines: lines.iter().map(|line| short(line.as_bytes())).collect(),
        };
        let manifest = serde_json::json!(manifest).to_string();
        let signature = signer.sign(Purpose::Pack, manifest.as_bytes());
        text + MANIFEST_OPENS + &manifest + SIGNATURE_OPENS + &signature + ENDS
    }
}

/// The beginning of a hash.
fn short(bytes: &[u8]) -> String {
    Digest::of(bytes).as_str().chars().take(SHORT).collect()
}

/// A line of the journal, as it was before it was put into the page.
fn unescaped(line: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(line.len()), line);
    while let Some((before, from)) = rest.find('\\').and_then(|at| rest.split_at_checked(at)) {
        out += before;
        // Whatever else an escape says stays as it is, a backslash that is escaped itself first of all.
        let (what, taken) = if from.starts_with("\\u003c") { ("<", 6) } else { (from.get(..2).unwrap_or(from), 2) };
        out += what;
        rest = from.get(taken..).unwrap_or_default();
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_out_of_the_page_as_they_went_in() {
        for line in [r#"{"a":"</script><b>"}"#, r#"{"a":"\\u003c"}"#, r#"{"a":"\\\"<"}"#, "", "\\", r#"{"é":"\n<!--"}"#]
        {
            let escaped = line.replace('<', "\\u003c");
            assert!(!escaped.contains('<'));
            assert_eq!(unescaped(&escaped), line);
        }
    }
}
