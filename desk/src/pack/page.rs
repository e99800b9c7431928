//! The page of a pack: the parts of the case's own page, everything that its view says, and how to check the file.
//!
//! It stands alone: its style is within it, it has no script, no form, and no link that leads out of it.

use case::ids::{Digest, TenantId};
use data_encoding::BASE64;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::Section;
use crate::console::pages::{PackView, inert, pack, pack_style};

/// The sections but for the journal; the first opens the document and its body.
pub(super) fn sections(tenant: &TenantId, view: &PackView<'_>) -> Vec<Section> {
    let own = |name: &'static str, markup: Markup| Section { name, html: markup.into_string() + "\n" };
    let mut sections = vec![Section { name: "page", html: opening(tenant, view) }];
    sections.extend(pack(view).into_iter().map(|part| Section { name: part.id, html: part.html + "\n" }));
    sections.push(own("view", whole_view(view.view)));
    sections.push(own("lines", lines(view.lines)));
    sections.push(own("checking", html! { (checking()) (PreEscaped("</main>")) }));
    sections
}

/// The head of the document, and what the pack is.
fn opening(tenant: &TenantId, view: &PackView<'_>) -> String {
    let case = view.view.get("case_id").and_then(Value::as_str).unwrap_or_default();
    let style = pack_style();
    let policy = format!("default-src 'none'; style-src 'sha256-{}'", BASE64.encode(&Sha256::digest(style)));
    let head = html! {
        (DOCTYPE)
        (PreEscaped("\n<html lang=\"en\">"))
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(policy);
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="format-detection" content="telephone=no, date=no, email=no, address=no";
            title { "Evidence of " (case) }
            style { (PreEscaped(style)) }
        }
        (PreEscaped("\n<body class=\"pack\">\n<main id=\"main\">"))
        p .quiet {
            "Evidence of " code { (case) } " of " (tenant) ", as it was on " (view.now.rfc3339()) ". Times that are "
            "said from now are from then."
        }
    };
    head.into_string() + "\n"
}

/// Everything that the view says, so that nothing is left out.
fn whole_view(view: &Value) -> Markup {
    html! {
        section aria-labelledby="pack-view" {
            h2 #pack-view { "Everything that was shown of the case" }
            pre .said .block { (inert::shown(&format!("{view:#}"))) }
        }
    }
}

/// The hash of each line of the journal, of which the last is the head.
fn lines(lines: &[String]) -> Markup {
    html! {
        section aria-labelledby="pack-lines" {
            h2 #pack-lines { "Lines of the journal and their SHA-256" }
            p .quiet { "Each line names the hash of the line before it. The lines stand at the end of this file." }
            ol start="0" { @for line in lines { li { code { (Digest::of(line.as_bytes())) } } } }
        }
    }
}

fn checking() -> Markup {
    html! {
        section aria-labelledby="pack-checking" {
            h2 #pack-checking { "Checking this file" }
            p {
                code { "caseworker verify FILE --key KEY --heads CHECKPOINTS" }
                " checks every byte of it without a network: that the deployment with this key signed it, that the journal "
                "holds together, and that it ends where a checkpoint says that was kept elsewhere. Without a key the signature "
                "shows that the file is whole, and not who made it."
            }
        }
    }
}
