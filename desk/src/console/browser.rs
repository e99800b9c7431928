//! What a browser says besides the request: by which name it reached us, which cookies it holds, from which site a form
//! comes. And what it is told besides the page.
//!
//! A browser is believed where scripts of other sites cannot make it lie, and nowhere else.

use axum::{body::Body, http::Response};
use http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts};

use crate::session::LASTS_MS;

/// What a page of the console may load and do: its own style sheet, script and addresses, and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
/// A browser says where a request comes from, relative to where it goes.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// A cookie of the console's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cookie {
    /// The session.
    Session,
    /// What the form of the sign-in page is bound to.
    Door,
}

impl Cookie {
    const fn name(self) -> &'static str {
        match self {
            Self::Session => "caseworker",
            Self::Door => "caseworker-door",
        }
    }
}

/// By which name a browser reached us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reached {
    host: String,
    is_encrypted: bool,
}

impl Reached {
    /// Reads the head of a request.
    pub(super) fn of(parts: &Parts) -> Self {
        let host = parts.headers.get(header::HOST).and_then(|value| value.to_str().ok());
        let host = host.or_else(|| parts.uri.authority().map(http::uri::Authority::as_str));
        let is_encrypted = parts.uri.scheme() == Some(&http::uri::Scheme::HTTPS);
        Self { host: host.unwrap_or_default().to_owned(), is_encrypted }
    }

    /// Whether that name is one of the machine's own.
    pub(super) fn is_local(&self) -> bool {
        is_local(&self.host)
    }

    /// Whether cookies can be kept from unencrypted connections. Without encryption browsers take such cookies from
    /// nobody; on this machine there is no network to listen to. A proxy in front encrypts, and we do not see it.
    fn is_secure(&self) -> bool {
        self.is_encrypted || !self.is_local()
    }

    fn name(&self, cookie: Cookie) -> String {
        // The prefix keeps other hosts of the same site from setting it.
        if self.is_secure() { format!("__Host-{}", cookie.name()) } else { cookie.name().to_owned() }
    }

    /// What the browser holds as that cookie.
    pub(super) fn cookie<'a>(&self, headers: &'a HeaderMap, cookie: Cookie) -> Option<&'a str> {
        let name = self.name(cookie);
        let all = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
        all.flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(key, value)| (key == name).then_some(value))
    }

    /// Has the browser hold a cookie as long as a session lasts; an empty one is forgotten.
    pub(super) fn set(&self, cookie: Cookie, value: &str) -> Option<HeaderValue> {
        let (name, age_s) = (self.name(cookie), if value.is_empty() { 0 } else { LASTS_MS / 1_000 });
        let secure = if self.is_secure() { "; Secure" } else { "" };
        let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={age_s}{secure}");
        let mut value = HeaderValue::from_str(&text).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// Whether a form comes from a page of ours. Every browser of today says so in one of two ways, and no page can
    /// make it say so of another's.
    pub(super) fn is_our_page(&self, headers: &HeaderMap) -> bool {
        if let Some(site) = headers.get(FETCH_SITE) {
            return site == "same-origin";
        }
        let origin = headers.get(header::ORIGIN).and_then(|value| value.to_str().ok());
        let host = origin.and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
        host.is_some_and(|host| !self.host.is_empty() && host.eq_ignore_ascii_case(&self.host))
    }
}

/// The session that a browser holds, sealed as it is.
pub(crate) fn session(parts: &Parts) -> Option<&str> {
    Reached::of(parts).cookie(&parts.headers, Cookie::Session)
}

/// Whether a page of another site has a browser send this. Whoever calls without a browser says nothing of a site.
pub(crate) fn is_of_another_site(parts: &Parts) -> bool {
    let is_said = parts.headers.contains_key(FETCH_SITE) || parts.headers.contains_key(header::ORIGIN);
    let is_typed = parts.headers.get(FETCH_SITE).is_some_and(|site| site == "none");
    is_said && !is_typed && !Reached::of(parts).is_our_page(&parts.headers)
}

