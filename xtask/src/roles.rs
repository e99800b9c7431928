//! `cargo xtask roles`: writes who may use which route, from the table that the front itself uses, or checks that the
//! committed page is what the code says now.
//!
//! The page is there to be read whenever it changes. The conformance suite tries each of its cells over HTTP.

use std::fs;

use anyhow::{Context as _, Result, ensure};
use case::{actor::Role, entry::CommandName};
use desk::{
    commands::NAMES,
    front::ROUTES,
    who::{METRICS, Who},
};
use http::Method;

use crate::{shell, steps::Tally};

/// Where the page lies, from the root of the checkout.
const FILE: &str = "docs/roles.md";

/// What stands above the table.
const HEAD: &str = "# Who may use which route

Made by `cargo xtask roles` from the code's own table, and tried cell by cell over HTTP on both hosts. A change of this
page is a change of who may do what: read it before you commit it. The console's routes are for holders of a session, all
others for holders of a key, a token or a secret.

| cell | means |
|---|---|
| yes | the route answers; what else the case or the command asks for, it says itself |
| own | yes, for cases that the submitter opened; all others are answered with 404 |
| sign in | the browser is led to the sign-in page |
| 401, 403 | refused: nobody known, or a role that may not |
| 404 | the case is not there, for whichever role of another tenant |
| - | the route is about the caller's own tenant, and shows nothing of another |

";

/// What stands above the commands.
const COMMANDS: &str = "
## Who may give which command

Commands go through `POST /v1/cases/{id}/commands`, or a form of the console. The case may refuse one all the same: to
whoever has approved already, while somebody else has the case, or once it is closed.

";

/// Writes who may use which route, or checks the committed page.
#[derive(Debug, clap::Args)]
pub(crate) struct Roles {
    /// Compare the committed page with the code instead of writing it.
    #[arg(long)]
    check: bool,
}

impl Roles {
    /// Does what the options say.
    pub(crate) fn run(&self) -> Result<()> {
        if self.check {
            return check().map(|_| ());
        }
        fs::write(shell::root().join(FILE), page()).with_context(|| format!("cannot write {FILE}"))?;
        println!("wrote {FILE}");
        Ok(())
    }
}

/// Compares the committed page with the code.
pub(crate) fn check() -> Result<Tally> {
    let committed = fs::read_to_string(shell::root().join(FILE)).with_context(|| format!("cannot read {FILE}"))?;
    ensure!(committed == page(), "{FILE} is not what the code says: run `cargo xtask roles`, and read what changed");
    Ok(Tally::ONE)
}

fn page() -> String {
    let roles: Vec<&str> = Role::ALL.iter().map(|role| role.name()).collect();
    let mut page = format!("{HEAD}| route | nobody | {} | another tenant's |\n", roles.join(" | "));
    page.push_str(&format!("|---|{}\n", "---|".repeat(roles.len() + 2)));
    for route in ROUTES {
        let nobody = match route.who {
            Who::Anybody => "yes",
            // People who read are led to the sign-in page; a form or a script is told.
            _ if route.is_console() && route.method == Method::GET && !route.path.ends_with("/live") => "sign in",
            _ => "401",
        };
        let name = format!("{} {}", route.method, route.path);
        if route.who == Who::Signs {
            page.push_str(&format!("| `{name}` | {}- |\n", "401 | ".repeat(roles.len() + 1)));
            continue;
        }
        page.push_str(&row(&name, nobody, route.who));
    }
    let (path, who) = METRICS;
    page.push_str(&row(&format!("GET {path}"), "401", who));
    page.push_str(&format!(
        "\n`{path}` is there on the native host alone. `/v1/hooks/{{key}}` is for whoever signs with the\n"
    ));
    page.push_str("webhook secret of the key that it names; no key that is sent opens it.\n");
    page.push_str(&commands(&roles));
    page
}

/// Who may give which command.
fn commands(roles: &[&str]) -> String {
    let mut table = format!("{COMMANDS}| command | {} |\n|---|{}\n", roles.join(" | "), "---|".repeat(roles.len()));
    for command in CommandName::ALL.into_iter().filter(|command| NAMES.contains(&command.name())) {
        let cells = Role::ALL.map(|role| if role.gives(command) { "yes" } else { "403" });
        table.push_str(&format!("| `{}` | {} |\n", command.name(), cells.join(" | ")));
    }
    table
}

fn row(route: &str, nobody: &str, who: Who) -> String {
    let about_a_case = route.contains("{id}");
    let cell = |role: &Role| match (who.allows(*role), about_a_case && *role == Role::Submitter) {
        (true, true) => "own",
        (true, false) => "yes",
        (false, _) => "403",
    };
    let cells: Vec<&str> = Role::ALL.iter().map(cell).collect();
    let other = if about_a_case { "404" } else { "-" };
    format!("| `{route}` | {nobody} | {} | {other} |\n", cells.join(" | "))
}
