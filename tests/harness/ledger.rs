//! For tests of the ledger itself: several processes on one database, writes at once, a look past the service.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use api::auth::LOCAL_ISSUER;
use api::start::mint;
use api::store::Store;
use domain::command::Command;
use domain::grant::{GrantRole, Holder, Role};
use domain::id::{OrganisationId, PersonId};
use domain::ledger::Position;
use domain::person::{PersonKind, RecordPerson};
use domain::text::{self, Text};
use entity::ledger_entry;
use sea_orm::{DatabaseConnection, EntityTrait, QueryOrder};
use serde_json::json;

use super::app::{App, Person};
use super::database::{Database, Engine, connect};

impl App {
    /// Once more on the same database, as another process would be. It shares the clock.
    pub(crate) async fn again(&self) -> Self {
        let store = Store::open(self.database.url(), self.clock.clone(), mint()).await.unwrap();
        Self::with(self.database.clone(), Arc::new(store), self.clock.clone())
    }

    /// The ledger as the database holds it.
    pub(crate) async fn entries(&self) -> Vec<ledger_entry::Model> {
        let by_position = ledger_entry::Entity::find().order_by_asc(ledger_entry::Column::Position);
        by_position.all(&self.database.connection().await).await.unwrap()
    }

    /// Where the ledger ends in the database.
    pub(crate) async fn head(&self) -> Position {
        Position(self.entries().await.len() as u64)
    }

    /// A lead of a system, and an assessment of it that nobody has rated yet.
    pub(crate) async fn draft(&self, system: &str) -> (Person<'_>, String) {
        let (national, lead) = (self.national().await, self.lead_of(system).await);
        let assessment = lead.starts(&national.opens("2026/27 Q2").await, system).await;
        (lead, assessment)
    }

    /// An assessment of QWO that went the whole way, with evidence and rationale. Returns its id.
    pub(crate) async fn published(&self) -> String {
        let (lead, assessment) = self.draft("QWO").await;
        let input = json!({ "idempotencyKey": "evidence", "assessment": assessment, "kind": "BOARD_PAPER",
            "title": "Plan 2026", "link": "paper 7", "elements": ["sdpt.functions.quality.culture"] });
        let recorded = lead.change("recordEvidence", "evidence { id }", input).await;
        assert_eq!(recorded["errors"], json!([]));
        lead.rates_all(&assessment, "developing").await;
        lead.rates_all(&assessment, "maturing").await;
        assert_eq!(lead.submits(&assessment).await["errors"], json!([]));
        let published = self.reviewer_of("Y63").await.publishes(&assessment).await;
        assert_eq!(published["errors"], json!([]));
        assessment
    }
}

impl Database {
    pub(crate) fn engine(&self) -> Engine {
        if self.url().starts_with("sqlite:") { Engine::Sqlite } else { Engine::Postgres }
    }

    /// A connection of the test's own, past the service.
    pub(crate) async fn connection(&self) -> DatabaseConnection {
        connect(self.url()).await.unwrap()
    }
}

pub(crate) fn record_person(name: &str) -> Command {
    Command::RecordPerson(RecordPerson {
        kind: PersonKind::Human,
        issuer: LOCAL_ISSUER.to_owned(),
        subject: name.to_owned(),
        name: Some(Text::parse(name, text::TITLE).unwrap()),
    })
}

pub(crate) fn grant_reader(person: PersonId) -> Command {
    grant_to(person, Role::Reader, None)
}

/// A role without an end, as the installation gives it.
pub(crate) fn grant_to(person: PersonId, role: Role, organisation: Option<OrganisationId>) -> Command {
    Command::GrantRole(Box::new(GrantRole {
        to: Holder::Known(person),
        role,
        organisation,
        valid_from: "2022-07-01".parse().unwrap(),
        valid_to: None,
        reason: None,
    }))
}

/// Begins all of them before it waits for any. The answers stand in the order of the futures.
pub(crate) async fn at_once<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut pending: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    poll_fn(move |context| {
        for (future, answer) in pending.iter_mut().filter(|(_, answer)| answer.is_none()) {
            if let Poll::Ready(ready) = future.as_mut().poll(context) {
                *answer = Some(ready);
            }
        }
        if pending.iter().any(|(_, answer)| answer.is_none()) {
            return Poll::Pending;
        }
        Poll::Ready(pending.drain(..).filter_map(|(_, answer)| answer).collect())
    })
    .await
}
