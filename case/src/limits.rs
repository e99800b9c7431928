//! Every limit of the core, together, each with its reason. A loop, string or list without one is a defect.

/// Longest customer text, in characters (contract).
pub const TEXT_CHARS: usize = 20_000;
/// Longest opaque reference (customer, transaction, payment, external id), in bytes: fits a UUID with prefixes.
pub const REFERENCE_BYTES: usize = 64;
/// Longest code of a configured reason, in bytes.
pub const REASON_CODE_BYTES: usize = 40;
/// Configured reasons for one command: a list that a person can look through.
pub const REASONS: usize = 40;
/// Documents that one request or message may carry.
pub const DOCUMENTS: usize = 20;
/// Letters of one case.
pub const LETTERS: usize = 50;
/// Longest letter, in characters.
pub const LETTER_CHARS: usize = 8_000;
/// Longest text of one document, with its fields, in characters.
pub const DOCUMENT_CHARS: usize = 20_000;
/// Identity fields taken from one text or document.
pub const EXTRACTED: usize = 32;
/// Documents of one case, the newest kept.
pub const DOCUMENTS_KEPT: usize = 60;
/// Longest name, channel, reason code or note title, in characters.
pub const SHORT_TEXT_CHARS: usize = 200;
/// Longest note, question or model reason kept, in characters.
pub const NOTE_CHARS: usize = 2_000;
/// Tracks of one case: one for each task.
pub const TRACKS: usize = 4;
/// Derived entries that one input may cause; more means that the rules run in a circle.
pub const DERIVED_PER_INPUT: usize = 128;
/// Entries of one journal; a case that long is closed by hand and continued in a new one.
pub const JOURNAL_ENTRIES: u64 = 100_000;
/// The last entries of a journal are kept for what is under way: nobody may add to the case but to close it.
pub const JOURNAL_RESERVE: u64 = 10_000;
/// Longest journal line in bytes: under the 2 MB that a Durable Object's row may have.
pub const LINE_BYTES: usize = 1_000_000;
/// Transactions taken from one ledger reply: about two years of a busy card.
pub const LEDGER_ROWS: usize = 5_000;
/// Transactions of a ledger reply that become facts in the journal; the rest stay in the sealed reply.
pub const LEDGER_FACTS: usize = 40;
/// Rows taken from any other source's reply.
pub const SOURCE_ROWS: usize = 200;
/// Reasons, cites and references of a remote agent's finding, each.
pub const AGENT_ITEMS: usize = 40;
/// Idempotency keys of commands remembered by a case, the newest kept.
pub const COMMAND_KEYS: usize = 64;
/// Keys of messages and notices remembered by a case, the newest kept: a system may send again what it sent days ago.
pub const TOLD_KEYS: usize = 1_024;
/// Amounts taken from a narrative.
pub const NARRATIVE_AMOUNTS: usize = 8;
/// Dates taken from a narrative.
pub const NARRATIVE_DATES: usize = 8;
/// References taken from a narrative.
pub const NARRATIVE_REFERENCES: usize = 8;
/// Largest text of a source that is shown to a person, in characters.
pub const SHOWN_CHARS: usize = 500;
/// Proposals on one track: after that only a human's own decision.
pub const PROPOSALS_PER_TRACK: usize = 32;
/// An attempt that is over by this much without an answer is lost: the host that made it has stopped.
pub const GRACE_MS: i64 = 1_000;
/// Cards of one account.
pub const CARDS: usize = 50;
/// Statements of one account that become facts: a year of monthly ones and some more.
pub const STATEMENTS: usize = 14;
/// Countries that are kept as normal for a customer.
pub const NORMAL_COUNTRIES: usize = 8;
/// Rules of one pack.
pub const PACK_RULES: usize = 300;
/// Packs of an operator's own.
pub const OWN_PACKS: usize = 20;
/// Rules that an operator's settings may switch on or off.
pub const RULE_CHANGES: usize = 200;
/// Longest time in a rule pack, in days: three years.
pub const RULE_DAYS: u16 = 1_100;
/// Sentences of a summary.
pub const SUMMARY_SENTENCES: usize = 10;
/// Longest sentence of a summary, in characters: a piece of evidence repeated whole fits.
pub const SENTENCE_CHARS: usize = 400;
/// Pieces of evidence that Claude is shown for a summary.
pub const DRAFT_EVIDENCE: usize = 24;
/// Longest user turn of a prompt for a summary, in bytes: what the call can cost is known before the words are.
pub const DRAFT_BYTES: usize = 12_000;
/// Longest user turn of a prompt for identity fields, in bytes.
pub const EXTRACT_BYTES: usize = 12_000;
/// Identity fields taken from one answer of a model's.
pub const EXTRACTED_FIELDS: usize = 40;
