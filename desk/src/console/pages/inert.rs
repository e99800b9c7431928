//! Text from outside, made inert: it is escaped, isolated from the direction of the text around it, never made a link,
//! and what cannot be seen in it is said.

use maud::{Markup, PreEscaped, Render as _, html};

/// A text of one line in a sentence or a cell.
pub(crate) fn inline(text: &str) -> Markup {
    html! { bdi .said { (shown(text)) } }
}

/// Letters from which a text has a place of its own to scroll in.
const LONG: usize = 2_000;

/// A text of any length, with its line ends.
pub(crate) fn block(text: &str) -> Markup {
    html! {
        @if text.len() < LONG { div .said .block dir="auto" { (shown(text)) } }
        @else { div .said .block .long dir="auto" tabindex="0" role="region" aria-label="A long text" { (shown(text)) } }
    }
}

/// The text with its invisible characters named. A line end stays one, where the style keeps it.
pub(crate) fn shown(text: &str) -> Markup {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(is_invisible) {
        let (before, from) = rest.split_at(at);
        before.render_to(&mut out);
        let mut after = from.chars();
        if let Some(character) = after.next() {
            mark(character).render_to(&mut out);
        }
        rest = after.as_str();
    }
    rest.render_to(&mut out);
    PreEscaped(out)
}

fn mark(character: char) -> Markup {
    html! { span .unseen title="A character that cannot be seen" { "[U+" (format!("{:04X}", character as u32)) "]" } }
}

/// Controls, marks of direction, joiners, fillers, tags and other characters that show nothing but change how the rest
/// is read. Variation selectors after pictures stay, since they are part of them.
const fn is_invisible(character: char) -> bool {
    match character {
        '\n' | '\t' => false,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => true,
        _ => matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{8e2}'
            | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0d}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_shown_and_never_obeyed() {
        let shown = inline("<script>alert(1)</script> & \"x\"").into_string();
        assert_eq!(shown, "<bdi class=\"said\">&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;x&quot;</bdi>");
    }

    #[test]
    fn what_cannot_be_seen_is_said() {
        for (text, said) in [
            ("pay\u{202e}100", "U+202E"),
            ("a\u{200b}b", "U+200B"),
            ("a\u{ad}b", "U+00AD"),
            ("a\u{e0041}b", "U+E0041"),
            ("a\u{7}b", "U+0007"),
        ] {
            let shown = shown(text).into_string();
            assert!(shown.contains(said), "{shown}");
            assert!(!shown.chars().any(is_invisible), "{shown}");
        }
        assert_eq!(shown("naïve – 日本\n❤\u{fe0f}").into_string(), "naïve – 日本\n❤\u{fe0f}");
    }
}
