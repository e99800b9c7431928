//! Several people and one case: who has it, when it comes back by itself, and what is kept.

use case::{
    actor::Role,
    case::{Case, Rest},
    command::Refusal,
    entry::{Command, Entry, Erasure, Escalation, Notice, Reasoned},
    ids::{ReasonCode, Subject},
    label::Label,
    limits,
    policy::{Action, Approval},
    settings::DeskSettings,
    source::Source,
    state::Stage,
    time::{DAY_MS, Millis},
};

use super::{approve, proposal, shown};
use serde_json::json;

use crate::world::{
    TWICE, World, actor, analyst,
    bank::{Bank, account, charge, with},
    request, sealed,
};

const MINUTE: i64 = 60_000;

/// A dispute with the desk's settings, proposed and with an analyst's queue.
fn desk(settings: DeskSettings) -> World {
    let mut opened = request(TWICE, Label::DisputeSummary);
    opened.settings.desk = Some(settings);
    opened.settings_hash = opened.settings.hash();
    let mut world = World::open(opened, TWICE, Bank::charged_twice());
    assert_eq!(world.drive(), Rest::Review);
    world
}

/// The same on a US debit account, whose law sets the bank two clocks.
fn with_clocks(settings: DeskSettings) -> World {
    let mut opened = request(TWICE, Label::DisputeSummary);
    opened.settings.desk = Some(settings);
    let online = json!({"entry_mode": "online", "country": "US", "account_id": "acc_1"});
    let row = |id: &str| with(charge(&format!("{id} 2026-11-20 1299 mer_streamly")), online.clone());
    let accounts = json!({"accounts": [account(json!({}))], "next": null});
    let bank = Bank::with_ledger(&[row("tx1"), row("tx2")]).say("accounts", &[accounts]);
    let mut world = World::open(opened, TWICE, bank);
    assert_eq!(world.drive(), Rest::Review);
    world
}

/// The story of the journal that is kept.
pub(crate) fn several_people() -> World {
    let mut opened = request(TWICE, Label::DisputeSummary);
    opened.settings.desk = Some(DeskSettings { second_by_approver: true, ..DeskSettings::default() });
    opened.settings.approvals = [(Action::RaiseChargeback, Approval::TwoAnalysts)].into();
    opened.settings_hash = opened.settings.hash();
    let mut world = World::open(opened, TWICE, Bank::charged_twice());
    world.drive();
    let coded = |command, code: &str| Reasoned { command, code: Some(ReasonCode::parse(code).unwrap()) };
    let (approver, admin) = (actor("ben", Role::Approver), actor("cia", Role::Admin));
    world.command(analyst("ada"), Command::Claim).unwrap();
    let rest = snooze(&world, DAY_MS);
    world.command(analyst("ada"), coded(rest, "awaiting_third_party")).unwrap();
    world.notice();
    world.drive();
    approve(&mut world, "ada");
    world.command(approver.clone(), Command::Reveal { what: case::ids::Reference::parse("card:1").unwrap() }).unwrap();
    let agreed = shown(&world);
    world.command(approver.clone(), coded(agreed, "evidence_complete")).unwrap();
    world.drive();
    let reply = Command::Reply { letter: sealed("a letter"), sum: sealed("its sum") };
    world.command(analyst("ada"), coded(reply, "outcome")).unwrap();
    world.drive();
    world.command(approver.clone(), coded(Command::Hold { note: sealed("a suit") }, "litigation")).unwrap();
    world.command(approver, Command::Unhold { note: sealed("settled") }).unwrap();
    world.command(admin, coded(Command::Erase, "retention_over")).unwrap();
    world.check_journal();
    world
}

fn subject(name: &str) -> Subject {
    Subject::parse(name).unwrap()
}

fn snooze(world: &World, for_ms: i64) -> Command {
    Command::Snooze { until: world.now.plus(for_ms), note: sealed("waits for the merchant") }
}

/// Lets time go on to the case's own wake.
#[track_caller]
fn wake(world: &mut World) -> Millis {
    let at = world.case.wake().expect("time moves this case");
    world.pass_until(at);
    at
}

#[test]
fn a_claim_ends_when_its_holder_does_nothing_and_every_command_renews_it() {
    let mut world = desk(DeskSettings::default());
    world.command(analyst("ada"), Command::Claim).unwrap();
    assert_eq!(world.command(analyst("ben"), Command::Claim), Err(Refusal::Claimed));
    world.now = world.now.plus(20 * MINUTE);
    let note = sealed("which of the two?");
    world.command(analyst("ada"), Command::Reveal { what: case::ids::Reference::parse("card:1").unwrap() }).unwrap();
    world.command(analyst("ada"), snooze(&world, -1)).unwrap_err();
    let renewed = world.now.plus(30 * MINUTE);
    assert_eq!(wake(&mut world), renewed);
    assert_eq!((world.case.state().assignee.as_ref(), world.kinds().last().unwrap().as_str()), (None, "returned"));
    world.command(analyst("ben"), Command::Claim).unwrap();
    // Nobody has to wait for the host to notice that a claim is over.
    world.now = world.now.plus(30 * MINUTE);
    world.command(analyst("cia"), Command::Claim).unwrap();
    assert_eq!(world.case.state().assignee, Some(subject("cia")));
    world.command(analyst("cia"), Command::Ask { question: note }).unwrap();
    world.check_journal();
}

