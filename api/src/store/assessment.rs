//! Assessments as rows, and the form with all that a decision on it needs.

use std::sync::Arc;

use domain::access::Readable;
use domain::assessment::{Assessment, AssessmentStarted, Entrant, Paper, Progress, Stage};
use domain::framework::Edition;
use domain::id::{AssessmentId, ElementId, EvidenceId, OrganisationId, RoundId, TextId};
use domain::ledger::{Position, Via};
use domain::organisation::Moment;
use domain::publication::AssessmentsPublished;
use domain::rating::Value;
use domain::round::Round;
use domain::submission::AssessmentSubmitted;
use sea_orm::EntityTrait;

use super::load::Editions;
use super::projection::{At, Missing};
use super::tables::Tables;
use super::{Corrupt, Store, number};
use crate::error::Error;

pub(super) fn started(at: &mut At<'_>, event: &AssessmentStarted) {
    let (position, synthetic) = (at.position(), at.entry.via == Via::Demo);
    at.tables.assessment.insert(entity::assessment::Model {
        id: event.assessment.0,
        organisation: event.organisation.0,
        round: event.round.0,
        edition: event.edition.0,
        stage: Stage::Draft.to_string(),
        revision: 1,
        synthetic,
        position,
    });
}

pub(super) fn submitted(at: &mut At<'_>, event: &AssessmentSubmitted) -> Result<(), Missing> {
    advance(at, event.assessment, event.revision, Some(Stage::Submitted))?;
    let (position, submitted_by) = (at.position(), at.actor());
    let approval = event.approval;
    let row = entity::submission::Model {
        assessment: event.assessment.0,
        position,
        submitted_by,
        approval_kind: approval.map(|approval| approval.kind.to_string()),
        approval_body: approval.map(|approval| at.text(&approval.body)),
        approval_on: approval.map(|approval| approval.on),
        approval_paper: approval.and_then(|approval| approval.paper).map(|paper| at.text(&paper)),
    };
    at.tables.submission.insert(row);
    Ok(())
}

pub(super) fn published(at: &mut At<'_>, event: &AssessmentsPublished) -> Result<(), Missing> {
    for item in &event.items {
        advance(at, item.assessment, item.revision, Some(Stage::Published))?;
    }
    Ok(())
}

/// Moves an assessment on and returns its row.
pub(super) fn advance(
    at: &mut At<'_>,
    id: AssessmentId,
    revision: u32,
    stage: Option<Stage>,
) -> Result<entity::assessment::Model, Missing> {
    at.tables.assessment.change(&id.0, |row| {
        row.revision = i32::try_from(revision).expect("nobody changes an assessment two billion times");
        if let Some(stage) = stage {
            row.stage = stage.to_string();
        }
    });
    at.tables.assessment.get(&id.0).cloned().ok_or_else(|| at.missing("assessment", id.0))
}

/// What decisions on assessments are made of: rows that were loaded, and editions, which never change.
#[derive(Debug)]
pub(super) struct Desk<'a> {
    pub(super) tables: &'a Tables,
    pub(super) editions: &'a Editions,
}

/// A round and the edition that is rated in it.
type Rated = (Arc<Round>, Arc<Edition>);

