//! Where a source may be: the allow-list of the outside. A base URL is https, or http on this machine, or http to a host
//! that the operator has named as insecure; it never holds a credential.
//!
//! A host is written in one way alone, so that nobody reads another one in it than we do, and some addresses are nobody's
//! source at all: those that a cloud keeps its credentials at, for one. A host that looks names up asks [`may_be_at`] of
//! each address that it is about to connect to. No error repeats an address: somebody may have put a password into it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

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
    /// A host that can be read in more ways than one.
    #[error("the host must be a plain name, or an address in its usual form, and a port from 1 to 65535 if any")]
    Host,
    /// An address where nothing is that may be asked.
    #[error("nothing may be asked at this address: it is one of the link, of many, of none, or a cloud's own")]
    Nowhere,
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
        check_host(host)?;
        let authority = url.authority().map_or("", http::uri::Authority::as_str);
        let port = authority.strip_prefix(host).unwrap_or_default();
        if !port.is_empty() && !port.strip_prefix(':').is_some_and(is_port) {
            return Err(AddressProblem::Host);
        }
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

/// Whether a host is written in the one way that everybody reads alike, and is no address that nobody may be asked at.
///
/// # Errors
/// [`AddressProblem::Host`] and [`AddressProblem::Nowhere`].
pub fn check_host(host: &str) -> Result<(), AddressProblem> {
    if let Some(inner) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        let address: Ipv6Addr = inner.parse().map_err(|_| AddressProblem::Host)?;
        // An address of the older kind inside one of the newer can be written as itself.
        return match embedded(address) {
            Some(_) => Err(AddressProblem::Host),
            None if is_nowhere(address.into()) => Err(AddressProblem::Nowhere),
            None => Ok(()),
        };
    }
    let is_label = |label: &str| {
        let plain = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        plain && (1..=LABEL).contains(&label.len())
    };
    if host.len() > NAME || !host.split('.').all(is_label) {
        return Err(AddressProblem::Host);
    }
    // Whoever follows the URL standard reads a name that ends in a number as an address: `2130706433`, `0x7f.1`, `127.1`.
    let last = host.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let hexadecimal = last.strip_prefix("0x").is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if hexadecimal || last.bytes().all(|byte| byte.is_ascii_digit()) {
        let address: Ipv4Addr = host.parse().map_err(|_| AddressProblem::Host)?;
        return if is_nowhere(address.into()) { Err(AddressProblem::Nowhere) } else { Ok(()) };
    }
    let is_clouds = CLOUD_NAMES.iter().any(|name| name.eq_ignore_ascii_case(host));
    if is_clouds { Err(AddressProblem::Nowhere) } else { Ok(()) }
}

/// Whether a connection to a host may be made at this address, which its name was just resolved to. A name that is not
/// this machine's own, and that the operator has not listed, does not lead to this machine.
#[must_use]
pub fn may_be_at(host: &str, address: IpAddr, insecure_hosts: &[String]) -> bool {
    let address = match address {
        IpAddr::V6(address) => embedded(address).map_or(IpAddr::V6(address), IpAddr::V4),
        IpAddr::V4(_) => address,
    };
    let is_listed = || insecure_hosts.iter().any(|listed| listed.eq_ignore_ascii_case(host));
    !is_nowhere(address) && (!address.is_loopback() || is_this_machine(host) || is_listed())
}

/// The longest name of a host and the longest part of one, in bytes.
const NAME: usize = 253;
const LABEL: usize = 63;
/// Names under which clouds keep what a machine may know of itself.
const CLOUD_NAMES: [&str; 4] = ["metadata", "metadata.google.internal", "metadata.goog", "instance-data"];
/// Addresses of the same, beside those of the link.
const CLOUD_V4: [Ipv4Addr; 3] =
    [Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(168, 63, 129, 16), Ipv4Addr::new(192, 0, 0, 192)];
const CLOUD_V6: [Ipv6Addr; 1] = [Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)];

fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok_and(|port| port > 0)
}

/// Where no source, receiver or agent is.
fn is_nowhere(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            // All of `0.0.0.0/8` means this machine to some, and nothing to others.
            let is_this = v4.octets().first() == Some(&0);
            is_this || v4.is_link_local() || v4.is_multicast() || v4.is_broadcast() || CLOUD_V4.contains(&v4)
        }
        IpAddr::V6(v6) => {
            v6.is_unspecified() || v6.is_unicast_link_local() || v6.is_multicast() || CLOUD_V6.contains(&v6)
        }
    }
}

