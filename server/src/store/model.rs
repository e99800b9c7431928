//! The model's switch and the tenants' budgets: one statement each, so that no two processes or tasks can both take the
//! last of a budget.

use case::ids::TenantId;
use desk::ports::{Spend, Switch};
use rusqlite::{Connection, OptionalExtension as _, params};

/// Adds to a day's sum, unless a cap would be passed; a row comes back where it was added.
const RESERVE: &str = "INSERT INTO model_spend (tenant, day, nano_dollars, tokens)
         SELECT ?1, ?2, ?3, ?4 WHERE ?3 <= ?5 AND ?4 <= ?6
     ON CONFLICT (tenant, day) DO UPDATE
         SET nano_dollars = nano_dollars + excluded.nano_dollars, tokens = tokens + excluded.tokens
         WHERE nano_dollars + excluded.nano_dollars <= ?5 AND tokens + excluded.tokens <= ?6
     RETURNING tokens";

const SETTLE: &str = "UPDATE model_spend
     SET nano_dollars = max(0, nano_dollars - ?3 + ?4), tokens = max(0, tokens - ?5 + ?6)
     WHERE tenant = ?1 AND day = ?2";

/// How the switch stands.
pub(crate) fn switch(connection: &Connection) -> Result<Option<Switch>, rusqlite::Error> {
    let read =
        |row: &rusqlite::Row<'_>| Ok(Switch { off: row.get(0)?, by: row.get(1)?, at: row.get(2)?, note: row.get(3)? });
    // A folder that an older version works has no switch, and may only be read.
    let known = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'model_switch')";
    if !connection.prepare_cached(known)?.query_row([], |row| row.get::<_, bool>(0))? {
        return Ok(None);
    }
    let statement = "SELECT off, turned_by, turned_at, note FROM model_switch ORDER BY turn DESC LIMIT 1";
    connection.prepare_cached(statement)?.query_row([], read).optional()
}

/// Turns the switch. Earlier turns are kept.
pub(crate) fn set_switch(connection: &Connection, switch: &Switch) -> Result<(), rusqlite::Error> {
    let statement = "INSERT INTO model_switch (off, turned_by, turned_at, note) VALUES (?1, ?2, ?3, ?4)";
    connection.execute(statement, params![switch.off, switch.by, switch.at, switch.note]).map(|_| ())
}

/// Reserves, unless a cap would be passed.
pub(super) fn reserve(
    connection: &Connection,
    tenant: &TenantId,
    day: &str,
    most: Spend,
    cap: Spend,
) -> Result<bool, rusqlite::Error> {
    let values = params![
        tenant.as_str(),
        day,
        counted(most.nano_dollars),
        counted(most.tokens),
        counted(cap.nano_dollars),
        counted(cap.tokens)
    ];
    let row: Option<i64> = connection.prepare_cached(RESERVE)?.query_row(values, |row| row.get(0)).optional()?;
    Ok(row.is_some())
}

/// Puts what was spent in the place of what was reserved.
pub(super) fn settle(
    connection: &Connection,
    tenant: &TenantId,
    day: &str,
    reserved: Spend,
    spent: Spend,
) -> Result<(), rusqlite::Error> {
    let values = params![
        tenant.as_str(),
        day,
        counted(reserved.nano_dollars),
        counted(spent.nano_dollars),
        counted(reserved.tokens),
        counted(spent.tokens)
    ];
    connection.prepare_cached(SETTLE)?.execute(values).map(|_| ())
}

fn counted(number: u64) -> i64 {
    i64::try_from(number.min(Spend::MOST)).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{
        super::{beside::Beside, schema},
        *,
    };

    const CAP: Spend = Spend { nano_dollars: 100, tokens: 10 };

    fn most(nano_dollars: u64, tokens: u64) -> Spend {
        Spend { nano_dollars, tokens }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn of_many_reservations_at_once_no_more_than_the_cap_are_made() {
        let folder = tempfile::TempDir::new().unwrap();
        // Two, as two processes on one folder have.
        let desks = [(); 2].map(|()| Arc::new(Beside::new(folder.path())));
        let tenant = TenantId::parse("acme").unwrap();
        let mut tasks = tokio::task::JoinSet::new();
        for place in 0..40 {
            let (desk, tenant) = (Arc::clone(&desks[place % 2]), tenant.clone());
            tasks.spawn(async move {
                desk.run(move |connection| reserve(connection, &tenant, "2026-11-22", most(30, 1), CAP)).await.unwrap()
            });
        }
        let made = tasks.join_all().await.into_iter().filter(|made| *made).count();
        assert_eq!(made, 3);
    }

    #[test]
    fn what_was_spent_takes_the_place_of_what_was_reserved_and_days_and_tenants_are_apart() {
        let folder = tempfile::TempDir::new().unwrap();
        let connection = schema::open_to_write(folder.path()).unwrap();
        let [acme, other] = ["acme", "other"].map(|name| TenantId::parse(name).unwrap());
        let take = |tenant, day, spend| reserve(&connection, tenant, day, spend, CAP).unwrap();
        assert!(!take(&acme, "d1", most(101, 1)) && !take(&acme, "d1", most(1, 11)));
        assert!(take(&acme, "d1", most(100, 2)) && !take(&acme, "d1", most(1, 1)));
        assert!(take(&acme, "d2", most(100, 10)) && take(&other, "d1", most(100, 10)));
        settle(&connection, &acme, "d1", most(100, 2), most(40, 1)).unwrap();
        assert!(!take(&acme, "d1", most(61, 1)) && take(&acme, "d1", most(60, 9)));
        assert!(!take(&acme, "d1", most(0, 1)), "tokens are counted too");
    }

    #[test]
    fn the_last_turn_of_the_switch_counts() {
        let folder = tempfile::TempDir::new().unwrap();
        let connection = schema::open_to_write(folder.path()).unwrap();
        assert_eq!(switch(&connection).unwrap(), None);
        for off in [true, false, true] {
            let turned = Switch { off, by: "command-line".to_owned(), at: 7, note: None };
            set_switch(&connection, &turned).unwrap();
            assert_eq!(switch(&connection).unwrap(), Some(turned));
        }
    }
}
