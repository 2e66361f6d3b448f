//! The desk: the form of an assessment with all that a decision on it needs, from the rows that were loaded.

use std::sync::Arc;

use chrono::NaiveDate;
use domain::assessment::{
    Assessment, AssessmentStarted, Contested, Entrant, Paper, Place, Progress, Sharing, Stage,
};
use domain::carry_forward::Source;
use domain::framework::Edition;
use domain::id::{AssessmentId, ElementId, EvidenceId, OrganisationId, PersonId, RoundId};
use domain::ledger::Position;
use domain::note::NoteKind;
use domain::organisation::{Moment, Organisation, successors};
use domain::rating::{Basis, Rating, Value};
use domain::round::Round;
use uuid::Uuid;

use super::assessment::{RETRACT, SHARE};
use super::load::Editions;
use super::projection::position;
use super::tables::Tables;
use super::{Corrupt, crosswalk, extension, organisation, rating, round};

/// Rows that were loaded, and editions, which never change.
#[derive(Debug)]
pub(super) struct Desk<'a> {
    pub(super) tables: &'a Tables,
    pub(super) editions: &'a Editions,
    pub(super) today: NaiveDate,
}

/// A round and the edition that is rated in it.
type Rated = (Arc<Round>, Arc<Edition>);

impl Desk<'_> {
    fn round(&self, id: RoundId) -> Result<Option<Rated>, Corrupt> {
        let Some(round) = round::from_rows(self.tables, id)? else { return Ok(None) };
        let edition = self.editions.get(&round.edition).cloned();
        Ok(edition.map(|edition| (Arc::new(round), edition)))
    }

    fn place(&self, organisation: &Organisation, round: &Round) -> Result<Place, Corrupt> {
        let known = organisation::successions(self.tables)?;
        let known = known.iter().filter(|known| known.superseded.is_none()).map(|known| &known.succession);
        Ok(Place {
            region: organisation.region(reference(round)),
            successors: successors(known, organisation.id, round.dates.reference, self.today),
            extended_until: extension::until(self.tables, organisation.id, round.id),
        })
    }

    pub(super) fn entrant(
        &self,
        organisation: OrganisationId,
        round: RoundId,
    ) -> Result<Option<Entrant>, Corrupt> {
        let Some((round, edition)) = self.round(round)? else { return Ok(None) };
        let Some(organisation) = organisation::from_rows(self.tables, organisation)? else {
            return Ok(None);
        };
        Ok(Some(Entrant {
            organisation: organisation.id,
            kind: organisation.kind,
            place: self.place(&organisation, &round)?,
            open_on_reference_date: organisation.is_open(reference(&round)),
            has_assessment: self.live(organisation.id, round.id).is_some(),
            round,
            edition,
        }))
    }

    /// The assessment that an organisation has in a round.
    pub(super) fn live(&self, organisation: OrganisationId, round: RoundId) -> Option<AssessmentId> {
        let live = |row: &&entity::assessment::Model| {
            row.organisation == organisation.0
                && row.round == round.0
                && row.stage != Stage::Withdrawn.as_str()
        };
        self.tables.assessment.rows().find(live).map(|row| AssessmentId(row.id))
    }

    pub(super) fn paper(&self, id: AssessmentId) -> Result<Option<Paper>, Corrupt> {
        let tables = self.tables;
        let Some(row) = tables.assessment.get(&id.0) else { return Ok(None) };
        let Some((round, edition)) = self.round(RoundId(row.round))? else { return Ok(None) };
        let evidence = tables.evidence.rows().filter(|evidence| evidence.organisation == row.organisation);
        let submissions = tables.submission.rows().filter(|submission| submission.assessment == id.0);
        Ok(Some(Paper {
            assessment: self.header(row, &round)?,
            answers: rating::latest(tables, id, &edition, Basis::SelfRated)?,
            moderations: rating::latest(tables, id, &edition, Basis::Moderated)?,
            contests: self.contests(id, &edition),
            submitters: submissions.map(|submission| PersonId(submission.submitted_by)).collect(),
            cited: self.cited(id, &edition).collect(),
            evidence: evidence.map(|evidence| EvidenceId(evidence.id)).collect(),
            previous: self.previous(row, &round)?,
            round,
            edition,
        }))
    }

    #[expect(clippy::disallowed_methods, reason = "made from what the ledger's projection says")]
    fn header(&self, row: &entity::assessment::Model, round: &Round) -> Result<Assessment, Corrupt> {
        let organisation = organisation::from_rows(self.tables, OrganisationId(row.organisation))?;
        let organisation = organisation
            .ok_or_else(|| Corrupt(format!("assessment {} belongs to no organisation", row.id)))?;
        let started = AssessmentStarted {
            assessment: AssessmentId(row.id),
            organisation: organisation.id,
            round: round.id,
            edition: round.edition,
            carried: Vec::new(),
        };
        let steps = || self.tables.assessment_step.rows().filter(|step| step.assessment == row.id);
        let sharing = |step: &entity::assessment_step::Model| {
            let position = position(step.position);
            Some(Sharing { position, on: step.acted_on?, respond_by: step.respond_by? })
        };
        let progress = Progress {
            stage: row.stage.parse().map_err(Corrupt)?,
            revision: u32::try_from(row.revision).unwrap_or_default(),
            was_submitted: self.tables.submission.rows().any(|submission| submission.assessment == row.id),
            sharing: steps().filter(|step| step.act == SHARE).last().and_then(sharing),
            is_retracted: steps().any(|step| step.act == RETRACT),
        };
        Ok(Assessment::recorded(&started, self.place(&organisation, round)?, progress, row.synthetic))
    }

    fn cited(&self, id: AssessmentId, edition: &Edition) -> impl Iterator<Item = (usize, EvidenceId)> {
        let own =
            move |cited: &&entity::citation::Model| cited.assessment == id.0 && cited.stance == "SUPPORTS";
        self.tables.citation.rows().filter(own).filter_map(|cited| {
            let element = edition.element_by_id(ElementId(cited.element))?;
            Some((element, EvidenceId(cited.evidence)))
        })
    }

    fn contests(&self, id: AssessmentId, edition: &Edition) -> Vec<Option<Contested>> {
        let latest = |element: Uuid, kind: NoteKind| {
            let own = |row: &&entity::element_note::Model| {
                row.assessment == id.0 && row.element == element && row.kind == kind.as_str()
            };
            self.tables.element_note.rows().filter(own).map(|row| position(row.position)).max()
        };
        let contested = |element: &domain::framework::Element| {
            let contest = latest(element.id.0, NoteKind::Contest)?;
            let is_answered = latest(element.id.0, NoteKind::Answer) > Some(contest);
            Some(Contested { position: contest, is_answered })
        };
        edition.elements.iter().map(contested).collect()
    }

    /// The values of the organisation's latest earlier publication in the same framework.
    fn previous(
        &self,
        row: &entity::assessment::Model,
        round: &Round,
    ) -> Result<Vec<(ElementId, Value)>, Corrupt> {
        let Some((edition, id)) = self.published_before(row.organisation, round, round.dates.reference)?
        else {
            return Ok(Vec::new());
        };
        let agreed = self.agreed(id, &edition)?.into_iter().flatten();
        Ok(agreed.map(|rating| (edition.elements[rating.element].id, rating.value)).collect())
    }

    /// The latest publication of an organisation in the round's framework that describes an earlier day.
    fn published_before(
        &self,
        organisation: Uuid,
        round: &Round,
        before: NaiveDate,
    ) -> Result<Option<(Arc<Edition>, AssessmentId)>, Corrupt> {
        let retracted = |row: &entity::assessment::Model| {
            self.tables.assessment_step.rows().any(|step| step.assessment == row.id && step.act == RETRACT)
        };
        let mut latest: Option<(Arc<Round>, Arc<Edition>, AssessmentId)> = None;
        let published = |row: &&entity::assessment::Model| {
            row.organisation == organisation && row.stage == Stage::Published.as_str() && !retracted(row)
        };
        for row in self.tables.assessment.rows().filter(published) {
            let Some((earlier, edition)) = self.round(RoundId(row.round))? else { continue };
            let is_before = earlier.framework == round.framework && earlier.dates.reference < before;
            // Of two that describe one day the later id, as everywhere: rows come in order of their ids.
            let newer = latest.as_ref().is_none_or(|(l, ..)| l.dates.reference <= earlier.dates.reference);
            if is_before && newer {
                latest = Some((earlier, edition, AssessmentId(row.id)));
            }
        }
        Ok(latest.map(|(_, edition, id)| (edition, id)))
    }

    /// What a publication agreed, corrections included.
    fn agreed(&self, id: AssessmentId, edition: &Edition) -> Result<Vec<Option<Rating>>, Corrupt> {
        let own = rating::latest(self.tables, id, edition, Basis::SelfRated)?;
        let moderated = rating::latest(self.tables, id, edition, Basis::Moderated)?;
        let rated = |rating: &Rating| rating.value != Value::Cleared;
        let agree = |(own, moderated): (Option<Rating>, Option<Rating>)| {
            let judged = own.map(|own| own.id);
            let moderated = moderated.filter(|rating| rated(rating) && rating.judged == judged);
            // Where both say the same, the words are those of whoever has some to say.
            let wordless = moderated.is_some_and(|rating| {
                !rating.has_rationale && Some(rating.value) == own.map(|own| own.value)
            });
            moderated.filter(|_| !wordless).or(own.filter(rated))
        };
        Ok(own.into_iter().zip(moderated).map(agree).collect())
    }

    /// What a draft can carry forward: the organisation's own latest publication, else those of its predecessors.
    pub(super) fn sources(&self, entrant: &Entrant) -> Result<Vec<Source>, Corrupt> {
        let reference = entrant.round.dates.reference;
        let own = self.source(entrant.organisation, &entrant.round, reference)?;
        if own.is_some() {
            return Ok(own.into_iter().collect());
        }
        let links = organisation::successions(self.tables)?;
        let links = links.iter().filter(|known| known.superseded.is_none()).map(|known| &known.succession);
        let follows = links.filter(|link| link.successor == entrant.organisation && link.on <= reference);
        // What a predecessor that goes on says later is not of what it handed over.
        let sources = follows.map(|link| self.source(link.predecessor, &entrant.round, link.on));
        sources.filter_map(Result::transpose).collect()
    }

    fn source(
        &self,
        organisation: OrganisationId,
        round: &Round,
        before: NaiveDate,
    ) -> Result<Option<Source>, Corrupt> {
        let published = self.published_before(organisation.0, round, before)?;
        let Some((edition, id)) = published else { return Ok(None) };
        let agreed = self.agreed(id, &edition)?;
        let cited = self.cited(id, &edition).collect();
        let bridge = crosswalk::bridge(self.tables, edition.id.0, round.edition.0)?;
        Ok(Some(Source { organisation, edition, bridge, agreed, cited }))
    }
}

fn reference(round: &Round) -> Moment {
    Moment { on: round.dates.reference, position: Position(u64::MAX) }
}