#[test]
fn who_was_given_a_case_has_it_until_that_is_told_to_others() {
    let mut world = desk(DeskSettings::default());
    world.command(analyst("ada"), Command::Claim).unwrap();
    let assign = Command::Assign { to: subject("ben"), note: sealed("knows the merchant") };
    world.command(analyst("ada"), assign).unwrap();
    world.command(analyst("ben"), Command::Claim).unwrap();
    assert_eq!(world.case.state().care.claimed_until, None, "it is his without an end");
    let stale = world.now.plus(2 * DAY_MS);
    assert_eq!(wake(&mut world), stale);
    assert!(world.case.state().escalations.contains(&Escalation::Stale));
    assert_eq!(world.case.state().assignee, Some(subject("ben")));
    let shown = &world.case.state().tracks[0].proposals[0];
    assert_eq!(shown.stage, Stage::Pending, "a time-out is no denial");
    approve(&mut world, "cia");
    assert!(!world.case.state().escalations.contains(&Escalation::Stale), "somebody did something");
    world.check_journal();
}

#[test]
fn a_rest_ends_at_its_time_and_the_claim_goes_on_from_there() {
    let mut world = desk(DeskSettings::default());
    world.command(analyst("ada"), Command::Claim).unwrap();
    world.command(analyst("ada"), snooze(&world, DAY_MS)).unwrap();
    let until = world.now.plus(DAY_MS);
    assert_eq!(wake(&mut world), until);
    assert_eq!(world.case.state().assignee, Some(subject("ada")));
    assert_eq!(wake(&mut world), until.plus(30 * MINUTE));
    assert_eq!(world.case.state().assignee, None, "and if she is not there, it goes to all");
    world.check_journal();
}

#[test]
fn a_rest_ends_with_whatever_happens_and_not_with_a_look() {
    for happens in [
        World::notice,
        |world: &mut World| world.message("It happened again."),
        |world: &mut World| {
            world.command(analyst("ben"), Command::Escalate { note: sealed("too much for me") }).unwrap();
        },
    ] {
        let mut world = desk(DeskSettings::default());
        world.command(analyst("ada"), snooze(&world, DAY_MS)).unwrap();
        let look = Command::Reveal { what: case::ids::Reference::parse("profile:name").unwrap() };
        world.command(analyst("ben"), look).unwrap();
        assert!(world.case.state().care.snoozed.is_some());
        happens(&mut world);
        assert_eq!(world.case.state().care.snoozed, None);
    }
}

#[test]
fn nobody_lets_a_case_rest_into_the_warning_time_of_a_deadline() {
    let mut world = with_clocks(DeskSettings { snooze_most_ms: 300 * DAY_MS, ..DeskSettings::default() });
    let warned = case::law::warnings(world.case.state()).map(|warning| warning.at).min().expect("a clock runs");
    let ahead_ms = warned.since(world.now);
    assert_eq!(world.command(analyst("ada"), snooze(&world, ahead_ms + 1)), Err(Refusal::Snooze));
    world.command(analyst("ada"), snooze(&world, ahead_ms)).unwrap();
    assert_eq!(wake(&mut world), warned);
    assert_eq!(world.case.state().care.snoozed, None);
    assert_eq!(
        world.command(analyst("ada"), snooze(&world, MINUTE)),
        Err(Refusal::Snooze),
        "the warning time has begun"
    );
}

#[test]
fn a_missed_time_of_the_bank_s_goes_to_somebody_with_more_authority() {
    let mut world = with_clocks(DeskSettings::default());
    for _ in 0..40 {
        if world.case.state().escalations.contains(&Escalation::Breached) {
            world.check_journal();
            return;
        }
        wake(&mut world);
    }
    panic!("the breach was told to nobody: {:?}", world.kinds());
}

