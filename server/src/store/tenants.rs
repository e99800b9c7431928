//! What all cases of a tenant share besides its budget: the nonces of signatures, what actions do, and who is let in no
//! more.

use case::{
    ids::{CaseId, Digest, TenantId},
    time::Millis,
};
use desk::ports::{Hold, Revocation, Revoked};
use rusqlite::{Connection, params};

const REVOKE: &str = "INSERT INTO revocations (tenant, kind, name, revoked_at, revoked_by, note)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
     ON CONFLICT (tenant, kind, name) DO UPDATE
         SET revoked_at = excluded.revoked_at, revoked_by = excluded.revoked_by, note = excluded.note";

/// Keeps a nonce, unless it is kept already; forgets those whose moment has passed.
pub(super) fn keep_nonce(
    connection: &Connection,
    tenant: &TenantId,
    nonce: &Digest,
    until: Millis,
    now: Millis,
) -> Result<bool, rusqlite::Error> {
    let transaction = connection.unchecked_transaction()?;
    transaction.prepare_cached("DELETE FROM nonces WHERE kept_until < ?1")?.execute([now.0])?;
    let kept = transaction
        .prepare_cached("INSERT OR IGNORE INTO nonces (tenant, nonce, kept_until) VALUES (?1, ?2, ?3)")?
        .execute(params![tenant.as_str(), nonce.as_str(), until.0])?;
    transaction.commit()?;
    Ok(kept > 0)
}

/// Whether a nonce is kept still.
pub(super) fn has_nonce(
    connection: &Connection,
    tenant: &TenantId,
    nonce: &Digest,
    now: Millis,
) -> Result<bool, rusqlite::Error> {
    connection
        .prepare_cached("SELECT 1 FROM nonces WHERE tenant = ?1 AND nonce = ?2 AND kept_until >= ?3")?
        .exists(params![tenant.as_str(), nonce.as_str(), now.0])
}

/// Keeps for a case what its action will do, unless another case has it.
pub(super) fn hold_effect(
    connection: &Connection,
    tenant: &TenantId,
    what: &Digest,
    case: &CaseId,
) -> Result<Hold, rusqlite::Error> {
    let transaction = connection.unchecked_transaction()?;
    let (tenant, what) = (tenant.as_str(), what.as_str());
    let taken = transaction
        .prepare_cached("INSERT OR IGNORE INTO effects (tenant, what, case_id) VALUES (?1, ?2, ?3)")?
        .execute(params![tenant, what, case.as_str()])?;
    let holder: String = transaction
        .prepare_cached("SELECT case_id FROM effects WHERE tenant = ?1 AND what = ?2")?
        .query_row(params![tenant, what], |row| row.get(0))?;
    transaction.commit()?;
    if taken > 0 {
        return Ok(Hold::Taken);
    }
    if holder == case.as_str() {
        return Ok(Hold::Kept);
    }
    // Nothing but a case's id is ever written.
    let damaged = |_| rusqlite::Error::InvalidColumnType(0, holder.clone(), rusqlite::types::Type::Text);
    CaseId::parse(&holder).map(Hold::Another).map_err(damaged)
}

/// Gives back what a case holds.
pub(super) fn release_effect(
    connection: &Connection,
    tenant: &TenantId,
    what: &Digest,
    case: &CaseId,
) -> Result<(), rusqlite::Error> {
    let values = params![tenant.as_str(), what.as_str(), case.as_str()];
    connection
        .prepare_cached("DELETE FROM effects WHERE tenant = ?1 AND what = ?2 AND case_id = ?3")?
        .execute(values)
        .map(drop)
}

/// Whom a tenant lets in no more, the first revoked first.
pub(super) fn revocations(connection: &Connection, tenant: &TenantId) -> Result<Vec<Revocation>, rusqlite::Error> {
    let mut statement = connection.prepare_cached(
        "SELECT kind, name, revoked_at, revoked_by, note FROM revocations WHERE tenant = ?1
         ORDER BY revoked_at, kind, name",
    )?;
    let rows = statement.query_map([tenant.as_str()], |row| {
        let (kind, name): (String, String) = (row.get(0)?, row.get(1)?);
        let (at, by, note) = (Millis(row.get(2)?), row.get(3)?, row.get(4)?);
        // Nothing but what was parsed is ever written; a row that was changed by hand must not let anybody in.
        let damaged = || rusqlite::Error::InvalidColumnType(1, name.clone(), rusqlite::types::Type::Text);
        let what = Revoked::parse(&kind, &name).ok_or_else(damaged)?;
        Ok(Revocation { what, at, by, note })
    })?;
    rows.collect()
}

