//! The rows a transaction works on, by table: loaded once, changed by projections, saved together.
//! `verify` fills the same tables from the ledger alone and compares them with the database.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ConnectionTrait, DatabaseBackend, DbErr, EntityTrait,
    IntoActiveModel, Iterable, ModelTrait, PrimaryKeyToColumn,
};
use uuid::Uuid;

use super::bulk::Inserts;

/// SQLite binds at most 32,766 values in one statement.
const AT_ONCE: usize = 30_000;

/// A row with its primary key as a value that sorts.
pub(super) trait Row: ModelTrait + Clone + PartialEq + Debug {
    type Key: Ord + Clone + Debug;

    fn key(&self) -> Self::Key;
}

#[derive(Debug)]
pub(super) struct Table<R: Row> {
    rows: BTreeMap<R::Key, R>,
    new: BTreeSet<R::Key>,
    changed: BTreeSet<R::Key>,
    removed: Vec<R>,
}

impl<R: Row> Default for Table<R> {
    fn default() -> Self {
        Self { rows: BTreeMap::new(), new: BTreeSet::new(), changed: BTreeSet::new(), removed: Vec::new() }
    }
}

impl<R: Row> Table<R> {
    pub(super) fn get(&self, key: &R::Key) -> Option<&R> {
        self.rows.get(key)
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &R> {
        self.rows.values()
    }

    pub(super) fn into_rows(self) -> Vec<R> {
        self.rows.into_values().collect()
    }

    /// Rows as the database holds them.
    pub(super) fn load(&mut self, rows: Vec<R>) {
        self.rows.extend(rows.into_iter().map(|row| (row.key(), row)));
    }

    pub(super) fn insert(&mut self, row: R) {
        self.new.insert(row.key());
        self.rows.insert(row.key(), row);
    }

    /// Changes a row that is there, and says whether it was.
    pub(super) fn change(&mut self, key: &R::Key, change: impl FnOnce(&mut R)) -> bool {
        let Some(row) = self.rows.get_mut(key) else { return false };
        change(row);
        if !self.new.contains(key) {
            self.changed.insert(key.clone());
        }
        true
    }

    /// Takes a row away that is there, and says whether it was.
    pub(super) fn remove(&mut self, key: &R::Key) -> bool {
        let Some(row) = self.rows.remove(key) else { return false };
        self.changed.remove(key);
        if !self.new.remove(key) {
            self.removed.push(row);
        }
        true
    }

    fn take(keys: &mut BTreeSet<R::Key>, rows: &BTreeMap<R::Key, R>) -> Vec<R> {
        std::mem::take(keys).iter().filter_map(|key| rows.get(key).cloned()).collect()
    }

    /// PostgreSQL gets the rows with those of the other tables.
    async fn save<E>(&mut self, db: &impl ConnectionTrait, inserts: &mut Inserts) -> Result<(), DbErr>
    where
        E: EntityTrait<Model = R>,
        R: IntoActiveModel<E::ActiveModel>,
        E::ActiveModel: ActiveModelTrait<Entity = E> + ActiveModelBehavior + Send,
        R: ModelTrait<Entity = E>,
    {
        for row in std::mem::take(&mut self.removed) {
            row.delete(db).await?;
        }
        let at_once = AT_ONCE / E::Column::iter().count();
        if db.get_database_backend() == DatabaseBackend::Postgres {
            for (keys, overwrite) in [(&mut self.new, false), (&mut self.changed, true)] {
                for rows in Self::take(keys, &self.rows).chunks(at_once) {
                    inserts.add::<E>(rows, overwrite)?;
                }
            }
            return Ok(());
        }
        for rows in Self::take(&mut self.new, &self.rows).chunks(at_once) {
            E::insert_many(active::<E>(rows)).exec_without_returning(db).await?;
        }
        let key: Vec<_> = E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column).collect();
        let mut overwrite = OnConflict::columns(key);
        overwrite.update_columns(E::Column::iter());
        for rows in Self::take(&mut self.changed, &self.rows).chunks(at_once) {
            let insert = E::insert_many(active::<E>(rows)).on_conflict(overwrite.clone());
            insert.exec_without_returning(db).await?;
        }
        Ok(())
    }

