//! Keys of callers. Only their hashes are kept: a key has 256 random bits, so that a plain SHA-256 cannot be searched.

use case::{
    actor::{Actor, Role},
    ids::{Digest, Subject, TenantId},
};
use data_encoding::BASE32_NOPAD;
use desk::ports::Grant;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Serialize;

/// A key as `keys list` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct KeyRow {
    /// Its name, for `keys revoke`.
    pub(crate) id: String,
    /// Within which tenant it acts.
    pub(crate) tenant: String,
    /// As whom.
    pub(crate) subject: String,
    /// With which role.
    pub(crate) role: String,
    /// When it was made, in milliseconds.
    pub(crate) created_at: i64,
    /// When it was revoked, in milliseconds.
    pub(crate) revoked_at: Option<i64>,
}

/// A key that was just made, shown once.
#[derive(Debug)]
pub(crate) struct NewKey {
    /// Its name.
    pub(crate) id: String,
    /// The key itself.
    pub(crate) secret: String,
}

/// Makes a key out of 40 random bytes.
pub(crate) fn create(
    connection: &Connection,
    random: [u8; 40],
    grant: &Grant,
    now_ms: i64,
) -> Result<NewKey, rusqlite::Error> {
    let (secret, id) = random.split_at(32);
    let text = |bytes: &[u8]| BASE32_NOPAD.encode(bytes).to_ascii_lowercase();
    let key = NewKey { id: format!("key_{}", text(id)), secret: format!("cw_{}", text(secret)) };
    keep(connection, &key.id, &Digest::of(key.secret.as_bytes()), grant, now_ms)?;
    Ok(key)
}

/// Keeps what a key allows, under the hash by which it will be found.
pub(crate) fn keep(
    connection: &Connection,
    id: &str,
    hash: &Digest,
    grant: &Grant,
    now_ms: i64,
) -> Result<(), rusqlite::Error> {
    let (tenant, actor) = (grant.tenant.as_str(), &grant.actor);
    connection.execute(
        "INSERT INTO api_keys (id, hash, tenant, subject, role, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![id, hash.as_str(), tenant, actor.subject.as_str(), actor.role.name(), now_ms],
    )?;
    Ok(())
}

/// Every key that was ever made, the oldest first.
pub(crate) fn list(connection: &Connection) -> Result<Vec<KeyRow>, rusqlite::Error> {
    let mut statement = connection
        .prepare("SELECT id, tenant, subject, role, created_at, revoked_at FROM api_keys ORDER BY created_at, id")?;
    let read = |row: &rusqlite::Row<'_>| {
        Ok(KeyRow {
            id: row.get(0)?,
            tenant: row.get(1)?,
            subject: row.get(2)?,
            role: row.get(3)?,
            created_at: row.get(4)?,
            revoked_at: row.get(5)?,
        })
    };
    statement.query_map([], read)?.collect()
}

/// The hash of each key that is in force and what it allows, as the Worker's secret `API_KEYS` has them.
pub(crate) fn grants(connection: &Connection) -> Result<Vec<(Digest, Grant)>, rusqlite::Error> {
    let mut statement =
        connection.prepare("SELECT hash FROM api_keys WHERE revoked_at IS NULL ORDER BY created_at, id")?;
    let hashes: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut grants = Vec::new();
    for hash in hashes.iter().filter_map(|hash| Digest::parse(hash).ok()) {
        if let Some(grant) = grant(connection, &hash)? {
            grants.push((hash, grant));
        }
    }
    Ok(grants)
}

/// The tenant and hash of a key, by its id or by the hash itself.
pub(crate) fn find(connection: &Connection, name: &str) -> Result<Option<(TenantId, Digest)>, rusqlite::Error> {
    let row: Option<(String, String)> = connection
        .prepare_cached("SELECT tenant, hash FROM api_keys WHERE id = ?1 OR hash = ?1")?
        .query_row([name], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(row.and_then(|(tenant, hash)| Some((TenantId::parse(&tenant).ok()?, Digest::parse(&hash).ok()?))))
}

/// What the key with this hash allows.
pub(super) fn grant(connection: &Connection, hash: &Digest) -> Result<Option<Grant>, rusqlite::Error> {
    let row: Option<(String, String, String)> = connection
        .prepare_cached("SELECT tenant, subject, role FROM api_keys WHERE hash = ?1 AND revoked_at IS NULL")?
        .query_row(params![hash.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    Ok(row.and_then(|(tenant, subject, role)| {
        let actor = Actor { subject: Subject::parse(&subject).ok()?, role: Role::parse(&role)? };
        Some(Grant { tenant: TenantId::parse(&tenant).ok()?, actor })
    }))
}

/// Whether there is a key that is not revoked.
pub(super) fn any(connection: &Connection) -> Result<bool, rusqlite::Error> {
    connection.query_row("SELECT EXISTS (SELECT 1 FROM api_keys WHERE revoked_at IS NULL)", [], |row| row.get(0))
}
