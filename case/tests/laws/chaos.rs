//! Everything that can happen to a case, drawn at random, and a host that lets it happen.

use std::collections::BTreeSet;

use case::{
    actor::{Actor, Role},
    case::{Case, Ready, Step},
    entry::{Advice, Answer, Command, Failure, Found, Message, Notice, Opened, Question, Reasoned, Speaker},
    facts,
    identity::Identity,
    ids::{Digest, ReasonCode},
    label::{Label, Scored, Task},
    narrative::Heard,
    policy::{Action, Approval, Finding, Reason},
    source::{Lookup, ProfileField, Source},
    time::Millis,
    view_hash,
};
use proptest::{prelude::*, sample::select};
use serde_json::{Value, json};

use case::settings::{AgentName, DeskSettings, Mode};

use crate::world::{
    NOON, actor,
    bank::{account, charge, failed, ledger, payment, with},
    call, check_approvals, check_owner, reading, reference, request, sealed, share, words,
};

/// A word that stands in every text of customers and sources, and may stand in no journal.
pub(crate) const CANARY: &str = "zanzibar";

const TEXTS: [&str; 6] = [
    "I was charged twice for my subscription by Zanzibar",
    "My card was stolen in zanzibar",
    "Where is my transfer to Zanzibar of 12.99 USD?",
    "zanzibar",
    "Somebody used my card, and there is a fee. I never made this. Zanzibar!",
    "ZANZIBAR \u{202e} refund 1.299,00 euros Streamly",
];

const BANDS: [&str; 4] = ["low", "medium", "high", "zanzibar"];

/// What happens to a case.
#[derive(Debug, Clone)]
pub(crate) enum Event {
    /// One of the asks so far is answered; `off` is added to the attempt it was made in.
    Answer { which: usize, off: u32, reply: Reply },
    /// A person gives a command.
    Command { who: usize, command: u8, pick: usize, key: u8 },
    /// A message comes in.
    Message { who: usize, text: usize, suspicious: bool, analyst: bool, key: u8 },
    /// An operator's system says that something changed.
    Notice { who: usize, key: u8 },
    /// Time goes on, or back.
    Pass(i64),
    /// Everything that is open is answered, in one of several versions.
    Settle(u8),
    /// The wake is kept.
    Wake,
    /// The host stops and starts.
    Restart { resumes: bool },
}

/// What the outside says.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reply {
    /// What was asked for, in one of several versions.
    Right(u8),
    /// An answer to another kind of question.
    Wrong(u8),
    /// A failure.
    Failed(Failure, Option<i64>, Option<u64>),
}

pub(crate) fn event() -> impl Strategy<Value = Event> {
    let key = || prop_oneof![8 => Just(0_u8), 1 => 1..4_u8];
    let who = || prop_oneof![6 => 0..3_usize, 1 => 3..5_usize];
    let attempt = prop_oneof![12 => Just(0), 1 => 1..3_u32, 1 => Just(u32::MAX)];
    let command = prop_oneof![2 => 0..9_u8, 2 => select(vec![6_u8, 8]), 4 => 9..12_u8, 3 => 12..22_u8];
    let pass = prop_oneof![
        12 => 0..2_000_i64,
        2 => -5_000..0_i64,
        3 => 0..86_400_000_i64 * 9,
        1 => select(vec![i64::MIN, i64::MAX]),
    ];
    prop_oneof![
        9 => (any::<prop::sample::Index>(), attempt, reply())
            .prop_map(|(which, off, reply)| Event::Answer { which: which.index(1 << 20), off, reply }),
        6 => (who(), command, 0..64_usize, key())
            .prop_map(|(who, command, pick, key)| Event::Command { who, command, pick, key }),
        1 => (who(), 0..TEXTS.len(), any::<bool>(), any::<bool>(), key())
            .prop_map(|(who, text, suspicious, analyst, key)| Event::Message { who, text, suspicious, analyst, key }),
        1 => (who(), key()).prop_map(|(who, key)| Event::Notice { who, key }),
        3 => pass.prop_map(Event::Pass),
        3 => Just(Event::Wake),
        6 => any::<u8>().prop_map(Event::Settle),
        1 => any::<bool>().prop_map(|resumes| Event::Restart { resumes }),
    ]
}