    /// The first row or column in which the database differs from what these tables say.
    fn difference<E: EntityTrait<Model = R>>(&self, name: &str, actual: Vec<R>) -> Option<String>
    where
        R: ModelTrait<Entity = E>,
    {
        let actual: BTreeMap<_, _> = actual.into_iter().map(|row| (row.key(), row)).collect();
        for (key, row) in &self.rows {
            let Some(found) = actual.get(key) else {
                return Some(format!("table {name}: row {key:?} is missing"));
            };
            let differs = |column: &E::Column| row.get(*column) != found.get(*column);
            if let Some(column) = E::Column::iter().find(differs) {
                return Some(format!(
                    "table {name}: row {key:?} has another {column:?} than the ledger says"
                ));
            }
        }
        let stranger = actual.keys().find(|key| !self.rows.contains_key(key))?;
        Some(format!("table {name}: row {stranger:?} is not in the ledger"))
    }
}

fn active<E>(rows: &[E::Model]) -> impl Iterator<Item = E::ActiveModel>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
{
    rows.iter().cloned().map(IntoActiveModel::into_active_model)
}

macro_rules! tables {
    ($($name:ident ($key:ty) = |$row:ident| $value:expr;)*) => {
        $(impl Row for entity::$name::Model {
            type Key = $key;

            fn key(&self) -> $key {
                let $row = self;
                $value
            }
        })*

        /// Parents stand before children, so that saving in this order satisfies every foreign key.
        #[derive(Debug, Default)]
        pub(super) struct Tables {
            $(pub(super) $name: Table<entity::$name::Model>,)*
        }

        impl Tables {
            pub(super) async fn save(&mut self, db: &impl ConnectionTrait) -> Result<(), DbErr> {
                let mut inserts = Inserts::default();
                $(self.$name.save::<entity::$name::Entity>(db, &mut inserts).await?;)*
                inserts.execute(db).await
            }

            /// Reads every table whole and names the first difference.
            pub(super) async fn first_difference(&self, db: &impl ConnectionTrait) -> Result<Option<String>, DbErr> {
                $(
                    let actual = entity::$name::Entity::find().all(db).await?;
                    let difference = self.$name.difference::<entity::$name::Entity>(stringify!($name), actual);
                    if difference.is_some() {
                        return Ok(difference);
                    }
                )*
                Ok(None)
            }
        }
    };
}

tables! {
    ledger_entry (i64) = |row| row.position;
    ledger_subject ((i64, String, Uuid)) = |row| (row.position, row.kind.clone(), row.id);
    text_item (Uuid) = |row| row.id;
    person (Uuid) = |row| row.id;
    person_identity (Uuid) = |row| row.id;
    person_name ((Uuid, i64)) = |row| (row.person, row.position);
    idempotency ((Uuid, String)) = |row| (row.actor, row.key.clone());
    organisation (Uuid) = |row| row.id;
    organisation_life (Uuid) = |row| row.id;
    organisation_name (Uuid) = |row| row.id;
    organisation_code (Uuid) = |row| row.id;
    cluster (Uuid) = |row| row.id;
    membership (Uuid) = |row| row.id;
    succession (Uuid) = |row| row.id;
    grant (Uuid) = |row| row.id;
    framework (Uuid) = |row| row.id;
    edition (Uuid) = |row| row.id;
    scale (Uuid) = |row| row.edition;
    level ((Uuid, String)) = |row| (row.edition, row.key.clone());
    theme_group (Uuid) = |row| row.id;
    theme (Uuid) = |row| row.id;
    element (Uuid) = |row| row.id;
    crosswalk (Uuid) = |row| row.to_edition;
    crosswalk_link ((Uuid, i16)) = |row| (row.to_edition, row.number);
    round (Uuid) = |row| row.id;
    round_approval ((Uuid, String)) = |row| (row.round, row.kind.clone());
    assessment (Uuid) = |row| row.id;
    submission ((Uuid, i64)) = |row| (row.assessment, row.position);
    assessment_step ((Uuid, i64)) = |row| (row.assessment, row.position);
    element_note ((Uuid, Uuid, String, i64)) = |row| (row.assessment, row.element, row.kind.clone(), row.position);
    extension (i64) = |row| row.position;
    rebaseline (Uuid) = |row| row.id;
    rebaseline_system ((Uuid, Uuid)) = |row| (row.rebaseline, row.organisation);
    rating (Uuid) = |row| row.id;
    evidence (Uuid) = |row| row.id;
    citation ((Uuid, Uuid, String, Uuid)) = |row| (row.assessment, row.element, row.basis.clone(), row.evidence);
}
