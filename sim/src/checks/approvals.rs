//! Several people who agree to one proposal while evidence comes late, over HTTP: what is agreed to is what was shown.
//! The core's own tests try ten thousand ways; here it is seen that a host loses nothing of it.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use futures_util::future::join;
use serde_json::{Value, json};

use crate::{
    api::{Api, View},
    checks::{journal::verify, words::TWICE},
    world::World,
};

/// Cases that are tried.
const CASES: u64 = 10;
/// What happens to each.
const EVENTS: usize = 16;
/// Who may agree.
const PEOPLE: [&str; 4] = ["analyst", "another-analyst", "approver", "admin"];
/// Every refusal that somebody has to meet.
const REFUSALS: [&str; 4] = ["CW201", "CW304", "CW305", "CW306"];

/// Numbers that follow from a seed (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % most as u64).unwrap_or_default()
    }
}

/// A case that several people look at.
struct Desk<'a> {
    world: &'a World,
    id: String,
    dice: Dice,
    /// What each person has before them.
    seen: BTreeMap<&'static str, Value>,
    /// How often what was answered.
    answers: &'a mut BTreeMap<String, u32>,
}

pub(crate) async fn nobody_agrees_to_what_they_were_not_shown_whatever_comes_between(world: &World) -> Result<()> {
    let mut answers = BTreeMap::new();
    for case in 0..CASES {
        let opened = world.holder("submitter")?.open_for("cus_ada", TWICE).await?;
        let about =
            opened.list("/orchestration/proposal/references").first().and_then(Value::as_str).map(str::to_owned);
        let about = about.context("the proposal refers to no transaction")?;
        let decide =
            json!({ "command": "decide", "action": "provisional_credit", "about": about, "reason": "Goodwill." });
        world.holder("analyst")?.command(opened.id(), &decide).ok(200).await?;
        let (id, dice) = (opened.id().to_owned(), Dice(case));
        let mut desk = Desk { world, id, dice, seen: BTreeMap::new(), answers: &mut answers };
        // Who decided has agreed.
        desk.look("analyst").await?;
        desk.agree("analyst").await?;
        for _ in 0..EVENTS {
            desk.happen().await?;
        }
        desk.race().await?;
        desk.end().await?;
    }
    println!("        approvals, by what was answered: {answers:?}");
    for refusal in REFUSALS {
        ensure!(answers.contains_key(refusal), "nobody met {refusal}: {answers:?}");
    }
    ensure!(answers.contains_key("agreed"), "nobody agreed to anything: {answers:?}");
    Ok(())
}

impl Desk<'_> {
    fn api(&self, who: &str) -> Result<Api> {
        self.world.holder(who)
    }

    async fn now(&self) -> Result<View> {
        self.api("auditor")?.case(&self.id).await
    }

    async fn happen(&mut self) -> Result<()> {
        let who = PEOPLE.get(self.dice.below(PEOPLE.len())).copied().unwrap_or("admin");
        match self.dice.below(14) {
            0..=3 => self.look(who).await,
            4..=7 => self.agree(who).await,
            8 => self.outsider().await,
            9 => self.forge(who).await,
            10 => self.note(who).await,
            11 => self.late_evidence().await,
            _ => self.again(who).await,
        }
    }

    async fn look(&mut self, who: &'static str) -> Result<()> {
        let shown = self.now().await?.about_proposal("approve");
        self.seen.insert(who, shown);
        Ok(())
    }

    /// Somebody agrees to what they saw, however long ago.
    async fn agree(&mut self, who: &'static str) -> Result<()> {
        let Some(seen) = self.seen.get(who).cloned() else { return self.look(who).await };
        let now = self.now().await?;
        let shown = now.about_proposal("approve");
        let mine = now.list("/orchestration/proposal/approved_by").contains(&json!(who));
        let open = now.text("/orchestration/proposal/stage") == "pending" && seen == shown;
        let reply = self.api(who)?.command(&self.id, &seen).send().await?;
        if reply.status == 200 {
            ensure!(open && !mine, "{who} agreed to what was not theirs to agree to: {seen} of {}", now.0);
            return self.count("agreed");
        }
        let code = reply.json()?.text("/code").to_owned();
        ensure!(!open || (mine && code == "CW306"), "{who} was told {reply} of {}", now.0);
        self.count(&code)
    }

    /// The same click twice.
    async fn again(&mut self, who: &'static str) -> Result<()> {
        self.look(who).await?;
        self.agree(who).await?;
        self.agree(who).await
    }

    /// Who may only ask agrees to nothing, whatever they send.
    async fn outsider(&mut self) -> Result<()> {
        let shown = self.now().await?.about_proposal("approve");
        self.api("submitter")?.command(&self.id, &shown).refused(403, "CW201", None).await?;
        self.count("CW201")
    }

    async fn forge(&mut self, who: &str) -> Result<()> {
        let mut shown = self.now().await?.about_proposal("approve");
        if let Some(shown) = shown.as_object_mut() {
            shown.insert("hash".to_owned(), "0".repeat(64).into());
        }
        let reply = self.api(who)?.command(&self.id, &shown).send().await?;
        ensure!(reply.status == 409, "a forged hash: {reply}");
        let code = reply.json()?.text("/code").to_owned();
        self.count(&code)
    }

    /// What is only said makes nothing outdated.
    async fn note(&mut self, who: &str) -> Result<()> {
        let before = self.now().await?;
        if before.state() == "closed" {
            return Ok(());
        }
        let note = json!({ "from": "analyst", "text": "I rang the merchant." });
        self.api(who)?.post(&format!("/v1/cases/{}/messages", self.id), &note).wait().ok(200).await?;
        let after = self.now().await?;
        ensure!(
            before.about_proposal("approve") == after.about_proposal("approve"),
            "a note: {} {}",
            before.0,
            after.0
        );
        Ok(())
    }

    async fn late_evidence(&mut self) -> Result<()> {
        if self.now().await?.state() != "closed" {
            self.api("submitter")?.message(&self.id, "I have found the receipt of Streamly.").ok(200).await?;
        }
        Ok(())
    }

    /// Two agree at once, while the customer writes.
    async fn race(&mut self) -> Result<()> {
        let shown = self.now().await?.about_proposal("approve");
        let (first, second) = (self.api("approver")?, self.api("admin")?);
        let submitter = self.api("submitter")?;
        let both = join(first.command(&self.id, &shown).send(), second.command(&self.id, &shown).send());
        let (replies, message) = join(both, submitter.message(&self.id, "It happened again.").send()).await;
        for reply in [replies.0?, replies.1?, message?] {
            ensure!(matches!(reply.status, 200 | 403 | 409), "{reply}");
        }
        Ok(())
    }

    /// Whatever was executed, two had agreed to, once.
    async fn end(&mut self) -> Result<()> {
        let rested = self.api("admin")?.until(&self.id, |case| case.state() != "working").await?;
        let executed = self.world.bank.actions_of(&self.id).await?;
        ensure!(executed.len() <= 1, "{executed:?}");
        if rested.text("/orchestration/proposal/stage") == "done" {
            let people = rested.list("/orchestration/proposal/approved_by").len();
            let needed = if rested.text("/orchestration/proposal/approval") == "two_analysts" { 2 } else { 1 };
            ensure!(people >= needed && executed.len() == 1, "{}", rested.0);
        }
        let mut admin = self.world.clone();
        admin.api = self.api("admin")?;
        verify(&admin, &rested).await?;
        Ok(())
    }

    fn count(&mut self, what: &str) -> Result<()> {
        *self.answers.entry(what.to_owned()).or_default() += 1;
        Ok(())
    }
}
