//! Signatures against what another implementation computes, against every change, and against the clock.

use http::Method;

use super::*;

const NONCE: &str = "AAAAAAAAAAAAAAAA-_";
const NOW: Millis = Millis(1_781_000_000_000);
const BODY: &[u8] = br#"{"text":"I was charged twice."}"#;
const ID: &str = "sig_abcdefghijklmnop";

fn master() -> MasterKey {
    MasterKey::parse(&"0f".repeat(32)).unwrap()
}

fn request() -> Signable<'static> {
    Signable { method: &Method::POST, path_and_query: "/v1/requests?a=b", body: BODY }
}

fn signed() -> Signature {
    let header = sign_at(&Secret::of_key(&master(), ID), ID, NOW, NONCE, request()).unwrap();
    Signature::read(header.to_str().unwrap()).unwrap()
}

fn check(signature: &Signature, now: Millis, signable: Signable<'_>, expected: Result<(), SignatureProblem>) {
    let verified = signature.verify(&Secret::of_key(&master(), ID), now, signable);
    assert_eq!(verified.map(|_| ()), expected, "{signable:?}");
}

#[test]
fn the_secrets_and_the_signature_are_what_another_implementation_computes() {
    let secret = Secret::of_key(&master(), ID);
    assert_eq!(secret.reveal(), "124a1baa9dd904a28c0820752f670bfad6d5878a5d68667800957d05b96d8f7d");
    let agent = Secret::of_agent(&master(), "merchants");
    assert_eq!(agent.reveal(), "74746cd70e2e9b89072047ade92bc5e7bec099fcd162186d83f68e11b5b5fd46");
    let header = sign_at(&secret, ID, NOW, NONCE, request()).unwrap();
    assert!(header.is_sensitive());
    assert_eq!(
        header.to_str().unwrap(),
        "CW1-HMAC-SHA256 key=sig_abcdefghijklmnop,ts=1781000000,nonce=AAAAAAAAAAAAAAAA-_,\
         sig=c4ebe4f137ba45d83cd64a6c1422f5803597cd9241453da7ff2551bb0223087e"
    );
}

#[test]
fn what_was_signed_verifies_and_nothing_else_does() {
    let signature = signed();
    check(&signature, NOW, request(), Ok(()));
    let wrong = Err(SignatureProblem::Wrong);
    check(&signature, NOW, Signable { method: &Method::PUT, ..request() }, wrong);
    for path_and_query in ["/v1/requests", "/v1/requests?a=c", "/v1/requests?a=b&c", "/v1/Requests?a=b", ""] {
        check(&signature, NOW, Signable { path_and_query, ..request() }, wrong);
    }
    for at in 0..BODY.len() {
        let mut body = BODY.to_vec();
        body[at] ^= 1;
        check(&signature, NOW, Signable { body: &body, ..request() }, wrong);
    }
    check(&signature, NOW, Signable { body: b"", ..request() }, wrong);
    for at in 0..signature.mac.len() {
        let mut mac = signature.mac.clone();
        mac[at] ^= 0x80;
        check(&Signature { mac, ..signature.clone() }, NOW, request(), wrong);
    }
    check(&Signature { mac: signature.mac[..31].to_vec(), ..signature.clone() }, NOW, request(), wrong);
    check(&Signature { time: "1781000001".to_owned(), ..signature.clone() }, NOW, request(), wrong);
    check(&Signature { time: "01781000000".to_owned(), ..signature.clone() }, NOW, request(), wrong);
    check(&Signature { nonce: "AAAAAAAAAAAAAAAA--".to_owned(), ..signature.clone() }, NOW, request(), wrong);
    let other = Secret::of_key(&master(), "sig_abcdefghijklmnoq");
    assert_eq!(signature.verify(&other, NOW, request()), Err(SignatureProblem::Wrong));
    let agent = Secret::of_agent(&master(), ID);
    assert_eq!(signature.verify(&agent, NOW, request()), Err(SignatureProblem::Wrong));
}

#[test]
fn a_signature_is_in_force_for_five_minutes_either_way() {
    let signature = signed();
    for off_ms in [-WINDOW_MS, -1, 0, 999, WINDOW_MS] {
        check(&signature, NOW.plus(off_ms), request(), Ok(()));
    }
    for off_ms in [-WINDOW_MS - 1, WINDOW_MS + 1, 86_400_000, i64::MIN / 2] {
        check(&signature, NOW.plus(off_ms), request(), Err(SignatureProblem::Time));
    }
    // A time that no clock shows, rightly signed, overflows nothing.
    let far = Millis(999_999_999_999_000);
    let secret = Secret::of_key(&master(), ID);
    let header = sign_at(&secret, ID, far, NONCE, request()).unwrap();
    let signature = Signature::read(header.to_str().unwrap()).unwrap();
    assert_eq!(signature.verify(&secret, Millis(i64::MIN), request()), Err(SignatureProblem::Time));
}

#[test]
fn the_same_nonce_under_another_key_is_another_nonce() {
    let nonce_under = |key: &str| {
        let secret = Secret::of_key(&master(), key);
        let header = sign_at(&secret, key, NOW, NONCE, request()).unwrap();
        Signature::read(header.to_str().unwrap()).unwrap().verify(&secret, NOW, request()).unwrap()
    };
    assert_eq!(nonce_under(ID), nonce_under(ID));
    assert_ne!(nonce_under(ID), nonce_under("sig_other"));
}

#[test]
fn a_header_that_is_not_of_the_form_is_refused() {
    let (mac, nonce) = ("ab".repeat(32), "n".repeat(16));
    let good = format!("CW1-HMAC-SHA256 key=k,ts=1,nonce={nonce},sig={mac}");
    assert!(Signature::read(&good).is_ok());
    assert!(Signature::read(&format!("cw1-hmac-sha256 sig={mac}, nonce={nonce}, ts=1, key=k")).is_ok());
    for bad in [
        String::new(),
        "CW1-HMAC-SHA256".to_owned(),
        "CW1-HMAC-SHA256 ".to_owned(),
        good.replace("CW1-HMAC-SHA256", "CW2-HMAC-SHA256"),
        good.replace("key=k", "key="),
        good.replace("key=k", "key=a b"),
        good.replace("key=k", &format!("key={}", "k".repeat(65))),
        good.replace("key=k,", ""),
        good.replace("key=k", "key=k,key=l"),
        good.replace("ts=1", "ts=-1"),
        good.replace("ts=1", "ts=+1"),
        good.replace("ts=1", "ts=1234567890123"),
        good.replace("ts=1", "ts="),
        good.replace(&nonce, &"n".repeat(15)),
        good.replace(&nonce, &"n".repeat(65)),
        good.replace(&nonce, "nnnnnnnnnnnnnnn."),
        good.replace(&mac, &mac[1..]),
        good.replace(&mac, &"xy".repeat(32)),
        format!("{good},more=1"),
        format!("{good},"),
        format!("{good}{}", " ".repeat(HEADER_BYTES)),
    ] {
        assert_eq!(Signature::read(&bad), Err(SignatureProblem::Malformed), "{bad}");
    }
}

#[test]
fn no_secret_is_printed_and_no_id_serves_as_a_bearer_key() {
    let secret = Secret::of_key(&master(), ID);
    assert_eq!(format!("{secret:?}"), "Secret(..)");
    assert_ne!(grant_hash(ID), Digest::of(ID.as_bytes()));
}
