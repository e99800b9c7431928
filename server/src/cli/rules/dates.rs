//! `caseworker rules dates`: when the clocks of a pack are due, each with the days that did not count.

use std::collections::BTreeMap;

use case::{
    facts::Scheme,
    money::Money,
    rules::{
        Basis, Channel, Clock, Fact, Force, Matter, Pause, Rulebook,
        pack::{Body, Length, Pack, Product, Subject},
        zone::Zone,
    },
    time::Millis,
};
use jiff::civil::Date;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    exit::{Exit, Failure},
    output, outside,
};

/// The arguments.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A file, or the name of a shipped pack
    pack: String,
    /// When the customer told: a day (noon there), or a moment such as 2026-11-22T23:30:00Z
    #[arg(long, value_name = "DATE")]
    from: String,
    /// Only this rule; also one that is off
    #[arg(long, value_name = "ID")]
    rule: Option<String>,
    /// unauthorised_transfer, error, card_dispute, authorised_scam or onboarding; all of them if not given
    #[arg(long, value_parser = word::<Subject>)]
    subject: Option<Subject>,
    /// electronic_transfer or credit; both if not given
    #[arg(long, value_parser = word::<Product>)]
    product: Option<Product>,
    /// The transfer's scheme: fps, chaps, sepa_credit, ...
    #[arg(long, value_parser = word::<Scheme>)]
    scheme: Option<Scheme>,
    /// The account had its first deposit on the day of the notice
    #[arg(long, conflicts_with = "first_deposit")]
    new_account: bool,
    /// The day of the account's first deposit
    #[arg(long, value_name = "DATE", value_parser = day)]
    first_deposit: Option<Date>,
    /// It was made at a point of sale
    #[arg(long, conflicts_with = "scheme")]
    point_of_sale: bool,
    /// It was initiated abroad
    #[arg(long)]
    foreign: bool,
    /// The customer told by word of mouth
    #[arg(long)]
    oral: bool,
    /// The day of the debit
    #[arg(long, value_name = "DATE", value_parser = day)]
    booked: Option<Date>,
    /// The day on which the statement that first shows it was sent
    #[arg(long, value_name = "DATE", value_parser = day)]
    statement_sent: Option<Date>,
    /// The last day of any billing cycle
    #[arg(long, value_name = "DATE", value_parser = day)]
    cycle_end: Option<Date>,
    /// A card or phone was lost or stolen, and this is the day on which the customer learned of it
    #[arg(long, value_name = "DATE", value_parser = day)]
    lost: Option<Date>,
    /// The day on which the investigation ended with its finding
    #[arg(long, value_name = "DATE", value_parser = day)]
    found: Option<Date>,
    /// The day on which a provisional credit was given
    #[arg(long, value_name = "DATE", value_parser = day)]
    credited: Option<Date>,
    /// The day on which a provisional credit was taken back
    #[arg(long, value_name = "DATE", value_parser = day)]
    reversed: Option<Date>,
    /// The clock stood still: FROM..TO or FROM.. with days or moments; a day is meant from its beginning to its end
    #[arg(long, value_name = "FROM..TO")]
    pause: Vec<String>,
    /// The day on which this is asked; today if not given
    #[arg(long, value_name = "DATE", value_parser = day)]
    today: Option<Date>,
}

/// Runs the command.
pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let pack = super::usable(&args.pack)?;
    output::pretty(&work_out(&pack, args)?)
}

