//! Plots as SVG, drawn by hand: bars on a logarithmic scale, since what is compared lies far apart. A plot says nothing that
//! its table does not.

use std::fs;

use anyhow::{Context, Result};

use crate::shell;

/// Where the plots lie, from the root of the checkout.
const FOLDER: &str = "docs/performance";
/// Where the bars begin, and how wide the longest may be, in pixels.
const LEFT: f64 = 250.0;
const WIDTH: f64 = 380.0;
/// How high a row is, and what stands above the first, in pixels.
const ROW: f64 = 26.0;
const TOP: f64 = 44.0;

/// Bars beside each other.
pub(crate) struct Bars<'a> {
    /// What is plotted, with its unit.
    pub(crate) title: &'a str,
    /// What each bar is called, and how long it is.
    pub(crate) rows: Vec<(String, f64)>,
}

impl Bars<'_> {
    /// Draws them into a file of the page.
    pub(crate) fn write(&self, name: &str) -> Result<()> {
        let folder = shell::root().join(FOLDER);
        fs::create_dir_all(&folder).with_context(|| format!("making {FOLDER}"))?;
        fs::write(folder.join(format!("{name}.svg")), self.svg()).with_context(|| format!("writing {name}.svg"))
    }

    fn svg(&self) -> String {
        let values = || self.rows.iter().map(|(_, value)| value.max(f64::MIN_POSITIVE).log10());
        let (least, most) =
            (values().fold(f64::INFINITY, f64::min).floor(), values().fold(f64::NEG_INFINITY, f64::max));
        let span = (most - least).max(1.0);
        let height = TOP + ROW * self.rows.len() as f64 + 10.0;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 720 {height:.0}\" font-family=\"sans-serif\" \
             font-size=\"13\">\n<rect width=\"720\" height=\"{height:.0}\" fill=\"#fff\"/>\n\
             <text x=\"12\" y=\"24\" font-weight=\"bold\">{}</text>\n",
            escaped(self.title)
        );
        for power in 0..=span.floor() as i32 {
            let x = LEFT + WIDTH * f64::from(power) / span;
            let bottom = height - 8.0;
            svg += &format!("<path d=\"M{x:.1} {:.0}V{bottom:.0}\" stroke=\"#ddd\"/>\n", TOP - 8.0);
        }
        for (row, (name, value)) in self.rows.iter().enumerate() {
            let y = TOP + ROW * row as f64;
            let width = (WIDTH * (value.max(f64::MIN_POSITIVE).log10() - least) / span).max(1.0);
            let text = y + 14.0;
            svg += &format!(
                "<text x=\"{:.0}\" y=\"{text:.0}\" text-anchor=\"end\">{}</text>\n",
                LEFT - 8.0,
                escaped(name)
            );
            svg += &format!("<rect x=\"{LEFT}\" y=\"{y:.0}\" width=\"{width:.1}\" height=\"18\" fill=\"#3b6ea5\"/>\n");
            svg += &format!("<text x=\"{:.1}\" y=\"{text:.0}\">{}</text>\n", LEFT + width + 6.0, short(*value));
        }
        svg + "</svg>\n"
    }
}

/// A number with as many digits as anybody reads.
pub(crate) fn short(value: f64) -> String {
    match value {
        value if value >= 100.0 => format!("{value:.0}"),
        value if value >= 10.0 => format!("{value:.1}"),
        value => format!("{value:.2}"),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_longer_by_as_much_for_each_power_of_ten() {
        let rows = [("one", 10.0), ("two", 100.0), ("a & b", 1_000.0)].map(|(name, value)| (name.to_owned(), value));
        let svg = Bars { title: "time <s>", rows: rows.to_vec() }.svg();
        let widths: Vec<&str> =
            svg.split("width=\"").filter_map(|part| part.split_once("\" height=\"18\"")).map(|(w, _)| w).collect();
        assert_eq!(widths, ["1.0", "190.0", "380.0"]);
        assert!(svg.contains("a &amp; b") && svg.contains("time &lt;s>") && svg.ends_with("</svg>\n"));
    }
}
