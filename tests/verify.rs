//! Verification: whatever is changed behind the service's back is found, and named.

use api::auth::LOCAL_ISSUER;
use api::people::{self, Who};
use domain::id::{LedgerId, PersonId};
use domain::ledger::{Entry, Hash, Position, RecordedAt};
use domain::text::Commitment;
use entity::{
    assessment, grant, idempotency, ledger_entry, organisation_life, person_identity, rating, text_item,
};
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait,
    IntoActiveModel, ModelTrait, QueryFilter,
};
use uuid::Uuid;

use crate::harness::app::App;
use crate::harness::database::Engine;

/// A ledger with a published assessment, and a connection to it that no trigger and no foreign key stops.
struct Tampering {
    app: App,
    db: DatabaseConnection,
    entries: Vec<ledger_entry::Model>,
}

on_both! {
    async fn an_untouched_ledger_verifies_up_to_its_head(app: &App) {
        app.published().await;
        let head = app.entries().await.pop().unwrap();
        let (position, hash) = app.store.verify().await.unwrap().unwrap();
        assert_eq!((i64::try_from(position.0).unwrap(), &hash.0[..]), (head.position, &head.hash[..]));
    }

    async fn entries_and_ratings_can_only_be_appended(app: &App) {
        app.published().await;
        let db = app.database.connection().await;
        // REPLACE deletes without firing a trigger, and TRUNCATE without touching a row.
        let of_its_own = match app.database.engine() {
            Engine::Sqlite => "REPLACE INTO {} SELECT * FROM {}",
            Engine::Postgres => "TRUNCATE {} CASCADE",
        };
        for table in ["ledger_entry", "rating"] {
            for sql in ["UPDATE {} SET position = position", "DELETE FROM {}", of_its_own] {
                let refused = db.execute_unprepared(&sql.replace("{}", table)).await;
                let why = refused.expect_err(sql).to_string();
                assert!(why.contains(&format!("{table} is append-only")), "{sql}: {why}");
            }
        }
    }
}

