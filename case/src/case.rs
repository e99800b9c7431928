//! A case: its journal, and what follows from it. The whole contract of the core is here.
//!
//! Every method takes what happened and the time, and returns a [`Step`]: lines to commit, then asks to perform. A
//! host that commits the lines and performs the asks does its whole duty; one that stops in between resumes with
//! [`Case::replay`] and [`Case::resume`].

use std::sync::Arc;

use crate::{
    actor::Actor,
    command::{self, Refusal},
    entry::{Answer, Command, Entry, Message, Notice, Opened, Question, Reasoned},
    fold,
    ids::{AskId, CaseId, Digest, TenantId},
    journal::{self, FORMAT, Fault, Head, Line},
    limits,
    next::next,
    rest,
    rules::Rulebook,
    state::{Ask, Standing, State},
    time::Millis,
};

pub use crate::rest::Rest;

/// The version of the rules. It changes whenever the same inputs would lead to other entries.
pub const CORE: u32 = 2;

/// A case. Its state is shared with whoever asked for it ([`Case::shared`]), and copied only where that is still held when
/// the case goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    state: Arc<State>,
    head: Head,
}

/// What a host has to do: commit `lines`, then perform `asks`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Step {
    /// New lines of the journal, in order. Nothing happened if there are none.
    pub lines: Vec<String>,
    /// Everything that these lines ask of the outside.
    pub asks: Vec<Ready>,
}

/// An ask to be performed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ready {
    /// Its id, the idempotency key towards the outside.
    pub id: AskId,
    /// Which attempt.
    pub attempt: u32,
    /// What is asked.
    pub question: Question,
    /// When the attempt is over.
    pub until: Millis,
}

impl Case {
    /// Opens a case.
    #[must_use]
    #[expect(clippy::unreachable, reason = "the entry is taken back out of the line that it was put into")]
    pub fn open(opened: Opened, at: Millis) -> (Self, Step) {
        let at = at.min(Millis::LAST);
        let head = Head { case: opened.case.clone(), seq: 0, hash: Digest::genesis() };
        let line = Line { v: FORMAT, seq: 0, at, prev: Digest::genesis(), entry: Entry::Opened(Box::new(opened)) };
        let bytes = line.to_bytes();
        let Entry::Opened(opened) = line.entry else { unreachable!("just built") };
        let head = Head { hash: Digest::of(bytes.as_bytes()), ..head };
        // A host pins the packs of a rulebook that it has, so there is one; a journal that pins others cannot be read.
        let rules = opened.rulebook().unwrap_or_else(|_| Rulebook::shipped().clone());
        let mut case = Self { state: Arc::new(State::new(*opened, at, rules)), head };
        let mut step = Step { lines: vec![bytes], asks: Vec::new() };
        case.settle(&mut step);
        (case, step)
    }

