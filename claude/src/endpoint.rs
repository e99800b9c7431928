//! Where the Messages API is: a validated base URL. It refuses anything that could carry a secret
//! (user info, a query) or that would be joined wrongly, and its errors never repeat the URL.

use crate::limits::ENDPOINT_BYTES_MAX;
use http::Uri;
use http::uri::Scheme;

/// The official address, used where no other is configured.
pub const OFFICIAL: &str = "https://api.anthropic.com";

/// The base URL of a Messages API, for example [`OFFICIAL`] or a gateway with a path prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Scheme, authority and path without a trailing slash.
    base: String,
    uri: Uri,
}

/// Why a base URL is refused. The URL itself is never repeated: it may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// The text is empty, too long, or no absolute URL.
    #[error("the base URL is not an absolute URL such as {OFFICIAL}")]
    NotAUrl,
    /// The scheme is neither http nor https.
    #[error("the base URL must start with http:// or https://")]
    Scheme,
    /// A user name or password stands before the host.
    #[error("the base URL must not hold a user name or password; the key goes into its own setting")]
    UserInfo,
    /// There is a query or a fragment.
    #[error("the base URL must not have a query (?...) or a fragment (#...)")]
    Query,
    /// The path ends with `/v1` or with the method itself, which would be doubled.
    #[error("the base URL must end before /v1/messages, which is added to it")]
    VersionInPath,
}

impl Endpoint {
    /// Reads a base URL, with or without a path prefix or trailing slashes.
    ///
    /// # Errors
    /// [`EndpointError`] says which rule the text breaks.
    pub fn parse(url: &str) -> Result<Self, EndpointError> {
        let url = url.trim();
        if url.is_empty() || url.len() > ENDPOINT_BYTES_MAX {
            return Err(EndpointError::NotAUrl);
        }
        // `http::Uri` drops fragments in silence, so that they are looked for before it parses.
        if url.contains(['?', '#']) {
            return Err(EndpointError::Query);
        }
        let uri: Uri = url.parse().map_err(|_| EndpointError::NotAUrl)?;
        let scheme = uri.scheme().ok_or(EndpointError::NotAUrl)?;
        if *scheme != Scheme::HTTP && *scheme != Scheme::HTTPS {
            return Err(EndpointError::Scheme);
        }
        let authority = uri.authority().ok_or(EndpointError::NotAUrl)?;
        if authority.as_str().contains('@') {
            return Err(EndpointError::UserInfo);
        }
        if authority.host().is_empty() {
            return Err(EndpointError::NotAUrl);
        }
        let path = uri.path().trim_end_matches('/');
        if path.ends_with("/v1") || path.ends_with("/v1/messages") {
            return Err(EndpointError::VersionInPath);
        }
        let base = format!("{scheme}://{authority}{path}");
        Ok(Self { base, uri })
    }

    /// The host's name or address, without the port: what an allow-list of outbound hosts compares.
    #[must_use]
    pub fn host(&self) -> &str {
        self.uri.host().unwrap_or_default()
    }

    /// The host with its port, where one is given.
    #[must_use]
    pub fn authority(&self) -> &str {
        self.uri.authority().map_or("", http::uri::Authority::as_str)
    }

    /// The whole base URL without a trailing slash. It holds no secret.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Whether the key would cross a network unencrypted: plain http to anything but this machine.
    #[must_use]
    pub fn exposes_key(&self) -> bool {
        self.uri.scheme() == Some(&Scheme::HTTP) && !self.is_loopback()
    }

    /// Whether the host is this machine, written as `localhost` or as a loopback address.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let host = self.host().trim_start_matches('[').trim_end_matches(']');
        host.eq_ignore_ascii_case("localhost")
            || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    /// The base joined with an absolute path such as `/v1/messages`.
    pub(crate) fn join(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_is_joined_without_a_double_slash() {
        for (url, joined) in [
            ("https://api.anthropic.com", "https://api.anthropic.com/v1/messages"),
            ("https://api.anthropic.com/", "https://api.anthropic.com/v1/messages"),
            (" http://127.0.0.1:8788// ", "http://127.0.0.1:8788/v1/messages"),
            ("https://gate.example/anthropic/", "https://gate.example/anthropic/v1/messages"),
        ] {
            assert_eq!(Endpoint::parse(url).unwrap().join("/v1/messages"), joined);
        }
    }

    #[test]
    fn a_base_url_that_could_leak_or_mislead_is_refused_without_being_repeated() {
        for (url, error) in [
            ("", EndpointError::NotAUrl),
            ("api.anthropic.com", EndpointError::NotAUrl),
            ("/v1", EndpointError::NotAUrl),
            ("https://", EndpointError::NotAUrl),
            ("https://a b", EndpointError::NotAUrl),
            ("ftp://host", EndpointError::Scheme),
            ("https://user:hunter2@host", EndpointError::UserInfo),
            ("https://host?key=hunter2", EndpointError::Query),
            ("https://host#hunter2", EndpointError::Query),
            ("https://host/v1", EndpointError::VersionInPath),
            ("https://host/v1/messages/", EndpointError::VersionInPath),
        ] {
            let got = Endpoint::parse(url).unwrap_err();
            assert_eq!(got, error, "{url}");
            assert!(!got.to_string().contains("hunter2"));
        }
        assert_eq!(Endpoint::parse(&format!("https://{}", "a".repeat(3_000))), Err(EndpointError::NotAUrl));
    }

    #[test]
    fn plain_http_to_another_machine_exposes_the_key() {
        for (url, exposed) in [
            ("http://127.0.0.1:1", false),
            ("http://[::1]:1", false),
            ("http://localhost", false),
            ("http://10.0.0.5", true),
            ("https://10.0.0.5", false),
        ] {
            assert_eq!(Endpoint::parse(url).unwrap().exposes_key(), exposed, "{url}");
        }
    }

    #[test]
    fn the_host_comes_without_its_port() {
        let endpoint = Endpoint::parse("http://localhost:8788/x").unwrap();
        assert_eq!(
            (endpoint.host(), endpoint.authority(), endpoint.base()),
            ("localhost", "localhost:8788", "http://localhost:8788/x")
        );
    }
}
