//! Plots as SVG: a reliability diagram, the risk-coverage curve, and who decides how much.
//!
//! Colours come from the page's style, so that the plots follow it into the dark and onto paper. Each plot says in words
//! what it shows to whoever cannot see it.

use std::fmt::Write as _;

use crate::{
    metrics::{Calibration, Risk},
    report::Cascade,
};

use super::write::{escape, percent};

const WIDTH: f64 = 440.0;
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 62.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 46.0;

/// A plane with two axes: where shares are drawn.
struct Plane {
    svg: String,
    most_x: f64,
    most_y: f64,
}

impl Plane {
    fn new(says: &str, (most_x, most_y): (f64, f64)) -> Self {
        let says = escape(says);
        let svg = format!("<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{says}\">\n");
        Self { svg, most_x, most_y }
    }

    fn x(&self, share: f64) -> f64 {
        LEFT + (share / self.most_x).clamp(0.0, 1.0) * (WIDTH - LEFT - RIGHT)
    }

    fn y(&self, share: f64) -> f64 {
        HEIGHT - BOTTOM - (share / self.most_y).clamp(0.0, 1.0) * (HEIGHT - TOP - BOTTOM)
    }

    fn write(&mut self, svg: std::fmt::Arguments<'_>) {
        // Writing to a text cannot fail.
        let _ = self.svg.write_fmt(svg);
    }

    fn axes(&mut self, name_x: &str, name_y: &str) {
        for step in 0..=5 {
            let part = f64::from(step) / 5.0;
            let (x, y) = (self.x(part * self.most_x), self.y(part * self.most_y));
            let (bottom, right) = (HEIGHT - BOTTOM, WIDTH - RIGHT);
            self.write(format_args!("<path class=\"axis\" d=\"M{LEFT:.1} {y:.1}H{right:.1}\"/>"));
            let (label_x, label_y) = (tick(part * self.most_x), tick(part * self.most_y));
            self.write(format_args!(
                "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{label_x}</text>",
                bottom + 17.0
            ));
            self.write(format_args!(
                "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{label_y}</text>\n",
                LEFT - 6.0,
                y + 4.0
            ));
        }
        let middle = LEFT + (WIDTH - LEFT - RIGHT) / 2.0;
        self.write(format_args!(
            "<text x=\"{middle:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            HEIGHT - 8.0,
            escape(name_x)
        ));
        let middle = TOP + (HEIGHT - TOP - BOTTOM) / 2.0;
        self.write(format_args!(
            "<text x=\"11\" y=\"{middle:.1}\" text-anchor=\"middle\" transform=\"rotate(-90 11 {middle:.1})\">{}</text>\n",
            escape(name_y)
        ));
    }

    fn path(&mut self, class: &str, points: &[(f64, f64)]) {
        let mut path = String::new();
        for (place, (x, y)) in points.iter().enumerate() {
            let letter = if place == 0 { 'M' } else { 'L' };
            let _ = write!(path, "{letter}{:.1} {:.1}", self.x(*x), self.y(*y));
        }
        self.write(format_args!("<path class=\"{class}\" d=\"{path}\"/>\n"));
    }

    fn circle(&mut self, class: &str, (x, y): (f64, f64), radius: f64, says: &str) {
        let (x, y, says) = (self.x(x), self.y(y), escape(says));
        self.write(format_args!(
            "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\"><title>{says}</title></circle>\n"
        ));
    }

    fn bar(&mut self, (from, to): (f64, f64), height: f64, says: &str) {
        let (left, right, top, bottom) = (self.x(from), self.x(to), self.y(height), self.y(0.0));
        let (width, tall, says) = (right - left - 1.0, bottom - top, escape(says));
        self.write(format_args!(
            "<rect class=\"bar\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{tall:.1}\"><title>{says}</title></rect>\n"
        ));
    }

    fn end(mut self) -> String {
        self.svg.push_str("</svg>\n");
        self.svg
    }
}