on_both_engines! {
    async fn a_changed_entry_is_named(engine: Engine) {
        let tampering = Tampering::new(engine).await;
        let last = tampering.last();
        let rates = tampering.entry("elements.rate");
        let hash = |entry: &ledger_entry::Model| {
            format!("ledger entry {}: its hash is not that of its content", entry.position)
        };
        for entry in [&rates, &last] {
            let said = tampering.changed(entry, |entry| *entry.payload.last_mut().unwrap() ^= 1).await;
            assert_eq!(said, hash(entry));
            let said = tampering.changed(entry, |entry| entry.actor = None).await;
            assert_eq!(said, hash(entry));
            let said = tampering.changed(entry, |entry| entry.hash[31] ^= 1).await;
            assert_eq!(said, hash(entry));
            let said = tampering.changed(entry, |entry| entry.previous_hash[0] ^= 1).await;
            assert_eq!(said, hash(entry));
        }
        let said = tampering.changed(&last, |entry| entry.recorded_at += 1).await;
        assert_eq!(said, hash(&last));
        let said = tampering.changed(&last, |entry| entry.via = "DEMO".to_owned()).await;
        assert_eq!(said, hash(&last));
        let another = tampering.entry("assessment.submit").actor;
        let said = tampering.changed(&last, |entry| entry.actor = another).await;
        assert_eq!(said, hash(&last));
        tampering.is_as_it_was().await;
    }

    async fn an_entry_that_was_written_anew_breaks_the_chain(engine: Engine) {
        let tampering = Tampering::new(engine).await;
        let ledger = tampering.app.store.ledger();
        let rates = tampering.entry("elements.rate");
        let said = tampering.changed(&rates, |entry| {
            entry.via = "DEMO".to_owned();
            entry.hash = hash_of(ledger, entry).0.to_vec();
        });
        assert_names(&said.await, &["entry", &(rates.position + 1).to_string(), "does not chain"]);

        let last = tampering.last();
        let said = tampering.changed(&last, |entry| {
            let payload = String::from_utf8(entry.payload.clone()).unwrap();
            entry.payload = payload.replace("\"revision\":6", "\"revision\":7").into_bytes();
            entry.hash = hash_of(ledger, entry).0.to_vec();
        });
        assert_names(&said.await, &["table assessment", "Revision"]);

        let said = tampering.said_of(Some(last.clone()), None).await;
        assert_eq!(said, format!("table idempotency: position {} is not in the ledger", last.position));
        let said = tampering.said_of(Some(rates.clone()), None).await;
        assert_names(&said, &["entry", &(rates.position + 1).to_string(), "follows position"]);
        let mut stray = last.clone();
        (stray.position, stray.recorded_at) = (last.position + 1, last.recorded_at + 1);
        (stray.previous_hash, stray.hash) = (last.hash.clone(), vec![7; 32]);
        let said = tampering.said_of(None, Some(stray)).await;
        assert_names(&said, &[&format!("ledger entry {}", last.position + 1), "hash"]);
        tampering.is_as_it_was().await;
    }

    async fn a_changed_value_in_a_row_is_named(engine: Engine) {
        let tampering = Tampering::new(engine).await;
        let row = tampering.one::<rating::Entity>(rating::Column::Level.eq("maturing")).await;
        let said = tampering.changed(&row, |row| row.level = Some("thriving".to_owned())).await;
        assert_names(&said, &["table rating", &row.id.to_string(), "Level"]);
        let another = tampering.entry("assessments.publish").actor.unwrap();
        let said = tampering.changed(&row, |row| row.rated_by = another).await;
        assert_names(&said, &["table rating", &row.id.to_string(), "RatedBy"]);

        let row = tampering.one::<assessment::Entity>(assessment::Column::Stage.eq("PUBLISHED")).await;
        let said = tampering.changed(&row, |row| row.stage = "SUBMITTED".to_owned()).await;
        assert_names(&said, &["table assessment", &row.id.to_string(), "Stage"]);

        let row = tampering.one::<grant::Entity>(grant::Column::Role.eq("SYSTEM_LEAD")).await;
        let said = tampering.changed(&row, |row| row.role = "CONTRIBUTOR".to_owned()).await;
        assert_names(&said, &["table grant", &row.id.to_string(), "Role"]);

        let is_over = organisation_life::Column::ValidTo.is_not_null();
        let row = tampering.one::<organisation_life::Entity>(is_over).await;
        let said = tampering.changed(&row, |row| row.valid_to = row.valid_to.unwrap().succ_opt()).await;
        assert_names(&said, &["table organisation_life", &row.id.to_string(), "ValidTo"]);
        let said = tampering.changed(&row, |row| row.valid_to = None).await;
        assert_names(&said, &["table organisation_life", &row.id.to_string(), "ValidTo"]);
        tampering.is_as_it_was().await;
    }

    async fn a_changed_idempotency_key_is_named(engine: Engine) {
        let tampering = Tampering::new(engine).await;
        let position = tampering.entry("elements.rate").position;
        let row = tampering.one::<idempotency::Entity>(idempotency::Column::Position.eq(position)).await;
        let entry = format!("entry {position} ");
        let said = tampering.changed(&row, |row| row.input_hash[0] ^= 1).await;
        assert_names(&said, &["table idempotency", &entry]);
        let said = tampering.changed(&row, |row| row.key.push('!')).await;
        assert_names(&said, &["table idempotency", &entry]);
        let another = tampering.entry("assessments.publish").actor.unwrap();
        let said = tampering.changed(&row, |row| row.actor = another).await;
        assert_names(&said, &["table idempotency", &entry]);
        let said = tampering.said_of(Some(row), None).await;
        assert_names(&said, &["table idempotency", &entry]);
        tampering.is_as_it_was().await;
    }

    async fn changed_words_are_named(engine: Engine) {
        let tampering = Tampering::new(engine).await;
        let row = tampering.one::<text_item::Entity>(text_item::Column::Text.eq("because maturing")).await;
        let broken = format!("table text_item: row {} is not what the ledger committed to", row.id);
        let said = tampering.changed(&row, |row| row.text = Some("because Maturing".to_owned())).await;
        assert_eq!(said, broken);
        let said = tampering.changed(&row, |row| row.salt.as_mut().unwrap()[15] ^= 1).await;
        assert_eq!(said, broken);
        let said = tampering.changed(&row, |row| {
            row.text = Some("because nobody looks".to_owned());
            let anew = Commitment::to_text(row.salt.as_ref().unwrap(), "because nobody looks");
            row.commitment = anew.0.0.to_vec();
        });
        assert_names(&said.await, &["table text_item", &row.id.to_string(), "Commitment"]);

        let subject = person_identity::Column::Subject.eq("local:SYSTEM_LEAD:QWO");
        let row = tampering.one::<person_identity::Entity>(subject).await;
        let broken = format!("table person_identity: row {} is not what the ledger committed to", row.id);
        let said = tampering.changed(&row, |row| row.subject = "local:SYSTEM_LEAD:QWP".to_owned()).await;
        assert_eq!(said, broken);
        let said = tampering.changed(&row, |row| row.salt[0] ^= 1).await;
        assert_eq!(said, broken);
        tampering.is_as_it_was().await;
    }

    async fn words_that_no_entry_erased_are_missed(engine: Engine) {
        let tampering = Tampering::new(engine).await;
        let row = tampering.one::<text_item::Entity>(text_item::Column::Text.eq("because maturing")).await;
        let said = tampering.changed(&row, |row| {
            (row.text, row.salt, row.erased_position) = (None, None, Some(row.position));
        });
        assert_names(&said.await, &["table text_item", &row.id.to_string()]);
        tampering.is_as_it_was().await;
    }

    async fn an_identity_that_no_entry_erased_is_missed(engine: Engine) {
        let tampering = Tampering::new(engine).await;
        let subject = person_identity::Column::Subject.eq("local:SYSTEM_LEAD:QWO");
        let row = tampering.one::<person_identity::Entity>(subject).await;
        let said = tampering.said_of(Some(row.clone()), None).await;
        assert_eq!(said, format!("table person_identity: row {} is missing", row.id));
        tampering.is_as_it_was().await;
    }

    async fn what_was_erased_and_is_there_again_is_named(engine: Engine) {
        let tampering = Tampering::new(engine).await;
        let who = Who { issuer: LOCAL_ISSUER, subject: "local:SYSTEM_LEAD:QWO" };
        let subject = person_identity::Column::Subject.eq(who.subject);
        let identity = tampering.one::<person_identity::Entity>(subject).await;
        let name = tampering.one::<text_item::Entity>(text_item::Column::Text.eq("local SYSTEM_LEAD of QWO")).await;
        people::erase(&tampering.app.store, who, "r").await.unwrap();
        tampering.is_as_it_was().await;
        let said = tampering.said_of(None, Some(identity.clone())).await;
        assert_eq!(said, format!("table person_identity: row {} is not in the ledger", identity.id));
        let erased = tampering.one::<text_item::Entity>(text_item::Column::Id.eq(name.id)).await;
        let said = tampering.said_of(Some(erased), Some(name.clone())).await;
        assert_names(&said, &["table text_item", &name.id.to_string()]);

        let row = tampering.one::<grant::Entity>(grant::Column::Person.eq(identity.person)).await;
        let said = tampering.changed(&row, |row| row.superseded_position = None).await;
        assert_names(&said, &["table grant", &row.id.to_string(), "SupersededPosition"]);
        tampering.is_as_it_was().await;
    }

    async fn a_row_that_is_missing_or_strange_is_named(engine: Engine) {
        let tampering = Tampering::new(engine).await;
        let stranger = Uuid::from_u128(7);
        let row = tampering.one::<rating::Entity>(rating::Column::Level.eq("maturing")).await;
        let said = tampering.said_of(Some(row.clone()), None).await;
        assert_eq!(said, format!("table rating: row {} is missing", row.id));
        let stray = rating::Model { id: stranger, supersedes: None, item: 199, ..row };
        let said = tampering.said_of(None, Some(stray)).await;
        assert_eq!(said, format!("table rating: row {stranger} is not in the ledger"));

        let row = tampering.one::<grant::Entity>(grant::Column::Role.eq("NATIONAL_TEAM")).await;
        let said = tampering.said_of(None, Some(grant::Model { id: stranger, ..row })).await;
        assert_eq!(said, format!("table grant: row {stranger} is not in the ledger"));

        let national = person_identity::Column::Subject.contains("NATIONAL_TEAM");
        let row = tampering.one::<person_identity::Entity>(national).await;
        let commitment = Commitment::to_identity(&row.salt, &row.issuer, "mallory").0.0.to_vec();
        let stray = person_identity::Model { id: stranger, subject: "mallory".to_owned(), commitment, ..row };
        let said = tampering.said_of(None, Some(stray)).await;
        assert_eq!(said, format!("table person_identity: row {stranger} is not in the ledger"));

        let position = tampering.last().position;
        let row = tampering.one::<idempotency::Entity>(idempotency::Column::Position.eq(position)).await;
        let stray = idempotency::Model { key: "a key that nobody sent".to_owned(), ..row };
        let said = tampering.said_of(None, Some(stray)).await;
        assert_names(&said, &["table idempotency"]);
        tampering.is_as_it_was().await;
    }
}

