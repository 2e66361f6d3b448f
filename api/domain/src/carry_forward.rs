//! Carrying forward: a draft takes over what was agreed before, and says from whom.

use std::sync::Arc;

use crate::framework::Edition;
use crate::id::{EvidenceId, OrganisationId, RatingId};
use crate::mint::Mint;
use crate::rating::{RatedItem, RatedValue, Rating, Value};

/// What one publication agreed.
#[derive(Clone, Debug)]
pub struct Source {
    pub organisation: OrganisationId,
    pub edition: Arc<Edition>,
    /// The agreed rating of each element, by index.
    pub agreed: Vec<Option<Rating>>,
    /// (element index, evidence) that supports.
    pub cited: Vec<(usize, EvidenceId)>,
}

impl Source {
    /// What this publication says of an element, in the keys of its edition.
    fn says(&self, key: &str) -> Option<(Rating, RatedValue)> {
        let rating = self.agreed[self.edition.element_by_key(key)?]?;
        Some((rating, RatedValue::kept(rating.value, &self.edition)?))
    }
}

/// A value for each element on which all the sources that rate it agree, and which the edition still knows.
/// Citations come along where the evidence is the organisation's own.
pub(crate) fn carried(
    edition: &Edition,
    organisation: OrganisationId,
    sources: &[Source],
    mint: &mut Mint,
) -> Vec<RatedItem> {
    let mut items = Vec::new();
    for element in &edition.elements {
        let mut said = sources.iter().filter_map(|source| Some((source, source.says(&element.key)?)));
        let Some((source, (rating, value))) = said.next() else { continue };
        if said.any(|(_, (_, other))| other != value) || value.value(edition).is_none_or(is_cleared) {
            continue;
        }
        let cited = source.cited.iter().filter(|(cited, _)| *cited == rating.element);
        let own = cited.filter(|_| source.organisation == organisation);
        items.push(RatedItem {
            item: u16::try_from(items.len()).expect("an edition has few elements"),
            id: RatingId(mint.id()),
            element: element.id,
            value,
            confidence: rating.confidence,
            rationale: None,
            keeps_rationale: rating.has_rationale,
            supersedes: None,
            carried_from: Some(rating.id),
            evidence: own.map(|(_, evidence)| *evidence).collect(),
        });
    }
    items
}

fn is_cleared(value: Value) -> bool {
    value == Value::Cleared
}
