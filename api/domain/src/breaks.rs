//! Breaks: where a series stops being comparable with what came before, and why.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::crosswalk::{Coverage, Equals};
use crate::framework::Edition;
use crate::id::{OrganisationId, RebaselineId};
use crate::lens::Lens;
use crate::organisation::{Succession, SuccessionKind};
use crate::sentence::{listed, plain};

named! {
    pub enum BreakCause {
        /// Another edition is rated.
        Edition = "EDITION",
        /// The organisation took over another or gave a part away.
        Boundary = "BOUNDARY",
        /// The national team marked the day.
        ReBaseline = "RE_BASELINE",
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Break {
    /// The first day that is not comparable with those before.
    pub on: NaiveDate,
    pub cause: BreakCause,
    pub detail: String,
    /// Of elements over which the points on both sides are compared all the same; none where nothing is.
    pub coverage: Option<Coverage>,
    /// Where the national team marked it: that has a reason.
    pub rebaseline: Option<RebaselineId>,
}

impl Lens {
    /// The breaks in the points of an organisation, in order of day. `points`: the reference date and the edition of each,
    /// in order.
    pub(crate) fn breaks(
        &self,
        organisation: OrganisationId,
        points: &[(NaiveDate, &Arc<Edition>)],
    ) -> Vec<Break> {
        let Some((first, edition)) = points.first() else { return Vec::new() };
        let editions = points.windows(2).filter(|pair| pair[0].1.id != pair[1].1.id);
        let editions = editions.filter_map(|pair| self.new_edition(pair[1].0, pair[0].1, pair[1].1));
        let marked = self.marked_for(organisation, edition.framework).into_iter().map(|(on, id)| Break {
            on,
            cause: BreakCause::ReBaseline,
            detail: format!(
                "The national team marked a break on {}: points before it are not compared with later ones.",
                plain(on)
            ),
            coverage: None,
            rebaseline: Some(id),
        });
        let dated = self.boundary_changes(organisation).into_iter().chain(marked);
        let mut breaks: Vec<_> = editions.chain(dated.filter(|found| found.on > *first)).collect();
        breaks.sort_by_key(|found| (found.on, found.cause));
        breaks
    }

    /// None where the crosswalk says that nothing changed.
    fn new_edition(&self, on: NaiveDate, before: &Edition, after: &Edition) -> Option<Break> {
        let equals = self.equals(before, after);
        if equals.as_ref().is_some_and(Equals::is_whole) {
            return None;
        }
        let coverage = equals.map(|equals| equals.coverage()).filter(|coverage| coverage.equal > 0);
        let compared = match coverage {
            None => "their elements are not compared".to_owned(),
            Some(Coverage { equal, of }) => {
                format!("{equal} of its {of} elements are the same in both, and only these are compared")
            }
        };
        let (label, title) = (&after.definition.label, &after.definition.title);
        let before = &before.definition.label;
        let detail =
            format!("Edition {label} of {title} is rated from here on, and {before} before: {compared}.");
        Some(Break { on, cause: BreakCause::Edition, detail, coverage, rebaseline: None })
    }

    /// One a day, up to the day described.
    fn boundary_changes(&self, organisation: OrganisationId) -> Vec<Break> {
        let Some(known) = self.organisation(organisation) else { return Vec::new() };
        let mut changes: BTreeMap<NaiveDate, (Vec<&Succession>, Vec<&Succession>)> = BTreeMap::new();
        for link in self.successions().filter(|link| link.on <= self.moment().on) {
            if link.successor == organisation {
                changes.entry(link.on).or_default().0.push(link);
            } else if link.predecessor == organisation && known.is_open(self.on(Some(link.on))) {
                changes.entry(link.on).or_default().1.push(link);
            }
        }
        let opened = known.life(self.moment().position).map(|(first, _)| first);
        let told = |(on, (taken, given)): (NaiveDate, (Vec<&Succession>, Vec<&Succession>))| {
            let (name, day) = (known.name(self.on(Some(on))), plain(on));
            let from = listed(&self.named(&taken, |link| link.predecessor));
            let to = listed(&self.named(&given, |link| link.successor));
            let came = (!taken.is_empty()).then(|| match opened {
                Some(opened) if opened == on => format!("{name} was formed from {from} on {day}."),
                _ => format!("{name} took over {from} on {day}."),
            });
            let went = (!given.is_empty()).then(|| format!("{name} gave a part of itself to {to} on {day}."));
            let detail = came.into_iter().chain(went).collect::<Vec<_>>().join(" ");
            Break { on, cause: BreakCause::Boundary, detail, coverage: None, rebaseline: None }
        };
        changes.into_iter().map(told).collect()
    }

    /// The bodies at one end of these links, by name on the day before; where only a part of a predecessor is meant, it
    /// says so.
    fn named(&self, links: &[&Succession], end: impl Fn(&Succession) -> OrganisationId) -> Vec<String> {
        let mut names: Vec<_> = links
            .iter()
            .filter_map(|link| {
                let body = self.organisation(end(link))?;
                let name = body.name(self.on(link.on.pred_opt())).to_owned();
                let is_part = body.id == link.predecessor && link.kind != SuccessionKind::Merger;
                Some((name, is_part))
            })
            .collect();
        names.sort();
        let told =
            names.into_iter().map(|(name, is_part)| if is_part { format!("a part of {name}") } else { name });
        told.collect()
    }
}
