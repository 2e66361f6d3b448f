//! How complete a round is, region by region, as far as a viewer may know.

use std::sync::Arc;

use crate::access::{Action, Granted, Owned, Owner};
use crate::assessment::{Assessment, Stage};
use crate::framework::Edition;
use crate::id::OrganisationId;
use crate::lens::Lens;
use crate::round::Round;

/// One region in one round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionProgress {
    /// None for bodies that are in no region.
    pub region: Option<OrganisationId>,
    /// Organisations that the round expects.
    pub expected: u32,
    pub published: u32,
    /// None where the viewer may not know of work before it is published.
    pub work: Option<WorkProgress>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WorkProgress {
    /// Organisations with an assessment in any stage but WITHDRAWN.
    pub started: u32,
    /// Of these, those that are SUBMITTED, MODERATED or PUBLISHED.
    pub submitted: u32,
    /// Of these, those whose moderation was shared.
    pub moderated: u32,
    /// Organisations that have not submitted after the day they had to.
    pub overdue: u32,
}

/// In order of the regions' names on the round's reference date.
pub fn progress(lens: &Lens, round: &Arc<Round>, edition: &Edition) -> Vec<RegionProgress> {
    let mut progress: Vec<(String, RegionProgress)> = Vec::new();
    for organisation in lens.expected(round, edition) {
        let Some(entrant) = lens.entrant(organisation, round) else { continue };
        let region = entrant.place.region;
        let row = match progress.iter_mut().find(|(_, row)| row.region == region) {
            Some((_, row)) => row,
            None => {
                let reference = lens.on(Some(round.dates.reference));
                let name = region.and_then(|id| lens.organisation(id)).map(|known| known.name(reference));
                let (expected, published, work) = (0, 0, Some(WorkProgress::default()));
                let row = RegionProgress { region, expected, published, work };
                progress.push((name.unwrap_or_default().to_owned(), row));
                &mut progress.last_mut().expect("one was pushed").1
            }
        };
        row.expected += 1;
        let assessment = lens.live(organisation, round.id);
        let header = assessment.as_ref().map(Granted::thing);
        row.published += u32::from(header.is_some_and(is_public));
        if !knows_of_work(lens, &entrant.owner()) {
            row.work = None;
        }
        let due = header.map_or(round.due(entrant.place.extended_until), |header| header.due(round));
        if let Some(work) = &mut row.work {
            work.add(header, due < lens.now().today);
        }
    }
    progress.sort_by(|(a, _), (b, _)| a.cmp(b));
    progress.into_iter().map(|(_, row)| row).collect()
}

/// Those that a round expects, have not submitted, and are of the viewer's concern; by name.
pub fn missing(lens: &Lens, round: &Arc<Round>, edition: &Edition) -> Vec<OrganisationId> {
    let mut missing = lens.expected(round, edition);
    missing.retain(|organisation| {
        let knows =
            lens.entrant(*organisation, round).is_some_and(|entrant| knows_of_work(lens, &entrant.owner()));
        knows && !lens.live(*organisation, round.id).is_some_and(|granted| is_submitted(granted.thing()))
    });
    missing
}

fn knows_of_work(lens: &Lens, owner: &Owner) -> bool {
    lens.viewer().may(Action::ViewHeader, &Owner { is_public: false, ..owner.clone() })
}

fn is_public(assessment: &Assessment) -> bool {
    assessment.owner().is_public
}

fn is_submitted(assessment: &Assessment) -> bool {
    matches!(assessment.stage(), Stage::Submitted | Stage::Moderated | Stage::Published)
}

impl WorkProgress {
    fn add(&mut self, assessment: Option<&Assessment>, is_late: bool) {
        let is_submitted = assessment.is_some_and(is_submitted);
        self.started += u32::from(assessment.is_some());
        self.submitted += u32::from(is_submitted);
        self.moderated += u32::from(assessment.is_some_and(|own| own.sharing().is_some()));
        self.overdue += u32::from(is_late && !is_submitted);
    }
}
