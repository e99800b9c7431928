//! Who signs in with a token, and services that sign their requests.

use anyhow::{Context as _, Result, ensure};
use case::time::Millis;
use desk::signature::{Secret, Signable, grant_hash, sign_at};
use futures_util::future::try_join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    api::{Api, Call},
    checks::words::SAMPLE,
    hosts::issuer::{LEEWAY_S, Signs, issuer, now_s},
    world::World,
};

pub(crate) async fn a_token_opens_what_its_holders_role_may(world: &World) -> Result<()> {
    let issuer = issuer()?;
    let case = world.holder("submitter")?.open_for("cus_ada", SAMPLE).await?;
    for signs in [Signs::Rs256, Signs::Es256] {
        let ada = world.api.with_key(Some(&issuer.token(signs, &issuer.claims("Ada@Bank.example", &json!({})))?));
        ada.command(case.id(), &json!({ "command": "claim" })).ok(200).await?.is("/assignee", "ada@bank.example")?;
        ada.command(case.id(), &json!({ "command": "release" })).ok(200).await?;
        ada.post("/v1/model", &json!({ "off": false })).refused(403, "CW201", None).await?;
    }
    // As Cloudflare Access says it.
    let audit = json!({ "groups": null, "custom": { "desk": ["audit"] } });
    let token = issuer.token(Signs::Rs256, &issuer.claims("eve@bank.example", &audit))?;
    let anonymous = world.api.with_key(None);
    let header = "cf-access-jwt-assertion";
    anonymous.get(&format!("/v1/cases/{}", case.id())).header(header, &token).ok(200).await?;
    let claim = anonymous.command(case.id(), &json!({ "command": "claim" }));
    claim.header(header, &token).refused(403, "CW201", None).await?;
    // Whoever sends a key of their own is not taken for the one whom Access lets through.
    let wrong = anonymous.get("/v1/cases").header(header, &token).header("authorization", "Bearer cw_no_such_key");
    wrong.refused(401, "CW200", None).await?;
    // Another tenant's case is not there.
    let foreign = world.holder("foreigner")?.open_for("cus_ada", SAMPLE).await?;
    anonymous.get(&format!("/v1/cases/{}", foreign.id())).header(header, &token).refused(404, "CW300", None).await?;
    Ok(())
}

