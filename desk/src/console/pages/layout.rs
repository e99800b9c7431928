//! The frame of every page: its head, the bar with the ways to other pages, and who is signed in.

use maud::{DOCTYPE, Markup, html};

use super::{Viewer, parts::guard};
use crate::console::assets;

/// A page's place in the bar.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Queue,
    Case,
    Oversight,
    Rules,
    Outside,
}

/// The whole page. `live` is the address that says whether the page is still the newest, for the script.
pub(super) fn page(title: &str, place: Place, who: Option<&Viewer>, live: Option<&str>, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="format-detection" content="telephone=no, date=no, email=no, address=no";
                title { (title) " · Caseworker" }
                link rel="icon" href="data:,";
                link rel="stylesheet" href=(assets::STYLE.path);
                script src=(assets::SCRIPT.path) defer {}
            }
            body class=(match place { Place::Queue => "queue", Place::Case => "case", Place::Oversight => "oversight", Place::Rules => "rules", Place::Outside => "outside" })
                data-live=[live] {
                a .skip href="#main" { "Skip to the content" }
                @if let Some(who) = who { (bar(who, place)) }
                p #news .flash hidden role="status" {
                    "There is something newer. What you typed is still here; look at what changed before you send it. "
                    button .plain type="button" data-reload { "Show what changed" }
                }
                main #main tabindex="-1" { (body) }
                @if who.is_some() { (help()) }
            }
        }
    }
}

fn bar(who: &Viewer, place: Place) -> Markup {
    html! {
        header .bar {
            nav aria-label="Caseworker" {
                a href="/console" aria-current=[(place == Place::Queue).then_some("page")] { "Queue" }
                a href="/console/oversight" aria-current=[(place == Place::Oversight).then_some("page")] { "Oversight" }
                a href="/console/rules" aria-current=[(place == Place::Rules).then_some("page")] { "Rules" }
            }
            p .who { (who.subject) " · " (who.role.name()) " · " (who.tenant) }
            @if who.signs_out {
                form method="post" action="/console/sign-out" { (guard(who)) button .plain type="submit" { "Sign out" } }
            }
        }
    }
}

/// The keys, in a dialog that the script opens; without the script it stays closed and nothing is missing but the keys.
fn help() -> Markup {
    let keys = [
        ("j", "next row"),
        ("k", "row before"),
        ("Enter", "open the row"),
        ("c", "claim this case; in the queue, the next one"),
        ("/", "search"),
        ("g q", "to the queue"),
        ("?", "this list"),
    ];
    html! {
        dialog #keys aria-labelledby="keys-title" {
            h2 #keys-title { "Keys" }
            dl .keys { @for (key, what) in keys { dt { kbd { (key) } } dd { (what) } } }
            form method="dialog" {
                p { label { input #keys-on type="checkbox" checked; " Keys work on this device" } }
                button type="submit" { "Close" }
            }
        }
    }
}
