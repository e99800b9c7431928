//! Scripts: given answers for given texts, in place of the stand-in's own.

use std::sync::{Mutex, PoisonError};

use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use crate::limits::SCRIPT_RULES;

/// The rules of a script, in order; for each text the first that matches and is not used up answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Script(Vec<Rule>);

/// A line of a script that cannot be followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}: {problem}")]
pub struct ScriptError {
    file: String,
    line: usize,
    problem: String,
}

/// One line of a script.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    /// What the text must contain; without it every text matches.
    #[serde(default, rename = "match")]
    matches: String,
    /// A text, or a value that is written as JSON.
    reply: Value,
    /// An HTTP status from 400 on makes the reply an error's message.
    #[serde(default)]
    status: Option<u16>,
    /// How often the rule answers; without it always.
    #[serde(default)]
    times: Option<u32>,
}

/// What a script says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    /// The text of the answer.
    Reply(String),
    /// An error.
    Error(StatusCode, String),
}

impl Script {
    /// Reads a script from JSONL: one `{"match", "reply", "status"?, "times"?}` a line.
    ///
    /// # Errors
    /// Names the file, the line and what is wrong with it.
    pub fn parse(file: &str, contents: &str) -> Result<Self, ScriptError> {
        let mut rules = Vec::new();
        for (index, text) in contents.lines().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
            let wrong = |problem: String| ScriptError { file: file.to_owned(), line: index + 1, problem };
            let rule: Rule = serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
            if rule.status.is_some_and(|status| status != 200 && !(400..=599).contains(&status)) {
                return Err(wrong("a status is 200, or an error's from 400 to 599".to_owned()));
            }
            if rules.len() == SCRIPT_RULES {
                return Err(wrong(format!("a script has at most {SCRIPT_RULES} rules")));
            }
            rules.push(rule);
        }
        Ok(Self(rules))
    }
}

/// A script being followed.
#[derive(Debug, Default)]
pub(crate) struct Prompter(Mutex<Vec<Rule>>);

impl Prompter {
    pub(crate) fn new(script: Script) -> Self {
        Self(Mutex::new(script.0))
    }

    /// What the script says to a text, if anything.
    pub(super) fn line_for(&self, text: &str) -> Option<Line> {
        let mut rules = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let rule = rules.iter_mut().find(|rule| rule.times != Some(0) && text.contains(&rule.matches))?;
        if let Some(times) = rule.times.as_mut() {
            *times -= 1;
        }
        let reply = rule.reply.as_str().map_or_else(|| rule.reply.to_string(), str::to_owned);
        let error = rule.status.filter(|status| *status >= 400).and_then(|status| StatusCode::from_u16(status).ok());
        Some(error.map_or_else(|| Line::Reply(reply.clone()), |status| Line::Error(status, reply.clone())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_rule_that_matches_and_is_not_used_up_answers() {
        let script = r#"{"match":"card","reply":"once","times":1}
            {"match":"card","reply":{"task":"other"}}

            {"match":"down","reply":"busy","status":529}"#;
        let prompter = Prompter::new(Script::parse("s.jsonl", script).unwrap());
        assert_eq!(prompter.line_for("my card"), Some(Line::Reply("once".to_owned())));
        assert_eq!(prompter.line_for("my card"), Some(Line::Reply(r#"{"task":"other"}"#.to_owned())));
        assert_eq!(prompter.line_for("down"), Some(Line::Error(StatusCode::from_u16(529).unwrap(), "busy".to_owned())));
        assert_eq!(prompter.line_for("else"), None);
    }

    #[test]
    fn errors_name_the_file_and_the_line() {
        let error = |text| Script::parse("s.jsonl", text).unwrap_err().to_string();
        assert!(
            error("{\"match\":\"a\",\"reply\":1}\n{\"match\":\"a\"}")
                .starts_with("s.jsonl, line 2: missing field `reply`")
        );
        assert!(error("\n{\"reply\":1,\"status\":302}").starts_with("s.jsonl, line 2: a status is"));
        assert!(error("{\"reply\":1,\"mach\":\"a\"}").contains("mach"));
    }
}