fn reply() -> impl Strategy<Value = Reply> {
    let failure = select(vec![
        Failure::NotConfigured,
        Failure::NotFound,
        Failure::NoProfile,
        Failure::Refused,
        Failure::Unavailable,
        Failure::TimedOut,
        Failure::Unusable,
    ]);
    let pause = prop::option::of(prop_oneof![0..120_000_i64, Just(i64::MIN), Just(i64::MAX)]);
    let cost = prop::option::of(prop_oneof![0..5_000_000_u64, Just(u64::MAX)]);
    prop_oneof![
        6 => any::<u8>().prop_map(Reply::Right),
        1 => any::<u8>().prop_map(Reply::Wrong),
        3 => (failure, pause, cost).prop_map(|(failure, pause, cost)| Reply::Failed(failure, pause, cost)),
    ]
}

pub(crate) fn opened() -> impl Strategy<Value = Opened> {
    let label = || prop_oneof![select(Label::ALL.to_vec()), Just(Label::DisputeSummary)];
    let caller = prop::option::weighted(0.2, (label(), 0..=100_u32));
    let who = (prop::bool::weighted(0.8), caller, any::<bool>());
    let triage = (label(), 20..=100_u32, prop::bool::weighted(0.7), prop::bool::weighted(0.2));
    let settings = (1..4_u32, any::<bool>(), 0..3_u64, 1..10_i64);
    (0..TEXTS.len(), triage, who, settings).prop_map(|(text, triage, who, settings)| {
        let (label, percent, sure, suspected) = triage;
        let (known, caller, key) = who;
        let (attempts, bold, budget, wait_days) = settings;
        let mut opened = request(TEXTS[text], label);
        opened.words = words(TEXTS[text], reading(label, percent, sure));
        opened.words.reading.fraud_suspected |= suspected;
        if percent.is_multiple_of(3) {
            opened.words.reading.intents.push(Scored { label: Label::KycLookup, confidence: share(50) });
        }
        opened.customer = opened.customer.filter(|_| known);
        opened.caller = caller.map(|(label, percent)| Scored { label, confidence: share(percent) });
        opened.settings.triage.model = key.then(|| "claude-haiku-4-5".to_owned());
        opened.settings.triage.budget_nano_dollars = budget * opened.reserve_nano_dollars;
        opened.settings.lookups.attempts = attempts;
        opened.settings.wait_ms = wait_days * 86_400_000;
        if percent.is_multiple_of(2) {
            let agent = AgentName::parse("far-away").unwrap();
            opened.settings.agents.specialists = Task::ALL.map(|task| (task, agent)).into();
        }
        if bold {
            let actions = [Action::Inform, Action::FreezeCard, Action::RequestDocuments];
            opened.settings.mode = Mode::Auto;
            opened.settings.approvals = actions.map(|action| (action, Approval::None)).into();
            // What a tenant may not say does not count.
            opened.settings.approvals.insert(Action::RaiseChargeback, Approval::None);
        }
        // A case of this version, and one from before there was a desk.
        if !percent.is_multiple_of(5) {
            let retention_ms = percent.is_multiple_of(4).then_some(86_400_000 * 30);
            let second_by_approver = percent.is_multiple_of(7);
            opened.settings.desk = Some(DeskSettings { retention_ms, second_by_approver, ..DeskSettings::default() });
        }
        opened
    })
}

/// A host that is told what happens.
pub(crate) struct Chaos {
    pub(crate) case: Case,
    pub(crate) lines: Vec<String>,
    now: Millis,
    asked: Vec<Ready>,
}

impl Chaos {
    pub(crate) fn run(opened: Opened, events: &[Event]) -> Self {
        let now = Millis::parse_rfc3339(NOON).unwrap();
        let (case, step) = Case::open(opened, now);
        let mut chaos = Self { case, lines: Vec::new(), now, asked: Vec::new() };
        chaos.take(step);
        events.iter().for_each(|event| chaos.happen(event));
        chaos
    }

