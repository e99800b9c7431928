//! The sections of the page, in the order in which they are read.

use case::label::Label;

use super::{
    charts,
    write::{Page, Row, between, counted, dollars, escape, figure, percent, share_cell},
};
use crate::{
    Mistake, Report,
    compare::{Comparison, Difference, Verdict},
    metrics::Figures,
    report::{Milestone, Slice},
};

/// Who decides how much, and at what price.
pub(super) fn cascade(page: &mut Page, report: &Report) {
    page.element("h2", "Who decides");
    let says = if report.cascade.claude_asked {
        "The local tier decides where it is sure, Claude where the local tier is not, a person where neither is. A smaller promised error leaves less to the local tier. The bold line is in use."
    } else {
        "The local tier decides where it is sure; the rest goes to Claude where there is a key, and to a person where there is none. Claude was not asked in this run, so that rest is a person's here. A smaller promised error leaves less to the local tier. The bold line is in use."
    };
    page.element("p", says);
    page.raw("<figure>\n");
    page.raw(&charts::shares(&report.cascade));
    page.raw("<figcaption>Share of the rows by who decides them, for each promised error.</figcaption>\n</figure>\n");
    let head = [
        "promised error",
        "local tier",
        "wrong of that",
        "Claude",
        "wrong of that",
        "a person",
        "wrong of all decided",
        "per 1,000 rows",
        "mean time",
    ];
    page.table(
        &head,
        report.cascade.milestones.iter().map(|milestone| milestone_row(milestone, report.cascade.claude_asked)),
    );
    if report.cascade.milestones.iter().any(|milestone| milestone.not_asked > 0) {
        page.line("soft", "Claude was not asked about some rows that the local tier is not sure of at a promised error: the budget was spent, or the error is stricter than the one in use. They count as a person's, and their price as the others' mean.");
    }
}

/// What Claude answered, where it was asked.
pub(super) fn claude(page: &mut Page, report: &Report) {
    let Some(claude) = &report.claude else { return };
    page.element("h3", &format!("What {} answered", claude.budget.model));
    let per_row = claude.usd_per_asked.map_or_else(|| "–".to_owned(), dollars);
    let time = |us: fn(&crate::report::Quantiles) -> f64| {
        claude.latency_ms.as_ref().map_or_else(|| "–".to_owned(), |times| super::write::duration_us(us(times) * 1e3))
    };
    let figures = &claude.figures;
    let rows = [
        ("asked, answered usably, decided", format!("{}, {}, {}", claude.asked, claude.answered, claude.decided)),
        ("right", share_cell(figures.accuracy, figures.accuracy_interval)),
        ("wrong of what it decides", share_cell(figures.decided_error, figures.decided_error_interval)),
        ("the same label as the local tier", share_cell(claude.agreement, claude.agreement_interval)),
        ("calibration error of its confidence", figure(figures.calibration_error)),
        ("cost, of a budget", format!("{} of {}", dollars(claude.usd), dollars(claude.budget.budget_usd))),
        ("cost of a row asked about", format!("{per_row}<br><small>prices {}</small>", escape(&claude.budget.prices))),
        (
            "tokens sent, from the cache, answered",
            format!("{}, {}, {}", claude.input_tokens, claude.cache_read_tokens, claude.output_tokens),
        ),
        ("time, half of them, 99 in 100", format!("{}, {}", time(|times| times.p50), time(|times| times.p99))),
    ];
    page.raw("<div class=\"narrow\">\n");
    page.table(&["", "rows asked about"], rows.into_iter().map(|(name, cell)| Row::plain(vec![name.to_owned(), cell])));
    page.raw("</div>\n");
}

fn milestone_row(milestone: &Milestone, claude_asked: bool) -> Row {
    let cost = match (claude_asked, milestone.usd_per_thousand_at_most) {
        (true, _) => milestone.usd_per_thousand.map_or_else(|| "–".to_owned(), dollars),
        (false, Some(most)) if most > 0.0 => format!("$0<br><small>with Claude at most {}</small>", dollars(most)),
        (false, _) => "$0".to_owned(),
    };
    let time = milestone.latency_ms.map_or_else(|| "–".to_owned(), |ms| super::write::duration_us(ms * 1e3));
    let cells = vec![
        percent(Some(milestone.promised_error)),
        percent(milestone.local_share),
        share_cell(milestone.local_error, milestone.local_error_interval),
        percent(milestone.claude_share),
        percent(milestone.claude_error),
        percent(milestone.human_share),
        share_cell(milestone.decided_error, milestone.decided_error_interval),
        cost,
        time,
    ];
    Row { cells, in_use: milestone.in_use }
}