/// Everything that a pack says about the matter that the arguments describe.
fn work_out(pack: &Pack, args: &Args) -> Result<Value, Failure> {
    let usage = |what: String| Failure::new(Exit::Usage, what);
    let told = |problem: case::rules::RulesProblem| usage(problem.to_string());
    // A rule that is off is worked out only if it is asked for by name.
    let book = Rulebook::trial(pack, args.rule.is_some()).map_err(told)?;
    let plain = Rulebook::trial(pack, false).map_err(told)?;
    let wanted = args.rule.as_ref().map(|id| id.strip_prefix(&format!("{}/", pack.pack)).unwrap_or(id).to_owned());
    if let Some(id) = &wanted
        && pack.rules.iter().all(|rule| rule.id != *id)
    {
        return Err(usage(format!("{} has no rule {id:?}; `caseworker rules list` shows them", pack.pack)));
    }
    let today = args.today.unwrap_or_else(|| pack.zone.date(outside::now()));
    let pauses = args.pause.iter().map(|text| pause(text, pack.zone)).collect::<Result<Vec<_>, _>>().map_err(usage)?;
    let matters = matters(pack, args).map_err(usage)?;
    let chosen = |rule: &str| wanted.as_ref().is_none_or(|id| rule == format!("{}/{id}", pack.pack));

    // A clock that runs for several subjects is one clock; the one with fewer assumptions is shown.
    let mut clocks: BTreeMap<usize, Clock> = BTreeMap::new();
    for clock in matters.iter().flat_map(|matter| book.clocks(matter)).filter(|clock| chosen(&clock.rule)) {
        let place = pack.rules.iter().position(|rule| clock.rule.ends_with(&format!("/{}", rule.id)));
        let kept = clocks.entry(place.unwrap_or_default()).or_insert_with(|| clock.clone());
        if kept.assumed && !clock.assumed {
            *kept = clock;
        }
    }
    let dates: Vec<Value> = clocks.values().filter_map(|clock| show(&book, &plain, clock, &pauses, today)).collect();
    let mut limits = BTreeMap::new();
    for bar in matters.iter().flat_map(|matter| book.bars(matter)).filter(|bar| chosen(&bar.rule)) {
        limits.entry(bar.rule.clone()).or_insert(bar);
    }
    let liability = matters.iter().find_map(|matter| book.liability(matter)).filter(|found| chosen(&found.rule));
    output::words(&pack.disclaimer);
    Ok(json!({
        "pack": pack.pack, "version": pack.version, "zone": pack.zone, "calendar": pack.calendar,
        "told_on": matters.first().map(|matter| pack.zone.date(matter.notified_at)), "today": today,
        "dates": dates, "time_limits": limits.into_values().collect::<Vec<_>>(), "liability": liability,
    }))
}

/// One clock with its dates and the days that did not count; also in words.
fn show(book: &Rulebook, plain: &Rulebook, clock: &Clock, pauses: &[Pause], today: Date) -> Option<Value> {
    let due = book.due(clock, pauses, today)?;
    let found = book.rule_on(&clock.rule, clock.as_of)?;
    let in_force = plain.rule_on(&clock.rule, clock.as_of).map_or(Force::Off, |found| found.force);
    let Body::Clock(body) = &found.rule.body else { return None };
    let skipped = match body.length {
        Length::BusinessDays(_) => skipped(found.pack, clock.starts_on, due.due_on),
        Length::Days(_) | Length::Months(_) | Length::Cycles { .. } => Vec::new(),
    };
    let holidays: Vec<&str> = skipped.iter().filter_map(|day| day.holiday).collect();
    let mut words = format!("{}: due {}, {}", clock.rule, due.due_on.strftime("%A %Y-%m-%d"), found.rule.title);
    if !skipped.is_empty() {
        let weekend = skipped.len() - holidays.len();
        words += &format!(" (skipped: {weekend} days of weekends");
        holidays.iter().for_each(|holiday| words += &format!(", {holiday}"));
        words += ")";
    }
    for fact in clock.basis.iter().filter_map(unknown) {
        words += &format!("; assumed, because not known: {fact}");
    }
    output::words(&words);
    Some(json!({
        "rule": clock.rule, "title": found.rule.title, "citation": found.rule.citation,
        "confidence": found.rule.confidence, "in_force": in_force, "duty": clock.duty, "length": body.length,
        "starts_on": clock.starts_on, "due_on": due.due_on, "due_at": due.due_at.rfc3339(), "warn_on": due.warn_on,
        "paused": due.paused, "extended_business_days": due.extended_business_days, "latest": due.latest,
        "basis": clock.basis, "assumed": clock.assumed, "up_to": clock.up_to.map(|most: Money| most.to_string()),
        "skipped": skipped, "note": found.rule.note,
    }))
}