#[test]
fn what_a_customer_writes_while_an_action_is_on_its_way_is_read_by_somebody() {
    let mut world = desk(DeskSettings::default());
    approve(&mut world, "ada");
    world.message("The shop has refunded me today, please stop that.");
    assert_eq!(world.drive(), Rest::Review, "the action could not be stopped, and the case is not over");
    assert!(world.case.state().tracks[0].proposals.iter().any(|one| one.stage == Stage::Done));
    let close = Command::Close { note: sealed("told the merchant") };
    world.command(analyst("ben"), close).unwrap();
    assert_eq!(world.drive(), Rest::Closed);
    world.check_journal();
    let mut read = desk(DeskSettings::default());
    read.message("It was on the 20th.");
    read.drive();
    approve(&mut read, "ada");
    assert_eq!(read.drive(), Rest::Closed, "what came before somebody agreed was there to be read");
}

#[test]
fn a_charge_is_contested_once_in_a_case_however_often_it_is_reopened() {
    let mut world = desk(DeskSettings::default());
    approve(&mut world, "ada");
    assert_eq!(world.drive(), Rest::Closed);
    let about = proposal(&world).references().first().cloned();
    world.command(analyst("ada"), Command::Reopen { note: sealed("once more") }).unwrap();
    let decide = |action| Command::Decide { action, about: about.clone(), note: sealed("again") };
    assert_eq!(world.command(analyst("ada"), decide(Action::RaiseChargeback)), Err(Refusal::DoneBefore));
    world.command(analyst("ada"), decide(Action::ProvisionalCredit)).unwrap();
    world.check_journal();
}

#[test]
fn nobody_is_two_people_by_another_spelling_of_their_name() {
    let mut world = desk(DeskSettings::default());
    let about = proposal(&world).references().first().cloned();
    let credit = Command::Decide { action: Action::ProvisionalCredit, about, note: sealed("goodwill") };
    world.command(analyst("ada"), credit).unwrap();
    let again = shown(&world);
    assert_eq!(world.command(analyst("Ada"), again.clone()), Err(Refusal::SelfApproval));
    world.command(analyst("ben"), again).unwrap();
}

#[test]
fn an_analyst_can_ask_for_somebody_with_more_authority() {
    let mut world = desk(DeskSettings::default());
    world.command(analyst("ada"), Command::Claim).unwrap();
    world.command(analyst("ada"), Command::Escalate { note: sealed("too much for me") }).unwrap();
    let state = world.case.state();
    assert!(state.assignee.is_none() && state.escalations.contains(&Escalation::ByAnalyst));
    world.command(analyst("ada"), Command::Escalate { note: sealed("still") }).unwrap();
    assert_eq!(world.kinds().iter().filter(|kind| *kind == "escalated").count(), 1, "it is told once");
    world.check_journal();
}

#[test]
fn a_change_in_the_ledger_makes_a_new_proposal_even_of_the_same() {
    let mut world = desk(DeskSettings::default());
    let (before, agreed) = (proposal(&world), shown(&world));
    world.notice();
    assert_eq!(world.command(analyst("ada"), agreed), Err(Refusal::Stale));
    assert_eq!(world.drive(), Rest::Review);
    let after = proposal(&world);
    assert_eq!((before.action(), before.amount()), (after.action(), after.amount()));
    assert_ne!(before.hash(), after.hash());
    approve(&mut world, "ada");
    world.drive();
    assert!(world.case.state().closed.is_some());
}

#[test]
fn words_under_a_hold_are_not_erased_and_without_one_they_are_once() {
    let mut world = desk(DeskSettings::default());
    let (approver, admin) = (actor("ben", Role::Approver), actor("cia", Role::Admin));
    let hold = || Command::Hold { note: sealed("litigation") };
    let unhold = || Command::Unhold { note: sealed("settled") };
    assert_eq!(world.command(analyst("ada"), hold()), Err(Refusal::Role));
    assert_eq!(world.command(approver.clone(), unhold()), Err(Refusal::NotHeld));
    world.command(approver.clone(), hold()).unwrap();
    assert_eq!(world.command(admin.clone(), Command::Erase), Err(Refusal::Held));
    world.command(analyst("ada"), Command::Close { note: sealed("withdrawn") }).unwrap();
    assert_eq!(world.command(admin.clone(), Command::Erase), Err(Refusal::Held));
    world.command(approver.clone(), unhold()).unwrap();
    assert_eq!(world.command(approver, Command::Erase), Err(Refusal::Role));
    world.command(admin.clone(), Command::Erase).unwrap();
    assert_eq!(world.case.state().care.erased, Some(Erasure::Commanded));
    for command in [Command::Erase, Command::Reopen { note: sealed("again") }] {
        assert_eq!(world.command(admin.clone(), command), Err(Refusal::Erased));
    }
    world.check_journal();
}

#[test]
fn an_open_case_is_not_erased() {
    let mut world = desk(DeskSettings::default());
    assert_eq!(world.command(actor("cia", Role::Admin), Command::Erase), Err(Refusal::NotClosed));
}