impl Tampering {
    async fn new(engine: Engine) -> Self {
        let app = App::start(engine).await;
        app.published().await;
        let db = app.database.connection().await;
        let unguarded = match engine {
            Engine::Sqlite => {
                "PRAGMA foreign_keys = off; DROP TRIGGER ledger_entry_is_never_updated;
                DROP TRIGGER ledger_entry_is_never_deleted; DROP TRIGGER rating_is_never_updated;
                DROP TRIGGER rating_is_never_deleted"
            }
            Engine::Postgres => "SET session_replication_role = replica",
        };
        db.execute_unprepared(unguarded).await.unwrap();
        let entries = app.entries().await;
        Self { app, db, entries }
    }

    /// The last entry of an act.
    fn entry(&self, act: &str) -> ledger_entry::Model {
        self.entries.iter().rfind(|entry| entry.act == act).unwrap().clone()
    }

    fn last(&self) -> ledger_entry::Model {
        self.entries.last().unwrap().clone()
    }

    async fn one<E: EntityTrait>(&self, filter: impl sea_orm::sea_query::IntoCondition) -> E::Model {
        E::find().filter(filter).one(&self.db).await.unwrap().unwrap()
    }

    /// What verification says of a row with a change, which is undone again.
    async fn changed<M, A>(&self, row: &M, change: impl FnOnce(&mut M)) -> String
    where
        M: ModelTrait + IntoActiveModel<A>,
        A: ActiveModelTrait<Entity = M::Entity> + ActiveModelBehavior + Send,
        <M::Entity as EntityTrait>::Model: IntoActiveModel<A>,
    {
        let mut changed = row.clone();
        change(&mut changed);
        self.said_of(Some(row.clone()), Some(changed)).await
    }

