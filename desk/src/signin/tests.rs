//! Tokens of every kind, in order and not, against the verifier; the keys are made here.

mod issuer;
mod rotation;

use case::actor::Role;
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use super::*;
use crate::{config::Config, setup::Access, vault::MasterKey};
use issuer::{NOW_S, Pair, World, claims, p256, rsa};

/// A setup with one entry, with some of it changed.
fn setup(changes: &Value) -> Setup {
    let mut entry = json!({
        "issuer": "https://id.example", "audience": "caseworker", "algorithms": ["RS256", "ES256"],
        "keys_url": "https://id.example/keys", "tenant": "acme", "leeway_s": 30,
        "roles": [
            { "claim": "groups", "value": "admins", "role": "admin" },
            { "claim": "/custom/desk", "value": "auditors", "role": "auditor" },
            { "claim": "email", "value": "*@desk.example", "role": "submitter" },
            { "claim": "groups", "value": "disputes", "role": "analyst" },
        ],
    });
    for (name, value) in changes.as_object().unwrap() {
        entry[name] = value.clone();
    }
    entry.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    let config: Config = serde_json::from_value(json!({ "sign_in": [entry] })).unwrap();
    Setup::new(config, MasterKey::parse(&"0f".repeat(32)).unwrap(), None, Access::Keys).unwrap()
}

async fn outcome(setup: &Setup, world: &World, token: &str) -> Result<SignedIn, (Code, String)> {
    sign_in(world, setup, token).await.map_err(|problem| (problem.code, problem.detail))
}

/// Checks that a token is refused for one reason, which quotes nothing of it.
async fn refuses(token: &str, expected: TokenProblem) {
    let world = World::new(&[rsa(0).public("one"), rsa(1).public("two")]);
    let found = outcome(&setup(&json!({})), &world, token).await;
    assert_eq!(found, Err((Code::Token, format!("Refused: {expected}."))), "{token:.200}");
}

#[tokio::test]
async fn a_token_of_either_algorithm_signs_its_holder_in() {
    for pair in [rsa(0), p256()] {
        let world = World::new(&[rsa(1).public("two"), pair.public("one")]);
        let signed_in = outcome(&setup(&json!({})), &world, &pair.token("one", &claims(&json!({})))).await.unwrap();
        assert_eq!(signed_in.grant.tenant.as_str(), "acme");
        assert_eq!(signed_in.grant.actor.subject.as_str(), "u-1");
        assert_eq!(signed_in.grant.actor.role, Role::Analyst);
        assert_eq!(signed_in.issued_at, Millis((NOW_S - 10 - 30) * 1_000));
    }
}

#[tokio::test]
async fn keys_can_be_given_in_the_configuration_and_nothing_is_fetched() {
    let pair = p256();
    let keys = json!({ "keys": [pair.public("one")] });
    let world = World::new(&[]);
    let setup = setup(&json!({ "keys_url": null, "keys": keys }));
    assert!(outcome(&setup, &world, &pair.token("one", &claims(&json!({})))).await.is_ok());
    assert!(outcome(&setup, &world, &pair.token("two", &claims(&json!({})))).await.is_err());
    assert_eq!(world.fetches(), 0);
}

