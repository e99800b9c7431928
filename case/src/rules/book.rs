//! The rules that a case is worked by: certain versions of certain packs, with what the operator switched on or off.
//!
//! A case pins its packs by hash when it opens. Later versions, and later settings, change nothing for it.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, OnceLock},
};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    check::check,
    pack::{Body, Confidence, FieldBody, Jurisdiction, Pack, Person, Rule},
    settings::{Change, RulesProblem, RulesSettings},
    shipped,
};
use crate::ids::Digest;

/// A version of a pack, by the hash of its text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// Its name.
    pub pack: String,
    /// Its version.
    pub version: Date,
    /// The SHA-256 of the file; of the JSON as Caseworker writes it for a pack of the operator's own.
    pub hash: Digest,
}

/// A pack with its pin.
#[derive(Debug, Clone)]
pub(super) struct Loaded {
    pub(super) pack: Arc<Pack>,
    pub(super) pin: Pin,
}

/// Whether a rule is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Force {
    /// It is.
    On,
    /// It is, and whatever follows from it says "check with your counsel".
    Marked,
    /// It is not.
    Off,
}

/// The rules that a case is worked by. Cloning is cheap.
#[derive(Clone)]
pub struct Rulebook(Arc<Inner>);

struct Inner {
    packs: Vec<Loaded>,
    settings: RulesSettings,
}

/// A rule in its pack.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    /// The pack.
    pub pack: &'a Pack,
    /// The rule.
    pub rule: &'a Rule,
    /// Whether it is used.
    pub force: Force,
}

impl Rulebook {
    /// The newest version of every shipped pack, with nothing switched on or off.
    #[must_use]
    pub fn shipped() -> &'static Self {
        static SHIPPED: OnceLock<Rulebook> = OnceLock::new();
        SHIPPED.get_or_init(|| Self(Arc::new(Inner { packs: newest(), settings: RulesSettings::default() })))
    }

    /// What a case that opens now is worked by: the newest shipped packs, and the operator's own in their place.
    ///
    /// # Errors
    /// The first [`RulesProblem`] of the settings.
    pub fn current(settings: &RulesSettings) -> Result<Self, RulesProblem> {
        if *settings == RulesSettings::default() {
            return Ok(Self::shipped().clone());
        }
        let own = own(settings)?;
        let mut packs = newest();
        packs.retain(|shipped| own.iter().all(|own| own.pin.pack != shipped.pin.pack));
        packs.extend(own);
        packs.sort_by(|one, other| one.pin.cmp(&other.pin));
        Self::of(packs, settings)
    }

    /// What a case is worked by that pinned these packs when it opened with these settings.
    ///
    /// # Errors
    /// [`RulesProblem::UnknownPin`] for a pack that this build does not have, or another problem of the settings.
    pub fn pinned(pins: &[Pin], settings: &RulesSettings) -> Result<Self, RulesProblem> {
        let shipped = Self::shipped();
        if *settings == RulesSettings::default() && shipped.0.packs.iter().map(|loaded| &loaded.pin).eq(pins) {
            return Ok(shipped.clone());
        }
        let own = own(settings)?;
        let known = || shipped::packs().iter().chain(&own);
        let find = |pin: &Pin| {
            known().find(|loaded| loaded.pin == *pin).cloned().ok_or_else(|| RulesProblem::UnknownPin(pin.clone()))
        };
        Self::of(pins.iter().map(find).collect::<Result<_, _>>()?, settings)
    }

    /// A book of one pack, to try it out: nothing pins it. `everything` uses rules that are off, marked.
    ///
    /// # Errors
    /// [`RulesProblem::Pack`] for a pack that the checker refuses.
    pub fn trial(pack: &Pack, everything: bool) -> Result<Self, RulesProblem> {
        let on = |rule: &Rule| Change {
            rule: format!("{}/{}", pack.pack, rule.id),
            on: true,
            by: "nobody: a trial".to_owned(),
            at: pack.version,
            note: String::new(),
        };
        let changes = if everything { pack.rules.iter().map(on).collect() } else { Vec::new() };
        let packs = own(&RulesSettings { own: vec![pack.clone()], ..RulesSettings::default() })?;
        let settings = RulesSettings { changes, ..RulesSettings::default() };
        Ok(Self(Arc::new(Inner { packs, settings })))
    }

    fn of(packs: Vec<Loaded>, settings: &RulesSettings) -> Result<Self, RulesProblem> {
        let book = Self(Arc::new(Inner { packs, settings: settings.clone() }));
        settings.check_changes(|rule| book.rule(rule).is_some())?;
        Ok(book)
    }

    /// What a case has to pin to be worked by this book again.
    #[must_use]
    pub fn pins(&self) -> Vec<Pin> {
        self.0.packs.iter().map(|loaded| loaded.pin.clone()).collect()
    }

    /// Its packs, by name.
    pub fn packs(&self) -> impl Iterator<Item = &Pack> {
        self.0.packs.iter().map(|loaded| loaded.pack.as_ref())
    }

    /// A pack by its name.
    #[must_use]
    pub fn pack(&self, name: &str) -> Option<&Pack> {
        self.packs().find(|pack| pack.pack == name)
    }

    /// Every version of every rule, whether it is used or not.
    pub fn rules(&self) -> impl Iterator<Item = Found<'_>> {
        self.packs().flat_map(|pack| pack.rules.iter().map(|rule| self.found(pack, rule)))
    }

    /// A rule by its whole name, `us-reg-e/provisional-credit`: its latest version.
    #[must_use]
    pub fn rule(&self, name: &str) -> Option<Found<'_>> {
        self.versions(name).max_by_key(|found| found.rule.effective_from)
    }

    /// The version of a rule that applies to what happened on the day.
    #[must_use]
    pub fn rule_on(&self, name: &str, day: Date) -> Option<Found<'_>> {
        self.versions(name).find(|found| found.rule.covers(day))
    }

    /// The rules that are used for what happened on the day.
    pub fn in_force(&self, day: Date) -> impl Iterator<Item = Found<'_>> {
        self.rules().filter(move |found| found.force != Force::Off && found.rule.covers(day))
    }

    /// The rules of a pack that are used for what happened on the day.
    pub fn of_pack<'a>(&'a self, pack: &str, day: Date) -> impl Iterator<Item = &'a Rule> + use<'a> {
        let used = move |pack, rule: &&'a Rule| rule.covers(day) && self.found(pack, rule).force != Force::Off;
        self.pack(pack).into_iter().flat_map(move |pack| pack.rules.iter().filter(move |rule| used(pack, rule)))
    }

    /// What must be known about a person before an account is opened there on the day.
    pub fn fields(
        &self,
        jurisdiction: Option<Jurisdiction>,
        person: Person,
        day: Date,
    ) -> impl Iterator<Item = (Found<'_>, &FieldBody)> {
        let here = self.place(jurisdiction);
        self.in_force(day).filter(move |found| found.applies(here)).filter_map(move |found| match &found.rule.body {
            Body::Field(body) if body.person == Person::Anybody || body.person == person => Some((found, body)),
            _ => None,
        })
    }

    /// Where something is: as known, else where the bank is at home.
    #[must_use]
    pub fn place(&self, jurisdiction: Option<Jurisdiction>) -> Option<Jurisdiction> {
        jurisdiction.or(self.0.settings.home)
    }

    fn versions(&self, name: &str) -> impl Iterator<Item = Found<'_>> {
        let (pack, rule) = name.split_once('/').unwrap_or_default();
        let (pack, rule) = (pack.to_owned(), rule.to_owned());
        self.rules().filter(move |found| found.pack.pack == pack && found.rule.id == rule)
    }

    fn found<'a>(&self, pack: &'a Pack, rule: &'a Rule) -> Found<'a> {
        let mut found = Found { pack, rule, force: Force::Off };
        let change = if self.0.settings.changes.is_empty() { None } else { self.0.settings.change(&found.name()) };
        found.force = match (rule.confidence, change.map(|change| change.on)) {
            (_, Some(false)) | (Confidence::U, None) => Force::Off,
            (Confidence::V, _) => Force::On,
            (Confidence::M | Confidence::U, _) => Force::Marked,
        };
        found
    }
}

