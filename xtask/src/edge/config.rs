//! The configuration that workerd reads: our Worker, its Durable Objects and docket, the services it is bound to.
//!
//! It mirrors what `edge/wrangler.jsonc` says to Cloudflare. Secrets are named here, never written: workerd takes them
//! from its own environment.

use std::fmt::Write as _;

/// Before this date a pending service-binding call did not keep an object without a client alive.
pub(crate) const COMPATIBILITY_DATE: &str = "2026-10-01";

/// What one workerd is to serve.
pub(crate) struct Layout<'a> {
    /// The command that writes it, for whoever reads the file.
    pub(crate) written_by: &'a str,
    /// The port it listens on, on loopback.
    pub(crate) port: u16,
    /// The folder of its databases.
    pub(crate) state: &'a str,
    /// HTTP servers that the Worker reaches by a service binding: the binding's name and `host:port`.
    pub(crate) services: &'a [(&'a str, &'a str)],
    /// Other Workers that the Worker reaches by a service binding.
    pub(crate) modules: &'a [Module],
    /// Plain settings: the binding's name and its text.
    pub(crate) texts: &'a [(&'a str, &'a str)],
    /// Names of secrets that workerd reads from its environment.
    pub(crate) secrets: &'a [&'a str],
}

/// Another Worker in the same process, of one module.
#[derive(Clone)]
pub(crate) struct Module {
    /// The name of the service binding to it.
    pub(crate) binding: String,
    /// The module's file, beside the configuration.
    pub(crate) file: String,
    /// Its own plain settings: a binding's name and its text.
    pub(crate) texts: Vec<(String, String)>,
}

/// Writes the configuration; `index.js` and `index_bg.wasm` lie beside it.
pub(crate) fn text(layout: &Layout<'_>) -> String {
    let (services, bindings, modules) = (services(layout), bindings(layout), modules(layout));
    let (port, written_by) = (layout.port, layout.written_by);
    format!(
        r#"using Workerd = import "/workerd/workerd.capnp";
# Written by `{written_by}`; changes are lost.
const config :Workerd.Config = (
  services = [
    (name = "entry", worker = .entry),
    (name = "d1", worker = .d1),
    (name = "cron", worker = .cron),
{services}  ],
  sockets = [ (name = "http", address = "127.0.0.1:{port}", http = (), service = "entry") ]
);
const entry :Workerd.Worker = (
  modules = [
    (name = "index.js", esModule = embed "index.js"),
    (name = "index_bg.wasm", wasm = embed "index_bg.wasm"),
  ],
  compatibilityDate = "{COMPATIBILITY_DATE}",
  bindings = [
    (name = "CASE", durableObjectNamespace = "CaseFile"),
    (name = "TENANT", durableObjectNamespace = "TenantDesk"),
    (name = "DB", wrapped = (moduleName = "cloudflare-internal:d1-api",
      innerBindings = [(name = "fetcher", service = (name = "d1", props = (json = "{{\"database\":\"docket\"}}")))])),
{bindings}  ],
  durableObjectNamespaces = [
    (className = "CaseFile", uniqueKey = "caseworker-CaseFile", enableSql = true),
    (className = "TenantDesk", uniqueKey = "caseworker-TenantDesk", enableSql = true),
  ],
  durableObjectStorage = (localDisk = "state"),
);
const d1 :Workerd.Worker = (
  modules = [ (name = "d1.js", bundled = "/workerd/d1.js") ],
  compatibilityDate = "2026-01-01",
  bindings = [ (name = "DATABASE", durableObjectNamespace = "D1Database") ],
  durableObjectNamespaces = [ (className = "D1Database", uniqueKey = "d1-D1Database", enableSql = true) ],
  durableObjectStorage = (localDisk = "state"),
);
const cron :Workerd.Worker = (
  modules = [ (name = "cron.js", bundled = "/workerd/cron.js") ],
  compatibilityDate = "2026-01-01",
  compatibilityFlags = ["service_binding_extra_handlers", "experimental"],
  bindings = [
    (name = "SCHEDULE", durableObjectNamespace = "Schedule"),
    (name = "CRONS", json = "{{\"ENTRY\":[\"* * * * *\"]}}"),
    (name = "ENTRY", service = "entry"),
  ],
  durableObjectNamespaces = [ (className = "Schedule", uniqueKey = "cron-Schedule", enableSql = true) ],
  durableObjectStorage = (localDisk = "state"),
);
{modules}"#
    )
}

fn services(layout: &Layout<'_>) -> String {
    let mut lines = format!("    (name = \"state\", disk = (path = {}, writable = true)),\n", quoted(layout.state));
    for (binding, address) in layout.services {
        let (name, address) = (quoted(&service_name(binding)), quoted(address));
        let _ = writeln!(lines, "    (name = {name}, external = (address = {address}, http = ())),");
    }
    for module in layout.modules {
        let (name, constant) = (quoted(&module_name(&module.binding)), constant(&module.binding));
        let _ = writeln!(lines, "    (name = {name}, worker = .{constant}),");
    }
    // Sources and a stand-in model may run on this machine, so that loopback is allowed here.
    lines.push_str(
        "    (name = \"internet\", network = (allow = [\"public\", \"private\", \"local\"], deny = [], \
         tlsOptions = (trustBrowserCas = true))),\n",
    );
    lines
}

