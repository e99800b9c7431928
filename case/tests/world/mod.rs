//! A world for one case: a host that keeps its journal, a bank that answers from a script, and people.
//!
//! It performs asks the way a host does, in order and without a clock, and after each step it checks what must hold
//! after every step: somebody owns the case, and nothing is left to be derived.

pub(crate) mod bank;

use std::collections::{BTreeSet, VecDeque};

use case::{
    actor::{Actor, Role},
    case::{CORE, Case, Ready, Rest, Step},
    command::Refusal,
    entry::{Answer, Escalation, Message, ModelCall, Notice, Opened, Question, Reasoned, Speaker, Words},
    facts,
    identity::{Identity, extract},
    ids::{CaseId, Digest, Reference, Subject, TenantId},
    label::{Label, Ppm, Scored},
    local::Reading,
    narrative::{Heard, Narrative},
    next::next,
    rules::Rulebook,
    settings::{Mode, Settings},
    source::Source,
    time::Millis,
};

use bank::{Bank, Reply};
use jiff::civil::Date;
use serde_json::Value;

/// The sample's words.
pub(crate) const TWICE: &str = "Customer says their card was charged twice for the same subscription.";
/// When every case opens.
pub(crate) const NOON: &str = "2026-11-22T12:00:00Z";
/// Steps after which a story is a circle.
const STEPS: usize = 2_000;

/// A case, its journal, and everything around it.
pub(crate) struct World {
    pub(crate) case: Case,
    pub(crate) lines: Vec<String>,
    pub(crate) bank: Bank,
    pub(crate) now: Millis,
    pub(crate) in_flight: VecDeque<Ready>,
    /// Every ask of the case so far, attempts included.
    pub(crate) asked: Vec<Ready>,
    heard: Heard,
}

pub(crate) fn reference(text: &str) -> Reference {
    Reference::parse(text).unwrap()
}

pub(crate) fn sealed(text: &str) -> Digest {
    Digest::of(text.as_bytes())
}

pub(crate) fn actor(subject: &str, role: Role) -> Actor {
    Actor { subject: Subject::parse(subject).unwrap(), role }
}

pub(crate) fn analyst(name: &str) -> Actor {
    actor(name, Role::Analyst)
}

pub(crate) fn share(percent: u32) -> Ppm {
    Ppm::new(percent * 10_000).unwrap()
}

/// A reading whose first score is `label`; the rest is spread evenly.
pub(crate) fn reading(label: Label, percent: u32, sure: bool) -> Reading {
    let others = Label::ALL.into_iter().filter(|other| *other != label);
    let first = Scored { label, confidence: share(percent) };
    let rest = others.map(|label| Scored { label, confidence: Ppm::new((100 - percent) * 2_500).unwrap() });
    let scores: Vec<Scored> = std::iter::once(first).chain(rest).collect();
    Reading {
        model: "0".repeat(64),
        scores,
        sure,
        familiar: Ppm::ONE,
        intents: vec![first],
        fraud_suspected: label == Label::FraudCheck,
        language: None,
    }
}

/// The day on which every case opens.
fn today() -> Date {
    Millis::parse_rfc3339(NOON).unwrap().date()
}

pub(crate) fn words(text: &str, reading: Reading) -> Words {
    Words {
        sealed: sealed(text),
        reading,
        narrative: Narrative::read(text, today()),
        documents: 0,
        identity: Identity::default(),
        steering: false,
    }
}

/// A request whose text the local tier surely reads as `label`.
pub(crate) fn request(text: &str, label: Label) -> Opened {
    let settings = Settings::default();
    Opened {
        core: CORE,
        tenant: TenantId::parse("acme").unwrap(),
        case: CaseId::from_random([7; 16]),
        by: actor("app", Role::Submitter),
        settings_hash: settings.hash(),
        settings,
        rules: Rulebook::shipped().pins(),
        sandbox: true,
        fingerprint: sealed(text),
        customer: Some(reference("cus_ada")),
        transaction: None,
        payment: None,
        external_id: None,
        channel: None,
        agent_system: None,
        trace: None,
        caller: None,
        words: words(text, reading(label, 96, true)),
        reserve_nano_dollars: 2_000_000,
        reserve_writing_nano_dollars: 2_000_000,
    }
}

pub(crate) fn call(cost_nano_dollars: Option<u64>) -> ModelCall {
    ModelCall {
        model: Reference::parse("claude-haiku-4-5").unwrap(),
        prompt: sealed("prompt"),
        request_id: None,
        input_tokens: 400,
        output_tokens: 40,
        cache_read_tokens: 0,
        cost_nano_dollars,
        prices: "2026-10".to_owned(),
    }
}

impl World {
    pub(crate) fn open(opened: Opened, text: &str, bank: Bank) -> Self {
        Self::open_at(NOON, opened, text, bank)
    }

