//! Breaks: where a series stops being comparable with what came before, and why.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::framework::Edition;
use crate::id::OrganisationId;
use crate::lens::Lens;
use crate::organisation::{Succession, SuccessionKind};
use crate::sentence::{listed, plain};

named! {
    pub enum BreakCause {
        /// Another edition is rated.
        Edition = "EDITION",
        /// The organisation took over another or gave a part away.
        Boundary = "BOUNDARY",
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Break {
    /// The first day that is not comparable with those before.
    pub on: NaiveDate,
    pub cause: BreakCause,
    pub detail: String,
}

impl Lens {
    /// The breaks in the points of an organisation, in order of day. `points`: the reference date and the edition of each,
    /// in order.
    pub(crate) fn breaks(
        &self,
        organisation: OrganisationId,
        points: &[(NaiveDate, &Arc<Edition>)],
    ) -> Vec<Break> {
        let Some((first, _)) = points.first() else { return Vec::new() };
        let editions = points.windows(2).filter(|pair| pair[0].1.id != pair[1].1.id).map(|pair| Break {
            on: pair[1].0,
            cause: BreakCause::Edition,
            detail: format!(
                "Edition {} of {} is rated from here on, and {} before: their elements are not compared.",
                pair[1].1.definition.label, pair[1].1.definition.title, pair[0].1.definition.label
            ),
        });
        let boundaries = self.boundary_changes(organisation).into_iter().filter(|found| found.on > *first);
        let mut breaks: Vec<_> = editions.chain(boundaries).collect();
        breaks.sort_by_key(|found| (found.on, found.cause));
        breaks
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
            Break { on, cause: BreakCause::Boundary, detail }
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
