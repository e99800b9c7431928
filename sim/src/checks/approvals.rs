//! Several people who agree to one proposal while evidence comes late, over HTTP: what is agreed to is what was shown.
//! The core's own tests try ten thousand ways; here it is seen that a host loses nothing of it.

mod audit;

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use futures_util::future::{join, join_all};
use serde_json::{Value, json};

use self::audit::Audit;
use crate::{
    api::{Api, View},
    checks::{journal::verify, words::TWICE},
    world::World,
};

/// Cases that are tried.
const CASES: u64 = 10;
/// What happens to each.
const EVENTS: usize = 16;
/// Cases about which people race with what comes late, and with each other.
const RACES: u64 = 10;
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
    /// Who was told that their approval counts.
    taken: Vec<&'static str>,
    /// How often what was answered.
    answers: &'a mut BTreeMap<String, u32>,
}

impl<'a> Desk<'a> {
    /// A case about which an analyst has decided, which is one approval of two.
    async fn open(world: &'a World, seed: u64, answers: &'a mut BTreeMap<String, u32>) -> Result<Self> {
        let opened = world.holder("submitter")?.open_for("cus_ada", TWICE).await?;
        let about =
            opened.list("/orchestration/proposal/references").first().and_then(Value::as_str).map(str::to_owned);
        let about = about.context("the proposal refers to no transaction")?;
        let decide =
            json!({ "command": "decide", "action": "provisional_credit", "about": about, "reason": "Goodwill." });
        world.holder("analyst")?.command(opened.id(), &decide).ok(200).await?;
        let id = opened.id().to_owned();
        Ok(Self { world, id, dice: Dice(seed), seen: BTreeMap::new(), taken: Vec::new(), answers })
    }
}

pub(crate) async fn nobody_agrees_to_what_they_were_not_shown_whatever_comes_between(world: &World) -> Result<()> {
    let mut answers = BTreeMap::new();
    for case in 0..CASES {
        let mut desk = Desk::open(world, case, &mut answers).await?;
        // Who decided has agreed.
        desk.look("analyst").await?;
        desk.agree("analyst").await?;
        for _ in 0..EVENTS {
            desk.happen().await?;
        }
        desk.race().await?;
        desk.end().await?;
    }
    for race in 0..RACES {
        let mut desk = Desk::open(world, race, &mut answers).await?;
        desk.race().await?;
        desk.end().await?;
    }
    println!("        approvals, by what was answered: {answers:?}");
    for refusal in REFUSALS {
        ensure!(answers.contains_key(refusal), "nobody met {refusal}: {answers:?}");
    }
    for needed in ["agreed", "in a race: agreed", "provisional_credit"] {
        ensure!(answers.contains_key(needed), "there is no `{needed}`: {answers:?}");
    }
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
            self.taken.push(who);
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

    /// Two people, one of them in two windows, agree at once to what was shown; the customer writes after that, meanwhile
    /// or before, when it is looked up. What was taken is judged at the end, by the order in the journal.
    async fn race(&mut self) -> Result<()> {
        let shown = self.now().await?.about_proposal("approve");
        let who = ["approver", "another-analyst", "approver"];
        let apis = who.into_iter().map(|who| self.api(who)).collect::<Result<Vec<Api>>>()?;
        let agree = join_all(apis.iter().map(|api| api.command(&self.id, &shown).send()));
        let path = format!("/v1/cases/{}/messages", self.id);
        // Not waited for.
        let later = json!({ "from": "customer", "text": "It happened again." });
        let message = self.api("submitter")?.post(&path, &later).send();
        let (replies, message) = match self.dice.below(3) {
            0 => (agree.await, message.await?),
            1 => {
                let (replies, message) = join(agree, message).await;
                (replies, message?)
            }
            _ => {
                let message = message.await?;
                // The answers of the sources come nearer.
                for _ in 0..self.dice.below(6) {
                    self.now().await?;
                }
                (agree.await, message)
            }
        };
        ensure!(matches!(message.status, 200 | 409), "{message}");
        for (who, reply) in who.into_iter().zip(replies) {
            let reply = reply?;
            if reply.status == 200 {
                self.taken.push(who);
                self.count("in a race: agreed")?;
                continue;
            }
            ensure!(matches!(reply.status, 403 | 409), "{reply}");
            let code = reply.json()?.text("/code").to_owned();
            self.count(&format!("in a race: {code}"))?;
        }
        Ok(())
    }

    /// Whatever was executed, two had agreed to as it was shown, once; and whoever was told so has agreed, and nobody else.
    async fn end(&mut self) -> Result<()> {
        let rested = self.api("admin")?.until(&self.id, |case| case.state() != "working").await?;
        let executed = self.world.bank.actions_of(&self.id).await?;
        let mut admin = self.world.clone();
        admin.api = self.api("admin")?;
        let mut audit = Audit::of(&verify(&admin, &rested).await?)?;
        self.taken.sort_unstable();
        audit.agreed.sort_unstable();
        ensure!(audit.agreed == self.taken, "{:?} agreed, and {:?} were told so", audit.agreed, self.taken);
        let actions = executed.iter().filter_map(|body| body.get("action").and_then(Value::as_str));
        let went_out = audit.went_out.iter().map(|(action, _)| *action);
        ensure!(actions.eq(went_out) && executed.len() <= 1, "{executed:?}, and {:?}", audit.went_out);
        for (action, people) in &audit.went_out {
            // New evidence brings the specialist's own proposal back, for which one is enough.
            let needed = if *action == "provisional_credit" { 2 } else { 1 };
            ensure!(*people >= needed, "{people} agreed to {action}: {}", rested.0);
            self.count(action)?;
        }
        let is_done = rested.text("/orchestration/proposal/stage") == "done";
        ensure!(is_done != executed.is_empty(), "{executed:?} of {}", rested.0);
        Ok(())
    }

    fn count(&mut self, what: &str) -> Result<()> {
        *self.answers.entry(what.to_owned()).or_default() += 1;
        Ok(())
    }
}
