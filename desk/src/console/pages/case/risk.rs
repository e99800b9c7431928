//! What speaks for a risk, beside what is normal for this customer.

use case::{
    facts::{Facts, Normal, Transaction, Unusual},
    money::Money,
};
use maud::{Markup, html};
use serde_json::Value;

use super::{
    super::parts::{badge, given, list, name, text, texts, words},
    Sheet, ledger, part,
};

fn scored<'a>(sheet: &Sheet<'a>) -> Option<&'a Value> {
    list(sheet.view, "/orchestration/evidence").iter().find(|piece| piece.get("score").is_some())
}

/// What the ledger shows to be normal.
fn normal<'s>(sheet: &'s Sheet<'_>) -> Option<&'s Normal> {
    sheet.newest(|facts| match facts {
        Facts::Transactions { normal, .. } => normal.as_ref(),
        _ => None,
    })
}

/// The disputed transactions that differ from what is normal.
fn unusual<'s>(sheet: &'s Sheet<'_>) -> Vec<&'s Transaction> {
    ledger::disputed(sheet).into_iter().filter(|row| !row.unusual.is_empty()).collect()
}

pub(super) fn is_shown(sheet: &Sheet<'_>) -> bool {
    scored(sheet).is_some() || !unusual(sheet).is_empty()
}

pub(super) fn risk(sheet: &Sheet<'_>) -> Markup {
    let rows = unusual(sheet);
    let score = scored(sheet);
    if rows.is_empty() && score.is_none() {
        return html! {};
    }
    let body = html! {
        @if let Some(score) = score { (service(sheet, score)) }
        @for row in rows { (compared(row, normal(sheet))) }
    };
    part("risk", "Risk, beside what is normal", &body)
}

fn service(sheet: &Sheet<'_>, score: &Value) -> Markup {
    let value = score.get("score").and_then(Value::as_u64).unwrap_or_default();
    let band = text(score, "/band");
    let kind = match band {
        "high" => "bad",
        "medium" => "warn",
        _ => "good",
    };
    html! {
        div .score {
            meter class=(kind) min="0" max="1000" value=(value) aria-label="Score of the risk service" {}
            strong .money { (value) " of 1000" } " " (badge(kind, &words(band))) " " (sheet.cite(text(score, "/id")))
        }
        p { "The service's reasons: " @for (at, reason) in texts(score, "/risk_reasons").enumerate() { @if at > 0 { ", " } (words(reason).to_lowercase()) } }
        p .quiet {
            @if let Some(median) = score.pointer("/normal/median_minor").and_then(Value::as_i64) {
                "It takes for normal: a median of " (median) " minor units in " (texts(score, "/normal/countries").collect::<Vec<_>>().join(", ")) ". "
            }
            @if let Some(model) = given(score, "/model") { "Its model: " code { (model) } "." }
        }
    }
}

/// One transaction, way by way.
fn compared(row: &Transaction, normal: Option<&Normal>) -> Markup {
    let usual = |way: Unusual| match way {
        Unusual::Country => normal.map_or_else(String::new, |normal| {
            format!("pays in {}", normal.countries.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
        }),
        Unusual::Amount => normal.map_or_else(String::new, |normal| {
            let median = Money { amount_minor: normal.median_minor, currency: row.money.currency };
            format!("a median of {median}")
        }),
        Unusual::Hour => "does not pay between midnight and six (UTC)".to_owned(),
        Unusual::Merchant => "pays merchants that were paid before".to_owned(),
        Unusual::Payee => "pays payees that were paid before".to_owned(),
        Unusual::Device => "uses devices that were used before".to_owned(),
        Unusual::Burst => "makes fewer than three online payments within an hour".to_owned(),
    };
    let here = |way: Unusual| match way {
        Unusual::Country => row.country.as_ref().map_or_else(|| "another country".to_owned(), ToString::to_string),
        Unusual::Amount => {
            let times = normal
                .filter(|normal| normal.median_minor > 0)
                .map(|normal| row.money.amount_minor / normal.median_minor);
            times.map_or_else(|| row.money.to_string(), |times| format!("{}, {times} times the median", row.money))
        }
        Unusual::Hour => row.booked_at.rfc3339().get(11..16).map(|time| format!("{time} UTC")).unwrap_or_default(),
        Unusual::Merchant => row.merchant.as_ref().map_or_else(|| "a new one".to_owned(), ToString::to_string),
        Unusual::Payee => "a new one".to_owned(),
        Unusual::Device => "a new one".to_owned(),
        Unusual::Burst => "one of three or more".to_owned(),
    };
    html! {
        h3 { "Transaction " code { (row.id) } ", " span .money { (row.money) } }
        table .rows {
            thead { tr { th scope="col" { "Unusual in" } th scope="col" { "Here" } th scope="col" { "Normally the customer" } } }
            tbody { @for way in &row.unusual { tr { th scope="row" { (words(&name(way))) } td { (here(*way)) } td { (usual(*way)) } } } }
        }
    }
}
