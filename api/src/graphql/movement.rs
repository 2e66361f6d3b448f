//! Movement in words.

use std::sync::Arc;

use async_graphql::{Enum, Object, SimpleObject};
use domain::framework::Edition;

use super::level::Level;
use super::scalar::Date;
use super::subject::Element;

/// How something moved between two points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::movement::MovementWord")]
pub enum MovementWord {
    /// Some elements advanced and none slipped.
    Advanced,
    /// Some elements slipped and none advanced.
    Slipped,
    /// Every element that can be compared stayed.
    Held,
    /// Some elements advanced and some slipped.
    Mixed,
    /// No element can be compared.
    NotComparable,
}

pub struct Movement {
    pub(super) edition: Arc<Edition>,
    pub(super) movement: domain::movement::Movement,
}

/// How the elements of a subject moved between two points. An element counts where both points give it a level on the
/// same basis; how far it moved is not added up.
#[Object]
impl Movement {
    /// The movement in a word.
    async fn word(&self) -> MovementWord {
        self.movement.word.into()
    }

    /// The earlier point; null where there is none.
    async fn since(&self) -> Option<Date> {
        self.movement.since.map(Date)
    }

    /// The later point; null where nothing is published.
    async fn until(&self) -> Option<Date> {
        self.movement.until.map(Date)
    }

    /// Elements at a higher level than before.
    async fn advanced(&self) -> u32 {
        self.movement.advanced
    }

    /// Elements at a lower level than before.
    async fn slipped(&self) -> u32 {
        self.movement.slipped
    }

    /// Elements at the same level as before.
    async fn held(&self) -> u32 {
        self.movement.held
    }

    /// Elements without a level in one of the points.
    async fn unmatched(&self) -> u32 {
        self.movement.unmatched
    }

    /// Elements that another party judged than before, which is no movement.
    async fn basis_changed(&self) -> u32 {
        self.movement.basis_changed
    }

    /// Element by element, in the order of the edition.
    async fn elements(&self) -> Vec<ElementMove> {
        let level = |rank| Level::new(&self.edition, rank);
        let moves = self.movement.elements.iter();
        moves
            .map(|moved| ElementMove {
                element: Element::new(self.edition.clone(), moved.element),
                from: moved.from.map(level),
                to: moved.to.map(level),
                word: moved.word.into(),
                periods_at_present: moved.points_at_present,
                first_reached_on: moved.first_reached_on.map(Date),
            })
            .collect()
    }

    /// The movement in a sentence.
    async fn sentence(&self) -> String {
        self.movement.sentence()
    }
}

/// How one element moved between two points.
#[derive(SimpleObject)]
pub struct ElementMove {
    /// The element.
    element: Element,
    /// Its level at the earlier point; null where it had none.
    from: Option<Level>,
    /// Its level at the later point; null where it has none.
    to: Option<Level>,
    /// The movement in a word.
    word: MovementWord,
    /// Points in its latest unbroken run at the present level; points without a level are skipped.
    periods_at_present: u32,
    /// Where that run began; null where it never had a level.
    first_reached_on: Option<Date>,
}
