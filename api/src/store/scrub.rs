//! What was erased leaves the files of the database too.

use sea_orm::sqlx;
use sea_orm::{ConnectionTrait, DatabaseBackend, Statement};

use super::{PATIENCE, Store};
use crate::error::Error;

impl Store {
    /// What was erased leaves the files of the database too, where rows that are gone can stay readable for a while.
    pub async fn scrub(&self) -> Result<(), Error> {
        if self.db.get_database_backend() == DatabaseBackend::Postgres {
            let pool = self.db.get_postgres_connection_pool();
            let mut own = pool.acquire().await.map_err(|error| scrubbing(&error))?;
            // Somebody else's tables would be passed over with no more than a warning.
            let owns = sqlx::query_scalar::<_, bool>(
                "SELECT bool_and(pg_has_role(current_user, relowner, 'USAGE')) FROM pg_class \
                 WHERE oid IN ('text_item'::regclass, 'person_identity'::regclass)",
            );
            if !owns.fetch_one(&mut *own).await.map_err(|error| scrubbing(&error))? {
                let why = "it is erased, but the words stay in the files of tables that this database user does not own: \
                           run the command again as their owner";
                return Err(Error::Unavailable(why.to_owned()));
            }
            old_readers_gone(&mut own).await?;
            for statement in [
                "SET statement_timeout = 0; SET lock_timeout = 0",
                // FULL writes a table anew; without it the words can stay in their page.
                "VACUUM (FULL) text_item",
                "VACUUM (FULL) person_identity",
                "SET statement_timeout = '10s'; SET lock_timeout = '10s'",
            ] {
                sqlx::raw_sql(statement).execute(&mut *own).await.map_err(|error| scrubbing(&error))?;
            }
            return Ok(());
        }
        self.db.execute_unprepared("VACUUM").await?;
        let truncate = "PRAGMA wal_checkpoint(TRUNCATE)";
        let truncated =
            self.db.query_one_raw(Statement::from_string(DatabaseBackend::Sqlite, truncate)).await?;
        match truncated.map(|row| row.try_get_by_index::<i32>(0)).transpose()? {
            Some(0) => Ok(()),
            _ => Err(Error::Unavailable(
                "it is erased, but somebody else reads the database: its words stay in the file that ends in -wal \
                 until nobody does"
                    .to_owned(),
            )),
        }
    }
}

/// Waits until nobody reads this PostgreSQL database as it was before now: a table written anew keeps the rows that they
/// can still see.
async fn old_readers_gone(own: &mut sqlx::PgConnection) -> Result<(), Error> {
    let now = sqlx::query_scalar::<_, String>("SELECT pg_current_xact_id()::text");
    let now = now.fetch_one(&mut *own).await.map_err(|error| scrubbing(&error))?;
    for _ in 0..200 {
        let older = sqlx::query_scalar::<_, i64>(
            // Whoever begins to read sees what was before for as long as anybody in the cluster is writing since then.
            "SELECT count(*) FILTER (WHERE datname = current_database() AND pid <> pg_backend_pid() \
             AND age(backend_xmin) > age($1::text::xid8::xid)) \
             + (pg_snapshot_xmin(pg_current_snapshot()) < $1::text::xid8)::int FROM pg_stat_activity",
        );
        if older.bind(&now).fetch_one(&mut *own).await.map_err(|error| scrubbing(&error))? == 0 {
            return Ok(());
        }
        tokio::time::sleep(PATIENCE / 100).await;
    }
    let why = "it is erased, but a long transaction still reads what was before: run the command again when it has ended";
    Err(Error::Unavailable(why.to_owned()))
}

fn scrubbing(error: &sqlx::Error) -> Error {
    Error::Unavailable(format!("it is erased, but the tables could not be written anew: {error}"))
}