#[tokio::test]
async fn no_token_chooses_its_own_algorithm() {
    let (pair, good) = (rsa(0), claims(&json!({})).to_string());
    for algorithm in ["none", "None", "HS256", "RS384", "PS256", "EdDSA", "rs256", ""] {
        let head = json!({ "alg": algorithm, "kid": "one" }).to_string();
        refuses(&pair.token_of(&head, &good), TokenProblem::Algorithm).await;
    }
    refuses(&pair.token_of(r#"{"kid":"one"}"#, &good), TokenProblem::Algorithm).await;
    // Signed with the public key as if it were a shared secret.
    let text = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
    let head = text(br#"{"alg":"HS256","kid":"one"}"#);
    let shared = crate::signature::Secret::of_agent(&MasterKey::parse(&"0f".repeat(32)).unwrap(), "x");
    let forged = format!("{head}.{}.{}", text(good.as_bytes()), text(shared.reveal().as_bytes()));
    refuses(&forged, TokenProblem::Algorithm).await;
    // A key is for its own algorithm: no key of that name signs so.
    let head = json!({ "alg": "ES256", "kid": "one" }).to_string();
    refuses(&pair.token_of(&head, &good), TokenProblem::UnknownKey).await;
    // An algorithm that is not configured is refused though the issuer has a key for it.
    let other = p256();
    let world = World::new(&[other.public("one")]);
    let (only_rsa, token) = (setup(&json!({ "algorithms": ["RS256"] })), other.token("one", &claims(&json!({}))));
    assert_eq!(
        outcome(&only_rsa, &world, &token).await,
        Err((Code::Token, format!("Refused: {}.", TokenProblem::Algorithm)))
    );
}

#[tokio::test]
async fn only_the_issuer_and_the_audience_that_are_configured_are_taken() {
    let pair = rsa(0);
    for changes in [
        json!({ "iss": "https://id.example/" }),
        json!({ "iss": "https://evil.example" }),
        json!({ "iss": null }),
        json!({ "iss": ["https://id.example"] }),
        json!({ "aud": "Caseworker" }),
        json!({ "aud": ["other"] }),
        json!({ "aud": [] }),
        json!({ "aud": null }),
        json!({ "aud": { "caseworker": true } }),
    ] {
        refuses(&pair.token("one", &claims(&changes)), TokenProblem::Issuer).await;
    }
    let world = World::new(&[pair.public("one")]);
    let one = pair.token("one", &claims(&json!({ "aud": "caseworker" })));
    assert!(outcome(&setup(&json!({})), &world, &one).await.is_ok());
}

#[tokio::test]
async fn a_token_is_in_force_from_its_issue_to_its_end_and_a_little_leeway() {
    let pair = rsa(0);
    for (changes, problem) in [
        (json!({ "exp": NOW_S - 30 }), TokenProblem::Expired),
        (json!({ "exp": -1 }), TokenProblem::Expired),
        (json!({ "exp": f64::MIN }), TokenProblem::Expired),
        (json!({ "nbf": NOW_S + 31 }), TokenProblem::NotYet),
        (json!({ "iat": NOW_S + 31 }), TokenProblem::NotYet),
        (json!({ "iat": f64::MAX }), TokenProblem::NotYet),
        (json!({ "exp": null }), TokenProblem::Claim("exp")),
        (json!({ "exp": "2099-01-01" }), TokenProblem::Claim("exp")),
        (json!({ "exp": true }), TokenProblem::Claim("exp")),
        (json!({ "iat": null }), TokenProblem::Claim("iat")),
        (json!({ "nbf": "now" }), TokenProblem::Claim("nbf")),
    ] {
        refuses(&pair.token("one", &claims(&changes)), problem).await;
    }
    let world = World::new(&[pair.public("one")]);
    for changes in [
        json!({ "exp": NOW_S - 29 }),
        json!({ "exp": i64::MAX }),
        json!({ "exp": u64::MAX }),
        json!({ "exp": (NOW_S + 1) as f64 + 0.5 }),
        json!({ "nbf": NOW_S + 30, "iat": NOW_S + 30 }),
        json!({ "nbf": null }),
    ] {
        let found = outcome(&setup(&json!({})), &world, &pair.token("one", &claims(&changes))).await;
        assert!(found.is_ok(), "{changes}: {found:?}");
    }
}

#[tokio::test]
async fn a_token_is_verified_with_the_key_that_it_names_alone() {
    let (pair, good) = (rsa(0), claims(&json!({})));
    refuses(&pair.token("two", &good), TokenProblem::Signature).await;
    refuses(&pair.token("three", &good), TokenProblem::UnknownKey).await;
    for kid in [json!(null), json!(7), json!(""), json!("k".repeat(257))] {
        let head = json!({ "alg": "RS256", "kid": kid }).to_string();
        refuses(&pair.token_of(&head, &good.to_string()), TokenProblem::NoKeyId).await;
    }
}

#[tokio::test]
async fn no_changed_character_of_a_token_goes_unnoticed() {
    for pair in [rsa(0), p256()] {
        let world = World::new(&[pair.public("one")]);
        let setup = setup(&json!({}));
        let token = pair.token("one", &claims(&json!({})));
        for at in (0..token.len()).step_by(7).chain(token.len() - 3..token.len()) {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(outcome(&setup, &world, &changed).await.is_err(), "changed at {at}");
        }
        for cut in [1, 2, 4, 40] {
            assert!(outcome(&setup, &world, &token[..token.len() - cut]).await.is_err(), "cut by {cut}");
        }
        assert!(outcome(&setup, &world, &format!("{token}=")).await.is_err());
        assert!(outcome(&setup, &world, &token).await.is_ok());
    }
}

#[tokio::test]
async fn what_a_head_asks_for_is_not_followed() {
    let (pair, good) = (rsa(0), claims(&json!({})).to_string());
    for (name, value) in [
        ("crit", json!(["exp"])),
        ("b64", json!(false)),
        ("jku", json!("https://evil.example/keys")),
        ("x5u", json!("https://evil.example/chain")),
        ("jwk", pair.public("one")),
        ("x5c", json!([])),
        ("zip", json!("DEF")),
    ] {
        let mut head = json!({ "alg": "RS256", "kid": "one" });
        head[name] = value;
        refuses(&pair.token_of(&head.to_string(), &good), TokenProblem::Head).await;
    }
    for typ in [json!("logout+jwt"), json!("secevent+jwt"), json!("JWE"), json!(1), json!(null)] {
        let head = json!({ "alg": "RS256", "kid": "one", "typ": typ }).to_string();
        refuses(&pair.token_of(&head, &good), TokenProblem::Type).await;
    }
}

#[tokio::test]
async fn a_repeated_member_makes_a_token_unreadable() {
    let (pair, good) = (rsa(0), claims(&json!({})).to_string());
    for claims in [
        good.replacen('{', r#"{"sub":"u-2","#, 1),
        good.replacen('{', r#"{"groups":["admins"],"#, 1),
        good.replacen('{', r#"{"custom":{"desk":"x","desk":"auditors"},"#, 1),
        good.replacen('{', r#"{"\u0073ub":"u-2","#, 1),
    ] {
        refuses(&pair.token_of(r#"{"alg":"RS256","kid":"one"}"#, &claims), TokenProblem::Malformed).await;
    }
    refuses(&pair.token_of(r#"{"alg":"none","alg":"RS256","kid":"one"}"#, &good), TokenProblem::Malformed).await;
}

#[tokio::test]
async fn garbage_is_refused_and_never_fetches_anything() {
    let good = rsa(0).token("one", &claims(&json!({})));
    let parts: Vec<&str> = good.split('.').collect();
    let (head, body, signature) = (parts[0], parts[1], parts[2]);
    let deep = BASE64URL_NOPAD.encode("[".repeat(5_000).as_bytes());
    for token in [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "ey.ey.ey".to_owned(),
        "a.b.c.d".to_owned(),
        format!("{head}.{body}"),
        format!("{head}.{body}.{signature}.{signature}"),
        format!("{head}.{body}.{signature}\n"),
        format!(" {head}.{body}.{signature}"),
        format!("{head}.{body}.é"),
        format!("{head}.{deep}.{signature}"),
        format!("{deep}.{body}.{signature}"),
        format!("{}.{body}.{signature}", BASE64URL_NOPAD.encode(b"[]")),
        format!("{}.{body}.{signature}", BASE64URL_NOPAD.encode(b"{\"alg\":\"RS256\"} x")),
        format!("{}.{body}.{signature}", BASE64URL_NOPAD.encode(&[0xff, 0xfe])),
    ] {
        let world = World::new(&[rsa(0).public("one")]);
        let (code, _) = outcome(&setup(&json!({})), &world, &token).await.unwrap_err();
        assert_eq!((code, world.fetches()), (Code::Token, 0), "{token:.80}");
    }
    refuses(&format!("{head}.{body}.{}", "A".repeat(20_000)), TokenProblem::TooLong).await;
    // Nothing is fetched for an issuer that is not configured, and no empty signature passes.
    let world = World::new(&[rsa(0).public("one")]);
    let foreign = rsa(0).token("one", &claims(&json!({ "iss": "https://evil.example" })));
    assert!(outcome(&setup(&json!({})), &world, &foreign).await.is_err());
    assert_eq!(world.fetches(), 0);
    refuses(&format!("{head}.{body}."), TokenProblem::Signature).await;
}

#[tokio::test]
async fn the_first_rule_that_fits_gives_the_role_and_without_one_nobody_enters() {
    let pair = p256();
    let world = World::new(&[pair.public("one")]);
    let setup = setup(&json!({}));
    let role = async |changes: Value| {
        let found = outcome(&setup, &world, &pair.token("one", &claims(&changes))).await;
        found.map(|signed_in| signed_in.grant.actor.role).map_err(|(code, _)| code)
    };
    assert_eq!(role(json!({ "groups": ["disputes", "admins"] })).await, Ok(Role::Admin));
    assert_eq!(role(json!({ "groups": "admins" })).await, Ok(Role::Admin));
    assert_eq!(role(json!({ "custom": { "desk": "auditors" } })).await, Ok(Role::Auditor));
    assert_eq!(role(json!({ "email": "Bob@Desk.Example", "groups": ["disputes"] })).await, Ok(Role::Submitter));
    for nobody in [
        json!({ "groups": ["admin"] }),
        json!({ "groups": { "admins": true } }),
        json!({ "groups": [["admins"]] }),
        json!({ "groups": null, "email": "bob@desk.example.evil.example" }),
        json!({ "groups": null, "email": "@desk.example" }),
        json!({ "groups": null, "email": "\"bob@evil.example\"@desk.example" }),
        json!({ "groups": null, "email": "bob\n@desk.example" }),
        json!({ "groups": true, "custom": "auditors" }),
    ] {
        assert_eq!(role(nobody.clone()).await, Err(Code::NoRole), "{nobody}");
    }
}

#[tokio::test]
async fn a_holder_is_one_subject_however_the_address_is_written() {
    let pair = p256();
    let world = World::new(&[pair.public("one")]);
    let subject = async |claim: &str, changes: Value| {
        let token = pair.token("one", &claims(&changes));
        let found = outcome(&setup(&json!({ "subject": claim })), &world, &token).await;
        found.map(|signed_in| signed_in.grant.actor.subject.to_string()).map_err(|(code, _)| code)
    };
    assert_eq!(subject("email", json!({})).await.as_deref(), Ok("ada@bank.example"));
    assert_eq!(subject("email", json!({ "email_verified": true })).await.as_deref(), Ok("ada@bank.example"));
    for unsure in [json!(false), json!("true"), json!(1)] {
        assert_eq!(subject("email", json!({ "email_verified": unsure })).await, Err(Code::Token));
    }
    assert_eq!(subject("common_name", json!({ "common_name": "svc.access" })).await.as_deref(), Ok("svc.access"));
    assert_eq!(subject("common_name", json!({})).await, Err(Code::Token));
    assert_eq!(subject("sub", json!({ "sub": "" })).await, Err(Code::Token));
    let long = subject("sub", json!({ "sub": "auth0|5f7c" })).await.unwrap();
    assert!(long.starts_with("sha256-") && long.len() == 55, "{long}");
    assert_eq!(subject("sub", json!({ "sub": "auth0|5f7c" })).await, Ok(long.clone()));
    assert_ne!(subject("sub", json!({ "sub": "auth0|5f7d" })).await, Ok(long));
}

#[tokio::test]
async fn people_and_service_tokens_of_one_issuer_have_an_entry_each() {
    let pair = p256();
    let entry = |subject: &str, claim: &str, role: &str| {
        json!({
            "issuer": "https://id.example", "audience": "caseworker", "algorithms": ["ES256"], "tenant": "acme",
            "keys": { "keys": [pair.public("one")] }, "subject": subject,
            "roles": [{ "claim": claim, "value": "*", "role": role }],
        })
    };
    let entries = [entry("email", "email", "analyst"), entry("common_name", "common_name", "submitter")];
    let config: Config = serde_json::from_value(json!({ "sign_in": entries })).unwrap();
    let setup = Setup::new(config, MasterKey::parse(&"0f".repeat(32)).unwrap(), None, Access::Keys).unwrap();
    let world = World::new(&[]);
    let person = outcome(&setup, &world, &pair.token("one", &claims(&json!({})))).await.unwrap();
    assert_eq!(person.grant.actor.role, Role::Analyst);
    let service = claims(&json!({ "email": null, "sub": "", "common_name": "svc.access" }));
    let service = outcome(&setup, &world, &pair.token("one", &service)).await.unwrap();
    assert_eq!((service.grant.actor.subject.as_str(), service.grant.actor.role), ("svc.access", Role::Submitter));
}

#[test]
fn of_a_set_only_keys_that_are_fit_for_it_are_used() {
    let (rsa, ec) = (rsa(0).public("one"), p256().public("two"));
    let with = |key: &Value, name: &str, value: Value| {
        let mut key = key.clone();
        key[name] = value;
        key
    };
    let small = Pair::Rsa(rsa::RsaPrivateKey::new(&mut rsa::rand_core::UnwrapErr(getrandom::SysRng), 1_024).unwrap());
    let unusable = [
        json!({ "kty": "oct", "kid": "x", "k": "c2VjcmV0" }),
        json!("no key"),
        small.public("small"),
        with(&rsa, "kid", json!(null)),
        with(&rsa, "kid", json!("")),
        with(&rsa, "use", json!("enc")),
        with(&rsa, "alg", json!("RS512")),
        with(&rsa, "alg", json!("ES256")),
        with(&rsa, "e", json!("Ag")),
        with(&rsa, "n", json!("AQAB")),
        with(&rsa, "n", json!("A".repeat(5_000))),
        with(&rsa, "key_ops", json!(["encrypt"])),
        with(&ec, "crv", json!("P-384")),
        with(&ec, "x", json!("AA")),
        with(&ec, "y", ec["x"].clone()),
    ];
    for key in &unusable {
        let (set, skipped) = KeySet::read(&Jwks { keys: vec![key.clone()] });
        assert!(set.is_empty() && skipped == 1, "{key:.200}");
    }
    let mut keys = unusable.to_vec();
    keys.extend([rsa, ec]);
    let (set, skipped) = KeySet::read(&Jwks { keys });
    assert_eq!((set.len(), skipped), (2, unusable.len()));
    for body in ["", "[]", "{}", r#"{"keys":{}}"#, r#"{"keys":[]}"#, "<html>"] {
        assert!(read_set(body.as_bytes()).is_none(), "{body}");
    }
}

#[test]
fn a_configuration_that_would_let_in_the_wrong_people_is_refused() {
    let entry = json!({
        "issuer": "https://id.example", "audience": "caseworker", "keys_url": "https://id.example/keys",
        "tenant": "acme", "roles": [{ "claim": "groups", "value": "x", "role": "analyst" }],
    });
    let check = |entries: &[Value]| {
        let config: Config = serde_json::from_value(json!({ "sign_in": entries })).ok()?;
        Some(config.check().map_err(|problem| problem.to_string()))
    };
    let with = |name: &str, value: Value| {
        let mut entry = entry.clone();
        entry[name] = value;
        entry
    };
    assert_eq!(check(std::slice::from_ref(&entry)), Some(Ok(())));
    for (name, value) in [
        ("algorithms", json!(["HS256"])),
        ("algorithms", json!(["none"])),
        ("role", json!("admin")),
        ("roles", json!([{ "claim": "x", "value": "y", "role": "root" }])),
        ("tenant", json!("")),
        ("subject", json!("name")),
    ] {
        assert_eq!(check(&[with(name, value.clone())]), None, "{name}: {value}");
    }
    for (name, value, says) in [
        ("issuer", json!(""), "`issuer`"),
        ("audience", json!(""), "`audience`"),
        ("algorithms", json!([]), "`algorithms`"),
        ("keys_url", json!(null), "either"),
        ("keys", json!({ "keys": [] }), "either"),
        ("keys_url", json!("http://id.example/keys"), "https"),
        ("keys_url", json!("https://u:hunter2@id.example/keys"), "keys_url"),
        ("keys_url", json!("KEYS"), "URL"),
        ("leeway_s", json!(301), "leeway_s"),
        ("roles", json!([]), "roles"),
        ("roles", json!([{ "claim": "x", "value": "", "role": "admin" }]), "`value`"),
    ] {
        let found = check(&[with(name, value.clone())]).unwrap().unwrap_err();
        assert!(found.contains(says) && found.contains("entry 1") && !found.contains("hunter2"), "{found}");
    }
    let symmetric = json!({ "keys": [{ "kty": "oct", "kid": "x", "k": "c2VjcmV0" }] });
    let mut given = with("keys", symmetric);
    given["keys_url"] = Value::Null;
    assert!(check(&[given]).unwrap().unwrap_err().contains("cannot be used"));
    let other = with("issuer", json!("https://other.example"));
    assert!(check(&[entry.clone(), other.clone()]).unwrap().unwrap_err().contains("entry 2"));
    let mut by_mail = other;
    by_mail["subject"] = json!("email");
    assert_eq!(check(&[entry, by_mail]), Some(Ok(())));
}

#[test]
fn a_key_of_ours_is_no_token() {
    assert!(is_token("eyJhbGciOiJSUzI1NiJ9.e30.x"));
    for key in ["cw_abc", "ey", "ey.a", "a.b.c", "ey.a.b.c", ""] {
        assert!(!is_token(key), "{key}");
    }
}