/// Every label, and which was taken for which.
pub(super) fn classes(page: &mut Page, report: &Report) {
    page.element("h2", "By label");
    let row = |class: &crate::metrics::Class| {
        Row::plain(vec![
            class.label.name().to_owned(),
            class.rows.to_string(),
            percent(class.precision),
            percent(class.recall),
            percent(class.f1),
            class.decided.to_string(),
            percent(class.decided_error),
        ])
    };
    let head = ["label", "rows", "precision", "recall", "F1", "decided as this", "wrong of that"];
    page.table(&head, report.classes.iter().map(row));
    let fraud = &report.fraud;
    let says = format!(
        "Fraud reports: {} of {} are called one, {} are called one or raise suspicion, by which a case is escalated; {} decided as something else. Of the other rows {} raise suspicion.",
        percent(fraud.recall),
        counted(fraud.rows, "row", "rows"),
        percent(fraud.called_or_suspected),
        counted(fraud.decided_as_other, "is", "are"),
        percent(fraud.false_suspicion),
    );
    page.element("p", &says);
    page.element("h3", "What was taken for what");
    page.raw("<div class=\"scroll\"><table class=\"heat\">\n<thead><tr><th scope=\"col\">is, read as</th>");
    for label in Label::ALL {
        page.write(format_args!("<th scope=\"col\">{}</th>", label.name()));
    }
    page.raw("</tr></thead>\n<tbody>\n");
    for label in Label::ALL {
        page.write(format_args!("<tr><td>{}</td>", label.name()));
        for predicted in Label::ALL {
            let (cell, rows) = (report.confusion.cell(label, predicted), report.confusion.rows(label));
            let part = cell as f64 / rows.max(1) as f64;
            // Small shares of mistakes are the interesting ones.
            let strength = if cell == 0 { 0.0 } else { 0.1 + 0.55 * libm::sqrt(part) };
            let colour = if label == predicted { "heat" } else { "wrong" };
            page.write(format_args!("<td style=\"background: rgba(var(--{colour}), {strength:.2})\">{cell}</td>"));
        }
        page.raw("</tr>\n");
    }
    page.raw("</tbody>\n</table></div>\n");
}

/// Whether probabilities mean what they say, and what deciding less would bring.
pub(super) fn confidence(page: &mut Page, report: &Report) {
    page.element("h2", "Knowing when to ask");
    page.raw("<div class=\"plots\">\n<figure>\n");
    page.raw(&charts::reliability(&report.calibration));
    let says = format!(
        "Reliability. Dots on the dashed line mean what they say; bars are the share of rows. Calibration error {}, Brier score {}.",
        figure(report.calibration.error),
        figure(report.calibration.brier)
    );
    page.element("figcaption", &says);
    page.raw("</figure>\n<figure>\n");
    let decided = report.figures.decided_share.zip(report.figures.decided_error);
    page.raw(&charts::risk(&report.risk, report.promised_error, decided));
    let says = format!(
        "Risk and coverage. The ring is what was decided in this run, the dashed line the promised error. Area {}; no order of these answers has less than {}.",
        figure(report.risk.area),
        figure(report.risk.best_area)
    );
    page.element("figcaption", &says);
    page.raw("</figure>\n</div>\n");
    let cells = |at: &crate::report::CoverageAt| Row::plain(vec![percent(Some(at.error)), percent(Some(at.coverage))]);
    page.element("h3", "If one threshold on the probability ruled, chosen with these labels in hand");
    page.raw("<div class=\"narrow\">\n");
    page.table(&["error at most", "rows that could be decided"], report.coverage_at.iter().map(cells));
    page.raw("</div>\n");
}

/// Parts of the rows.
pub(super) fn slices(page: &mut Page, report: &Report) {
    page.element("h2", "By length, source and language");
    let parts =
        [("length", &report.slices.length), ("source", &report.slices.source), ("language", &report.slices.language)];
    for (name, slices) in parts.into_iter().filter(|(_, slices)| !slices.is_empty()) {
        let head =
            [name, "rows", "accuracy", "macro-F1", "decided", "wrong among decided", "calibration error", "Brier"];
        page.table(&head, slices.iter().map(slice_row));
    }
    page.line("soft", "The mean over labels counts only those that occur in a part, as label or as answer.");
}

fn slice_row(slice: &Slice) -> Row {
    let Figures {
        rows,
        accuracy,
        accuracy_interval,
        macro_f1,
        decided_share,
        decided_error,
        decided_error_interval,
        calibration_error,
        brier,
        ..
    } = &slice.figures;
    Row::plain(vec![
        slice.name.as_deref().map_or_else(|| "(none)".to_owned(), escape),
        rows.to_string(),
        share_cell(*accuracy, *accuracy_interval),
        percent(*macro_f1),
        percent(*decided_share),
        share_cell(*decided_error, *decided_error_interval),
        figure(*calibration_error),
        figure(*brier),
    ])
}