    /// Reads a case back from its journal; verifies the chain and every step of the fold.
    ///
    /// # Errors
    /// The first [`Fault`], with its place.
    pub fn replay<'a>(lines: impl IntoIterator<Item = &'a str> + Clone) -> Result<Self, Fault> {
        Self::replay_each(lines, |_, _| {})
    }

    /// The same, and shows the case after each input: with the input's line and everything that followed from it.
    ///
    /// # Errors
    /// The first [`Fault`], with its place. What was shown before it is not to be used.
    pub fn replay_each<'a>(
        lines: impl IntoIterator<Item = &'a str> + Clone,
        mut after: impl FnMut(&[Line], &Self),
    ) -> Result<Self, Fault> {
        let read = journal::read(lines.clone())?;
        let last = lines.into_iter().last().ok_or(Fault::Empty)?;
        let first = read.first().ok_or(Fault::Empty)?;
        let Entry::Opened(opened) = &first.entry else { return Err(Fault::Opening { seq: 0 }) };
        let rules = opened.rulebook().map_err(|problem| Fault::UnknownRules { problem: problem.to_string() })?;
        let head = Head { case: opened.case.clone(), seq: 0, hash: Digest::genesis() };
        let state = State::new((**opened).clone(), first.at, rules);
        let mut case = Self { state: Arc::new(state), head };
        for input in read.chunk_by(|_, next| !next.entry.is_input()) {
            for Line { seq, at, entry, .. } in input {
                if *seq > 0 {
                    fold::apply(case.state_mut(), entry, *at).map_err(|what| Fault::Impossible { seq: *seq, what })?;
                }
                case.head.seq = *seq;
            }
            // A line's hash stands in the line after it.
            let next = usize::try_from(case.head.seq + 1).ok().and_then(|next| read.get(next));
            case.head.hash = next.map_or_else(|| Digest::of(last.as_bytes()), |next| next.prev.clone());
            after(input, &case);
        }
        // The lines of one input are committed together. Other rules may go on from here in another way.
        if case.state.opened.core == CORE && next(&case.state).is_some() {
            return Err(Fault::Unfinished { seq: case.head.seq });
        }
        Ok(case)
    }

    /// An answer from outside. One that nobody waits for any more changes nothing.
    #[must_use]
    pub fn answer(&mut self, ask: &AskId, attempt: u32, answer: Answer, at: Millis) -> Step {
        let entry = Entry::Answered { ask: ask.clone(), attempt, answer };
        if self.admits(&entry, at) { self.input(entry, at) } else { Step::default() }
    }

    /// A person's command. `key` is the hash of an idempotency key: a repeated one changes nothing.
    ///
    /// # Errors
    /// A [`Refusal`]; nothing was written.
    pub fn command(
        &mut self,
        actor: Actor,
        order: impl Into<Reasoned>,
        key: Option<Digest>,
        at: Millis,
    ) -> Result<Step, Refusal> {
        let order = order.into();
        if self.knows(key.as_ref()) {
            return Ok(Step::default());
        }
        // Near its end a journal takes no command but the one that closes the case, while there is room for what follows
        // from it. For the end of a closed case's words there always is.
        let ends = match order.command {
            Command::Close { .. } => !self.is_full(),
            Command::Erase => true,
            _ => !self.is_long(),
        };
        if !ends {
            return Err(Refusal::Full);
        }
        command::check(&self.state, &actor, &order, self.moment(at))?;
        let Reasoned { command, code } = order;
        Ok(self.input(Entry::Commanded { actor, command, code, key }, at))
    }

    /// A message in the conversation.
    ///
    /// # Errors
    /// A [`Refusal`]; nothing was written.
    pub fn message(&mut self, message: Message, at: Millis) -> Result<Step, Refusal> {
        if self.knows(message.key.as_ref()) {
            return Ok(Step::default());
        }
        if self.is_long() {
            return Err(Refusal::Full);
        }
        command::check_message(&self.state, &message)?;
        Ok(self.input(Entry::Messaged(message), at))
    }

    /// An operator's system says that something changed: what was looked up before is looked up again.
    ///
    /// # Errors
    /// A [`Refusal`]; nothing was written.
    pub fn notify(&mut self, notice: Notice, at: Millis) -> Result<Step, Refusal> {
        if self.knows(notice.key.as_ref()) {
            return Ok(Step::default());
        }
        if self.is_long() {
            return Err(Refusal::Full);
        }
        command::check_notice(&self.state, &notice)?;
        Ok(self.input(Entry::Notified(notice), at))
    }

    /// Time passed: called at the latest at the wake of [`Case::rest`]. Writes nothing unless something is due. An
    /// attempt that is over without an answer is lost, and others go on.
    #[must_use]
    pub fn advance(&mut self, at: Millis) -> Step {
        if self.admits(&Entry::TimePassed, at) { self.input(Entry::TimePassed, at) } else { Step::default() }
    }

    /// The host lost what was in flight: each open ask becomes another attempt. Writes nothing if nothing was open.
    #[must_use]
    pub fn resume(&mut self, at: Millis) -> Step {
        if self.admits(&Entry::Resumed, at) { self.input(Entry::Resumed, at) } else { self.advance(at) }
    }

    /// What the fold has seen.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The state as it is now, for whoever goes on without the case.
    #[must_use]
    pub fn shared(&self) -> Arc<State> {
        self.state.clone()
    }

    fn state_mut(&mut self) -> &mut State {
        Arc::make_mut(&mut self.state)
    }

    /// Where the journal ends.
    #[must_use]
    pub const fn head(&self) -> &Head {
        &self.head
    }

    /// The case's id.
    #[must_use]
    pub fn id(&self) -> &CaseId {
        &self.state.opened.case
    }

    /// To whom the case belongs.
    #[must_use]
    pub fn tenant(&self) -> &TenantId {
        &self.state.opened.tenant
    }

    /// Who has the case now.
    #[must_use]
    pub fn rest(&self) -> Rest {
        let rest = rest::of(&self.state);
        if rest != Rest::Closed && self.is_full() { Rest::Review } else { rest }
    }

    /// When time itself has to be told at the latest ([`rest::wake`]). `None` for a case that only a person can move.
    #[must_use]
    pub fn wake(&self) -> Option<Millis> {
        if self.is_full() { rest::erase_at(&self.state) } else { rest::wake(&self.state) }
    }

    /// Whether nobody may add to the case any more, but to close it.
    const fn is_long(&self) -> bool {
        self.head.seq + limits::JOURNAL_RESERVE >= limits::JOURNAL_ENTRIES
    }

    /// Whether there may be no room for another input and what follows from it.
    const fn is_full(&self) -> bool {
        self.head.seq + limits::DERIVED_PER_INPUT as u64 + 2 >= limits::JOURNAL_ENTRIES
    }

    /// Whether nothing but the end of the case's words would come of an input.
    fn ends_words(&self, entry: &Entry, at: Millis) -> bool {
        match entry {
            Entry::Commanded { command: Command::Erase, .. } => true,
            Entry::TimePassed => rest::erase_at(&self.state).is_some_and(|end| self.moment(at) >= end),
            _ => false,
        }
    }

    fn knows(&self, key: Option<&Digest>) -> bool {
        key.is_some_and(|key| self.state.knows(key))
    }

    /// Whether an input may happen now. What is not admitted writes nothing, so a journal that holds it is forged.
    fn admits(&mut self, entry: &Entry, at: Millis) -> bool {
        let state = &self.state;
        if self.is_full() && !self.ends_words(entry, at) {
            return false;
        }
        match entry {
            Entry::Notified(notice) => !self.knows(notice.key.as_ref()) && command::check_notice(state, notice).is_ok(),
            Entry::Messaged(message) => {
                !self.knows(message.key.as_ref()) && command::check_message(state, message).is_ok()
            }
            Entry::Answered { ask, attempt, answer } => {
                let awaited = |asked: &Ask| asked.awaits(*attempt, answer) && fits(&asked.question, answer);
                let asked = state.asks.get(ask);
                let goes_on = |asked: &Ask| state.closed.is_none() || asked.is_letter();
                asked.is_some_and(|asked| goes_on(asked) && awaited(asked))
            }
            Entry::Commanded { actor, command, code, key } => {
                let order = Reasoned { command: command.clone(), code: code.clone() };
                !self.knows(key.as_ref()) && command::check(state, actor, &order, self.moment(at)).is_ok()
            }
            Entry::TimePassed => self.is_due(at),
            Entry::Resumed => {
                let in_flight = |ask: &Ask| ask.is_open() && ask.standing == Standing::Open;
                let goes_on = |ask: &&Ask| state.closed.is_none() || ask.is_letter();
                state.asks.values().filter(goes_on).any(in_flight)
            }
            Entry::Opened(_)
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
            | Entry::Returned { .. }
            | Entry::Erased { .. }
            | Entry::Closed { .. } => false,
        }
    }

    /// Whether something follows of nothing but the time, which is set and set back: a look comes often, and copies nothing.
    fn is_due(&mut self, at: Millis) -> bool {
        let (at, before) = (self.moment(at), self.state.now);
        let state = self.state_mut();
        state.now = at;
        let due = next(state).is_some();
        state.now = before;
        due
    }

    /// When something is written that a host says happened at `at`: a host's clock may step back, a case's does not.
    fn moment(&self, at: Millis) -> Millis {
        at.min(Millis::LAST).max(self.state.now)
    }

    fn input(&mut self, entry: Entry, at: Millis) -> Step {
        let mut step = Step::default();
        let at = self.moment(at);
        self.push(entry, at, &mut step);
        self.settle(&mut step);
        step
    }

    /// Takes up an input as it was written.
    fn again(&mut self, line: &Line, bytes: &str) -> Result<Step, Fault> {
        let impossible = |what| Fault::Impossible { seq: line.seq, what };
        if !self.admits(&line.entry, line.at) {
            return Err(impossible("this input would have been turned away"));
        }
        fold::apply(self.state_mut(), &line.entry, line.at).map_err(impossible)?;
        self.head.seq = line.seq;
        self.head.hash = Digest::of(bytes.as_bytes());
        let mut step = Step::default();
        self.settle(&mut step);
        Ok(step)
    }

    /// Derives until nothing follows any more.
    fn settle(&mut self, step: &mut Step) {
        for _ in 0..limits::DERIVED_PER_INPUT {
            let Some(entry) = next(&self.state) else { break };
            if let Entry::Asked { ask, attempt, question, until, .. } = &entry {
                step.asks.push(Ready { id: ask.clone(), attempt: *attempt, question: question.clone(), until: *until });
            }
            let at = self.state.now;
            self.push(entry, at, step);
        }
        debug_assert!(next(&self.state).is_none(), "the rules run in a circle");
    }

    fn push(&mut self, entry: Entry, at: Millis, step: &mut Step) {
        let line = Line { v: FORMAT, seq: self.head.seq + 1, at, prev: self.head.hash.clone(), entry };
        let applied = fold::apply(self.state_mut(), &line.entry, at);
        debug_assert_eq!(applied, Ok(()), "inputs are checked before, and derived entries follow from the state");
        let bytes = line.to_bytes();
        self.head.seq = line.seq;
        self.head.hash = Digest::of(bytes.as_bytes());
        step.lines.push(bytes);
    }
}

