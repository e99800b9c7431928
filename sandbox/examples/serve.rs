//! Serves the box on loopback until it is killed: `serve PORT [--strict] [--gullible]`. Port 0 takes a free one.
//!
//! The address is printed on the first line, so that a test can read it.

use std::io::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use sandbox::{Config, Day, router};
use tokio::net::TcpListener;

type Failure = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
    let port: u16 = arguments.first().ok_or("usage: serve PORT [--strict] [--gullible]")?.parse()?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
    let today = Day::from_unix_ms(i64::try_from(now)?);
    let config = Config { strict: has("--strict"), gullible: has("--gullible"), ..Config::new(1, today) };
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    writeln!(std::io::stdout(), "http://{}", listener.local_addr()?)?;
    axum::serve(listener, router(config)).await?;
    Ok(())
}