/// A day that did not count.
#[derive(Debug, Serialize)]
struct Skipped {
    day: Date,
    weekday: String,
    why: case::rules::calendar::Closed,
    #[serde(skip_serializing_if = "Option::is_none")]
    holiday: Option<&'static str>,
}

fn skipped(pack: &Pack, starts_on: Date, due_on: Date) -> Vec<Skipped> {
    let days = starts_on.series(jiff::Span::new().days(1)).skip(1).take_while(|day| *day <= due_on);
    days.filter_map(|day| {
        let why = pack.calendar.closed(day)?;
        let holiday = if why == case::rules::calendar::Closed::Holiday { pack.calendar.holiday(day) } else { None };
        Some(Skipped { day, weekday: day.strftime("%A").to_string(), why, holiday })
    })
    .collect()
}

fn unknown(basis: &Basis) -> Option<String> {
    let Basis::Unknown(fact) = basis else { return None };
    let name = serde_json::to_value::<Fact>(*fact).ok()?;
    name.as_str().map(|name| name.replace('_', " "))
}

/// One matter for each subject and product that the arguments leave open.
fn matters(pack: &Pack, args: &Args) -> Result<Vec<Matter>, String> {
    let notified_at = moment(&args.from, pack.zone, 12)?;
    let told_on = pack.zone.date(notified_at);
    let all = [
        Subject::UnauthorisedTransfer,
        Subject::Error,
        Subject::CardDispute,
        Subject::AuthorisedScam,
        Subject::Onboarding,
    ];
    let subjects = args.subject.map_or_else(|| all.to_vec(), |subject| vec![subject]);
    let products =
        args.product.map_or_else(|| vec![Product::ElectronicTransfer, Product::Credit], |product| vec![product]);
    let mut matters = Vec::new();
    for subject in subjects {
        for product in &products {
            matters.push(Matter {
                jurisdiction: Some(pack.jurisdiction),
                product: Some(*product),
                channel: match (args.point_of_sale, args.scheme) {
                    (true, _) => Channel::PointOfSale,
                    (false, scheme) => Channel::Transfer(scheme),
                },
                foreign: args.foreign,
                written: !args.oral,
                booked_on: args.booked,
                statement_sent_on: args.statement_sent,
                cycle_ends_on: args.cycle_end,
                first_deposit_on: if args.new_account { Some(told_on) } else { args.first_deposit },
                learned_on: args.lost,
                device_lost: args.lost.map(|_| true),
                found_on: args.found,
                credited_on: args.credited,
                reversed_on: args.reversed,
                ..Matter::new(subject, notified_at)
            });
        }
    }
    Ok(matters)
}

/// A moment, or an hour of a day in the zone.
fn moment(text: &str, zone: Zone, hour: i8) -> Result<Millis, String> {
    if let Some(at) = Millis::parse_rfc3339(text) {
        return Ok(at);
    }
    let day = day(text).map_err(|what| format!("{what}, and no moment such as 2026-11-22T23:30:00Z"))?;
    Ok(zone.at(day, hour, 0))
}

fn pause(text: &str, zone: Zone) -> Result<Pause, String> {
    let (from, to) = text.split_once("..").ok_or_else(|| format!("{text:?} is not FROM..TO"))?;
    let end = |text: &str| day(text).map_or_else(|_| moment(text, zone, 0), |day| Ok(zone.end_of(day)));
    Ok(Pause { from: moment(from, zone, 0)?, to: if to.is_empty() { None } else { Some(end(to)?) } })
}

/// Reads a day. A text with a time but without an offset is refused: it would silently lose its time.
fn day(text: &str) -> Result<Date, String> {
    let day = if text.len() == 10 { text.parse().ok() } else { None };
    day.ok_or_else(|| format!("{text:?} is no day such as 2026-11-22"))
}

