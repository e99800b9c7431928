//! Which ciphertexts a journal names: words, replies, reasons and notes. What they say is not this module's to know.

use case::{
    entry::{Answer, Entry},
    ids::Digest,
    journal::Line,
};

/// The hash of the ciphertext that an entry of the journal names, with the line that names it, counted from 0.
pub fn ciphertexts(lines: &[Line]) -> impl Iterator<Item = (u64, &Digest)> {
    lines.iter().filter_map(|line| Some((line.seq, of_entry(&line.entry)?)))
}

/// Each entry names at most one.
fn of_entry(entry: &Entry) -> Option<&Digest> {
    match entry {
        Entry::Opened(opened) => Some(&opened.words.sealed),
        Entry::Messaged(message) => Some(&message.words.sealed),
        Entry::Answered { answer, .. } => match answer {
            Answer::Opinion { reason, .. } => Some(reason),
            Answer::Drafted { draft, .. } => Some(draft),
            Answer::Extracted { found, .. } => Some(found),
            Answer::Facts { reply, .. } | Answer::Advised { reply, .. } => Some(reply),
            Answer::Done { .. } | Answer::Failed { .. } => None,
        },
        Entry::Commanded { command, .. } => command.note(),
        Entry::TimePassed
        | Entry::Resumed
        | Entry::Triaged(_)
        | Entry::Asked { .. }
        | Entry::RetryPlanned { .. }
        | Entry::GaveUp { .. }
        | Entry::TrackOpened { .. }
        | Entry::CustomerAsked { .. }
        | Entry::Proposed { .. }
        | Entry::LawApplied { .. }
        | Entry::Warned { .. }
        | Entry::Escalated { .. }
        | Entry::Notified(_)
        | Entry::Returned { .. }
        | Entry::Erased { .. }
        | Entry::Closed { .. } => None,
    }
}