    /// A case that opens at another time than [`NOON`].
    pub(crate) fn open_at(at: &str, opened: Opened, text: &str, bank: Bank) -> Self {
        let now = Millis::parse_rfc3339(at).unwrap();
        let (case, step) = Case::open(opened, now);
        let mut world = Self {
            case,
            lines: Vec::new(),
            bank,
            now,
            in_flight: VecDeque::new(),
            asked: Vec::new(),
            heard: Heard { texts: vec![(now.date(), text.to_owned())], identity: vec![] },
        };
        world.take(step);
        world
    }

    /// A request that comes with documents.
    pub(crate) fn with_documents(mut opened: Opened, text: &str, documents: &[Value], bank: Bank) -> Self {
        opened.words.identity = Identity::read(text, documents);
        opened.words.documents = u32::try_from(documents.len()).unwrap();
        let mut world = Self::open(opened, text, bank);
        extract::hear(&mut world.heard.identity, text, documents);
        world
    }

    /// A dispute about [`TWICE`], open and not driven yet.
    pub(crate) fn twice(bank: Bank) -> Self {
        Self::open(request(TWICE, Label::DisputeSummary), TWICE, bank)
    }

    /// Commits a step and checks what must hold after each.
    fn take(&mut self, step: Step) {
        assert!(step.asks.is_empty() || !step.lines.is_empty(), "intent is committed before effect");
        self.lines.extend(step.lines);
        self.asked.extend(step.asks.iter().cloned());
        self.in_flight.extend(step.asks);
        check_owner(&self.case);
        check_approvals(&self.case);
    }

    /// Answers everything and lets time pass until Caseworker has nothing left to do.
    #[track_caller]
    pub(crate) fn drive(&mut self) -> Rest {
        for _ in 0..STEPS {
            if let Some(ready) = self.in_flight.pop_front() {
                self.perform(&ready);
            } else if let Rest::Working { wake } = self.case.rest() {
                self.pass_until(wake);
            } else {
                self.check_journal();
                return self.case.rest();
            }
        }
        panic!("the case never comes to rest: {:#?}", self.kinds());
    }

    /// Performs one ask; a silent bank answers nothing.
    pub(crate) fn perform(&mut self, ready: &Ready) {
        if let Some(answer) = self.reply(ready) {
            self.now = self.now.plus(20);
            let step = self.case.answer(&ready.id, ready.attempt, answer, self.now);
            self.take(step);
        }
    }

    /// Lets time pass; something must be due then.
    #[track_caller]
    pub(crate) fn pass_until(&mut self, at: Millis) {
        self.now = at;
        let step = self.case.advance(at);
        assert!(!step.lines.is_empty(), "a wake at which nothing is due is an endless loop");
        self.take(step);
    }

    pub(crate) fn command(&mut self, actor: Actor, order: impl Into<Reasoned>) -> Result<(), Refusal> {
        let step = self.case.command(actor, order, None, self.now)?;
        self.take(step);
        Ok(())
    }

    /// The customer sends documents with a message.
    pub(crate) fn send(&mut self, text: &str, documents: &[Value]) {
        self.heard.texts.push((self.now.date(), text.to_owned()));
        extract::hear(&mut self.heard.identity, text, documents);
        self.post(Speaker::Customer, actor("app", Role::Submitter), text, documents);
    }

    /// An analyst adds documents that came in by post.
    pub(crate) fn file(&mut self, documents: &[Value]) {
        extract::hear(&mut self.heard.identity, "", documents);
        self.post(Speaker::Analyst, analyst("ada"), "Came in by post.", documents);
    }

    /// An analyst says something about the case.
    pub(crate) fn say(&mut self, by: Actor, text: &str) {
        self.post(Speaker::Analyst, by, text, &[]);
    }

    /// The bank's system says that something changed in the ledger.
    pub(crate) fn notice(&mut self) {
        let by = actor("core-banking", Role::Submitter);
        let notice = Notice { by, source: Source::Ledger, about: Some(reference("tx1")), key: None };
        let step = self.case.notify(notice, self.now).unwrap();
        self.take(step);
    }

    fn post(&mut self, from: Speaker, by: Actor, text: &str, documents: &[Value]) {
        let mut words = words(text, reading(Label::Other, 60, false));
        words.identity = Identity::read(text, documents);
        words.documents = u32::try_from(documents.len()).unwrap();
        let message = Message { by, from, words, key: None };
        let step = self.case.message(message, self.now).unwrap();
        self.take(step);
    }

    pub(crate) fn message(&mut self, text: &str) {
        self.heard.texts.push((self.now.date(), text.to_owned()));
        let message = Message {
            by: actor("app", Role::Submitter),
            from: Speaker::Customer,
            words: words(text, reading(Label::Other, 60, false)),
            key: None,
        };
        let step = self.case.message(message, self.now).unwrap();
        self.take(step);
    }

    /// The host stops and starts again: what was in flight is lost.
    pub(crate) fn restart(&mut self) {
        self.in_flight.clear();
        self.case = Case::replay(self.lines.iter().map(String::as_str)).unwrap();
        let step = self.case.resume(self.now);
        self.take(step);
    }