/// The reliability diagram: probability against accuracy, with the share of rows behind it.
pub(super) fn reliability(calibration: &Calibration) -> String {
    let mut plane = Plane::new("Accuracy by probability, beside the line on which both are equal", (1.0, 1.0));
    plane.axes("probability that was said", "share that is right");
    let rows: u64 = calibration.bins.iter().map(|bin| bin.rows).sum();
    for bin in &calibration.bins {
        let height = bin.rows as f64 / rows.max(1) as f64;
        plane.bar((bin.from, bin.to), height, &format!("{} of {rows} rows", bin.rows));
    }
    plane.path("ideal", &[(0.0, 0.0), (1.0, 1.0)]);
    let points: Vec<(f64, f64)> =
        calibration.bins.iter().filter_map(|bin| Some((bin.probability?, bin.accuracy?))).collect();
    plane.path("line", &points);
    for (bin, point) in calibration.bins.iter().zip(&points) {
        let says = format!("said {}, right {}, {} rows", percent(bin.probability), percent(bin.accuracy), bin.rows);
        // The area of a dot grows with its rows.
        let radius = 2.5 + 6.0 * libm::sqrt(bin.rows as f64 / rows.max(1) as f64);
        plane.circle("dot", *point, radius, &says);
    }
    plane.end()
}

/// The risk-coverage curve, with the promised error and where the report's decisions are.
pub(super) fn risk(risk: &Risk, promised: f64, decided: Option<(f64, f64)>) -> String {
    let highest = risk.curve.iter().map(|point| point.risk).chain(decided.map(|(_, error)| error)).fold(0.0, f64::max);
    let most = nice(highest.max(promised) * 1.15);
    let mut plane = Plane::new("Error among the rows that are decided, by the share of rows that is", (1.0, most));
    plane.axes("share of rows decided, the surest first", "error among them");
    let points: Vec<(f64, f64)> = risk.curve.iter().map(|point| (point.coverage, point.risk)).collect();
    if let (Some((first, _)), Some((last, _))) = (points.first(), points.last()) {
        let area: Vec<(f64, f64)> =
            std::iter::once((*first, 0.0)).chain(points.iter().copied()).chain([(*last, 0.0)]).collect();
        plane.path("area", &area);
    }
    plane.path("line", &points);
    plane.path("limit", &[(0.0, promised), (1.0, promised)]);
    if let Some(point) = decided {
        let says = format!("decided {}, of that wrong {}", percent(Some(point.0)), percent(Some(point.1)));
        plane.circle("mark", point, 6.0, &says);
    }
    plane.end()
}

/// Who decides how much at each promised error: a bar for each.
pub(super) fn shares(cascade: &Cascade) -> String {
    const ROW: f64 = 34.0;
    let height = 30.0 + ROW * cascade.milestones.len() as f64;
    let mut svg = format!(
        "<svg viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\" aria-label=\"Share of rows decided by whom, for each promised error\">\n"
    );
    let full = WIDTH - 60.0 - RIGHT;
    for (place, milestone) in cascade.milestones.iter().enumerate() {
        let y = 6.0 + ROW * place as f64;
        let weight = if milestone.in_use { " font-weight=\"700\"" } else { "" };
        let _ = write!(
            svg,
            "<text x=\"50\" y=\"{:.1}\" text-anchor=\"end\"{weight}>{}</text>",
            y + 17.0,
            percent(Some(milestone.promised_error))
        );
        let mut x = 60.0;
        let parts = [
            ("local", "the local tier", milestone.local_share),
            ("claude", "Claude", milestone.claude_share),
            ("human", "a person", milestone.human_share),
        ];
        for (class, who, share) in parts {
            let width = full * share.unwrap_or_default();
            let says = format!("{who}: {}", percent(share));
            let _ = write!(
                svg,
                "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"24\"><title>{says}</title></rect>"
            );
            x += width;
        }
        svg.push('\n');
    }
    let y = height - 8.0;
    for (x, class, who) in [(60.0, "local", "local tier"), (160.0, "claude", "Claude"), (240.0, "human", "a person")] {
        let _ = write!(
            svg,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{:.1}\" width=\"11\" height=\"11\"/><text x=\"{}\" y=\"{y:.1}\">{who}</text>",
            y - 10.0,
            x + 16.0
        );
    }
    svg.push_str("</svg>\n");
    svg
}

/// A share at an axis.
fn tick(share: f64) -> String {
    let hundredths = share * 100.0;
    if (hundredths - hundredths.round()).abs() < 1e-9 {
        format!("{hundredths:.0}\u{a0}%")
    } else {
        format!("{hundredths:.1}\u{a0}%")
    }
}

/// The next larger share that divides into five parts well.
fn nice(share: f64) -> f64 {
    let steps = [0.01, 0.02, 0.025, 0.03, 0.04, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75];
    steps.into_iter().find(|step| *step >= share).unwrap_or(1.0)
}