impl Found<'_> {
    /// The rule's whole name.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}/{}", self.pack.pack, self.rule.id)
    }

    /// Whether whatever follows from it says "check with your counsel".
    #[must_use]
    pub fn is_marked(&self) -> bool {
        self.force == Force::Marked
    }

    /// Whether the pack's law is that of the place. Where the place is not known, no country's law is taken for it.
    #[must_use]
    pub fn applies(&self, place: Option<Jurisdiction>) -> bool {
        self.pack.jurisdiction == Jurisdiction::Any || Some(self.pack.jurisdiction) == place
    }
}

/// The newest version of every shipped pack, by name.
fn newest() -> Vec<Loaded> {
    let mut newest: BTreeMap<&str, &Loaded> = BTreeMap::new();
    for loaded in shipped::packs() {
        let kept = newest.entry(loaded.pin.pack.as_str()).or_insert(loaded);
        if kept.pin.version < loaded.pin.version {
            *kept = loaded;
        }
    }
    newest.into_values().cloned().collect()
}

/// The operator's own packs, checked.
fn own(settings: &RulesSettings) -> Result<Vec<Loaded>, RulesProblem> {
    let mut own: Vec<Loaded> = Vec::new();
    for pack in &settings.own {
        let problems = check(pack);
        if !problems.is_empty() {
            return Err(RulesProblem::Pack { pack: pack.pack.clone(), problems });
        }
        if own.iter().any(|other| other.pin.pack == pack.pack) {
            return Err(RulesProblem::Twice(pack.pack.clone()));
        }
        let hash = Digest::of(&serde_json::to_vec(pack).unwrap_or_default());
        let pin = Pin { pack: pack.pack.clone(), version: pack.version, hash };
        own.push(Loaded { pack: Arc::new(pack.clone()), pin });
    }
    Ok(own)
}

impl PartialEq for Rulebook {
    fn eq(&self, other: &Self) -> bool {
        let pins = |book: &Self| book.0.packs.iter().map(|loaded| loaded.pin.clone()).collect::<Vec<_>>();
        Arc::ptr_eq(&self.0, &other.0) || (self.0.settings == other.0.settings && pins(self) == pins(other))
    }
}

impl Eq for Rulebook {}

impl fmt::Debug for Rulebook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rulebook").field("pins", &self.pins()).field("settings", &self.0.settings).finish()
    }
}

#[cfg(test)]
mod tests;
