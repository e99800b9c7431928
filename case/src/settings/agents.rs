//! Which look-ups and which findings a case takes from remote agents. Where an agent is, the host knows; here it has a
//! name only.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use super::AskSettings;
use crate::{label::Task, source::Step};

/// The longest name of an agent, in bytes.
const NAME_BYTES: usize = 24;

/// The name of a remote agent: small letters, digits and `-`, beginning with a letter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AgentName([u8; NAME_BYTES]);

/// A text that is no name of an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an agent's name is at most {NAME_BYTES} small letters, digits and `-`, and begins with a letter")]
pub struct NotAName;

impl AgentName {
    /// Reads a name.
    ///
    /// # Errors
    /// [`NotAName`].
    pub fn parse(text: &str) -> Result<Self, NotAName> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let begins = text.bytes().next().is_some_and(|first| first.is_ascii_lowercase());
        if !begins || text.len() > NAME_BYTES || !text.bytes().all(allowed) {
            return Err(NotAName);
        }
        let mut name = [0; NAME_BYTES];
        name.iter_mut().zip(text.bytes()).for_each(|(place, byte)| *place = byte);
        Ok(Self(name))
    }
}

impl fmt::Display for AgentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().take_while(|byte| **byte != 0).try_for_each(|byte| write!(f, "{}", char::from(*byte)))
    }
}

impl fmt::Debug for AgentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AgentName({self})")
    }
}

impl TryFrom<String> for AgentName {
    type Error = NotAName;

    fn try_from(text: String) -> Result<Self, NotAName> {
        Self::parse(&text)
    }
}

impl From<AgentName> for String {
    fn from(name: AgentName) -> Self {
        name.to_string()
    }
}

/// The remote agents of a case, by what they are asked for. What is not named is asked as always.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AgentSettings {
    /// Look-ups that an agent answers in place of the source.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub lookups: BTreeMap<Step, AgentName>,
    /// Specialists whose finding an agent may replace.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub specialists: BTreeMap<Task, AgentName>,
    /// How long and how often an agent is asked for a finding. A case is not at rest meanwhile, so this is short.
    pub findings: AskSettings,
}

impl Default for AgentSettings {
    fn default() -> Self {
        Self {
            lookups: BTreeMap::new(),
            specialists: BTreeMap::new(),
            findings: AskSettings { attempt_ms: 10_000, deadline_ms: 25_000, attempts: 2, backoff_ms: 500 },
        }
    }
}

impl AgentSettings {
    /// Every agent that is named.
    pub fn names(&self) -> impl Iterator<Item = AgentName> {
        self.lookups.values().chain(self.specialists.values()).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_plain_and_reads_back_as_it_was() {
        for text in ["a", "merchants", "dispute-2", "abcdefghijklmnopqrstuvwx"] {
            assert_eq!(AgentName::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "-a", "2a", "A", "a_b", "a b", "a:b", "ä", "abcdefghijklmnopqrstuvwxy"] {
            assert_eq!(AgentName::parse(text), Err(NotAName), "{text}");
        }
    }

    #[test]
    fn settings_name_agents_by_step_and_by_task() {
        let text = r#"{"lookups":{"merchants":"shops"},"specialists":{"dispute_summary":"disputes"}}"#;
        let settings: AgentSettings = serde_json::from_str(text).unwrap();
        assert_eq!(settings.names().map(String::from).collect::<Vec<_>>(), ["shops", "disputes"]);
        assert_eq!(settings.lookups.keys().collect::<Vec<_>>(), [&Step::Merchants]);
        assert!(serde_json::from_str::<AgentSettings>(r#"{"lookups":{"weather":"shops"}}"#).is_err());
    }
}