/// Beside another model or run.
pub(super) fn comparison(page: &mut Page, report: &Report) {
    let Some(comparison) = &report.comparison else { return };
    page.element("h2", &format!("Compared with {}", comparison.name));
    let Comparison { only_this_right, only_other_right, chance, .. } = comparison;
    let verdict = match comparison.verdict {
        Verdict::Better => "This run gets more rows right, and that is no accident.",
        Verdict::Worse => "This run gets fewer rows right, and that is no accident.",
        Verdict::NoDifferenceShown => "These rows do not show that one gets more right than the other.",
    };
    let chance = if *chance < 0.000_1 { "less than 0.0001".to_owned() } else { format!("{chance:.4}") };
    page.element("p", &format!(
        "{verdict} Only this run is right in {}, only the other in {}; so uneven a split has a chance of {chance} if both are equally good (McNemar, exact).",
        counted(*only_this_right, "row", "rows"),
        counted(*only_other_right, "row", "rows"),
    ));
    if comparison.unmatched > 0 {
        let rows = counted(comparison.unmatched, "row has", "rows have");
        page.line("note", &format!("{rows} no answer there and are left out of this section."));
    }
    let (this, other) = (&comparison.this, &comparison.other);
    let row = |name: &str, cell: &dyn Fn(&Figures) -> String, difference: Option<Difference>| {
        let difference = difference.map_or_else(String::new, |difference| {
            let [low, high] = difference.interval.map(|share| share * 100.0);
            format!("{:+.2} points<br><small>{low:+.2} to {high:+.2}</small>", difference.value * 100.0)
        });
        Row::plain(vec![name.to_owned(), cell(this), cell(other), difference])
    };
    let rows = [
        row(
            "accuracy",
            &|figures| share_cell(figures.accuracy, figures.accuracy_interval),
            Some(comparison.accuracy_difference),
        ),
        row("macro-F1", &|figures| percent(figures.macro_f1), Some(comparison.macro_f1_difference)),
        row("decided", &|figures| percent(figures.decided_share), None),
        row("wrong among decided", &|figures| share_cell(figures.decided_error, figures.decided_error_interval), None),
        row("calibration error", &|figures| figure(figures.calibration_error), None),
        row("Brier", &|figures| figure(figures.brier), None),
        row("risk-coverage area", &|figures| figure(figures.risk_coverage_area), None),
    ];
    page.table(&["", "this run", "the other", "difference"], rows);
    if !comparison.newly_wrong.is_empty() {
        page.element("h3", "Right there, wrong here");
        cases(page, &comparison.newly_wrong);
    }
}

/// The mistakes that were surest.
pub(super) fn mistakes(page: &mut Page, report: &Report) {
    page.element("h2", "Worst mistakes");
    if report.mistakes.is_empty() {
        page.element("p", "There are none.");
        return;
    }
    page.element("p", "Decided ones first, then the surest. The words are those the local tier weighed most; texts are redacted and cut.");
    cases(page, &report.mistakes);
    if !report.missed_fraud.is_empty() {
        page.element("h3", "Fraud reports read as something else");
        cases(page, &report.missed_fraud);
    }
}

fn cases(page: &mut Page, mistakes: &[Mistake]) {
    page.raw("<ol class=\"cases\">\n");
    for mistake in mistakes {
        let decided = if mistake.accepted { "decided" } else { "not decided" };
        page.raw("<li>");
        page.element("p", &mistake.text);
        page.write(format_args!(
            "<p class=\"soft\">is <b>{}</b>, read as <b class=\"bad\">{}</b> with {}, {decided}; row {}</p>",
            mistake.label.name(),
            mistake.predicted.name(),
            percent(Some(mistake.probability.into())),
            escape(&mistake.id.to_string()),
        ));
        for (label, cues) in [(mistake.predicted, &mistake.cues_predicted), (mistake.label, &mistake.cues_label)] {
            if !cues.is_empty() {
                let words: String =
                    cues.iter().map(|cue| format!("<span class=\"cue\">{}</span> ", escape(cue))).collect();
                page.write(format_args!("<p class=\"soft\">for {}: {words}</p>", label.name()));
            }
        }
        page.raw("</li>\n");
    }
    page.raw("</ol>\n");
}

/// What the figures mean.
pub(super) fn definitions(page: &mut Page, report: &Report) {
    page.element("h2", "What the figures mean");
    let decided = format!(
        "Accepted from the local tier at a promised error of {}, or from Claude at its own threshold.",
        percent(Some(report.promised_error))
    );
    let terms = [
        ("accuracy", "The share of rows whose best label is right, decided or not."),
        (
            "macro-F1",
            "The mean of the labels' F1, each counting the same; labels that neither a row nor an answer has are left out.",
        ),
        ("decided", decided.as_str()),
        ("intervals", "Between these shares the true one lies with 95 % confidence (Wilson)."),
        (
            "calibration error",
            "The distance of probability and accuracy over 15 bins of equal width, weighed by their rows. A constant can have none: read it beside the Brier score.",
        ),
        (
            "Brier score",
            "The mean squared distance of the best label's probability from 1 where it is right and 0 where it is wrong.",
        ),
        ("risk-coverage area", "The mean error over all shares of the rows, the surest first."),
        ("differences", "The middle 95 % of 2,000 draws of the same rows, each with both answers, by a fixed seed."),
    ];
    page.raw("<dl>\n");
    for (term, meaning) in terms {
        page.element("dt", term);
        page.element("dd", meaning);
    }
    page.raw("</dl>\n");
    let rows = between(report.figures.accuracy_interval);
    page.line("soft", &format!("Made by caseworker eval; report version {}. Accuracy {rows}.", report.report));
}