/// Lets somebody in no more. A key of this folder is marked as revoked as well, so that `keys list` shows it.
pub(crate) fn revoke(
    connection: &Connection,
    tenant: &TenantId,
    revocation: &Revocation,
) -> Result<(), rusqlite::Error> {
    let transaction = connection.unchecked_transaction()?;
    let (what, at) = (&revocation.what, revocation.at.0);
    let values = params![tenant.as_str(), what.kind(), what.name(), at, revocation.by, revocation.note];
    transaction.prepare_cached(REVOKE)?.execute(values)?;
    if let Revoked::Key(hash) = what {
        let mark = "UPDATE api_keys SET revoked_at = ?3 WHERE tenant = ?1 AND hash = ?2 AND revoked_at IS NULL";
        transaction.prepare_cached(mark)?.execute(params![tenant.as_str(), hash.as_str(), at])?;
    }
    transaction.commit()
}

#[cfg(test)]
mod tests {
    use case::ids::Subject;

    use super::{super::schema, *};

    fn open() -> (tempfile::TempDir, Connection, [TenantId; 2]) {
        let folder = tempfile::TempDir::new().unwrap();
        let connection = schema::open_to_write(folder.path()).unwrap();
        (folder, connection, ["acme", "other"].map(|name| TenantId::parse(name).unwrap()))
    }

    #[test]
    fn a_nonce_is_kept_once_until_its_moment_has_passed_and_tenants_are_apart() {
        let (_folder, connection, [acme, other]) = open();
        let nonce = Digest::of(b"nonce");
        let keep = |tenant, until, now| keep_nonce(&connection, tenant, &nonce, Millis(until), Millis(now)).unwrap();
        let has = |tenant, now| has_nonce(&connection, tenant, &nonce, Millis(now)).unwrap();
        assert!(!has(&acme, 0));
        assert!(keep(&acme, 600, 0) && !keep(&acme, 900, 10) && !keep(&acme, 900, 600));
        assert!(has(&acme, 600) && !has(&acme, 601) && !has(&other, 0));
        assert!(keep(&other, 600, 600));
        assert!(keep(&acme, 1_201, 601), "its moment had passed");
        let rows: i64 = connection.query_row("SELECT count(*) FROM nonces", [], |row| row.get(0)).unwrap();
        assert_eq!(rows, 1, "what has passed is forgotten, whoever kept it");
    }

    #[test]
    fn what_an_action_does_is_the_first_case_s_until_it_gives_it_back_and_tenants_are_apart() {
        let (_folder, connection, [acme, other]) = open();
        let [first, second] = [[1; 16], [2; 16]].map(CaseId::from_random);
        let what = Digest::of(b"tx_1");
        let hold = |tenant, case| hold_effect(&connection, tenant, &what, case).unwrap();
        let release = |tenant, case| release_effect(&connection, tenant, &what, case).unwrap();
        assert_eq!(hold(&acme, &first), Hold::Taken);
        assert_eq!(hold(&acme, &second), Hold::Another(first.clone()), "the second comes too late");
        assert_eq!(hold(&acme, &first), Hold::Kept, "sending again is no second effect");
        assert_eq!(hold(&other, &second), Hold::Taken);
        release(&acme, &second);
        assert_eq!(hold(&acme, &second), Hold::Another(first.clone()), "nobody gives back what another case holds");
        release(&acme, &first);
        assert_eq!(hold(&acme, &second), Hold::Taken);
        assert_eq!(hold(&other, &second), Hold::Kept);
    }

    #[test]
    fn of_somebody_who_is_revoked_twice_the_later_moment_counts() {
        let (_folder, connection, [acme, other]) = open();
        let of = |at, note: Option<&str>| Revocation {
            what: Revoked::Subject(Subject::parse("ada").unwrap()),
            at: Millis(at),
            by: "till".to_owned(),
            note: note.map(str::to_owned),
        };
        revoke(&connection, &acme, &of(7, Some("lost"))).unwrap();
        revoke(&connection, &acme, &of(9, None)).unwrap();
        assert_eq!(revocations(&connection, &acme).unwrap(), [of(9, None)]);
        assert_eq!(revocations(&connection, &other).unwrap(), []);
    }
}