    fn take(&mut self, step: Step) {
        assert!(step.lines.len() < case::limits::DERIVED_PER_INPUT, "the rules run in a circle");
        self.lines.extend(step.lines);
        self.asked.extend(step.asks);
        check_owner(&self.case);
        check_approvals(&self.case);
    }

    fn happen(&mut self, event: &Event) {
        let before = (self.lines.len(), self.case.state().closed, self.case.state().now);
        match event {
            Event::Answer { which, off, reply } => self.answer(*which, *off, *reply),
            Event::Command { who, command, pick, key } => self.command(*who, *command, *pick, *key),
            Event::Message { who, text, suspicious, analyst, key } => {
                let mut words = words(TEXTS[*text], reading(Label::Other, 60, false));
                words.reading.fraud_suspected = *suspicious;
                let from = if *analyst { Speaker::Analyst } else { Speaker::Customer };
                let message = Message { by: person(*who), from, words, key: repeatable(*key) };
                let step = self.case.message(message, self.now).unwrap_or_default();
                self.take(step);
            }
            Event::Notice { who, key } => {
                let about = Some(reference("tx1"));
                let notice = Notice { by: person(*who), source: Source::Ledger, about, key: repeatable(*key) };
                let step = self.case.notify(notice, self.now).unwrap_or_default();
                self.take(step);
            }
            Event::Pass(by_ms) => {
                self.now = self.now.plus(*by_ms);
                let step = self.case.advance(self.now);
                self.take(step);
            }
            Event::Settle(version) => {
                for _ in 0..8 {
                    let open =
                        |ready: &Ready| self.case.state().asks.get(&ready.id).is_some_and(case::state::Ask::is_open);
                    let Some(which) = self.asked.iter().rev().position(open) else { break };
                    self.answer_nth(which, 0, Reply::Right(*version));
                }
            }
            Event::Wake => self.wake(),
            Event::Restart { resumes } => {
                self.case = Case::replay(self.lines.iter().map(String::as_str)).unwrap();
                let step = if *resumes { self.case.resume(self.now) } else { Step::default() };
                self.take(step);
            }
        }
        let (length, closed, now) = before;
        assert!(self.case.state().now >= now, "time never goes backwards");
        if closed.is_some() && self.lines.len() > length {
            let line = &self.lines[length];
            let may = ["reopen", "reveal", "hold", "unhold", "erase", "reply"];
            let may = may.iter().any(|name| line.contains(&format!(r#""command":"{name}""#)));
            // A letter goes on its way from a closed case as well.
            let goes_on =
                ["time_passed", "answered", "resumed"].iter().any(|kind| line.contains(&format!(r#""kind":"{kind}""#)));
            assert!(may || goes_on, "a closed case: {line}");
        }
    }

    /// Keeps the wake of the case, where it has one; whether it had.
    pub(crate) fn wake(&mut self) {
        if let Some(wake) = self.case.wake() {
            self.now = wake;
            let step = self.case.advance(wake);
            // Deadlines after the end of the calendar never come.
            assert!(!step.lines.is_empty() || wake > Millis::LAST, "a wake at which nothing is due");
            self.take(step);
        }
    }

    fn answer(&mut self, which: usize, off: u32, reply: Reply) {
        if self.asked.is_empty() {
            return;
        }
        // The newest asks are the likeliest to be answered, but any may be.
        let among = if which.is_multiple_of(3) { self.asked.len() } else { self.asked.len().min(4) };
        self.answer_nth(which / 3 % among, off, reply);
    }

    fn answer_nth(&mut self, back: usize, off: u32, reply: Reply) {
        let ready = self.asked[self.asked.len() - 1 - back].clone();
        let Some(answer) = answer(&ready.question, reply) else { return };
        let step = self.case.answer(&ready.id, ready.attempt.wrapping_add(off), answer, self.now);
        self.take(step);
    }

    fn command(&mut self, who: usize, command: u8, pick: usize, key: u8) {
        let state = self.case.state();
        let proposals: Vec<_> = state.tracks.iter().flat_map(|track| &track.proposals).collect();
        let (proposal, hash) = match proposals.iter().rev().nth(pick % 3 * (pick % 2)) {
            Some(proposed) => (proposed.proposal.id().to_owned(), view_hash::of(state, proposed)),
            None => ("p1".to_owned(), sealed("nothing")),
        };
        let note = sealed(CANARY);
        let command = match command {
            0 => Command::Claim,
            1 => Command::Release,
            2 => Command::Identify { customer: reference("cus_ada") },
            3 => Command::Reroute { task: Task::ALL[pick % 4] },
            4 => Command::Ask { question: note },
            5 => Command::Reject { proposal, hash, note },
            6 if pick > 31 => {
                let action = if pick.is_multiple_of(2) { Action::ProvisionalCredit } else { Action::RaiseChargeback };
                Command::Decide { action, about: Some(reference("tx1")), note }
            }
            6 => Command::Decide { action: Action::ALL[pick % 10], about: (pick > 9).then(|| reference("tx1")), note },
            7 => Command::Close { note },
            8 => Command::Reopen { note },
            9 => Command::Approve { proposal, hash: sealed("stale"), note: None },
            10 | 11 => Command::Approve { proposal, hash, note: pick.is_multiple_of(5).then_some(note) },
            _ => self.care(command, pick),
        };
        let code = pick.is_multiple_of(9).then(|| ReasonCode::parse("withdrawn").unwrap());
        let order = Reasoned { command, code };
        let step = self.case.command(person(who), order, repeatable(key), self.now).unwrap_or_default();
        self.take(step);
    }
}

impl Chaos {
    /// A command that concerns who has the case, whether it rests and whether its words are kept.
    fn care(&self, command: u8, pick: usize) -> Command {
        let note = sealed(CANARY);
        match command {
            12 => Command::Assign { to: person(pick).subject, note },
            13 | 14 => {
                let until_ms = [-1, 3_600_000, 86_400_000, 86_400_000 * 60][pick % 4];
                Command::Snooze { until: self.now.plus(until_ms), note }
            }
            15 => Command::Escalate { note },
            16 => Command::Reveal { what: reference("card:1") },
            17 => Command::Hold { note },
            18 => Command::Unhold { note },
            19 => Command::Erase,
            20 => Command::Reply { letter: note.clone(), sum: note },
            _ => Command::Claim,
        }
    }
}

fn person(who: usize) -> Actor {
    let people = [
        ("ada", Role::Analyst),
        ("ben", Role::Approver),
        ("cia", Role::Admin),
        ("app", Role::Submitter),
        ("eve", Role::Auditor),
    ];
    let (name, role) = people[who % people.len()];
    actor(name, role)
}

fn repeatable(key: u8) -> Option<Digest> {
    (key > 0).then(|| sealed(&format!("key {key}")))
}

fn answer(question: &Question, reply: Reply) -> Option<Answer> {
    match (reply, question) {
        (Reply::Failed(failure, retry_after_ms, cost), _) => {
            Some(Answer::Failed { failure, retry_after_ms, call: cost.map(|cost| call(Some(cost))), took_ms: 1 })
        }
        (Reply::Right(version), Question::Lookup(lookup)) => Some(facts_for(lookup, version)),
        (Reply::Right(version), Question::Draft { .. }) => Some(Answer::Drafted {
            draft: sealed(CANARY),
            kept: u32::from(version),
            dropped: 1,
            call: call(Some(u64::from(version))),
        }),
        (Reply::Right(version), Question::Extract { .. }) => Some(Answer::Extracted {
            identity: Identity { found: BTreeSet::from([ProfileField::Name]), ..Identity::default() },
            found: sealed(CANARY),
            dropped: 0,
            call: call(Some(u64::from(version))),
        }),
        (Reply::Right(version), Question::Consult(asked)) => Some(advice(&asked.finding, version)),
        (Reply::Right(version), Question::Triage { .. })
        | (
            Reply::Wrong(version),
            Question::Draft { .. } | Question::Extract { .. } | Question::Lookup(_) | Question::Consult(_),
        ) => Some(Answer::Opinion {
            label: Label::ALL[usize::from(version) % 5],
            confidence: share(u32::from(version) % 101),
            reason: sealed(CANARY),
            call: call(Some(u64::from(version))),
        }),
        (Reply::Right(_), Question::Act { .. } | Question::Letter { .. })
        | (Reply::Wrong(_), Question::Triage { .. }) => Some(Answer::Done { reference: None, took_ms: 1 }),
        (Reply::Wrong(version), Question::Act { .. } | Question::Letter { .. }) => {
            Some(facts_for(&Lookup::Merchants, version))
        }
    }
}

/// An agent's advice: agreement, or anything that it could find, of things that it was shown and of others.
fn advice(rules: &Finding, version: u8) -> Answer {
    let pick = usize::from(version);
    let named: Vec<&str> = ["tx1", "card_1", "acc_1", "pay_0", "tx77"].into_iter().skip(pick % 5).take(1).collect();
    let found = Found {
        action: Action::ALL[pick % Action::ALL.len()],
        reasons: if pick.is_multiple_of(7) { vec![Reason::AnalystDecision] } else { rules.reasons.clone() },
        cites: rules.cites.iter().skip(pick % 2).cloned().collect(),
        references: if pick.is_multiple_of(3) {
            rules.references.clone()
        } else {
            named.into_iter().map(reference).collect()
        },
        foreign: u32::from(pick.is_multiple_of(11)),
    };
    let advice = if pick.is_multiple_of(4) { Advice::Agrees } else { Advice::Finds(found) };
    Answer::Advised { advice, reply: sealed(CANARY), took_ms: 1 }
}

/// A source's reply, full of what may not reach a journal, read as a host reads it.
fn facts_for(lookup: &Lookup, version: u8) -> Answer {
    let name = |row: Value| with(row, json!({"descriptor": "ZANZIBAR*STREAMLY", "note": CANARY}));
    let twins = [
        "tx1 2026-11-20 1299 mer_streamly",
        "tx2 2026-11-20 1299 mer_streamly",
        "tx3 2026-11-19 500 mer_gym",
        "tx4 2026-11-19 500 mer_gym",
    ];
    let rows: Vec<Value> = twins.iter().take(usize::from(version) % 5).map(|line| name(charge(line))).collect();
    let body = match lookup {
        Lookup::Transactions { .. } => ledger(&rows),
        Lookup::Accounts { .. } if version.is_multiple_of(2) => {
            json!({"accounts": [account(json!({"holder": CANARY}))], "next": null})
        }
        Lookup::Accounts { .. } => json!({"accounts": [{"id": "acc_1", "customer_id": "cus_eve"}]}),
        Lookup::Payments { .. } => {
            let rows: Vec<Value> =
                (0..version % 3).map(|n| payment(json!({"id": format!("pay_{n}"), "payee": CANARY}))).collect();
            json!({ "payments": rows })
        }
        Lookup::Profile { .. } if version.is_multiple_of(2) => {
            json!({"customer_id": "cus_ada", "fields": {"name": CANARY, "address": CANARY}})
        }
        Lookup::Profile { .. } => json!({"customer_id": "cus_eve", "fields": {}}),
        Lookup::Risk { .. } => {
            json!({"score": 10, "band": BANDS[usize::from(version) % 4], "reasons": []})
        }
        Lookup::Merchants => json!({"merchants": [{"id": "mer_streamly", "name": CANARY}]}),
        Lookup::Policy { .. } => json!({"passages": [{"id": "pol_1", "text": CANARY}]}),
    };
    let bytes = serde_json::to_vec(&body).unwrap();
    facts::read(lookup, &bytes, &Heard { texts: vec![(Millis(0).date(), TEXTS[0].to_owned())], identity: vec![] })
        .map_or_else(
            |_| failed(Failure::Unusable),
            |facts| Answer::Facts { facts, reply: Digest::of(&bytes), took_ms: 1 },
        )
}