/// Whether an answer is one to this question. Facts of another kind would be evidence for what was never asked.
const fn fits(question: &Question, answer: &Answer) -> bool {
    use crate::{facts::Facts, source::Lookup};
    match (question, answer) {
        (_, Answer::Failed { .. })
        | (Question::Triage { .. }, Answer::Opinion { .. })
        | (Question::Draft { .. }, Answer::Drafted { .. })
        | (Question::Extract { .. }, Answer::Extracted { .. })
        | (Question::Consult(_), Answer::Advised { .. })
        | (Question::Act { .. } | Question::Letter { .. }, Answer::Done { .. }) => true,
        (Question::Lookup(lookup), Answer::Facts { facts, .. }) => matches!(
            (lookup, facts),
            (Lookup::Transactions { .. }, Facts::Transactions { .. })
                | (Lookup::Accounts { .. }, Facts::Accounts { .. })
                | (Lookup::Payments { .. }, Facts::Payments { .. })
                | (Lookup::Profile { .. }, Facts::Profile { .. })
                | (Lookup::Risk { .. }, Facts::Risk { .. })
                | (Lookup::Merchants, Facts::Merchants { .. })
                | (Lookup::Policy { .. }, Facts::Policy { .. })
        ),
        (
            Question::Triage { .. }
            | Question::Draft { .. }
            | Question::Extract { .. }
            | Question::Consult(_)
            | Question::Act { .. }
            | Question::Letter { .. }
            | Question::Lookup(_),
            _,
        ) => false,
    }
}

