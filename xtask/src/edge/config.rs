//! The configuration that workerd reads: our Worker, its Durable Objects and docket, the services it is bound to.
//!
//! It mirrors what `edge/wrangler.jsonc` says to Cloudflare. Secrets are named here, never written: workerd takes them
//! from its own environment.

use std::fmt::Write as _;

/// Before this date a pending service-binding call did not keep an object without a client alive.
const COMPATIBILITY_DATE: &str = "2026-10-01";

/// What one workerd is to serve.
pub(crate) struct Layout<'a> {
    /// Where it listens, on loopback.
    pub(crate) port: u16,
    /// The folder of its databases, absolute.
    pub(crate) state: &'a str,
    /// HTTP servers that the Worker reaches by a service binding: the binding's name and `host:port`.
    pub(crate) services: &'a [(&'a str, &'a str)],
    /// Plain settings: the binding's name and its text.
    pub(crate) texts: &'a [(&'a str, &'a str)],
    /// Names of secrets that workerd reads from its environment.
    pub(crate) secrets: &'a [&'a str],
}

/// Writes the configuration; `index.js` and `index_bg.wasm` lie beside it.
pub(crate) fn text(layout: &Layout<'_>) -> String {
    let (services, bindings) = (services(layout), bindings(layout));
    let port = layout.port;
    format!(
        r#"using Workerd = import "/workerd/workerd.capnp";
# Written by `cargo xtask edge dev`; changes are lost.
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
    (name = "DB", wrapped = (moduleName = "cloudflare-internal:d1-api",
      innerBindings = [(name = "fetcher", service = (name = "d1", props = (json = "{{\"database\":\"docket\"}}")))])),
{bindings}  ],
  durableObjectNamespaces = [ (className = "CaseFile", uniqueKey = "caseworker-CaseFile", enableSql = true) ],
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
"#
    )
}

fn services(layout: &Layout<'_>) -> String {
    let mut lines = format!("    (name = \"state\", disk = (path = {}, writable = true)),\n", quoted(layout.state));
    for (binding, address) in layout.services {
        let (name, address) = (quoted(&service_name(binding)), quoted(address));
        let _ = writeln!(lines, "    (name = {name}, external = (address = {address}, http = ())),");
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
    for (binding, value) in layout.texts {
        let _ = writeln!(lines, "    (name = {}, text = {}),", quoted(binding), quoted(value));
    }
    for secret in layout.secrets {
        let _ = writeln!(lines, "    (name = {0}, fromEnvironment = {0}),", quoted(secret));
    }
    lines
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
    use super::*;

    #[test]
    fn every_binding_points_at_a_service_that_is_declared_and_no_secret_is_written() {
        let layout = Layout {
            port: 8787,
            state: "/data/a \"b\"",
            services: &[("SOURCES", "127.0.0.1:8788")],
            texts: &[("OPEN", "local")],
            secrets: &["VAULT_KEY"],
        };
        let text = text(&layout);
        for part in [
            "address = \"127.0.0.1:8787\"",
            "(name = \"state\", disk = (path = \"/data/a \\\"b\\\"\", writable = true))",
            "(name = \"external-sources\", external = (address = \"127.0.0.1:8788\", http = ()))",
            "(name = \"SOURCES\", service = \"external-sources\")",
            "(name = \"OPEN\", text = \"local\")",
            "(name = \"VAULT_KEY\", fromEnvironment = \"VAULT_KEY\")",
            "{\\\"database\\\":\\\"docket\\\"}",
        ] {
            assert!(text.contains(part), "{part} is missing from:\n{text}");
        }
    }
}
