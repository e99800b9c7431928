//! The least of an HTTP client: one request to loopback, and the whole answer. It follows nothing and trusts the server.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

/// Longer than any answer takes that is one.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Asks, and gives the status.
pub(crate) fn status(port: u16, path: &str) -> Result<u16> {
    get(port, path).map(|(status, _)| status)
}

/// Asks, and gives the status and the answer.
pub(crate) fn get(port: u16, path: &str) -> Result<(u16, String)> {
    send(port, &format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"))
}

/// Posts JSON and waits until the case rests; gives the status and the body.
pub(crate) fn post(port: u16, path: &str, body: &str) -> Result<(u16, String)> {
    write(port, "POST", path, "prefer: wait=20\r\n", body)
}

/// Asks for something that must go well, and gives the answer without its head.
pub(crate) fn ask(port: u16, method: &str, path: &str, body: &str) -> Result<String> {
    let (status, answer) = write(port, method, path, "", body)?;
    ensure!((200..300).contains(&status), "{method} {path}: {answer}");
    Ok(answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
}

fn write(port: u16, method: &str, path: &str, headers: &str, body: &str) -> Result<(u16, String)> {
    let length = body.len();
    send(
        port,
        &format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\n\
             {headers}content-length: {length}\r\n\r\n{body}"
        ),
    )
}

fn send(port: u16, request: &str) -> Result<(u16, String)> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_nodelay(true)?;
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    ensure!(answer.starts_with("HTTP/1."), "the answer is not HTTP");
    let status = answer.get(9..12).and_then(|status| status.parse().ok()).context("the answer has no status")?;
    Ok((status, answer))
}