    /// What verification says with the one row in place of the other, which is put back.
    async fn said_of<M, A>(&self, before: Option<M>, after: Option<M>) -> String
    where
        M: ModelTrait + IntoActiveModel<A>,
        A: ActiveModelTrait<Entity = M::Entity> + ActiveModelBehavior + Send,
        <M::Entity as EntityTrait>::Model: IntoActiveModel<A>,
    {
        self.replace(before.clone(), after.clone()).await;
        let said = self.app.store.verify().await.unwrap();
        self.replace(after, before).await;
        said.expect_err("nothing was found")
    }

    async fn replace<M, A>(&self, before: Option<M>, after: Option<M>)
    where
        M: ModelTrait + IntoActiveModel<A>,
        A: ActiveModelTrait<Entity = M::Entity> + ActiveModelBehavior + Send,
        <M::Entity as EntityTrait>::Model: IntoActiveModel<A>,
    {
        if let Some(row) = before {
            assert_eq!(row.delete(&self.db).await.unwrap().rows_affected, 1);
        }
        if let Some(row) = after {
            M::Entity::insert(row.into_active_model()).exec_without_returning(&self.db).await.unwrap();
        }
    }

    async fn is_as_it_was(&self) {
        self.app.verified().await;
    }
}

fn hash_of(ledger: LedgerId, row: &ledger_entry::Model) -> Hash {
    let entry = Entry {
        position: Position(u64::try_from(row.position).unwrap()),
        recorded_at: RecordedAt(row.recorded_at),
        actor: row.actor.map(PersonId),
        via: row.via.parse().unwrap(),
        act: row.act.clone(),
        format: u16::try_from(row.format).unwrap(),
        payload: row.payload.clone(),
        previous_hash: Hash::from_slice(&row.previous_hash).unwrap(),
        hash: Hash::ZERO,
    };
    entry.compute_hash(ledger)
}

fn assert_names(said: &str, words: &[&str]) {
    for word in words {
        assert!(said.contains(word), "{word} is not in: {said}");
    }
}
