//! Where a source may be: the allow-list of the outside. A base URL is https, or http on this machine, or http to a host
//! that the operator has named as insecure; it never holds a credential.
//!
//! No error repeats an address: somebody may have put a password into it.

use std::net::IpAddr;

/// An address as configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A base URL without a trailing slash; paths are added to it.
    Url(String),
    /// The name of a service binding, on Workers.
    Binding(String),
}

/// Why an address is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressProblem {
    /// Neither a URL nor a name.
    #[error("not a URL such as https://ledger.internal/api")]
    NotAUrl,
    /// A user name, a password, a query or a fragment.
    #[error("a base URL has no user name, query or fragment; a token goes into its own variable")]
    Extra,
    /// Neither http nor https.
    #[error("must start with https:// (or http:// on this machine) and a host")]
    Scheme,
    /// http to another machine.
    #[error("must start with https://; http:// is for this machine, or for a host listed in `insecure_hosts`")]
    Insecure,
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// The [`AddressProblem`].
    pub fn parse(text: &str, insecure_hosts: &[String]) -> Result<Self, AddressProblem> {
        let text = text.trim();
        let binding = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if !text.is_empty() && text.bytes().all(binding) {
            return Ok(Self::Binding(text.to_owned()));
        }
        if text.contains(['?', '#', '@', '\\']) {
            return Err(AddressProblem::Extra);
        }
        let url: http::Uri = text.parse().map_err(|_| AddressProblem::NotAUrl)?;
        let host = url.host().filter(|host| !host.is_empty()).ok_or(AddressProblem::Scheme)?;
        match url.scheme_str() {
            Some("https") => {}
            Some("http") if is_this_machine(host) => {}
            Some("http") if insecure_hosts.iter().any(|listed| listed.eq_ignore_ascii_case(host)) => {}
            Some("http") => return Err(AddressProblem::Insecure),
            Some(_) | None => return Err(AddressProblem::Scheme),
        }
        if !is_plain(url.path()) {
            return Err(AddressProblem::NotAUrl);
        }
        Ok(Self::Url(text.trim_end_matches('/').to_owned()))
    }
}

/// Whether a path leads where it says: no part of it climbs, however it is written.
pub(crate) fn is_plain(path: &str) -> bool {
    let climbs = |part: &str| matches!(part.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..");
    !path.contains('\\') && !path.split('/').any(climbs)
}

fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &Result<Address, AddressProblem>) {
        let insecure = ["old.internal".to_owned()];
        assert_eq!(&Address::parse(text, &insecure), expected, "{text}");
    }

    #[test]
    fn only_safe_addresses_are_taken() {
        for text in [
            "https://ledger.internal/api",
            "http://127.0.0.1:9001",
            "http://[::1]:9001/x",
            "http://localhost",
            "http://OLD.internal:80",
        ] {
            check(text, &Ok(Address::Url(text.to_owned())));
        }
        check(" https://ledger.internal// ", &Ok(Address::Url("https://ledger.internal".to_owned())));
        check("SOURCES", &Ok(Address::Binding("SOURCES".to_owned())));
        for text in
            ["http://ledger.internal", "http://10.0.0.1", "http://127.0.0.1.example", "http://old.internal.example"]
        {
            check(text, &Err(AddressProblem::Insecure));
        }
        for text in ["https://u:hunter2@x", "https://x?key=hunter2", "http://127.0.0.1#hunter2", "https://x\\@y"] {
            check(text, &Err(AddressProblem::Extra));
        }
        check("ftp://x", &Err(AddressProblem::Scheme));
        check("//x/y", &Err(AddressProblem::Scheme));
        check("", &Err(AddressProblem::NotAUrl));
        check("https://x/a/../b", &Err(AddressProblem::NotAUrl));
    }

    #[test]
    fn a_path_does_not_climb() {
        for path in ["/a/..", "/a/./b", "/%2e%2E/x", "/.%2e", "/a\\..\\b"] {
            assert!(!is_plain(path), "{path}");
        }
        assert!(is_plain("/profile/customers/a..b"));
    }
}
