//! What callers send: bodies, headers, and the addresses that operators write.

use case::time::Millis;
use desk::{
    address::Address,
    hooks::secret::HookSignature,
    request::{MessageBody, Preferences, Request, check_content_type},
    send::Token,
    signature::Signature,
};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::{Target, text, texts};

/// The bodies of requests, of tasks as the tutorial posts them, and of messages.
pub(crate) const REQUEST: Target =
    Target { name: "request", reads: "bodies of requests, tasks and messages", seeds: request_seeds, run: request };

/// The headers that a caller is known by and says its wishes in.
pub(crate) const HEADERS: Target = Target {
    name: "headers",
    reads: "headers: wishes, signatures, tokens, webhooks'",
    seeds: header_seeds,
    run: headers,
};

/// Where something is sent.
pub(crate) const ADDRESS: Target =
    Target { name: "address", reads: "addresses in settings", seeds: address_seeds, run: address };

fn request_seeds() -> Vec<Vec<u8>> {
    texts(&[
        r#"{"text":"My card was charged twice for the same subscription","customer_id":"cus_ada","external_id":"t-1"}"#,
        r#"{"text":"Please help","documents":[{"id":"doc_1","type":"passport","text":"No 123456789, born 1990-01-02"}]}"#,
        r#"{"task":"dispute_summary","request_text":"twice","confidence":0.93,"reason":"says twice","payment_id":"pay_1"}"#,
        r#"{"from":"customer","text":"It was on 3 November","documents":[]}"#,
    ])
}

fn request(bytes: &[u8]) {
    let _ = (Request::read(bytes), Request::read_task(bytes));
    if let Ok(message) = MessageBody::read(bytes) {
        assert!(!message.text.trim().is_empty(), "a message without words was taken");
    }
}

fn header_seeds() -> Vec<Vec<u8>> {
    texts(&[
        "prefer: wait=5, respond-async\nidempotency-key: abc-1\nif-match: \"12\"\ncontent-type: application/json; charset=utf-8",
        "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\nx-agent-system: tutorial",
        "authorization: CW1-HMAC-SHA256 key=key_abcdefgh,ts=1795348800,nonce=0123456789abcdef,sig=0000000000000000000000000000000000000000000000000000000000000000",
        "webhook-id: msg_1\nwebhook-timestamp: 1614265330\nwebhook-signature: v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw= v1a,xyz",
        "authorization: Bearer cw_abcdefghijklmnopqrstuvwxyz234567",
    ])
}

fn headers(bytes: &[u8]) {
    let mut headers = HeaderMap::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let (name, value) = line.split_at(colon);
        let name = HeaderName::from_bytes(name.trim_ascii());
        let value = HeaderValue::from_bytes(value.get(1..).unwrap_or_default().trim_ascii());
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.append(name, value);
        }
    }
    if let Ok(wishes) = Preferences::read(&headers) {
        assert!(wishes.wait_ms <= 60_000, "a caller waits as long as it likes");
    }
    let _ = (check_content_type(&headers), HookSignature::read(&headers));
    if let Some(value) = headers.get("authorization").and_then(|value| value.to_str().ok()) {
        let _ = (Signature::read(value), Token::parse(value), Millis::parse_rfc3339(value));
    }
}

fn address_seeds() -> Vec<Vec<u8>> {
    texts(&[
        "https://ledger.bank.example/v1",
        "http://127.0.0.1:9000",
        "http://[::1]:8080/a",
        "LEDGER",
        "https://bank.example@evil.example/",
        "http://2130706433/",
        "https://bank.example/a/../b",
    ])
}

fn address(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    if let Ok(Address::Url(url)) = Address::parse(text, &[]) {
        assert!(!url.contains(['@', '?', '#', '\\']), "more than an address was taken: {url}");
        let again = Address::parse(&url, &[]);
        assert_eq!(again, Ok(Address::Url(url)), "an address that was taken is refused when it is read again");
    }
}
