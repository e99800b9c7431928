//! `[host.overload]`: how much may be under way at once. What is done where there is more, `admission` says.

use serde::Deserialize;

/// The limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct OverloadSettings {
    /// Connections that are open at once; fewer where the system lets the process open fewer files.
    pub(crate) connections: u32,
    /// Requests that are worked on at once, not counted those that wait for a case to come to rest.
    pub(crate) requests: u32,
    /// Event streams that are open at once.
    pub(crate) streams: u32,
    /// So many cases may always be at work.
    pub(crate) cases_least: u32,
    /// And never more than so many, for the sake of memory.
    pub(crate) cases_most: u32,
    /// Between the two, new cases are taken while nothing waits longer than this for this process itself. A case waits so
    /// each time that it goes on, which it does some two hundred times until it rests.
    pub(crate) delay_ms: u32,
    /// The part of each limit that one tenant's submitters may take where there are other tenants, in percent.
    pub(crate) tenant_percent: u32,
}

impl Default for OverloadSettings {
    fn default() -> Self {
        Self {
            connections: 8_192,
            requests: 512,
            streams: 1_024,
            cases_least: 64,
            cases_most: 16_384,
            delay_ms: 5,
            tenant_percent: 75,
        }
    }
}

impl OverloadSettings {
    /// Checks every number.
    ///
    /// # Errors
    /// The first that is out of its range: its name, and the range in words.
    pub(crate) fn check(&self) -> Result<(), (String, String)> {
        let ranges = [
            ("connections", self.connections, 16, 1_000_000),
            ("requests", self.requests, 16, 100_000),
            ("streams", self.streams, 4, 100_000),
            ("cases_least", self.cases_least, 1, 1_000_000),
            ("cases_most", self.cases_most, self.cases_least, 1_000_000),
            ("delay_ms", self.delay_ms, 1, 60_000),
            ("tenant_percent", self.tenant_percent, 10, 100),
        ];
        match ranges.iter().find(|(_, value, least, most)| !(*least..=*most).contains(value)) {
            Some((name, _, least, most)) => {
                Err((format!("host.overload.{name}"), format!("must be between {least} and {most}")))
            }
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_within_their_ranges_and_what_is_not_is_named() {
        assert_eq!(OverloadSettings::default().check(), Ok(()));
        let few = OverloadSettings { cases_least: 100, cases_most: 99, ..OverloadSettings::default() };
        let (name, why) = few.check().unwrap_err();
        assert_eq!((name.as_str(), why.as_str()), ("host.overload.cases_most", "must be between 100 and 1000000"));
        assert!(OverloadSettings { requests: 0, ..OverloadSettings::default() }.check().is_err());
    }
}