fn bindings(layout: &Layout<'_>) -> String {
    let mut lines = String::new();
    for (binding, _) in layout.services {
        let _ = writeln!(lines, "    (name = {}, service = {}),", quoted(binding), quoted(&service_name(binding)));
    }
    for Module { binding, .. } in layout.modules {
        let _ = writeln!(lines, "    (name = {}, service = {}),", quoted(binding), quoted(&module_name(binding)));
    }
    for (binding, value) in layout.texts {
        let _ = writeln!(lines, "    (name = {}, text = {}),", quoted(binding), quoted(value));
    }
    for secret in layout.secrets {
        let _ = writeln!(lines, "    (name = {0}, fromEnvironment = {0}),", quoted(secret));
    }
    lines
}

/// The Workers beside ours, each a constant of its own.
fn modules(layout: &Layout<'_>) -> String {
    let mut lines = String::new();
    for Module { binding, file, texts } in layout.modules {
        let _ = writeln!(lines, "const {} :Workerd.Worker = (", constant(binding));
        let _ = writeln!(lines, "  modules = [ (name = \"index.js\", esModule = embed {}) ],", quoted(file));
        let _ = writeln!(lines, "  compatibilityDate = \"{COMPATIBILITY_DATE}\",\n  bindings = [");
        for (name, value) in texts {
            let _ = writeln!(lines, "    (name = {}, text = {}),", quoted(name), quoted(value));
        }
        lines.push_str("  ],\n);\n");
    }
    lines
}

fn module_name(binding: &str) -> String {
    format!("module-{}", binding.to_lowercase())
}

/// A constant's name in Cap'n Proto: letters and digits, the first of them small.
fn constant(binding: &str) -> String {
    format!("module{}", binding.replace(|letter: char| !letter.is_ascii_alphanumeric(), ""))
}

fn service_name(binding: &str) -> String {
    format!("external-{}", binding.to_lowercase())
}

/// A Cap'n Proto text literal.
fn quoted(text: &str) -> String {
    let mut literal = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => literal.push_str("\\\""),
            '\\' => literal.push_str("\\\\"),
            '\n' => literal.push_str("\\n"),
            other => literal.push(other),
        }
    }
    literal.push('"');
    literal
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::edge::wrangler;

    #[test]
    fn every_binding_points_at_a_service_that_is_declared_and_no_secret_is_written() {
        let layout = Layout {
            written_by: "cargo xtask edge dev",
            port: 8787,
            state: "/data/a \"b\"",
            services: &[("SOURCES", "127.0.0.1:8788")],
            modules: &[Module {
                binding: "MERCHANT_AGENT".to_owned(),
                file: "MERCHANT_AGENT.js".to_owned(),
                texts: vec![("SECRET".to_owned(), "a\nb".to_owned())],
            }],
            texts: &[("OPEN", "local")],
            secrets: &["VAULT_KEY"],
        };
        let text = text(&layout);
        for part in [
            "address = \"127.0.0.1:8787\"",
            "(name = \"state\", disk = (path = \"/data/a \\\"b\\\"\", writable = true))",
            "(name = \"external-sources\", external = (address = \"127.0.0.1:8788\", http = ()))",
            "(name = \"SOURCES\", service = \"external-sources\")",
            "(name = \"module-merchant_agent\", worker = .moduleMERCHANTAGENT)",
            "(name = \"MERCHANT_AGENT\", service = \"module-merchant_agent\")",
            "const moduleMERCHANTAGENT :Workerd.Worker",
            "(name = \"SECRET\", text = \"a\\nb\")",
            "(name = \"OPEN\", text = \"local\")",
            "(name = \"VAULT_KEY\", fromEnvironment = \"VAULT_KEY\")",
            "{\\\"database\\\":\\\"docket\\\"}",
        ] {
            assert!(text.contains(part), "{part} is missing from:\n{text}");
        }
    }

    /// The words between quotes that follow a mark, each time it occurs.
    fn named<'a>(text: &'a str, mark: &str) -> Vec<&'a str> {
        text.split(mark).skip(1).filter_map(|rest| rest.split('"').next()).collect()
    }

    fn texts<'a>(value: &'a Value, list: &str, field: &str) -> Vec<&'a str> {
        let rows = value.pointer(list).and_then(Value::as_array).into_iter().flatten();
        rows.filter_map(|row| row.get(field).and_then(Value::as_str)).collect()
    }

    #[test]
    fn workerd_and_cloudflare_are_told_the_same() {
        let told = wrangler::read().expect("edge/wrangler.jsonc is read");
        let layout = Layout {
            written_by: "a test",
            port: 1,
            state: "state",
            services: &[],
            modules: &[],
            texts: &[],
            secrets: &[],
        };
        let text = text(&layout);
        let (entry, _) = text.split_once("const d1 ").expect("the entry comes first");
        assert_eq!(told.get("compatibility_date").and_then(Value::as_str), Some(COMPATIBILITY_DATE));
        let mut crons = told.pointer("/triggers/crons").and_then(Value::as_array).into_iter().flatten();
        assert!(crons.all(|cron| text.contains(&format!("[\\\"{}\\\"]", cron.as_str().unwrap_or_default()))));
        // Each namespace under its binding, and each class with SQLite, made by a migration.
        let bindings = "/durable_objects/bindings";
        assert_eq!(texts(&told, bindings, "class_name"), named(entry, "durableObjectNamespace = \""));
        assert_eq!(named(entry, "(className = \""), texts(&told, bindings, "class_name"));
        for name in [texts(&told, bindings, "name"), texts(&told, "/d1_databases", "binding")].concat() {
            assert!(entry.contains(&format!("(name = \"{name}\", ")), "{name} is not bound on workerd");
        }
        let migrations = told.get("migrations").and_then(Value::as_array).into_iter().flatten();
        let made = migrations.filter_map(|migration| migration.get("new_sqlite_classes")?.as_array()).flatten();
        assert_eq!(made.filter_map(Value::as_str).collect::<Vec<_>>(), texts(&told, bindings, "class_name"));
    }
}