/// Reads a word of one of the core's closed lists.
fn word<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(Value::String(text.to_owned())).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }

    fn dates(line: &str) -> Result<Value, Failure> {
        let line = Line::try_parse_from(std::iter::once("dates").chain(line.split(' '))).unwrap();
        work_out(&super::super::usable(&line.args.pack)?, &line.args)
    }

    /// The due dates by rule.
    fn check(line: &str, expected: &[(&str, &str)]) {
        let found = dates(line).unwrap();
        let rows: Vec<(&str, &str)> = found["dates"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| (row["rule"].as_str().unwrap(), row["due_on"].as_str().unwrap()))
            .collect();
        assert_eq!(rows, expected, "{line}");
    }

    #[test]
    fn dates_are_those_of_the_rules_with_the_days_that_did_not_count() {
        check(
            "us-reg-e --from 2026-11-02",
            &[("us-reg-e/provisional-credit", "2026-11-17"), ("us-reg-e/final-answer", "2026-12-17")],
        );
        check(
            "us-reg-e --from 2026-11-02 --new-account",
            &[
                ("us-reg-e/provisional-credit-new-account", "2026-12-02"),
                ("us-reg-e/final-answer-extended", "2027-01-31"),
            ],
        );
        check(
            "us-reg-e --from 2026-11-02 --foreign --rule final-answer-extended",
            &[("us-reg-e/final-answer-extended", "2027-01-31")],
        );
        check("eu-psd2 --from 2026-11-19T23:30:00Z", &[("eu-psd2/refund", "2026-11-23")]);
        let found = dates("us-reg-e --from 2026-11-02 --rule us-reg-e/provisional-credit").unwrap();
        let skipped = found["dates"][0]["skipped"].as_array().unwrap();
        let days: Vec<&str> = skipped.iter().map(|day| day["day"].as_str().unwrap()).collect();
        assert_eq!(days, ["2026-11-07", "2026-11-08", "2026-11-11", "2026-11-14", "2026-11-15"]);
        assert_eq!((&skipped[2]["why"], &skipped[2]["holiday"]), (&json!("holiday"), &json!("Veterans Day")));
        assert_eq!(found["dates"][0]["assumed"], json!(true), "the first deposit is not known");
    }

    #[test]
    fn a_pause_counts_where_the_rule_knows_one() {
        let line = "uk-app --from 2026-11-02 --scheme fps --today 2026-11-06";
        check(line, &[("uk-app/reimburse", "2026-11-09")]);
        check(&format!("{line} --pause 2026-11-04..2026-11-05"), &[("uk-app/reimburse", "2026-11-11")]);
        assert!(dates(&format!("{line} --pause 2026-11-04")).is_err());
    }

    #[test]
    fn a_rule_that_is_off_is_worked_out_only_by_name_and_says_that_it_is_off() {
        check("us-reg-e --from 2026-11-02 --found 2026-11-25 --rule report", &[("us-reg-e/report", "2026-12-01")]);
        let found = dates("us-reg-e --from 2026-11-02 --found 2026-11-25 --rule report").unwrap();
        assert_eq!(found["dates"][0]["in_force"], json!("off"));
        let all = dates("us-reg-e --from 2026-11-02 --found 2026-11-25").unwrap();
        assert!(!all.to_string().contains("us-reg-e/report"), "{all}");
    }

    #[test]
    fn limits_and_liability_are_told_where_their_facts_are_given() {
        let found =
            dates("us-reg-e --from 2026-10-15 --statement-sent 2026-10-01 --booked 2026-10-10 --lost 2026-10-09")
                .unwrap();
        assert_eq!(found["time_limits"][0]["last_day"], json!("2026-11-30"));
        assert_eq!(found["liability"]["at_most"]["amount_minor"], json!(50_000));
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for line in [
            "us-reg-e --from tomorrow",
            "us-reg-e --from 2026-11-02T10:00",
            "us-reg-e --from 2026-11-02 --rule nothing",
        ] {
            assert_eq!(dates(line).unwrap_err().exit, Exit::Usage, "{line}");
        }
        assert!(Line::try_parse_from(["dates", "us-reg-e", "--from", "2026-11-02", "--subject", "other"]).is_err());
    }
}