impl Desk<'_> {
    fn round(&self, id: RoundId) -> Result<Option<Rated>, Corrupt> {
        let Some(round) = super::round::from_rows(self.tables, id)? else { return Ok(None) };
        let edition = self.editions.get(&round.edition).cloned();
        Ok(edition.map(|edition| (Arc::new(round), edition)))
    }

    pub(super) fn entrant(
        &self,
        organisation: OrganisationId,
        round: RoundId,
    ) -> Result<Option<Entrant>, Corrupt> {
        let Some((round, edition)) = self.round(round)? else { return Ok(None) };
        let Some(organisation) = super::organisation::from_rows(self.tables, organisation)? else {
            return Ok(None);
        };
        let reference = Moment { on: round.dates.reference, position: Position(u64::MAX) };
        let live = |row: &entity::assessment::Model| {
            row.organisation == organisation.id.0
                && row.round == round.id.0
                && row.stage != Stage::Withdrawn.as_str()
        };
        Ok(Some(Entrant {
            organisation: organisation.id,
            kind: organisation.kind,
            region: organisation.region(reference),
            open_on_reference_date: organisation.is_open(reference),
            has_assessment: self.tables.assessment.rows().any(live),
            round,
            edition,
        }))
    }

    #[expect(clippy::disallowed_methods, reason = "made from what the ledger's projection says")]
    pub(super) fn paper(&self, id: AssessmentId) -> Result<Option<Paper>, Corrupt> {
        let tables = self.tables;
        let Some(row) = tables.assessment.get(&id.0) else { return Ok(None) };
        let Some((round, edition)) = self.round(RoundId(row.round))? else { return Ok(None) };
        let organisation = super::organisation::from_rows(tables, OrganisationId(row.organisation))?;
        let reference = Moment { on: round.dates.reference, position: Position(u64::MAX) };
        let started = AssessmentStarted {
            assessment: id,
            organisation: OrganisationId(row.organisation),
            round: round.id,
            edition: edition.id,
        };
        let progress = Progress {
            stage: row.stage.parse().map_err(Corrupt)?,
            revision: u32::try_from(row.revision).unwrap_or_default(),
            was_submitted: tables.submission.rows().any(|submission| submission.assessment == id.0),
        };
        let region = organisation.and_then(|organisation| organisation.region(reference));
        let assessment = Assessment::recorded(&started, region, progress, row.synthetic);
        let cited =
            tables.citation.rows().filter(|cited| cited.assessment == id.0 && cited.stance == "SUPPORTS");
        let cited = cited.filter_map(|cited| {
            let element = edition.element_by_id(ElementId(cited.element))?;
            Some((element, EvidenceId(cited.evidence)))
        });
        let evidence = tables.evidence.rows().filter(|evidence| evidence.organisation == row.organisation);
        Ok(Some(Paper {
            answers: super::rating::latest(tables, id, &edition)?,
            cited: cited.collect(),
            evidence: evidence.map(|evidence| EvidenceId(evidence.id)).collect(),
            previous: self.previous(row, &round)?,
            assessment,
            round,
            edition,
        }))
    }

    /// The values of the organisation's latest earlier publication in the same framework.
    fn previous(
        &self,
        row: &entity::assessment::Model,
        round: &Round,
    ) -> Result<Vec<(ElementId, Value)>, Corrupt> {
        let mut latest: Option<(Arc<Round>, Arc<Edition>, AssessmentId)> = None;
        let same = |other: &&entity::assessment::Model| {
            other.organisation == row.organisation && other.stage == Stage::Published.as_str()
        };
        for other in self.tables.assessment.rows().filter(same) {
            let Some((earlier, edition)) = self.round(RoundId(other.round))? else { continue };
            let before =
                earlier.framework == round.framework && earlier.dates.reference < round.dates.reference;
            let newer = latest.as_ref().is_none_or(|(l, ..)| l.dates.reference < earlier.dates.reference);
            if before && newer {
                latest = Some((earlier, edition, AssessmentId(other.id)));
            }
        }
        let Some((_, edition, id)) = latest else { return Ok(Vec::new()) };
        let ratings = super::rating::latest(self.tables, id, &edition)?;
        let rated = ratings.into_iter().flatten().filter(|rating| rating.value != Value::Cleared);
        Ok(rated.map(|rating| (edition.elements[rating.element].id, rating.value)).collect())
    }
}

/// The words of an approval. None where they were erased.
#[derive(Clone, Debug, Default)]
pub struct ApprovalTexts {
    pub body: Option<String>,
    pub paper: Option<String>,
}

impl Store {
    pub async fn approval_texts(&self, of: Readable, submitted: Position) -> Result<ApprovalTexts, Error> {
        let key = (of.assessment().0, number(submitted));
        let row = entity::submission::Entity::find_by_id(key).one(&self.db).await?;
        let Some(row) = row else { return Ok(ApprovalTexts::default()) };
        let ids = [row.approval_body, row.approval_paper];
        let words = self.texts(ids.into_iter().flatten().map(TextId).collect()).await?;
        let [body, paper] = ids.map(|id| id.and_then(|id| words.get(&TextId(id)).cloned()));
        Ok(ApprovalTexts { body, paper })
    }
}