/// Whether somebody followed a link of another site's: then the browser keeps the session from us, and sends it with the
/// next request.
pub(super) fn came_by_link(headers: &HeaderMap) -> bool {
    headers.get(FETCH_SITE).is_some_and(|site| site == "cross-site" || site == "same-site")
}

/// Whether the host that a request names is this machine.
#[must_use]
pub fn is_local(host: &str) -> bool {
    let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    let name = name.map_or(host, |(name, _)| name).trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Tells a browser what it may do with an answer.
pub(super) fn guard(response: &mut Response<Body>) {
    let headers = response.headers_mut();
    // A file that is handed out says itself what it may do, which is less.
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        // With `no-referrer` browsers would not say of our own forms where they come from.
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reached(uri: &str, headers: &[(&str, &str)]) -> (Reached, HeaderMap) {
        let mut request = http::Request::builder().uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        (Reached::of(&parts), parts.headers)
    }

    #[test]
    fn only_names_of_this_machine_are_local() {
        for host in ["localhost", "LOCALHOST:8787", "127.0.0.1:8787", "127.9.9.9", "[::1]:8787", "[::1]"] {
            assert!(is_local(host), "{host}");
        }
        for host in ["evil.example", "localhost.evil.example:8787", "10.0.0.1:8787", "[::2]:1", ""] {
            assert!(!is_local(host), "{host}");
        }
    }

    #[test]
    fn a_form_is_ours_only_where_the_browser_says_so() {
        for (headers, ours) in [
            (vec![("sec-fetch-site", "same-origin")], true),
            (vec![("sec-fetch-site", "same-origin"), ("origin", "null")], true),
            (vec![("origin", "https://desk.example")], true),
            (vec![("origin", "http://DESK.example")], true),
            (vec![], false),
            (vec![("origin", "null")], false),
            (vec![("origin", "https://evil.example")], false),
            (vec![("origin", "https://desk.example.evil.example")], false),
            (vec![("origin", "https://desk.example:8443")], false),
            (vec![("sec-fetch-site", "same-site"), ("origin", "https://desk.example")], false),
            (vec![("sec-fetch-site", "cross-site"), ("origin", "https://desk.example")], false),
            (vec![("sec-fetch-site", "none")], false),
        ] {
            let with_host = [headers.clone(), vec![("host", "desk.example")]].concat();
            let (reached, map) = reached("/console/next", &with_host);
            assert_eq!(reached.is_our_page(&map), ours, "{headers:?}");
        }
        let (nameless, map) = reached("/console", &[("origin", "https://")]);
        assert!(!nameless.is_our_page(&map));
    }

    #[test]
    fn a_cookie_is_kept_from_unencrypted_connections_wherever_there_is_a_network() {
        for (uri, host, secure) in [
            ("/console", "127.0.0.1:8787", false),
            ("/console", "localhost", false),
            ("https://localhost/console", "localhost", true),
            ("/console", "desk.example", true),
            ("https://desk.example/console", "desk.example", true),
        ] {
            let (reached, _) = reached(uri, &[("host", host)]);
            let cookie = reached.set(Cookie::Session, "v").unwrap();
            let cookie = cookie.to_str().unwrap();
            assert_eq!(cookie.starts_with("__Host-caseworker=v; "), secure, "{cookie}");
            assert_eq!(cookie.ends_with("; Secure"), secure, "{cookie}");
            assert!(cookie.contains("; HttpOnly; SameSite=Strict; Max-Age=43200"), "{cookie}");
        }
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let line = "caseworker-door=d; xcaseworker=no; caseworker=yes; caseworker=later";
        let (reached, map) = reached("/", &[("host", "localhost"), ("cookie", line)]);
        assert_eq!(reached.cookie(&map, Cookie::Session), Some("yes"));
        assert_eq!(reached.cookie(&map, Cookie::Door), Some("d"));
        let (elsewhere, map) = super::tests::reached("/", &[("host", "desk.example"), ("cookie", line)]);
        assert_eq!(elsewhere.cookie(&map, Cookie::Session), None, "without the prefix it may be another host's");
    }
}