    fn reply(&mut self, ready: &Ready) -> Option<Answer> {
        let body = match (self.bank.next(&ready.question), &ready.question) {
            (Reply::Silence, _) => return None,
            (Reply::Answer(answer), _) => return Some(answer),
            (Reply::Json(body), Question::Lookup(lookup)) => (body, lookup),
            (Reply::Json(_), question) => panic!("{question:?} takes no JSON"),
        };
        let (body, lookup) = body;
        let bytes = serde_json::to_vec(&body).unwrap();
        let facts = facts::read(lookup, &bytes, &self.heard);
        Some(match facts {
            // Not the hash of the body: the order of its fields is another where a build asks for that. As the journal
            // writes them, a field that came later and is empty changes nothing.
            Ok(facts) => Answer::Facts { reply: sealed(&serde_json::to_string(&facts).unwrap()), facts, took_ms: 20 },
            Err(_) => bank::failed(case::entry::Failure::Unusable),
        })
    }

    /// What a host that reads the journal back finds.
    #[track_caller]
    pub(crate) fn check_journal(&self) {
        check_journal(&self.case, &self.lines);
    }

    /// The kinds of all entries, in order.
    pub(crate) fn kinds(&self) -> Vec<String> {
        self.lines.iter().map(|line| kind(line)).collect()
    }
}

pub(crate) fn kind(line: &str) -> String {
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    line["entry"]["kind"].as_str().unwrap().to_owned()
}

/// Replay gives the case, and the rules give the journal.
#[track_caller]
pub(crate) fn check_journal(case: &Case, lines: &[String]) {
    let lines = lines.iter().map(String::as_str);
    assert_eq!(Case::replay(lines.clone()).as_ref(), Ok(case), "replay(journal) = case");
    assert_eq!(case::case::rederive(lines), Ok(()), "the inputs lead to the same bytes");
}

/// Never a state without an owner, and never one in which the rules have stopped half-way.
#[track_caller]
pub(crate) fn check_owner(case: &Case) {
    let state = case.state();
    assert_eq!(next(state), None, "the rules went on until nothing followed");
    for ask in state.asks.values() {
        let action = matches!(ask.question, Question::Act { .. } | Question::Letter { .. });
        assert!(action || ask.until <= ask.deadline, "no attempt outlives its deadline: {ask:?}");
    }
    match case.rest() {
        Rest::Working { wake } => {
            assert!(state.asks.values().any(|ask| ask.is_open()), "work is an ask that is open");
            assert!(wake > state.now, "a wake lies ahead");
        }
        Rest::Waiting { wake } => assert!(wake > state.now, "a wake lies ahead"),
        Rest::Review | Rest::Closed => {}
    }
    let sends = state.asks.values().any(|ask| ask.is_letter() && ask.is_open());
    assert_eq!(case.rest() == Rest::Closed, state.closed.is_some() && !sends && !state.care.unsent);
    check_queue(case);
}

/// Every case is in a queue: it rests until a time, it is somebody's until a time or until that is told to others, or
/// it lies with all.
fn check_queue(case: &Case) {
    let (state, care, wake) = (case.state(), &case.state().care, case.wake());
    let by = |at: Millis| wake.is_some_and(|wake| wake <= at);
    assert!(care.snoozed.is_none_or(|snooze| snooze.until > state.now && by(snooze.until)), "a rest ends: {care:?}");
    assert!(care.claimed_until.is_none_or(|until| until > state.now && by(until)), "a claim ends: {care:?}");
    assert!(care.claimed_until.is_none() || state.assignee.is_some(), "a claim is somebody's: {care:?}");
    let ended = care.claimed_until.is_none() && care.snoozed.is_none() && care.closed_at.is_some();
    assert!(state.closed.is_none() || ended, "a closed case is nobody's work: {care:?}");
    let Some(desk) = state.opened.settings.desk.as_ref().filter(|_| state.opened.settings.mode != Mode::Shadow) else {
        return;
    };
    if case.rest() == Rest::Review && care.snoozed.is_none() {
        let told = state.escalations.contains(&Escalation::Stale);
        assert!(told || by(care.touched_at.plus(desk.stale_ms)), "nobody is told of a case that lies: {care:?}");
    }
}

/// Whatever was asked of the actions endpoint, different people had agreed to, as many as its level says.
#[track_caller]
pub(crate) fn check_approvals(case: &Case) {
    for ask in case.state().asks.values() {
        let Question::Act { proposal } = &ask.question else { continue };
        let proposed = case.state().proposed(proposal).expect("an action is a proposal's");
        let people: BTreeSet<&Subject> = proposed.approvals.iter().collect();
        assert!(people.len() >= proposed.proposal.approval().people(), "{proposed:#?}");
        if proposed.proposal.action().moves_money() {
            assert!(!people.is_empty(), "money moves because somebody said so");
        }
    }
}
