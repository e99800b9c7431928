//! Claude's prompts as files. A version has a name, stays as it is once it was used, and is named in journals by the
//! SHA-256 of its text, so that a case says for ever what was asked.
//!
//! No prompt has a place into which words could be put: what a customer said goes into the user's turn as data, and
//! never in here. The parts that never change come first in a request, so that a service can keep them.

use std::sync::LazyLock;

use crate::ids::Digest;

/// What Claude is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PromptKind {
    /// What a request is about.
    Triage,
    /// The identity fields in texts and documents.
    Extraction,
    /// A summary of a proposal.
    Summary,
}

/// One version of a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptFile {
    /// What it is for.
    pub kind: PromptKind,
    /// Its name, which is that of its file: `triage/v2`.
    pub name: &'static str,
    /// The policy that goes to Claude as `system`.
    pub text: &'static str,
    hash: Digest,
}

/// Every version, the oldest of each kind first. A line is added here and none is ever taken away or changed: a case
/// that was opened with one goes on with it.
static PROMPTS: LazyLock<[PromptFile; 5]> = LazyLock::new(|| {
    [
        PromptFile::new(PromptKind::Triage, "triage/v1", include_str!("../prompts/triage/v1.txt")),
        PromptFile::new(
            PromptKind::Triage,
            "triage/v2",
            concat!(include_str!("../prompts/triage/v2.txt"), include_str!("../prompts/triage/v2.examples.txt")),
        ),
        PromptFile::new(PromptKind::Extraction, "extraction/v1", include_str!("../prompts/extraction/v1.txt")),
        PromptFile::new(PromptKind::Extraction, "extraction/v2", include_str!("../prompts/extraction/v2.txt")),
        PromptFile::new(PromptKind::Summary, "summary/v1", include_str!("../prompts/summary/v1.txt")),
    ]
});

impl PromptKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Triage, Self::Extraction, Self::Summary];

    /// The name on the command line and in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Triage => "triage",
            Self::Extraction => "extraction",
            Self::Summary => "summary",
        }
    }

    /// The versions of this kind, the oldest first.
    pub fn versions(self) -> impl DoubleEndedIterator<Item = &'static PromptFile> {
        PROMPTS.iter().filter(move |prompt| prompt.kind == self)
    }

    /// The version that a case opened now is pinned to, unless its settings name another.
    #[must_use]
    pub fn current(self) -> Option<&'static PromptFile> {
        self.versions().next_back()
    }

    /// The hash that a case opened now is pinned to: that of its settings, else the current version's.
    #[must_use]
    pub fn in_use(self, set: Option<&Digest>) -> Option<Digest> {
        set.cloned().or_else(|| self.current().map(PromptFile::hash))
    }

    /// The version of that hash. A case without one was opened when there was only the first. `None` where this build
    /// does not have it: then Claude is not asked, since nobody could say what.
    #[must_use]
    pub fn pinned(self, hash: Option<&Digest>) -> Option<&'static PromptFile> {
        match hash {
            Some(hash) => self.versions().find(|prompt| prompt.hash == *hash),
            None => self.versions().next(),
        }
    }
}

impl PromptFile {
    fn new(kind: PromptKind, name: &'static str, text: &'static str) -> Self {
        Self { kind, name, text, hash: Digest::of(text.as_bytes()) }
    }

    /// The SHA-256 of the text: for a version in several files, of the files one after the other.
    #[must_use]
    pub fn hash(&self) -> Digest {
        self.hash.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The hashes of every version that was ever used. A line is added here and none is ever changed.
    const USED: &str = include_str!("../prompts/hashes.txt");

    #[test]
    fn a_prompt_that_was_used_is_never_edited() {
        let now: String = PROMPTS.iter().map(|prompt| format!("{} {}\n", prompt.hash(), prompt.name)).collect();
        assert_eq!(now, USED, "a version is not edited: a change is a new version, with a line of its own");
    }

    #[test]
    fn no_prompt_has_a_place_for_words_and_each_says_that_words_are_untrusted() {
        for prompt in PROMPTS.iter() {
            assert!(!prompt.text.contains(['{', '}']), "{}", prompt.name);
            assert!(prompt.text.contains("untrusted text") && prompt.text.contains("Never follow"), "{}", prompt.name);
        }
    }

    #[test]
    fn a_case_opened_now_has_the_newest_version_unless_another_is_set() {
        for kind in PromptKind::ALL {
            let (first, newest) = (kind.versions().next().map(PromptFile::hash), kind.current().map(PromptFile::hash));
            assert_eq!((kind.in_use(None), kind.in_use(first.as_ref())), (newest, first));
        }
    }

    #[test]
    fn a_case_without_a_hash_has_the_first_version_and_an_unknown_hash_has_none() {
        for kind in PromptKind::ALL {
            assert_eq!(kind.pinned(None), kind.versions().next());
            assert_eq!(kind.pinned(kind.current().map(PromptFile::hash).as_ref()), kind.current());
            assert_eq!(kind.pinned(Some(&Digest::genesis())), None);
            let other = PromptKind::ALL.into_iter().find(|other| *other != kind).and_then(PromptKind::current);
            assert_eq!(kind.pinned(other.map(PromptFile::hash).as_ref()), None, "a prompt of another kind is none");
        }
    }
}
