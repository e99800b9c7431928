//! Cases into a Worker, over its API one by one. What was sent is there; whatever fails can be sent again.

use bytes::Bytes;
use desk::archive::{ARCHIVE_BYTES, Archive, MEDIA_TYPE};
use http::{Method, header};
use serde_json::Value;

use super::Counts;
use crate::{
    cli::caller::{self, Call, Caller},
    exit::{Exit, Failure},
    limits, output,
    settings::Settings,
};

/// Imports these cases into a Worker. One that it refuses is said, and the others go on.
pub(super) async fn run(settings: &Settings, url: &str, incoming: &[Archive]) -> Result<(), Failure> {
    let url = settings.worker_url(Some(url))?.unwrap_or_default();
    let caller = Caller::new(settings, &url)?;
    let mut counts = Counts::default();
    let mut refused = 0_u64;
    for one in incoming {
        match send(&caller, one).await {
            Ok(result) => counts.add(&result),
            // A refused key or a service that is down stands in the way of all others as well.
            Err(failure) if matches!(failure.exit, Exit::Settings | Exit::Outside | Exit::Storage) => {
                counts.print()?;
                return Err(failure);
            }
            Err(failure) => {
                refused += 1;
                output::words(&format!("{}: refused: {}", one.key.case, failure.message));
            }
        }
    }
    counts.print()?;
    if refused == 0 { Ok(()) } else { Err(Failure::new(Exit::Found, format!("{refused} cases were refused"))) }
}

async fn send(caller: &Caller, one: &Archive) -> Result<String, Failure> {
    let text = one.to_text();
    if text.len() > ARCHIVE_BYTES {
        let (bytes, most) = (text.len(), ARCHIVE_BYTES);
        let message = format!("its archive has {bytes} bytes, and over the API {most} is the most; import the folder");
        return Err(Failure::new(Exit::Found, message));
    }
    let headers = [(header::CONTENT_TYPE.as_str(), MEDIA_TYPE)];
    let (path, most_bytes) = ("/v1/import", limits::WORKER_REPLY_BYTES);
    let call = Call { method: Method::POST, path, headers: &headers, body: Bytes::from(text), most_bytes };
    let answer = caller::read(&caller.send(call).await?)?;
    Ok(answer.get("result").and_then(Value::as_str).unwrap_or_default().to_owned())
}
