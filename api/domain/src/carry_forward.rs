//! Carrying forward: a draft takes over what was agreed before, and says from whom.

use std::sync::Arc;

use crate::crosswalk::Bridge;
use crate::framework::Edition;
use crate::id::{EvidenceId, OrganisationId, RatingId};
use crate::mint::Mint;
use crate::rating::{RatedItem, RatedValue, Rating, Value};

/// What one publication agreed.
#[derive(Clone, Debug)]
pub struct Source {
    pub organisation: OrganisationId,
    pub edition: Arc<Edition>,
    /// What leads from its edition to the one that carries, where a crosswalk does.
    pub bridge: Option<Bridge>,
    /// The agreed rating of each element, by index.
    pub agreed: Vec<Option<Rating>>,
    /// (element index, evidence) that supports.
    pub cited: Vec<(usize, EvidenceId)>,
}

impl Source {
    /// What this publication says of an element: of the equal one where there is a crosswalk, at the level that its own
    /// has become; else of the one with the same key.
    fn says(&self, key: &str) -> Option<(Rating, RatedValue)> {
        let own = match &self.bridge {
            Some(bridge) => bridge.origin(key)?,
            None => key,
        };
        let rating = self.agreed[self.edition.element_by_key(own)?]?;
        let value = match (RatedValue::kept(rating.value, &self.edition)?, &self.bridge) {
            (RatedValue::Level(level), Some(bridge)) => RatedValue::Level(bridge.level(key, &level)?),
            (value, _) => value,
        };
        Some((rating, value))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::EditionLoaded;
    use crate::id::{ElementId, PersonId};
    use crate::ledger::Position;
    use crate::rating::{Basis, Confidence};
    use serde_json::{Value as Json, json};
    use uuid::Uuid;

    const OWN: OrganisationId = OrganisationId(Uuid::from_u128(1));
    const OTHER: OrganisationId = OrganisationId(Uuid::from_u128(2));

    /// An edition with these elements on a scale of these levels. `first`: the number of its first element's id.
    fn edition(elements: &[&str], levels: &[&str], first: u128) -> Arc<Edition> {
        let id = |number: u128| json!(Uuid::from_u128(number));
        let rated = elements.iter().map(
            |key| json!({ "key": key, "title": key, "description": "", "origin": "NAMED", "due_on": null }),
        );
        let levels = levels.iter().map(|key| json!({ "key": key, "title": key, "description": "" }));
        let policy = json!({ "rationale": "NEVER", "evidence_from": null, "approvals": [],
            "confirm_carried_forward": true, "response_days": 0, "readers_see_rationale": false });
        let theme = json!({ "key": "t", "title": "t", "summary": "", "elements": rated.collect::<Vec<_>>() });
        let loaded = json!({
            "framework": id(7), "edition": id(first + 900), "content_hash": "0".repeat(64),
            "groups": [id(first + 901)], "themes": [id(first + 902)],
            "elements": (first..).take(elements.len()).map(id).collect::<Vec<_>>(),
            "definition": { "key": "f", "title": "f", "kind": "MATURITY", "issuer": "", "label": "l",
                "published_on": null, "source": "", "assesses": ["SYSTEM"], "policy": policy, "provisional": [],
                "scale": { "title": "s", "provisional": true, "levels": levels.collect::<Vec<Json>>() },
                "groups": [{ "key": "g", "title": "g", "themes": [theme] }] },
        });
        let loaded: EditionLoaded = serde_json::from_value(loaded).expect("an edition");
        Arc::new(Edition::from(loaded))
    }

    /// What an organisation published; of each element a level by its number, 0 for not applicable.
    fn source(organisation: OrganisationId, edition: &Arc<Edition>, said: &[Option<usize>]) -> Source {
        let ranks: Vec<_> = edition.definition.scale.as_ref().expect("a scale").ranks().collect();
        let rating = |(element, value): (usize, &Option<usize>)| {
            let value = match (*value)? {
                0 => Value::NotApplicable,
                level => Value::Level(ranks[level - 1]),
            };
            let id = RatingId(Uuid::from_u128(organisation.0.as_u128() * 100 + element as u128));
            Some(Rating {
                id,
                element,
                basis: Basis::Moderated,
                value,
                confidence: Some(Confidence::Low),
                has_rationale: element == 0,
                carried_from: None,
                judged: None,
                position: Position(1),
                by: PersonId(Uuid::nil()),
                supersedes: None,
            })
        };
        let agreed = said.iter().enumerate().map(rating).collect();
        Source {
            organisation,
            edition: edition.clone(),
            bridge: None,
            agreed,
            cited: vec![(0, EvidenceId(organisation.0))],
        }
    }

    fn carry(edition: &Edition, sources: &[Source]) -> Vec<RatedItem> {
        carried(edition, OWN, sources, &mut Mint::new(|bytes| bytes.fill(0)))
    }

    fn told(items: &[RatedItem]) -> Vec<(u128, &str)> {
        let say = |value| match value {
            &RatedValue::StillNotApplicable => "still not applicable",
            RatedValue::Level(key) => key.as_str(),
            other => panic!("{other:?} is not carried"),
        };
        items.iter().map(|item| (item.element.0.as_u128(), say(&item.value))).collect()
    }

    #[test]
    fn a_value_is_carried_where_all_who_published_one_agree() {
        let now = edition(&["a"], &["low", "high"], 10);
        for (said, expected) in [
            (&[][..], None),
            (&[None], None),
            (&[Some(2)], Some("high")),
            (&[Some(0)], Some("still not applicable")),
            (&[Some(1), Some(1)], Some("low")),
            (&[Some(0), Some(0)], Some("still not applicable")),
            (&[Some(1), None], Some("low")),
            (&[None, Some(1)], Some("low")),
            (&[None, None], None),
            (&[Some(1), Some(2)], None),
            (&[Some(0), Some(1)], None),
            (&[Some(1), Some(1), Some(2)], None),
        ] {
            let sources: Vec<_> = said.iter().map(|said| source(OTHER, &now, &[*said])).collect();
            let expected: Vec<_> = expected.map(|said| (10, said)).into_iter().collect();
            assert_eq!(told(&carry(&now, &sources)), expected, "{said:?}");
        }
    }

    #[test]
    fn keys_carry_over_to_another_edition_as_far_as_it_knows_them() {
        let before = edition(&["gone", "kept", "moved", "dropped"], &["low", "middle", "high"], 10);
        let now = edition(&["moved", "new", "kept", "dropped"], &["high", "low"], 20);
        let items = carry(&now, &[source(OWN, &before, &[Some(1), Some(1), Some(3), Some(2)])]);
        assert_eq!(told(&items), [(20, "high"), (22, "low")], "the scale knows no middle any more");
        assert_eq!(items.iter().map(|item| item.item).collect::<Vec<_>>(), [0, 1]);
        assert_eq!(items[0].element, ElementId(Uuid::from_u128(20)));
    }

    #[test]
    fn words_and_confidence_are_kept_and_citations_where_they_are_its_own() {
        let now = edition(&["a", "b"], &["low", "high"], 10);
        let own = carry(&now, &[source(OWN, &now, &[Some(1), Some(2)])]);
        assert_eq!(own[0].evidence, [EvidenceId(OWN.0)]);
        assert_eq!((own[0].keeps_rationale, own[1].keeps_rationale), (true, false));
        assert_eq!((own[0].confidence, own[0].supersedes), (Some(Confidence::Low), None));
        assert_eq!(own[1].carried_from, Some(RatingId(Uuid::from_u128(101))));
        assert_eq!(own[1].evidence, []);
        let theirs = carry(&now, &[source(OTHER, &now, &[Some(1), Some(2)])]);
        assert_eq!((&theirs[0].evidence[..], theirs[0].keeps_rationale), (&[][..], true));
        assert_eq!(theirs[0].carried_from, Some(RatingId(Uuid::from_u128(200))));
    }
}
