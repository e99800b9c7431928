//! The API key: a secret that can be sent and nothing else. It refuses to be printed or serialised.

use crate::limits::API_KEY_BYTES_MAX;
use http::HeaderValue;
use std::fmt;

/// An API key. `Debug` and `Display` redact always, and there is no `Serialize`.
#[derive(Clone)]
pub struct ApiKey(String);

/// Why a key is refused. The text of the key is never repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiKeyError {
    /// There is nothing but white space.
    #[error("the Anthropic API key is empty")]
    Empty,
    /// It holds white space, control characters or characters beyond ASCII, or is too long.
    #[error(
        "the Anthropic API key has characters that no key has (quotes pasted along, a line break?), or is too long"
    )]
    Malformed,
}

impl ApiKey {
    /// Takes a key as configured; white space around it is dropped.
    ///
    /// # Errors
    /// [`ApiKeyError`] where the text cannot be a key.
    pub fn parse(text: &str) -> Result<Self, ApiKeyError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(ApiKeyError::Empty);
        }
        let plausible = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\'');
        if !plausible || text.len() > API_KEY_BYTES_MAX {
            return Err(ApiKeyError::Malformed);
        }
        Ok(Self(text.to_owned()))
    }

    /// The value of the `authorization` header, marked sensitive so that HTTP libraries hide it.
    pub(crate) fn bearer(&self) -> Option<HeaderValue> {
        let mut value = HeaderValue::try_from(format!("Bearer {}", self.0)).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ApiKey([redacted])")
    }
}

impl fmt::Display for ApiKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_never_shown() {
        let key = ApiKey::parse(" sk-ant-secret\n").unwrap();
        assert_eq!(format!("{key:?} {key} {key:#?}"), "ApiKey([redacted]) [redacted] ApiKey([redacted])");
        assert!(!format!("{:?}", key.bearer().unwrap()).contains("secret"));
        assert_eq!(key.bearer().unwrap().to_str().unwrap(), "Bearer sk-ant-secret");
    }

    #[test]
    fn text_that_cannot_be_a_key_is_refused_without_being_repeated() {
        for text in ["sk ant", "sk-ä", "\"sk-ant\"", "sk\u{0}", &"k".repeat(2_000)] {
            assert_eq!(ApiKey::parse(text).unwrap_err(), ApiKeyError::Malformed);
        }
        assert_eq!(ApiKey::parse(" \t").unwrap_err(), ApiKeyError::Empty);
    }
}