pub(crate) async fn tokens_that_are_not_in_order_are_refused(world: &World) -> Result<()> {
    let issuer = issuer()?;
    let refuse = async |token: &str, code: &str, status: u16| {
        let api = world.api.with_key(Some(token));
        api.get("/v1/cases").refused(status, code, None).await?;
        api.post("/v1/requests", &json!({ "text": SAMPLE })).refused(status, code, None).await?;
        world
            .api
            .with_key(None)
            .get("/v1/cases")
            .header("cf-access-jwt-assertion", token)
            .refused(status, code, None)
            .await
    };
    let now_s = now_s();
    for changes in [
        json!({ "iss": "https://evil.example" }),
        json!({ "aud": "another" }),
        json!({ "aud": null }),
        json!({ "exp": now_s - 60 }),
        json!({ "exp": null }),
        json!({ "nbf": now_s + 120 }),
        json!({ "iat": now_s + 120 }),
        json!({ "iat": null }),
        json!({ "email": null }),
        json!({ "email_verified": false }),
    ] {
        let token = issuer.token(Signs::Es256, &issuer.claims("ada@bank.example", &changes))?;
        refuse(&token, "CW206", 401).await.with_context(|| changes.to_string())?;
    }
    let good = issuer.claims("ada@bank.example", &json!({})).to_string();
    for head in [
        r#"{"alg":"none","kid":"p256-1"}"#,
        r#"{"alg":"HS256","kid":"shared"}"#,
        r#"{"alg":"RS256","kid":"p256-1"}"#,
        r#"{"alg":"ES256","kid":"rsa-1"}"#,
        r#"{"alg":"ES256"}"#,
        r#"{"alg":"ES256","kid":"unknown"}"#,
        r#"{"alg":"ES256","kid":"p256-1","crit":["exp"]}"#,
        r#"{"alg":"ES256","kid":"p256-1","jku":"https://evil.example/keys"}"#,
        r#"{"alg":"RS256","alg":"ES256","kid":"p256-1"}"#,
    ] {
        refuse(&issuer.token_of(Signs::Es256, head, &good)?, "CW206", 401).await.with_context(|| head.to_owned())?;
    }
    let twice = good.replacen('{', r#"{"groups":["nobody"],"#, 1);
    refuse(&issuer.token_of(Signs::Es256, r#"{"alg":"ES256","kid":"p256-1"}"#, &twice)?, "CW206", 401).await?;
    let token = issuer.token(Signs::Es256, &issuer.claims("ada@bank.example", &json!({})))?;
    let (head, _) = token.rsplit_once('.').context("a token")?;
    for garbage in
        [format!("{head}."), format!("{head}.AAAA"), "ey.ey.ey".to_owned(), format!("{head}.{}", "A".repeat(12_000))]
    {
        refuse(&garbage, "CW206", 401).await?;
    }
    let nobody = issuer.claims("ada@bank.example", &json!({ "groups": ["staff"] }));
    refuse(&issuer.token(Signs::Es256, &nobody)?, "CW207", 403).await?;
    Ok(())
}

pub(crate) async fn an_issuer_that_is_down_is_said_and_soon_asked_again(world: &World) -> Result<()> {
    let issuer = issuer()?;
    let claims = issuer.claims("ada@bank.example", &json!({ "iss": issuer.late_name() }));
    let api = world.api.with_key(Some(&issuer.token(Signs::Es256, &claims)?));
    let reply = api.get("/v1/cases").refused(503, "CW208", None).await?;
    ensure!(reply.headers.contains_key("retry-after"), "{reply}");
    issuer.comes_up();
    for _ in 0..60 {
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
        if api.get("/v1/cases").send().await?.status == 200 {
            return Ok(());
        }
    }
    api.get("/v1/cases").ok(200).await.map(|_| ())
}

pub(crate) async fn a_revoked_holder_needs_a_newer_token(world: &World) -> Result<()> {
    let issuer = issuer()?;
    let email = format!("{}@bank.example", world.fresh("leaver"));
    let api = world.api.with_key(Some(&issuer.token(Signs::Es256, &issuer.claims(&email, &json!({})))?));
    api.get("/v1/cases").ok(200).await?;
    let revoke = json!({ "subject": email, "note": "Has left." });
    world.holder("admin")?.post("/v1/revocations", &revoke).ok(200).await?;
    is_refused_soon(&api, "CW206").await?;
    // Tokens have seconds, and what was issued within the leeway after it may be older by another clock.
    tokio::time::sleep(std::time::Duration::from_secs(LEEWAY_S + 2)).await;
    let newer = issuer.claims(&email, &json!({ "iat": now_s(), "nbf": null }));
    world.api.with_key(Some(&issuer.token(Signs::Es256, &newer)?)).get("/v1/cases").ok(200).await?;
    Ok(())
}

/// What is revoked is refused within a few seconds.
async fn is_refused_soon(api: &Api, code: &str) -> Result<()> {
    for _ in 0..60 {
        if api.get("/v1/cases").send().await?.status == 401 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
    }
    api.get("/v1/cases").refused(401, code, None).await.map(|_| ())
}

/// A signed request before it is sent, so that it can be sent again or changed.
struct Signed {
    id: String,
    secret: Secret,
    time_s: u64,
    nonce: String,
}

impl Signed {
    fn new(world: &World, name: &str) -> Result<Self> {
        let (id, secret) = world.signers.get(name).with_context(|| format!("this world has no signer {name}"))?;
        let secret = Secret::parse(secret)?;
        Ok(Self { id: id.clone(), secret, time_s: now_s(), nonce: world.fresh("nonce-of-the-suite") })
    }

    fn header(&self, method: &Method, path: &str, body: &[u8]) -> Result<String> {
        let now = Millis(i64::try_from(self.time_s)?.saturating_mul(1_000));
        let signable = Signable { method, path_and_query: path, body };
        Ok(sign_at(&self.secret, &self.id, now, &self.nonce, signable)?.to_str()?.to_owned())
    }

    fn post(&self, world: &World, path: &str, body: &Value) -> Result<Call> {
        let header = self.header(&Method::POST, path, body.to_string().as_bytes())?;
        Ok(world.api.with_key(None).post(path, body).header("authorization", &header))
    }

    fn get(&self, world: &World, path: &str) -> Result<Call> {
        let header = self.header(&Method::GET, path, b"")?;
        Ok(world.api.with_key(None).get(path).header("authorization", &header))
    }
}

pub(crate) async fn a_signed_request_is_answered_once(world: &World) -> Result<()> {
    let body = json!({ "text": SAMPLE, "customer_id": "cus_ada" });
    let signed = Signed::new(world, "service")?;
    let opened = signed.post(world, "/v1/requests", &body)?.wait().ok(201).await?;
    signed.post(world, "/v1/requests", &body)?.refused(401, "CW205", None).await?;
    let path = format!("/v1/cases/{}?of=mine&also=%C3%A9", opened.id());
    let read = Signed::new(world, "service")?;
    read.get(world, &path)?.ok(200).await?;
    read.get(world, &path)?.refused(401, "CW205", None).await?;
    Signed::new(world, "service")?.get(world, "/v1/cases?limit=1")?.ok(200).await?;
    // Its role and its tenant are those of its grant.
    let claim = json!({ "command": "claim" });
    let path = format!("/v1/cases/{}/commands", opened.id());
    Signed::new(world, "service")?.post(world, &path, &claim)?.refused(403, "CW201", None).await?;
    Ok(())
}

pub(crate) async fn of_copies_of_a_signed_request_at_once_one_counts(world: &World) -> Result<()> {
    let body = json!({ "text": SAMPLE, "customer_id": "cus_ada" });
    let signed = Signed::new(world, "service")?;
    let copies: Vec<Call> = (0..20).map(|_| signed.post(world, "/v1/requests", &body)).collect::<Result<_>>()?;
    let replies = try_join_all(copies.into_iter().map(Call::send)).await?;
    let taken = replies.iter().filter(|reply| reply.status == 201).count();
    let replayed = replies.iter().filter(|reply| reply.status == 401 && reply.body.contains("CW205")).count();
    ensure!((taken, replayed) == (1, 19), "{taken} taken, {replayed} refused");
    Ok(())
}

pub(crate) async fn signatures_that_do_not_fit_are_refused(world: &World) -> Result<()> {
    let (path, body) = ("/v1/requests", json!({ "text": SAMPLE, "customer_id": "cus_ada" }));
    let anonymous = world.api.with_key(None);
    let signed = Signed::new(world, "service")?;
    let header = signed.header(&Method::POST, path, body.to_string().as_bytes())?;
    // Another body, path, query or method under the same signature.
    let other = json!({ "text": SAMPLE, "customer_id": "cus_bob" });
    anonymous.post(path, &other).header("authorization", &header).refused(401, "CW203", None).await?;
    anonymous.post("/v1/tasks", &body).header("authorization", &header).refused(401, "CW203", None).await?;
    anonymous.post("/v1/requests?x=1", &body).header("authorization", &header).refused(401, "CW203", None).await?;
    anonymous.get("/v1/cases").header("authorization", &header).refused(401, "CW203", None).await?;
    for (part, code) in [("ts=1", "CW203"), ("sig=0", "CW203"), ("nonce=", "CW203"), ("key=sig_unknown", "CW200")] {
        let name = part.split_once('=').map_or(part, |(name, _)| name);
        let parts: Vec<String> = header
            .split_once(' ')
            .map_or("", |(_, parts)| parts)
            .split(',')
            .map(|old| if old.starts_with(&format!("{name}=")) { part.to_owned() } else { old.to_owned() })
            .collect();
        let changed = format!("CW1-HMAC-SHA256 {}", parts.join(","));
        let call = anonymous.post(path, &body).header("authorization", &changed);
        call.refused(401, code, None).await.with_context(|| changed.clone())?;
    }
    // The id of a signing key is no key.
    let id = format!("Bearer {}", signed.id);
    anonymous.get("/v1/cases").header("authorization", &id).refused(401, "CW200", None).await?;
    // Late and early ones, rightly signed.
    for time_s in [now_s() - 330, now_s() + 330] {
        let off = Signed { time_s, ..Signed::new(world, "service")? };
        off.post(world, path, &body)?.refused(401, "CW204", None).await?;
    }
    // None of all that used the signature up.
    signed.post(world, path, &body)?.wait().ok(201).await?;
    Ok(())
}

pub(crate) async fn a_revoked_signing_key_signs_no_more(world: &World) -> Result<()> {
    let signed = Signed::new(world, "leaving-service")?;
    signed.get(world, "/v1/cases")?.ok(200).await?;
    let revoke = json!({ "key": grant_hash(&signed.id).as_str() });
    world.holder("admin")?.post("/v1/revocations", &revoke).ok(200).await?;
    for _ in 0..60 {
        if Signed::new(world, "leaving-service")?.get(world, "/v1/cases")?.send().await?.status == 401 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
    }
    Signed::new(world, "leaving-service")?.get(world, "/v1/cases")?.refused(401, "CW200", None).await?;
    // Another key in force goes on: that is how one is exchanged.
    Signed::new(world, "service")?.get(world, "/v1/cases")?.ok(200).await?;
    Ok(())
}