#[test]
fn words_are_erased_by_themselves_when_they_were_kept_for_long_enough() {
    let kept = DeskSettings { retention_ms: Some(90 * DAY_MS), ..DeskSettings::default() };
    let mut world = desk(kept);
    world.command(analyst("ada"), Command::Close { note: sealed("withdrawn") }).unwrap();
    let closed_at = world.now;
    world.now = closed_at.plus(89 * DAY_MS);
    world.command(analyst("ada"), Command::Reopen { note: sealed("new evidence") }).unwrap();
    world.now = world.now.plus(1);
    world.command(analyst("ada"), Command::Close { note: sealed("withdrawn") }).unwrap();
    let closed_at = world.now;
    assert_eq!(
        wake(&mut world),
        closed_at.plus(90 * DAY_MS),
        "a case that was opened again is kept from its new end on"
    );
    assert_eq!(world.case.state().care.erased, Some(Erasure::Retention));
    assert_eq!(world.case.wake(), None);
    world.check_journal();
}

#[test]
fn a_reason_is_one_of_those_that_are_configured() {
    let with = |command, code: &str| Reasoned { command, code: Some(ReasonCode::parse(code).unwrap()) };
    let close = || Command::Close { note: sealed("withdrawn") };
    let mut world = desk(DeskSettings { reasons_required: true, ..DeskSettings::default() });
    assert_eq!(world.command(analyst("ada"), close()), Err(Refusal::Reason));
    assert_eq!(world.command(analyst("ada"), with(close(), "litigation")), Err(Refusal::Reason));
    world.command(analyst("ada"), Command::Claim).unwrap();
    world.command(analyst("ada"), with(close(), "withdrawn")).unwrap();
    assert!(world.lines.last().unwrap().contains(r#""code":"withdrawn""#));
    let mut old = World::twice(Bank::charged_twice());
    old.drive();
    assert_eq!(old.command(analyst("ada"), with(close(), "withdrawn")), Err(Refusal::Reason), "none were configured");
    old.command(analyst("ada"), close()).unwrap();
}

#[test]
fn a_case_from_before_there_was_a_desk_waits_for_people_as_it_did() {
    let mut world = World::twice(Bank::charged_twice());
    world.drive();
    world.command(analyst("ada"), Command::Claim).unwrap();
    let (case, now): (&Case, Millis) = (&world.case, world.now);
    assert_eq!((case.state().care.claimed_until, case::rest::stale_at(case.state())), (None, None));
    world.now = now.plus(300 * DAY_MS);
    assert_eq!(world.command(analyst("ben"), Command::Claim), Err(Refusal::Claimed));
}

#[test]
fn nobody_s_agreement_outlives_the_end_of_a_case() {
    let mut opened = request(TWICE, Label::DisputeSummary);
    opened.settings.desk = Some(DeskSettings::default());
    opened.settings.approvals = [(Action::RaiseChargeback, Approval::TwoAnalysts)].into();
    opened.settings_hash = opened.settings.hash();
    let mut world = World::open(opened, TWICE, Bank::charged_twice());
    world.drive();
    approve(&mut world, "ada");
    world.command(analyst("ada"), Command::Close { note: sealed("withdrawn") }).unwrap();
    world.now = world.now.plus(90 * DAY_MS);
    world.command(analyst("ben"), Command::Reopen { note: sealed("the customer disagrees") }).unwrap();
    approve(&mut world, "ben");
    let proposed = &world.case.state().tracks[0].proposals[0];
    assert_eq!((proposed.stage, proposed.approvals.len()), (Stage::Pending, 1), "what ada agreed to is long over");
    approve(&mut world, "ada");
    assert_eq!(world.case.state().tracks[0].proposals[0].stage, Stage::Approved);
    world.check_journal();
}

#[test]
fn what_a_system_tells_is_known_however_much_people_do_meanwhile() {
    let mut world = desk(DeskSettings::default());
    let notice = |id: &str| Notice {
        by: actor("core-banking", Role::Submitter),
        source: Source::Ledger,
        about: None,
        key: Some(sealed(id)),
    };
    let now = world.now;
    assert!(!world.case.notify(notice("evt-1"), now).unwrap().lines.is_empty());
    for number in 0..2 * limits::COMMAND_KEYS {
        let look = Command::Reveal { what: case::ids::Reference::parse("card:1").unwrap() };
        world.case.command(analyst("ada"), look, Some(sealed(&number.to_string())), now).unwrap();
    }
    assert!(world.case.notify(notice("evt-1"), now).unwrap().lines.is_empty());
    // What is remembered has an end.
    let mut state = world.case.state().clone();
    for number in 0..2 * limits::TOLD_KEYS {
        case::fold::apply(&mut state, &Entry::Notified(notice(&format!("evt-{number}"))), now).unwrap();
    }
    assert_eq!((state.told.len(), state.keys.len()), (limits::TOLD_KEYS, limits::COMMAND_KEYS));
}
