//! An issuer of tokens for the hosts under test: it has keys of its own, made for this run, and publishes them on a port
//! of its own. It signs whatever a check wants to show, in order or not.

use std::{
    net::TcpListener,
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::{Context as _, Result, anyhow};
use axum::{Json, Router, http::StatusCode, response::IntoResponse as _, routing::get};
use data_encoding::BASE64URL_NOPAD;
use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use rsa::{Pkcs1v15Sign, RsaPrivateKey, rand_core::UnwrapErr, traits::PublicKeyParts as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// How far the clocks of hosts and issuer may be apart, in seconds.
pub const LEEWAY_S: u64 = 5;
/// What the tokens for the hosts under test are for.
pub const AUDIENCE: &str = "caseworker-under-test";

/// The issuer, and one beside it that can be down.
pub struct Issuer {
    url: String,
    rsa: RsaPrivateKey,
    p256: p256::ecdsa::SigningKey,
    late_is_up: AtomicBool,
}

/// How a token is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signs {
    /// With the RSA key.
    Rs256,
    /// With the key on P-256.
    Es256,
}

/// The one issuer of this process.
///
/// # Errors
/// Where it cannot be started.
pub fn issuer() -> Result<&'static Issuer> {
    static STARTED: OnceLock<Result<Issuer, String>> = OnceLock::new();
    let started = STARTED.get_or_init(|| Issuer::start().map_err(|error| format!("the issuer: {error:#}")));
    started.as_ref().map_err(|why| anyhow!("{why}"))
}

/// Seconds since 1970.
#[must_use]
pub fn now_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

impl Issuer {
    fn start() -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).context("a port")?;
        listener.set_nonblocking(true)?;
        let url = format!("http://{}", listener.local_addr()?);
        let rsa = RsaPrivateKey::new(&mut UnwrapErr(getrandom::SysRng), 2_048)?;
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(|error| anyhow!("{error}"))?;
        let p256 = p256::ecdsa::SigningKey::from_slice(&secret)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        thread::spawn(move || {
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener)?;
                let late = get(async || match issuer() {
                    Ok(issuer) if issuer.late_is_up.load(Ordering::Relaxed) => Json(issuer.keys()).into_response(),
                    _ => StatusCode::SERVICE_UNAVAILABLE.into_response(),
                });
                let keys = get(async || issuer().map_or(Value::Null, Issuer::keys).to_string());
                let keys = keys.layer(axum::middleware::map_response(as_json));
                axum::serve(listener, Router::new().route("/keys", keys).route("/late/keys", late)).await
            })
        });
        Ok(Self { url, rsa, p256, late_is_up: AtomicBool::new(false) })
    }

    /// The entries of `sign_in` with which hosts for holders of keys are started.
    #[must_use]
    pub fn entries(&self) -> Value {
        let roles = json!([
            { "claim": "groups", "value": "analysts", "role": "analyst" },
            { "claim": "/custom/desk", "value": "audit", "role": "auditor" },
        ]);
        let url = &self.url;
        json!([
            { "issuer": self.name(), "audience": AUDIENCE, "algorithms": ["RS256", "ES256"], "tenant": "acme",
              "keys_url": format!("{url}/keys"), "subject": "email", "leeway_s": LEEWAY_S, "roles": roles },
            { "issuer": self.late_name(), "audience": AUDIENCE, "algorithms": ["ES256"], "tenant": "acme",
              "keys_url": format!("{url}/late/keys"), "subject": "email", "roles": roles },
        ])
    }

    /// The claim `iss` of its tokens.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}/", self.url)
    }

    /// The claim `iss` of the issuer that is down until [`Issuer::comes_up`].
    #[must_use]
    pub fn late_name(&self) -> String {
        format!("{}/late", self.url)
    }

    /// From now on the late issuer answers.
    pub fn comes_up(&self) {
        self.late_is_up.store(true, Ordering::Relaxed);
    }

    /// Claims that are in order for a person of this address, with some of them changed; `null` takes one away.
    #[must_use]
    pub fn claims(&self, email: &str, changes: &Value) -> Value {
        let now_s = now_s();
        let mut claims = json!({
            "iss": self.name(), "aud": [AUDIENCE], "email": email, "sub": "someone", "groups": ["staff", "analysts"],
            "iat": now_s, "nbf": now_s, "exp": now_s + 600,
        });
        for (name, value) in changes.as_object().into_iter().flatten() {
            claims[name] = value.clone();
        }
        if let Some(claims) = claims.as_object_mut() {
            claims.retain(|_, value| !value.is_null());
        }
        claims
    }

    /// A token with these claims.
    ///
    /// # Errors
    /// Where it cannot be signed.
    pub fn token(&self, signs: Signs, claims: &Value) -> Result<String> {
        let (algorithm, kid) = match signs {
            Signs::Rs256 => ("RS256", "rsa-1"),
            Signs::Es256 => ("ES256", "p256-1"),
        };
        self.token_of(signs, &json!({ "alg": algorithm, "kid": kid, "typ": "JWT" }).to_string(), &claims.to_string())
    }

    /// A token with this head and these claims, whatever they are.
    ///
    /// # Errors
    /// Where it cannot be signed.
    pub fn token_of(&self, signs: Signs, head: &str, claims: &str) -> Result<String> {
        let text = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        let signed = format!("{}.{}", text(head.as_bytes()), text(claims.as_bytes()));
        let hash = Sha256::digest(signed.as_bytes());
        let signature = match signs {
            Signs::Rs256 => self.rsa.sign(Pkcs1v15Sign::new::<Sha256>(), &hash)?,
            Signs::Es256 => {
                let signature: p256::ecdsa::Signature = self.p256.sign_prehash(&hash)?;
                signature.to_bytes().to_vec()
            }
        };
        Ok(format!("{signed}.{}", text(&signature)))
    }

    fn keys(&self) -> Value {
        let text = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        let point = self.p256.verifying_key().to_sec1_point(false);
        let (x, y) = (point.x().map(|x| text(x)), point.y().map(|y| text(y)));
        json!({ "keys": [
            { "kty": "RSA", "kid": "rsa-1", "use": "sig", "alg": "RS256",
              "n": text(&self.rsa.n().to_be_bytes_trimmed_vartime()), "e": text(&self.rsa.e().to_be_bytes_trimmed_vartime()) },
            { "kty": "EC", "kid": "p256-1", "use": "sig", "crv": "P-256", "x": x, "y": y },
            { "kty": "oct", "kid": "shared", "k": "c2VjcmV0" },
        ]})
    }
}

/// Issuers say so of their keys, in one of several ways.
async fn as_json(mut response: axum::response::Response) -> axum::response::Response {
    let kind = axum::http::HeaderValue::from_static("application/jwk-set+json");
    response.headers_mut().insert(axum::http::header::CONTENT_TYPE, kind);
    response
}
