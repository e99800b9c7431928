//! Variants of training rows: the same request told about somebody, with a greeting, with thanks, among other talk.
//!
//! The training rows are customers speaking for themselves in one breath; the product also gets a colleague's
//! report ("The customer says ...") and letters. A variant keeps its row's label. Rows of every label get the same
//! treatment, so that the frame itself says nothing about the label.

use case::local::text;

use super::random::Random;
use super::rows::{Group, Row};

const REPORTS: [&str; 16] = [
    "Customer says",
    "The customer says that",
    "The customer reports that",
    "Customer reports:",
    "Client states that",
    "The client says",
    "User writes that",
    "A user is saying",
    "Customer is asking:",
    "The customer wants to know:",
    "Customer called to say that",
    "The caller says",
    "Customer complains that",
    "According to the customer,",
    "Customer claims",
    "Member says",
];

const GREETINGS: [&str; 12] = [
    "Hi,",
    "Hello.",
    "Hi there!",
    "Good morning.",
    "Dear team,",
    "Hello, I hope you can help me.",
    "Hey.",
    "To whom it may concern.",
    "Please help.",
    "Hi, I have a question.",
    "Good afternoon, I am writing to you about my account.",
    "I am a customer of yours.",
];

const CLOSINGS: [&str; 10] = [
    "Thanks.",
    "Thank you.",
    "Please help.",
    "Please advise.",
    "Can you help?",
    "Kind regards.",
    "I look forward to hearing from you.",
    "Let me know.",
    "Please get back to me soon.",
    "What should I do?",
];

/// First person, and the same told about somebody.
const TOLD: [(&str, &str); 22] = [
    ("i", "they"),
    ("im", "they are"),
    ("ive", "they have"),
    ("id", "they would"),
    ("ill", "they will"),
    ("me", "them"),
    ("my", "their"),
    ("mine", "theirs"),
    ("myself", "themselves"),
    ("we", "they"),
    ("our", "their"),
    ("am", "are"),
    ("i was", "they were"),
    ("was i", "were they"),
    ("am i", "are they"),
    ("have i", "have they"),
    ("do i", "do they"),
    ("can i", "can they"),
    ("you", "the bank"),
    ("your", "the bank's"),
    ("us", "them"),
    ("i am", "they are"),
];

/// Makes variants of requests.
pub(crate) struct Augment<'rows> {
    /// Talk about something else, to stand around a request: the off-topic rows.
    asides: Vec<&'rows str>,
}

impl<'rows> Augment<'rows> {
    /// Takes the asides from the training rows.
    pub(crate) fn new(rows: &'rows [Row]) -> Self {
        let off_topic = rows.iter().filter(|row| row.group() == Group::ClincOffTopic);
        Self { asides: off_topic.map(|row| row.text.as_str()).collect() }
    }

    /// One of the variants of a row's text; which one depends on the row's id and the number alone.
    pub(crate) fn variant(&self, row: &Row, number: usize) -> String {
        let mut random = Random::of(&format!("{} {number}", row.id));
        if !random.percent(30) {
            return framed(&row.text, &mut random);
        }
        let request = if random.percent(50) { row.text.clone() } else { framed(&row.text, &mut random) };
        let mut sentences: Vec<&str> =
            (0..=random.below(3)).map(|_| self.asides[random.below(self.asides.len())]).collect();
        sentences.insert(random.below(sentences.len() + 1), &request);
        sentences.join(". ")
    }
}

/// The request as a report about somebody, or between a greeting and thanks.
fn framed(request: &str, random: &mut Random) -> String {
    if random.percent(60) {
        let report = REPORTS[random.below(REPORTS.len())];
        return format!("{report} {}", told(request, random));
    }
    let mut text = request.to_owned();
    if random.percent(60) {
        text = format!("{} {text}", GREETINGS[random.below(GREETINGS.len())]);
    }
    if random.percent(60) {
        text = format!("{text} {}", CLOSINGS[random.below(CLOSINGS.len())]);
    }
    text
}

/// The request in the third person, its first "their" or "they" made definite.
fn told(request: &str, random: &mut Random) -> String {
    let words = text::words(request);
    let mut told: Vec<&str> = Vec::with_capacity(words.len());
    let mut rest = words.as_slice();
    while let [first, after @ ..] = rest {
        let pair = after.first().map(|second| format!("{first} {second}"));
        let swap = |phrase: &str| TOLD.iter().find(|(own, _)| *own == phrase).map(|(_, other)| *other);
        if let Some(other) = pair.as_deref().and_then(swap) {
            told.push(other);
            rest = after.get(1..).unwrap_or_default();
        } else {
            told.push(swap(first).unwrap_or(first));
            rest = after;
        }
    }
    let told = told.join(" ");
    let (their, whose) = if random.percent(50) { ("their ", "the customer's ") } else { ("they ", "he ") };
    told.replacen(their, whose, 1)
}
