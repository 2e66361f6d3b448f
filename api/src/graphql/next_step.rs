//! What a system could do next, and who has done it.

use std::sync::Arc;

use async_graphql::SimpleObject;
use domain::framework::{Edition, Subject as DomainSubject};
use domain::lens::Lens;

use super::level::Level;
use super::round::Round;
use super::subject::{Element, Subject};
use super::system::System;
use crate::error::Error;

/// An element that holds a system back: no other of its theme is lower, and the scale goes on.
#[derive(SimpleObject)]
pub struct NextStep {
    /// The element.
    element: Element,
    /// The level that was agreed.
    current: Level,
    /// The level after it.
    next: Level,
    /// The round that the level comes from.
    round: Round,
    /// What it holds back: the subjects around it whose lowest level it is at. Its theme first; at most three.
    holds_back: Vec<Subject>,
    /// The open systems that have taken this step, by name; at most one entry a system, so fewer than there are
    /// systems. Their order says nothing about them.
    pathfinders: Vec<Pathfinder>,
    /// Made up by the demonstration, and reported by nobody.
    synthetic: bool,
}

/// A system whose agreed level rose over this step, from the level or a lower one to the next or a higher one, between two
/// published assessments, by the same judge and without a break between them. It may have slipped since.
#[derive(SimpleObject)]
pub struct Pathfinder {
    /// The system.
    system: System,
    /// The round before the step.
    from: Round,
    /// The round in which it was taken: the latest, where it was taken more than once.
    to: Round,
    /// Made up by the demonstration, and reported by nobody.
    synthetic: bool,
}

impl NextStep {
    pub(super) fn all(lens: &Lens, found: domain::next_step::NextSteps) -> Result<Vec<Self>, Error> {
        let from = found.from;
        let step = |step: domain::next_step::NextStep| {
            let edition: &Arc<Edition> = &from.edition;
            let pathfinders = step.pathfinders.into_iter().map(|found| Pathfinder::new(lens, found));
            Ok(Self {
                element: Element::new(edition.clone(), step.element),
                current: Level::for_element(edition, step.current, step.element),
                next: Level::for_element(edition, step.next, step.element),
                round: Round::new(lens, from.round.clone())?,
                holds_back: step
                    .holds_back
                    .into_iter()
                    .map(|subject: DomainSubject| Subject::new(edition.clone(), subject))
                    .collect(),
                pathfinders: pathfinders.collect::<Result<_, Error>>()?,
                synthetic: from.synthetic,
            })
        };
        found.steps.into_iter().map(step).collect()
    }
}

impl Pathfinder {
    fn new(lens: &Lens, found: domain::next_step::Pathfinder) -> Result<Self, Error> {
        Ok(Self {
            system: System { lens: lens.clone(), id: found.system },
            from: Round::new(lens, found.from)?,
            to: Round::new(lens, found.to)?,
            synthetic: found.synthetic,
        })
    }
}