/// The address of the older kind in one of the newer: mapped, compatible, translated (`64:ff9b::/96`) or tunnelled
/// (`2002::/16`).
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    if address.is_unspecified() || address.is_loopback() {
        return None;
    }
    let of = |high: u16, low: u16| Some(Ipv4Addr::from(u32::from(high) << 16 | u32::from(low)));
    match address.segments() {
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => of(high, low),
        [0x2002, high, low, ..] => of(high, low),
        _ => None,
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

    fn refused(authority: &str, expected: AddressProblem) {
        for scheme in ["https", "http"] {
            check(&format!("{scheme}://{authority}/x"), &Err(expected));
        }
    }

    #[test]
    fn a_host_is_written_in_one_way() {
        for authority in [
            // One address in other numbers, or in fewer.
            "2130706433",
            "0x7f000001",
            "0x7f.1",
            "127.1",
            "0177.0.0.1",
            "127.0.0.01",
            "127.0.0.0x1",
            "017700000001",
            "999.1.1.1",
            "1.2.3.4.5",
            "10.0.0.1.",
            "127.0.0.1.",
            "localhost.",
            "ledger..internal",
            ".internal",
            // One of the older kind in one of the newer.
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[::127.0.0.1]",
            "[64:ff9b::a9fe:a9fe]",
            "[2002:7f00:1::]",
            // Ports that are none.
            "ledger.internal:",
            "ledger.internal:0",
            "ledger.internal:65536",
            "ledger.internal:8x",
            "ledger.internal:+80",
        ] {
            refused(authority, AddressProblem::Host);
        }
    }

    #[test]
    fn a_host_is_somewhere() {
        for authority in [
            "169.254.169.254",
            "169.254.169.254:80",
            "169.254.0.1",
            "0.0.0.0",
            "0.1.2.3",
            "224.0.0.1",
            "255.255.255.255",
            "100.100.100.200",
            "168.63.129.16",
            "[::]",
            "[fe80::1]",
            "[ff02::1]",
            "[fd00:ec2::254]",
            "metadata.google.internal",
            "Metadata",
        ] {
            refused(authority, AddressProblem::Nowhere);
        }
    }

    #[test]
    fn what_only_looks_like_a_host_is_none() {
        // What the parser of URLs takes for no host at all.
        for text in [
            "https://127\u{3002}0\u{3002}0\u{3002}1/x",
            "https://\u{ff11}27.0.0.1/x",
            "https://loc\u{ad}alhost/x",
            "https://ledger.internal\t/x",
            "https://[::1/x",
            "https://[::1%25lo]/x",
            "https://%6c%6f%63alhost/x",
            "https:///x",
            "https://",
            "https:/ledger.internal",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "gopher://127.0.0.1:11211/_x",
            "https://ledger.internal@169.254.169.254/",
            "https://ledger.internal\\@169.254.169.254/",
            "https://ledger.internal#@169.254.169.254/",
            "https://ledger.internal?@169.254.169.254/",
        ] {
            assert!(Address::parse(text, &[]).is_err(), "{text}");
        }
        for text in
            ["https://ledger.internal:8443", "https://10.1.2.3/api", "https://[2001:db8::1]:8443", "https://a_b-c.x1"]
        {
            check(text, &Ok(Address::Url(text.to_owned())));
        }
    }

    #[test]
    fn a_name_leads_to_no_address_that_nobody_may_be_asked_at() {
        let may = |host: &str, address: &str| may_be_at(host, address.parse().unwrap(), &["old.internal".to_owned()]);
        for address in ["10.0.0.1", "192.168.1.1", "93.184.216.34", "2001:db8::1", "fd00::1", "::ffff:10.0.0.1"] {
            assert!(may("hooks.example", address), "{address}");
        }
        for address in
            ["169.254.169.254", "0.0.0.0", "::", "fe80::1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "ff02::1"]
        {
            for host in ["hooks.example", "localhost", "old.internal"] {
                assert!(!may(host, address), "{host} at {address}");
            }
        }
        for address in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "2002:7f00:1::"] {
            assert!(!may("hooks.example", address), "{address}");
            assert!(may("localhost", address) && may("Old.Internal", address), "{address}");
        }
    }

    #[test]
    fn a_path_does_not_climb() {
        for path in ["/a/..", "/a/./b", "/%2e%2E/x", "/.%2e", "/a\\..\\b"] {
            assert!(!is_plain(path), "{path}");
        }
        assert!(is_plain("/profile/customers/a..b"));
    }
}
