//! One core, two builds: what either host wrote, the other's build derives again to the byte, and every text is read
//! alike.

use anyhow::Result;
use case::{
    case::{Case, rederive},
    local::LocalModel,
    narrative::Narrative,
    pii::TokenMap,
    time::Millis,
};
use serde_json::{Value, json};
use sim::{
    hosts::{
        Kind,
        edge::{self, Edge},
        native::{Native, root},
        outside::{Obedience, Outside},
        wasm::Wasm,
    },
    world::World,
};

/// Works some cases of every kind and hands back their journals.
async fn journals(world: &World) -> Result<Vec<String>> {
    let mut journals = Vec::new();
    for (customer, text) in [
        ("cus_ada", "My card was charged twice for the same Streamly subscription this month."),
        ("cus_dan", "My card was stolen yesterday, there are payments that I did not make."),
        ("cus_gil", "The recipient has not received my transfer yet, what is its status?"),
        ("cus_ivo", "Which identity documents do you need for my verification?"),
        ("cus_nobody", "I was charged twice for the same subscription."),
        ("cus_eve", "What is the expected delivery date for my card?"),
    ] {
        let opened = world.api.open_for(customer, text).await?;
        let id = opened.id();
        world.api.message(id, "It was $12.99, and I write from zelda@canary.example.").ok(200).await?;
        let shown = world.api.case(id).await?;
        if shown.0.pointer("/orchestration/proposal/stage").is_some_and(|stage| stage == "pending") {
            world.api.command(id, &shown.about_proposal("approve")).ok(200).await?;
        }
        world.api.until(id, |case| case.state() != "working").await?;
        journals.push(world.api.journal(id).await?.join("\n"));
    }
    Ok(journals)
}

fn judge(journal: &str) -> String {
    let head = rederive(journal.lines()).and_then(|()| Case::replay(journal.lines()));
    head.map_or_else(|fault| fault.to_string(), |case| case.head().hash.to_string())
}

fn read(text: &str) -> String {
    let tokenised = TokenMap::new().tokenise(text);
    json!((
        LocalModel::embedded().read(&tokenised),
        Narrative::read(&tokenised, Millis(1_795_348_800_000).date()),
        &tokenised
    ))
    .to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn either_build_derives_the_others_journals_again_to_the_byte() -> Result<()> {
    if let Some(why) = edge::missing() {
        // `cargo xtask ci` takes this line for a failure; elsewhere it is only said.
        println!("SKIPPED: {why}");
        return Ok(());
    }
    let outside = Outside::serve(Obedience::Wary, "")?;
    let native = Native::start(Kind::Plain, &outside).await?;
    let edge = Edge::start(Kind::Plain, &outside).await?;
    let mut both = journals(&native.world).await?;
    both.extend(journals(&edge.world).await?);
    for journal in &both {
        assert_eq!(judge(journal).len(), 64, "{}", judge(journal));
    }
    // The same judgement of what is wrong, too: a derived entry that does not follow, and a cut tail.
    let mut forged: Vec<String> = both.iter().map(|journal| journal.replace("\"stage\"", "\"stag\"")).collect();
    forged.extend(both.iter().map(|journal| journal.replacen("\"charged_twice\"", "\"general\"", 1)));
    forged.extend(both.iter().map(|journal| journal.rsplit_once('\n').unwrap().0.to_owned()));
    both.extend(forged);
    let here: Vec<String> = both.iter().map(|journal| judge(journal)).collect();
    let there = Wasm::build()?.judge(&both)?;
    assert_eq!(here, there);
    assert!(here.iter().any(|judgement| judgement.len() != 64), "no forgery was found");
    Ok(())
}

#[test]
fn both_builds_read_every_text_alike_to_the_bit() -> Result<()> {
    if let Some(why) = edge::missing() {
        // `cargo xtask ci` takes this line for a failure; elsewhere it is only said.
        println!("SKIPPED: {why}");
        return Ok(());
    }
    let rows = std::fs::read_to_string(root().join("data/requests/dev.jsonl")).unwrap();
    let text = |row: &str| serde_json::from_str::<Value>(row).unwrap()["text"].as_str().unwrap().to_owned();
    let mut texts: Vec<String> = rows.lines().map(text).collect();
    texts.extend(["", "\u{1f4b3}", "İI\u{307}ß\u{fb01}", "4242 4242 4242 4242 ada@mail.example"].map(str::to_owned));
    let here: Vec<Value> = texts.iter().map(|text| serde_json::from_str(&read(text)).unwrap()).collect();
    let there = Wasm::build()?.read(&texts)?;
    let there: Vec<Value> = there.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(here.len(), there.len());
    for ((text, here), there) in texts.iter().zip(&here).zip(&there) {
        assert_eq!(here, there, "{text}");
    }
    Ok(())
}
