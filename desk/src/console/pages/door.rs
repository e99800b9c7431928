//! The pages that need no case: signing in, and what went wrong.

use maud::{Markup, html};

use super::{
    ProblemView, SignInView, inert,
    layout::{Place, page},
    parts,
};

/// Where a key or a token is exchanged for a session.
#[must_use]
pub fn sign_in(view: &SignInView<'_>) -> Markup {
    let body = html! {
        section .door {
            h1 { "Sign in" }
            (parts::flash(view.flash))
            form method="post" action="/console/sign-in" {
                input type="hidden" name="csrf" value=(view.csrf);
                input type="hidden" name="next" value=(view.next);
                input type="hidden" name="next" value=(view.next);
                label for="key" { "Key or token" }
                input #key name="key" type="password" autocomplete="current-password" required autofocus
                    aria-describedby="key-help";
                p #key-help .quiet {
                    "What " code { "caseworker keys create" } " printed for you, or a token of your sign-in. It is exchanged "
                    "for a session of twelve hours, and kept nowhere."
                }
                button type="submit" { "Sign in" }
            }
        }
    };
    page("Sign in", Place::Outside, None, None, &body)
}

/// Why there is no page.
#[must_use]
pub fn problem(view: &ProblemView<'_>) -> Markup {
    let problem = view.problem;
    let body = html! {
        section .door {
            h1 { (problem.code.title()) }
            p { (inert::inline(&problem.detail)) }
            p .quiet { "Code " (problem.code.name()) "." }
            p { a href="/console" { "To the queue" } }
        }
    };
    page(problem.code.title(), Place::Outside, view.who, None, &body)
}
