//! An issuer to test with: it has keys made here, signs whatever it is told to, and publishes what it is told to.

use std::sync::{
    Mutex, OnceLock,
    atomic::{AtomicI64, AtomicUsize, Ordering},
};

use bytes::Bytes;
use case::time::Millis;
use data_encoding::BASE64URL_NOPAD;
use http::{Request, Response, StatusCode};
use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use rsa::{Pkcs1v15Sign, RsaPrivateKey, rand_core::UnwrapErr, traits::PublicKeyParts as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::ports::{Outside, SendError, Target, Task};

/// The moment at which every test begins.
pub(super) const NOW_S: i64 = 1_781_000_000;

/// A key pair.
#[derive(Clone)]
pub(super) enum Pair {
    Rsa(RsaPrivateKey),
    P256(p256::ecdsa::SigningKey),
}

/// Two RSA keys, made once: they take a moment.
pub(super) fn rsa(which: usize) -> Pair {
    static PAIRS: OnceLock<[RsaPrivateKey; 2]> = OnceLock::new();
    let make = || RsaPrivateKey::new(&mut UnwrapErr(getrandom::SysRng), 2_048).expect("a key pair");
    Pair::Rsa(PAIRS.get_or_init(|| [make(), make()])[which].clone())
}

/// A new key on P-256.
pub(super) fn p256() -> Pair {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("randomness");
    Pair::P256(p256::ecdsa::SigningKey::from_slice(&bytes).expect("a key pair"))
}

impl Pair {
    /// The public key as an issuer publishes it.
    pub(super) fn public(&self, kid: &str) -> Value {
        let text = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        match self {
            Self::Rsa(pair) => json!({
                "kty": "RSA", "kid": kid, "use": "sig", "alg": "RS256",
                "n": text(&pair.n().to_be_bytes_trimmed_vartime()),
                "e": text(&pair.e().to_be_bytes_trimmed_vartime()),
            }),
            Self::P256(pair) => {
                let point = pair.verifying_key().to_sec1_point(false);
                let (x, y) = point.as_bytes()[1..].split_at(32);
                json!({ "kty": "EC", "kid": kid, "use": "sig", "crv": "P-256", "x": text(x), "y": text(y) })
            }
        }
    }

    fn sign(&self, text: &str) -> Vec<u8> {
        let hash = Sha256::digest(text.as_bytes());
        match self {
            Self::Rsa(pair) => pair.sign(Pkcs1v15Sign::new::<Sha256>(), &hash).expect("a signature"),
            Self::P256(pair) => {
                let signature: p256::ecdsa::Signature = pair.sign_prehash(&hash).expect("a signature");
                signature.to_bytes().to_vec()
            }
        }
    }

    /// A token with this head and these claims, as texts, so that they may be anything.
    pub(super) fn token_of(&self, head: &str, claims: &str) -> String {
        let signed =
            format!("{}.{}", BASE64URL_NOPAD.encode(head.as_bytes()), BASE64URL_NOPAD.encode(claims.as_bytes()));
        let signature = self.sign(&signed);
        format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature))
    }

    /// A token of the usual form.
    pub(super) fn token(&self, kid: &str, claims: &Value) -> String {
        let algorithm = match self {
            Self::Rsa(_) => "RS256",
            Self::P256(_) => "ES256",
        };
        self.token_of(&json!({ "alg": algorithm, "kid": kid, "typ": "JWT" }).to_string(), &claims.to_string())
    }
}

/// Claims that are in order, with some of them changed; `null` takes one away.
pub(super) fn claims(changes: &Value) -> Value {
    let mut claims = json!({
        "iss": "https://id.example", "aud": ["other", "caseworker"], "sub": "u-1", "email": "Ada@Bank.example",
        "iat": NOW_S - 10, "nbf": NOW_S - 10, "exp": NOW_S + 600, "groups": ["staff", "disputes"],
    });
    let members = claims.as_object_mut().expect("an object");
    for (name, value) in changes.as_object().expect("an object") {
        if value.is_null() {
            members.remove(name);
        } else {
            members.insert(name.clone(), value.clone());
        }
    }
    claims
}

/// The outside world: a clock that is set, and an issuer's keys.
pub(super) struct World {
    pub(super) now_ms: AtomicI64,
    /// What is answered to who asks for the keys; nothing: the connection fails.
    pub(super) answer: Mutex<Option<(StatusCode, String)>>,
    pub(super) fetches: AtomicUsize,
    pub(super) slow: bool,
}

impl World {
    pub(super) fn new(keys: &[Value]) -> Self {
        let world = Self {
            now_ms: AtomicI64::new(NOW_S * 1_000),
            answer: Mutex::default(),
            fetches: AtomicUsize::new(0),
            slow: false,
        };
        world.publish(keys);
        world
    }

    pub(super) fn publish(&self, keys: &[Value]) {
        *self.answer.lock().expect("no panic") = Some((StatusCode::OK, json!({ "keys": keys }).to_string()));
    }

    pub(super) fn after_ms(&self, ms: i64) -> &Self {
        self.now_ms.fetch_add(ms, Ordering::Relaxed);
        self
    }

    pub(super) fn fetches(&self) -> usize {
        self.fetches.load(Ordering::Relaxed)
    }
}

impl Outside for World {
    fn now(&self) -> Millis {
        Millis(self.now_ms.load(Ordering::Relaxed))
    }

    fn random(&self, _bytes: &mut [u8]) {}

    async fn sleep(&self, _duration_ms: u64) {
        tokio::task::yield_now().await;
    }

    async fn send(
        &self,
        target: Target,
        request: Request<Bytes>,
        _limit_ms: u64,
        most_bytes: usize,
    ) -> Result<Response<Bytes>, SendError> {
        assert_eq!((target, request.uri().to_string().as_str()), (Target::Issuer, "https://id.example/keys"));
        self.fetches.fetch_add(1, Ordering::Relaxed);
        if self.slow {
            tokio::task::yield_now().await;
        }
        let answer = self.answer.lock().expect("no panic").clone();
        let (status, body) = answer.ok_or(SendError::Connection)?;
        if body.len() > most_bytes {
            return Err(SendError::TooLarge);
        }
        let response = Response::builder().status(status).header("content-type", "application/json");
        Ok(response.body(Bytes::from(body)).expect("a response"))
    }

    fn spawn(&self, _task: Task) {}
}
