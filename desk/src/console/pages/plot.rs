//! A picture of numbers: bars beside one another, with the same numbers in a table. It scales and draws; what the numbers
//! mean, its caller says.

use maud::{Markup, html};

const WIDTH: f64 = 880.0;
/// Where bars stand, and how high the largest is.
const GROUND: f64 = 150.0;
const HIGHEST: f64 = 125.0;
const LEFT: f64 = 60.0;
/// Names below the bars at most: more of them would lie over one another.
const NAMES: usize = 12;
/// Rows of a table that is shown at once; a longer one unfolds.
const ROWS: usize = 12;

/// Numbers of one kind, one for each name of the picture.
pub(super) struct Series<'a> {
    pub(super) name: &'a str,
    pub(super) values: Vec<f64>,
}

/// What is drawn.
pub(super) struct Plot<'a> {
    /// The part of the page.
    pub(super) id: &'a str,
    pub(super) title: &'a str,
    /// What the picture shows, in a sentence.
    pub(super) told: &'a str,
    /// What the names are names of.
    pub(super) over: &'a str,
    pub(super) names: Vec<String>,
    pub(super) series: Vec<Series<'a>>,
    /// A number as it is written.
    pub(super) write: fn(f64) -> String,
}

/// The part of a page with the picture and its table.
pub(super) fn plot(plot: &Plot<'_>) -> Markup {
    let most = plot.series.iter().flat_map(|series| &series.values).copied().fold(0.0, f64::max);
    html! {
        section aria-labelledby=(plot.id) {
            h2 id=(plot.id) { (plot.title) }
            p .quiet { (plot.told) }
            @if most > 0.0 {
                figure .plot {
                    div .wide tabindex="0" role="region" aria-label={ "Picture: " (plot.title) } { (drawing(plot, most)) }
                    figcaption .key aria-hidden="true" {
                        @for (number, series) in plot.series.iter().enumerate() {
                            span class={ "series-" (number) } { "■" } " " (series.name) "  "
                        }
                    }
                }
            } @else { p .empty { "There is nothing to draw yet." } }
            details open[plot.names.len() <= ROWS] { summary { "The numbers" } (table(plot)) }
        }
    }
}

fn drawing(plot: &Plot<'_>, most: f64) -> Markup {
    let groups = plot.names.len().max(1) as f64;
    let group = (WIDTH - LEFT) / groups;
    let bar = (group * 0.8 / plot.series.len().max(1) as f64).min(40.0);
    let begin = |index: usize| LEFT + group * index as f64 + (group - bar * plot.series.len() as f64) / 2.0;
    let skip = plot.names.len().div_ceil(NAMES).max(1);
    let place = |number: f64| format!("{number:.1}");
    html! {
        svg viewBox={ "0 0 " (WIDTH) " 175" } role="img" aria-label={ (plot.told) " The numbers are in the table below." } {
            @for share in [0.0, 0.5, 1.0] {
                @let y = HIGHEST.mul_add(-share, GROUND);
                line .rule x1=(LEFT) x2=(WIDTH) y1=(place(y)) y2=(place(y)) {}
                text .end x=(place(LEFT - 6.0)) y=(place(y + 4.0)) { ((plot.write)(most * share)) }
            }
            @for (index, name) in plot.names.iter().enumerate() {
                @for (number, series) in plot.series.iter().enumerate() {
                    @let value = series.values.get(index).copied().unwrap_or_default();
                    @if value > 0.0 {
                        @let high = (HIGHEST * value / most).max(1.0);
                        rect class={ "series-" (number) } x=(place(bar.mul_add(number as f64, begin(index))))
                            y=(place(GROUND - high)) width=(place((bar - 1.0).max(1.0))) height=(place(high)) {
                            title { (name) ", " (series.name) ": " ((plot.write)(value)) }
                        }
                    }
                }
                @if index % skip == 0 {
                    text .cut x=(place(group.mul_add(index as f64 + 0.5, LEFT))) y="168" { (name) }
                }
            }
        }
    }
}

fn table(plot: &Plot<'_>) -> Markup {
    html! {
        div .wide tabindex="0" role="region" aria-label={ "Numbers: " (plot.title) } {
            table .numbers {
                thead { tr { th scope="col" { (plot.over) } @for series in &plot.series { th scope="col" { (series.name) } } } }
                tbody {
                    @for (index, name) in plot.names.iter().enumerate() {
                        tr {
                            th scope="row" { (name) }
                            @for series in &plot.series {
                                td { ((plot.write)(series.values.get(index).copied().unwrap_or_default())) }
                            }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(names: usize, values: Vec<f64>) -> String {
        let series = vec![Series { name: "opened", values }];
        let names = (0..names).map(|number| format!("day {number}")).collect();
        let write = |number: f64| format!("{number:.0}");
        plot(&Plot { id: "p", title: "Volume", told: "What came.", over: "Day", names, series, write }).into_string()
    }

    #[test]
    fn every_number_is_in_the_table_and_the_largest_bar_fills_the_picture() {
        let page = drawn(3, vec![1.0, 4.0, 2.0]);
        assert_eq!(page.matches("<td>").count(), 3);
        assert_eq!(page.matches("<rect").count(), 3);
        assert!(page.contains("height=\"125.0\"") && page.contains("<title>day 1, opened: 4</title>"), "{page}");
    }

    #[test]
    fn where_nothing_was_counted_there_is_no_picture_and_the_table_says_so() {
        for page in [drawn(0, Vec::new()), drawn(2, vec![0.0, 0.0]), drawn(2, Vec::new())] {
            assert!(!page.contains("<svg") && page.contains("nothing to draw"), "{page}");
        }
    }

    #[test]
    fn a_year_of_days_has_a_name_now_and_then_and_its_table_unfolds() {
        let page = drawn(366, vec![2.0; 366]);
        assert!(page.matches("<text class=\"cut\"").count() <= NAMES && !page.contains("<details open"));
    }
}
