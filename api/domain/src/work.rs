//! Work lists: what waits for a viewer, from the code that decides what they may do.

use std::sync::Arc;

use chrono::{Datelike as _, NaiveDate};

use crate::access::{Action, Granted, Owned, ViewHeader};
use crate::assessment::{Assessment, Paper, Stage};
use crate::framework::FrameworkKind;
use crate::id::OrganisationId;
use crate::lens::Lens;
use crate::round::Round;

/// One thing that waits.
#[derive(Debug)]
pub struct WorkItem {
    pub action: Action,
    pub organisation: OrganisationId,
    pub round: Arc<Round>,
    /// None where it has to be started.
    pub assessment: Option<Granted<ViewHeader, Assessment>>,
    pub due: Option<NaiveDate>,
    /// Answers that a submission lacks, the approval not counted; for those who fill in the form.
    pub missing: Option<usize>,
}

/// In order of due date, then round and name of the organisation. What has no due date comes last.
pub fn work_list(lens: &Lens) -> Vec<WorkItem> {
    if lens.viewer().grants().is_empty() {
        return Vec::new();
    }
    let mut items: Vec<_> = lens.rounds().iter().flat_map(|round| of_round(lens, round)).collect();
    items.sort_by_cached_key(|item| item.place_in_list(lens));
    items
}

impl WorkItem {
    /// Sorts as the list does, and is the same for the same thing in every list.
    pub fn place_in_list(&self, lens: &Lens) -> String {
        let due = self.due.unwrap_or(NaiveDate::MAX);
        let reference = self.round.dates.reference;
        let known = lens.organisation(self.organisation);
        let name = known.map(|known| known.name(lens.on(Some(reference)))).unwrap_or_default();
        let day = |day: NaiveDate| format!("{:08}", day.num_days_from_ce());
        let (label, round) = (&self.round.label, self.round.id);
        format!("{} {} {label}\0{round} {name}\0{}", day(due), day(reference), self.organisation)
    }
}

fn of_round(lens: &Lens, round: &Arc<Round>) -> Vec<WorkItem> {
    let Some(edition) = lens.edition(round.edition) else { return Vec::new() };
    if edition.definition.kind == FrameworkKind::Reference {
        return Vec::new();
    }
    let expected = lens.expected(round, &edition);
    expected.into_iter().filter_map(|organisation| of_organisation(lens, round, organisation)).collect()
}

fn of_organisation(lens: &Lens, round: &Arc<Round>, organisation: OrganisationId) -> Option<WorkItem> {
    let today = lens.now().today;
    let item = |action, assessment, due, missing| WorkItem {
        action,
        organisation,
        round: round.clone(),
        assessment,
        due,
        missing,
    };
    let Some(assessment) = lens.live(organisation, round.id) else {
        let entrant = lens.entrant(organisation, round)?;
        let starts = lens.viewer().may(Action::Start, &entrant.owner()) && entrant.may_start(today).is_ok();
        let due = round.due(entrant.place.extended_until);
        return starts.then(|| item(Action::Start, None, Some(due), None));
    };
    let header = assessment.thing();
    if header.stage() == Stage::Published {
        return None;
    }
    let paper = lens.paper(header.id())?;
    let paper = paper.thing();
    let waits = next(lens, paper);
    let may = |action: &Action| {
        lens.viewer().may(*action, &header.owner())
            && paper.keeps_from(*action, lens.viewer().person(), today).is_ok()
    };
    let action = waits.into_iter().find(may)?;
    let dates = &round.dates;
    let due = match action {
        Action::Contest => header.sharing().map(|sharing| sharing.respond_by),
        Action::Publish => dates.publish_on.or(dates.moderate_by),
        Action::Moderate | Action::ShareModeration => Some(header.moderate_until(round)),
        _ => Some(header.due(round)),
    };
    let missing = matches!(action, Action::Rate | Action::Submit).then(|| paper.lacking().len());
    Some(item(action, Some(assessment), due, missing))
}

/// The acts that bring an assessment on, the first that a viewer may do is theirs.
fn next(lens: &Lens, paper: &Paper) -> Vec<Action> {
    match paper.assessment.stage() {
        Stage::Draft if paper.lacking().is_empty() => vec![Action::Submit],
        // What was returned is to be amended, however complete it is.
        Stage::Returned if paper.lacking().is_empty() => vec![Action::Submit, Action::Rate],
        Stage::Draft | Stage::Returned => vec![Action::Rate],
        Stage::Submitted if paper.is_moderated() => vec![Action::ShareModeration],
        Stage::Submitted => vec![Action::Moderate, Action::Publish],
        Stage::Moderated if lens.has_response(&paper.assessment) => vec![Action::Publish],
        Stage::Moderated => {
            let over = paper.takes(Action::Contest, lens.now().today).is_err();
            if over { vec![Action::Publish] } else { vec![Action::Contest] }
        }
        Stage::Published | Stage::Withdrawn => Vec::new(),
    }
}
