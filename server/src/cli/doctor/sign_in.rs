//! Whether people can sign in: the keys of each issuer can be read and are of the right kind, and its audience looks
//! like one. No token is asked for.

use bytes::Bytes;
use desk::signin::{Algorithm, KeySet, SignInConfig, read_set};
use http::{Request, header};

use super::{Finding, reach::call};
use crate::{outside::Http, settings::Settings};

/// How issuers of Cloudflare Access end.
const ACCESS: &str = ".cloudflareaccess.com";

/// Checks each entry of `sign_in`.
pub(super) async fn check(settings: &Settings, http: &Http) -> Vec<Finding> {
    let entries = &settings.config.sign_in;
    if entries.is_empty() {
        let remedy =
            "none is needed; docs/guide/sign-in.md says how people sign in with Cloudflare Access or another issuer";
        return vec![Finding::note("sign-in", "no issuer is set: callers have keys", remedy)];
    }
    let mut findings = Vec::new();
    for entry in entries {
        let check = format!("sign-in {}", entry.issuer);
        findings.push(audience(&check, entry));
        findings.push(keys(&check, entry, http).await);
    }
    findings
}

fn audience(check: &str, entry: &SignInConfig) -> Finding {
    let is_tag = entry.audience.len() == 64 && entry.audience.bytes().all(|byte| byte.is_ascii_hexdigit());
    let check = format!("{check} audience");
    if entry.issuer.trim_end_matches('/').ends_with(ACCESS) && !is_tag {
        let remedy = "copy the AUD tag of the Access application: 64 hexadecimal digits";
        return Finding::problem(check, "`audience` is no AUD tag, so every token of Access is refused", remedy);
    }
    if entry.issuer.ends_with(&format!("{ACCESS}/")) {
        let remedy = "take the slash at the end away: Access writes its issuer without one";
        return Finding::problem(check, "`issuer` is not written as Access writes it", remedy);
    }
    Finding::ok(check, format!("tokens for {} reach tenant {}", entry.audience, entry.tenant))
}

async fn keys(check: &str, entry: &SignInConfig, http: &Http) -> Finding {
    let check = format!("{check} keys");
    let Some(url) = &entry.keys_url else {
        let count = entry.keys.as_ref().map_or(0, |keys| keys.keys.len());
        return Finding::ok(check, format!("{count} keys are given in the settings; nobody exchanges them but you"));
    };
    let remedy = "set `keys_url` to what the issuer's `/.well-known/openid-configuration` calls `jwks_uri`; of Access it is \
                  https://<team>.cloudflareaccess.com/cdn-cgi/access/certs";
    let request = Request::get(url.trim()).header(header::ACCEPT, "application/json").body(Bytes::new());
    let Ok(request) = request else { return Finding::problem(check, "`keys_url` is not a URL", remedy) };
    match call(http, request).await {
        Ok(reply) if reply.status().is_success() => match read_set(reply.body()) {
            Some(set) => of_the_kind(check, entry, &set),
            None => Finding::problem(check, "what `keys_url` answers holds no key that can be used", remedy),
        },
        Ok(reply) => Finding::problem(check, format!("`keys_url` answered {}", reply.status()), remedy),
        Err(error) => Finding::problem(check, format!("`keys_url`: {error}"), remedy),
    }
}

fn of_the_kind(check: String, entry: &SignInConfig, set: &KeySet) -> Finding {
    let lacking: Vec<&str> = entry
        .algorithms
        .iter()
        .filter(|algorithm| !set.has(**algorithm))
        .map(|algorithm| Algorithm::name(*algorithm))
        .collect();
    if lacking.len() == entry.algorithms.len() {
        let remedy = "set `algorithms` to what the issuer signs with";
        return Finding::problem(check, format!("the issuer has no key for {}", lacking.join(", ")), remedy);
    }
    Finding::ok(check, format!("{} keys can be used", set.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::Verdict;

    fn entry(issuer: &str, audience: &str) -> SignInConfig {
        let entry = serde_json::json!({
            "issuer": issuer, "audience": audience, "keys_url": "https://x.example/keys", "tenant": "acme",
            "roles": [{ "claim": "email", "value": "*", "role": "analyst" }],
        });
        serde_json::from_value(entry).unwrap()
    }

    #[test]
    fn an_audience_that_access_cannot_write_is_a_problem() {
        let (team, tag) = ("https://team.cloudflareaccess.com", "0f".repeat(32));
        assert_eq!(audience("x", &entry(team, &tag)).result, Verdict::Ok);
        assert_eq!(audience("x", &entry(team, "caseworker")).result, Verdict::Problem);
        assert_eq!(audience("x", &entry(&format!("{team}/"), &tag)).result, Verdict::Problem);
        assert_eq!(audience("x", &entry("https://id.example/", "caseworker")).result, Verdict::Ok);
    }
}