/// Derives a journal again from its inputs alone and compares every other byte. Inputs stay as they were written, even
/// if this build would write the same ones in other words.
///
/// # Errors
/// [`Fault::NotDerived`] with the first line that differs, or what else is wrong with the journal.
pub fn rederive<'a>(lines: impl IntoIterator<Item = &'a str> + Clone) -> Result<(), Fault> {
    let mut read = journal::read(lines.clone())?.into_iter().zip(lines);
    let (first, bytes) = read.next().ok_or(Fault::Empty)?;
    let Entry::Opened(opened) = first.entry else { return Err(Fault::Opening { seq: 0 }) };
    if opened.core != CORE {
        return Err(Fault::OtherRules { found: opened.core, here: CORE });
    }
    let head = Head { case: opened.case.clone(), seq: 0, hash: Digest::of(bytes.as_bytes()) };
    let rules = opened.rulebook().map_err(|problem| Fault::UnknownRules { problem: problem.to_string() })?;
    let mut case = Case { state: Arc::new(State::new(*opened, first.at, rules)), head };
    let mut step = Step::default();
    case.settle(&mut step);
    let mut derived = step.lines.into_iter();
    for (line, bytes) in read {
        match derived.next() {
            Some(derived) if derived == bytes => {}
            None if line.entry.is_input() => derived = case.again(&line, bytes)?.lines.into_iter(),
            Some(_) | None => return Err(Fault::NotDerived { seq: line.seq }),
        }
    }
    if derived.next().is_some() { Err(Fault::Unfinished { seq: case.head.seq }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{actor::Role, entry::CloseReason, ids::Subject, settings::DeskSettings};

    /// The second version's dispute, as if its journal had that many entries.
    fn long(entries: u64) -> Case {
        let lines: Vec<&str> = include_str!("../../testdata/journals/v2-dispute.jsonl").lines().take(16).collect();
        let mut case = Case::replay(lines).unwrap();
        case.head.seq = entries;
        case
    }

    #[test]
    fn a_case_that_has_become_too_long_takes_nothing_but_its_end() {
        let actor = Actor { subject: Subject::parse("ada").unwrap(), role: Role::Analyst };
        let at = long(13).state.now;
        let give =
            |case: &mut Case, command| case.command(actor.clone(), command, None, at).map(|step| step.lines.len());
        let close = || Command::Close { note: Digest::genesis() };

        let mut case = long(limits::JOURNAL_ENTRIES - limits::JOURNAL_RESERVE - 1);
        assert_eq!(give(&mut case, Command::Claim), Ok(1));
        assert_eq!(give(&mut case, Command::Release), Err(Refusal::Full));
        assert_eq!(case.rest(), Rest::Working { wake: case.state.asks.values().map(Ask::lost_at).min().unwrap() });
        assert_eq!(give(&mut case, close()), Ok(1));

        let mut case = long(limits::JOURNAL_ENTRIES - 100);
        assert_eq!(give(&mut case, close()), Err(Refusal::Full), "what cannot be read back is not written");
        assert_eq!((case.resume(at), case.advance(at)), (Step::default(), Step::default()));
        assert_eq!(case.rest(), Rest::Review);
    }

    #[test]
    fn the_words_of_a_closed_case_end_in_time_however_long_its_journal_is() {
        let end = Millis(long(13).state.now.0 + 90);
        let mut case = long(limits::JOURNAL_ENTRIES - 100);
        let state = case.state_mut();
        (state.closed, state.care.closed_at) = (Some(CloseReason::ByAnalyst), Some(state.now));
        let desk = DeskSettings { retention_ms: Some(90), ..DeskSettings::default() };
        case.state_mut().opened.settings.desk = Some(desk);
        assert_eq!((case.wake(), case.advance(Millis(end.0 - 1))), (Some(end), Step::default()));
        assert_eq!(case.advance(end).lines.len(), 2);
        assert!(case.state.care.erased.is_some());
        assert_eq!((case.wake(), case.advance(Millis(end.0 + 1))), (None, Step::default()));
    }
}
