//! The fields of forms, each with its label, and filled with what was typed where a form was refused.

use case::ids::Digest;
use maud::{Markup, html};
use serde_json::Value;

use super::{
    super::{
        super::parts::{guard, texts, words},
        Sheet,
    },
    NOTE,
};

/// What a form is.
pub(super) struct Form<'a> {
    /// Its id on the page.
    pub(super) id: &'a str,
    /// The command that it sends.
    pub(super) command: &'a str,
    /// What its button says.
    pub(super) button: &'a str,
}

/// What was typed into a field of a form that was refused.
pub(super) fn kept<'a>(sheet: &Sheet<'a>, form: &str, field: &str) -> Option<&'a str> {
    let value = |name: &str| sheet.kept.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    value("form").filter(|id| *id == form).and_then(|_| value(field))
}

/// What every form of a case carries. The key makes the same form sent twice one command: it changes with the case.
fn hidden(sheet: &Sheet<'_>, form: &Form<'_>) -> Markup {
    let seq = sheet.view.get("seq").and_then(Value::as_u64).unwrap_or_default();
    let key = Digest::of(format!("{}/{seq}/{}", sheet.text("/case_id"), form.id).as_bytes());
    html! {
        @if let Some(who) = sheet.who { (guard(who)) }
        input type="hidden" name="key" value=(key);
        input type="hidden" name="form" value=(form.id);
        input type="hidden" name="command" value=(form.command);
    }
}

fn address(sheet: &Sheet<'_>) -> String {
    format!("/console/cases/{}", sheet.text("/case_id"))
}

/// A form with fields.
pub(super) fn whole(sheet: &Sheet<'_>, form: &Form<'_>, body: &Markup) -> Markup {
    html! {
        form id={ "f-" (form.id) } data-kept[kept(sheet, form.id, "form").is_some()] method="post" action=(address(sheet)) {
            (hidden(sheet, form))
            (body)
            button type="submit" { (form.button) }
        }
    }
}

/// A form that is a button and nothing else that can be seen.
pub(super) fn inline(sheet: &Sheet<'_>, form: &Form<'_>, key: Option<&str>, body: &Markup) -> Markup {
    html! {
        form .inline method="post" action=(address(sheet)) {
            (hidden(sheet, form))
            (body)
            button .plain type="submit" data-key=[key] { (form.button) }
        }
    }
}

/// The configured reasons, where there are some.
pub(super) fn reason(sheet: &Sheet<'_>, form: &str, command: &str) -> Markup {
    let codes: Vec<&str> = texts(sheet.view, &format!("/reasons/{command}")).collect();
    let required = sheet.view.get("reasons_required") == Some(&true.into());
    let chosen = kept(sheet, form, "code");
    html! {
        @if !codes.is_empty() {
            div .field {
                label for={ (form) "-code" } { "Reason" @if !required { " " span .quiet { "(if one fits)" } } }
                select id={ (form) "-code" } name="code" required[required] {
                    option value="" { "–" }
                    @for code in codes { option value=(code) selected[chosen == Some(code)] { (words(code)) } }
                }
            }
        }
    }
}

/// What there is to say about it.
pub(super) fn note(sheet: &Sheet<'_>, form: &str, label: &str, required: bool) -> Markup {
    textarea(sheet, form, "reason", label, required, NOTE)
}

/// A text of several lines.
pub(super) fn textarea(sheet: &Sheet<'_>, form: &str, name: &str, label: &str, required: bool, most: usize) -> Markup {
    area(sheet, (form, name), label, required, most, "")
}

/// A text of several lines that is there to be changed.
pub(super) fn drafted(sheet: &Sheet<'_>, form: &str, name: &str, label: &str, most: usize, draft: &str) -> Markup {
    area(sheet, (form, name), label, true, most, draft)
}

fn area(
    sheet: &Sheet<'_>,
    (form, name): (&str, &str),
    label: &str,
    required: bool,
    most: usize,
    draft: &str,
) -> Markup {
    let id = format!("{form}-{name}");
    let rows = if draft.is_empty() { 3 } else { 12 };
    html! {
        div .field {
            label for=(id) { (label) @if !required { " " span .quiet { "(if you like)" } } }
            // The line end after the tag is the browser's; one of the text's own stays.
            textarea id=(id) name=(name) required[required] maxlength=(most) dir="auto" rows=(rows) { "\n" (kept(sheet, form, name).unwrap_or(draft)) }
        }
    }
}

/// A text of one line that has to be there.
pub(super) fn input(sheet: &Sheet<'_>, form: &str, name: &str, label: &str, most: usize) -> Markup {
    let id = format!("{form}-{name}");
    html! {
        div .field {
            label for=(id) { (label) }
            input id=(id) name=(name) required maxlength=(most) autocomplete="off" value=[kept(sheet, form, name)];
        }
    }
}

/// One of several values.
pub(super) fn select(sheet: &Sheet<'_>, form: &str, name: &str, label: &str, values: &[(String, String)]) -> Markup {
    let id = format!("{form}-{name}");
    let chosen = kept(sheet, form, name);
    let other = chosen.filter(|chosen| !values.iter().any(|(value, _)| value == chosen));
    html! {
        div .field {
            label for=(id) { (label) }
            select id=(id) name=(name) {
                @for (value, told) in values { option value=(value) selected[chosen == Some(value.as_str())] { (told) } }
                @if let Some(other) = other { option value=(other) selected { (other) } }
            }
        }
    }
}
