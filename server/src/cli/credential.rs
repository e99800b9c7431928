//! What commands show to a Caseworker that is served somewhere: a key, or a signature that is made for each request.

use bytes::Bytes;
use desk::signature::{self, Secret, Signable};
use http::{HeaderValue, Request, header};

use crate::{
    exit::{Exit, Failure},
    outside,
    settings::{Name, Settings},
};

/// Who the commands call as.
pub(super) enum Credential {
    /// Nobody: for hosts that are open.
    Nobody,
    /// The holder of a key.
    Key(HeaderValue),
    /// The holder of a secret to sign with.
    Signing { id: String, secret: Secret },
}

impl Credential {
    /// Reads the environment. A secret to sign with comes first: it is never sent.
    pub(super) fn read(settings: &Settings) -> Result<Self, Failure> {
        if let Some(text) = settings.environment.get(Name::SigningKey) {
            let wrong = || {
                let message = format!("{}: must be the id and the secret with a colon between them", Name::SigningKey);
                Failure::new(Exit::Settings, message)
            };
            let (id, secret) = text.trim().split_once(':').ok_or_else(wrong)?;
            if !signature::is_key_name(id) {
                return Err(wrong());
            }
            return Ok(Self::Signing { id: id.to_owned(), secret: Secret::parse(secret).map_err(|_| wrong())? });
        }
        let Some(key) = settings.environment.get(Name::ApiKey) else { return Ok(Self::Nobody) };
        let mut value = HeaderValue::from_str(&format!("Bearer {key}"))
            .map_err(|_| Failure::new(Exit::Settings, format!("{}: has characters that no key has", Name::ApiKey)))?;
        value.set_sensitive(true);
        Ok(Self::Key(value))
    }

    /// Whether whoever listens on the way could call as the holder.
    pub(super) const fn can_be_overheard(&self) -> bool {
        matches!(self, Self::Key(_))
    }

    /// Puts it on a request that is about to be sent.
    pub(super) fn put_on(&self, request: &mut Request<Bytes>) -> Result<(), Failure> {
        let value = match self {
            Self::Nobody => return Ok(()),
            Self::Key(value) => value.clone(),
            Self::Signing { id, secret } => {
                let mut nonce = [0; 18];
                outside::random(&mut nonce);
                let nonce = data_encoding::BASE64URL_NOPAD.encode(&nonce);
                let path_and_query = request.uri().path_and_query().map_or("/", |path| path.as_str());
                let signable = Signable { method: request.method(), path_and_query, body: request.body() };
                signature::sign_at(secret, id, outside::now(), &nonce, signable)
                    .map_err(|error| Failure::new(Exit::Settings, format!("{}: {error}", Name::SigningKey)))?
            }
        };
        request.headers_mut().insert(header::AUTHORIZATION, value);
        Ok(())
    }
}
