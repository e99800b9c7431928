//! `caseworker keys revoke`: a key, or everybody who calls as one subject, in a data folder or at a Worker.

use case::{
    ids::{Digest, Subject, TenantId},
    limits::NOTE_CHARS,
    time::Millis,
};
use desk::{
    ports::{Revocation, Revoked},
    signature::grant_hash,
};
use serde_json::{Value, json};

use crate::{
    cli::caller::Caller,
    exit::{Exit, Failure},
    output, outside,
    settings::Settings,
    store::{Shelf, keys, tenants},
};

/// Who revoked, where it was done here.
const BY: &str = "command-line";

/// The arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The key: its id, as `list` shows it, or its hash, which a Worker wants
    #[arg(required_unless_present = "subject")]
    key: Option<String>,
    /// Everybody who calls as this subject, in place of one key
    #[arg(long, value_name = "NAME", value_parser = super::subject, conflicts_with = "key")]
    subject: Option<Subject>,
    /// The subject's tenant, in a data folder
    #[arg(long, value_name = "TENANT", value_parser = super::tenant, conflicts_with_all = ["key", "worker"])]
    tenant: Option<TenantId>,
    /// A Worker, or any other Caseworker, in place of a data folder; wants an admin's key
    #[arg(long, value_name = "URL", conflicts_with = "data")]
    worker: Option<String>,
    /// Why; kept with the revocation
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

/// Runs the command, beside a server that works the same folder, or over the API.
pub(super) async fn run(settings: &Settings, args: &Args) -> Result<(), Failure> {
    let name = match &args.worker {
        Some(url) => at_worker(settings, url, args).await?,
        None => in_folder(settings, args)?,
    };
    output::words(&format!("{name} is revoked"));
    Ok(())
}

async fn at_worker(settings: &Settings, url: &str, args: &Args) -> Result<String, Failure> {
    let (mut body, name) = match (&args.subject, &args.key) {
        (Some(subject), _) => (json!({ "subject": subject }), subject.to_string()),
        (None, Some(key)) => {
            let hash = hash(key).ok_or_else(|| {
                let message = "a Worker knows keys by their hash, which `caseworker keys create` has shown";
                Failure::new(Exit::Usage, message)
            })?;
            (json!({ "key": hash }), hash.to_string())
        }
        (None, None) => return Err(nobody()),
    };
    if let (Some(note), Some(body)) = (&args.note, body.as_object_mut()) {
        body.insert("note".to_owned(), Value::from(note.as_str()));
    }
    let url = settings.worker_url(Some(url))?.unwrap_or_default();
    Caller::new(settings, &url)?.post("/v1/revocations", &[], body.to_string()).await?;
    Ok(name)
}

/// The hash of a key as it was given: that of a signing key follows from its id.
fn hash(key: &str) -> Option<Digest> {
    if key.starts_with("sig_") { Some(grant_hash(key)) } else { Digest::parse(key).ok() }
}

fn in_folder(settings: &Settings, args: &Args) -> Result<String, Failure> {
    let shelf = Shelf::beside(&settings.data)?;
    let (tenant, what, name) = match (&args.subject, &args.key) {
        (Some(subject), _) => {
            let missing = || Failure::new(Exit::Usage, "say whose subject it is, with --tenant");
            let tenant = args.tenant.clone().ok_or_else(missing)?;
            (tenant, Revoked::Subject(subject.clone()), subject.to_string())
        }
        (None, Some(key)) => {
            let unknown =
                || Failure::new(Exit::Usage, format!("there is no key {key}; `caseworker keys list` shows their ids"));
            let (tenant, hash) = shelf.run(|connection| keys::find(connection, key))?.ok_or_else(unknown)?;
            (tenant, Revoked::Key(hash), key.clone())
        }
        (None, None) => return Err(nobody()),
    };
    let revocation = revocation(what, args.note.as_deref(), outside::now());
    shelf.run(|connection| tenants::revoke(connection, &tenant, &revocation))?;
    Ok(name)
}

fn revocation(what: Revoked, note: Option<&str>, at: Millis) -> Revocation {
    let note = note.map(|note| case::pii::redact(note).chars().take(NOTE_CHARS).collect());
    Revocation { what, at, by: BY.to_owned(), note }
}

/// The arguments are checked before they come here.
fn nobody() -> Failure {
    Failure::new(Exit::Usage, "name a key or a subject")
}
