//! Pieces of HTML. Text becomes HTML here and nowhere else.

use std::fmt::Write as _;

/// A page under way.
pub(super) struct Page(String);

impl Page {
    pub(super) const fn new() -> Self {
        Self(String::new())
    }

    pub(super) fn text(self) -> String {
        self.0
    }

    /// HTML as it is: never with anything from a file in it.
    pub(super) fn raw(&mut self, html: &str) {
        self.0.push_str(html);
    }

    /// An element with text in it.
    pub(super) fn element(&mut self, name: &str, text: &str) {
        self.write(format_args!("<{name}>{}</{name}>\n", escape(text)));
    }

    /// A paragraph of a class.
    pub(super) fn line(&mut self, class: &str, text: &str) {
        self.write(format_args!("<p class=\"{class}\">{}</p>\n", escape(text)));
    }

    /// A table. Cells are HTML already.
    pub(super) fn table(&mut self, head: &[&str], rows: impl IntoIterator<Item = Row>) {
        self.raw("<div class=\"scroll\"><table>\n<thead><tr>");
        for cell in head {
            self.write(format_args!("<th scope=\"col\">{}</th>", escape(cell)));
        }
        self.raw("</tr></thead>\n<tbody>\n");
        for row in rows {
            let class = if row.in_use { " class=\"use\"" } else { "" };
            self.write(format_args!("<tr{class}>"));
            for (place, cell) in row.cells.iter().enumerate() {
                let class = if place == 0 { " class=\"name\"" } else { "" };
                self.write(format_args!("<td{class}>{cell}</td>"));
            }
            self.raw("</tr>\n");
        }
        self.raw("</tbody>\n</table></div>\n");
    }

    pub(super) fn write(&mut self, html: std::fmt::Arguments<'_>) {
        // Writing to a text cannot fail.
        let _ = self.0.write_fmt(html);
    }
}

/// A row of a table.
pub(super) struct Row {
    pub(super) cells: Vec<String>,
    /// Whether it is the one that holds.
    pub(super) in_use: bool,
}

impl Row {
    pub(super) const fn plain(cells: Vec<String>) -> Self {
        Self { cells, in_use: false }
    }
}

/// Text as HTML, also within an attribute. What shows nothing or turns the direction of writing is left out.
pub(super) fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' => {}
            other if other.is_control() && other != '\n' => {}
            other => html.push(other),
        }
    }
    html
}

/// A share as a percentage; a dash where there is none.
pub(super) fn percent(share: Option<f64>) -> String {
    let Some(share) = share else { return "–".to_owned() };
    let hundredths = share * 100.0;
    // Near both ends a digit more tells things apart.
    if hundredths > 0.0 && hundredths < 1.0 || hundredths > 99.0 && hundredths < 100.0 {
        format!("{hundredths:.2}\u{a0}%")
    } else {
        format!("{hundredths:.1}\u{a0}%")
    }
}

/// From one share to another.
pub(super) fn between(interval: Option<[f64; 2]>) -> String {
    interval.map_or_else(String::new, |[low, high]| format!("{:.1} to {:.1}\u{a0}%", low * 100.0, high * 100.0))
}

/// A share over its interval.
pub(super) fn share_cell(share: Option<f64>, interval: Option<[f64; 2]>) -> String {
    match interval {
        None => percent(share),
        Some(_) => format!("{}<br><small>{}</small>", percent(share), between(interval)),
    }
}

/// A figure with four digits after the point; a dash where there is none.
pub(super) fn figure(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.4}"))
}

/// A duration given in microseconds.
pub(super) fn duration_us(us: f64) -> String {
    match us {
        us if us < 1_000.0 => format!("{us:.0}\u{a0}µs"),
        us if us < 1_000_000.0 => format!("{:.1}\u{a0}ms", us / 1e3),
        us => format!("{:.1}\u{a0}s", us / 1e6),
    }
}

/// US dollars, with enough digits for small sums.
pub(super) fn dollars(usd: f64) -> String {
    match usd {
        usd if usd <= 0.0 => "$0".to_owned(),
        usd if usd < 0.01 => format!("${usd:.5}"),
        usd if usd < 1.0 => format!("${usd:.4}"),
        usd => format!("${usd:.2}"),
    }
}

/// One thing or several, with the number.
pub(super) fn counted(number: u64, one: &str, several: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {several}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_never_becomes_a_part_of_the_page() {
        assert_eq!(escape("<b a='1' b=\"2\">&\u{202e}x\u{7}"), "&lt;b a=&#39;1&#39; b=&quot;2&quot;&gt;&amp;x");
    }

    #[test]
    fn figures_are_written_with_the_digits_that_tell_them_apart() {
        let plain = |text: String| text.replace('\u{a0}', " ");
        assert_eq!(
            [0.0, 0.001_5, 0.5, 0.9751, 0.9995, 1.0].map(|share| plain(percent(Some(share)))),
            ["0.0 %", "0.15 %", "50.0 %", "97.5 %", "99.95 %", "100.0 %"]
        );
        assert_eq!([12.0, 1_250.0, 2_500_000.0].map(|us| plain(duration_us(us))), ["12 µs", "1.2 ms", "2.5 s"]);
        assert_eq!([0.0, 0.000_05, 0.0512, 12.5].map(dollars), ["$0", "$0.00005", "$0.0512", "$12.50"]);
        assert_eq!(percent(None), "–");
    }
}
