//! `caseworker keys`: who may call, in which tenant, as what. A key is shown once; only its hash is kept.

mod revoke;

use std::collections::BTreeMap;

use case::{
    actor::{Actor, Role},
    ids::{Digest, Subject, TenantId},
};
use clap::Subcommand;
use desk::{
    hooks::HookSecret,
    ports::Grant,
    signature::{self, Secret},
};
use serde_json::json;

use super::Data;
use crate::{
    exit::Failure,
    output, outside,
    settings::{Settings, master},
    store::{Shelf, keys},
};

/// The arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    data: KeysData,
    #[command(subcommand)]
    what: What,
}

/// The data folder's flag, which also stands after the subcommand.
#[derive(Debug, clap::Args)]
struct KeysData {
    /// Data folder; ./caseworker-data if nothing else is set
    #[arg(long, value_name = "DIR", global = true)]
    data: Option<std::path::PathBuf>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make a key and show it, this once
    Create {
        /// Whose cases it reaches
        #[arg(long, value_parser = tenant)]
        tenant: TenantId,
        /// Who holds it
        #[arg(long, value_parser = subject)]
        subject: Subject,
        /// submitter, analyst, approver, auditor or admin
        #[arg(long, value_parser = role)]
        role: Role,
        #[command(flatten)]
        kind: Kind,
    },
    /// List keys, without what they are
    List,
    /// Print the grants of all keys in force by the keys' hashes: the Worker's secret API_KEYS
    Grants,
    /// Revoke a key or a subject, from the next request on
    Revoke(revoke::Args),
}

/// What a key is for, where it is not sent.
#[derive(Debug, clap::Args)]
#[group(multiple = false)]
struct Kind {
    /// A key that signs requests and is never sent
    #[arg(long)]
    signing: bool,
    /// A key that signs webhooks and is never sent
    #[arg(long)]
    webhook: bool,
}

impl Args {
    /// The data folder's flag.
    pub(super) fn data(&self) -> Data {
        Data { data: self.data.data.clone() }
    }
}

pub(super) fn tenant(text: &str) -> Result<TenantId, String> {
    TenantId::parse(text).map_err(|error| error.to_string())
}

fn subject(text: &str) -> Result<Subject, String> {
    Subject::parse(text).map_err(|error| error.to_string())
}

fn role(text: &str) -> Result<Role, String> {
    let roles = Role::ALL.map(Role::name).join(", ");
    Role::parse(text).ok_or_else(|| format!("the roles are {roles}"))
}

/// Runs the command, beside a server that works the same folder.
pub(super) async fn run(settings: &Settings, args: &Args) -> Result<(), Failure> {
    let now_ms = outside::now().0;
    match &args.what {
        What::Create { tenant, subject, role, kind: Kind { signing, webhook } } if *signing || *webhook => {
            let grant = Grant { tenant: tenant.clone(), actor: Actor { subject: subject.clone(), role: *role } };
            create_signing(settings, &grant, *webhook, now_ms)
        }
        What::Create { tenant, subject, role, .. } => {
            let grant = Grant { tenant: tenant.clone(), actor: Actor { subject: subject.clone(), role: *role } };
            let mut random = [0; 40];
            outside::random(&mut random);
            let shelf = Shelf::beside(&settings.data)?;
            let key = shelf.run(|connection| keys::create(connection, random, &grant, now_ms))?;
            output::words("this key is shown once; give it to its holder and keep no copy");
            output::words("a server that was started without keys is open until it is started again");
            let hash = Digest::of(key.secret.as_bytes());
            output::pretty(&json!({
                "id": key.id, "key": key.secret, "hash": hash,
                "grant": grant,
            }))
        }
        What::List => {
            let shelf = Shelf::read(&settings.data)?;
            shelf.run(keys::list)?.iter().try_for_each(output::json)
        }
        What::Grants => {
            let shelf = Shelf::read(&settings.data)?;
            let grants: BTreeMap<_, _> = shelf.run(keys::grants)?.into_iter().collect();
            output::json(&grants)
        }
        What::Revoke(args) => revoke::run(settings, args).await,
    }
}

/// Makes a key that signs, requests or webhooks. Its secret follows from the master key, so that it can be shown and is kept
/// nowhere.
fn create_signing(settings: &Settings, grant: &Grant, is_webhook: bool, now_ms: i64) -> Result<(), Failure> {
    let mut random = [0; signature::ID_BYTES];
    outside::random(&mut random);
    let id = signature::id_of(random);
    let shelf = Shelf::beside(&settings.data)?;
    let master = master::find_alone(settings, &shelf)?;
    let secret = if is_webhook {
        HookSecret::of_key(&master, &id).reveal()
    } else {
        Secret::of_key(&master, &id).reveal().to_owned()
    };
    let hash = signature::grant_hash(&id);
    shelf.run(|connection| keys::keep(connection, &id, &hash, grant, now_ms))?;
    output::words("give the secret to whoever signs with it; it follows from the master key and is kept nowhere");
    output::words("a server that was started without keys is open until it is started again");
    output::pretty(&json!({ "id": id, "secret": secret, "hash": hash, "grant": grant }))
}
