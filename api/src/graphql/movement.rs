//! Movement in words.

use std::sync::Arc;

use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use domain::framework::Edition;
use domain::lens::Lens;
use domain::movement::Question;

use super::as_of::{AsOf, AsOfUsed, Citation};
use super::context::AskerOf;
use super::crosswalk::Coverage;
use super::level::Level;
use super::plain::{plain_enums, plain_object, plain_struct};
use super::publication::{Basis, Include};
use super::scalar::Date;
use super::subject::Element;
use super::system::{System, SystemsWhere};
use crate::error::Error;

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

plain_object! {
/// How the elements of a subject moved between two points, neither of them before the last break. An element counts where
/// both points give it a level by the same judge; how far it moved is not added up. A point of an earlier edition gives the
/// elements that the crosswalk calls equal their levels, as they are on the scale of the latest edition.
impl Movement {
    /// The movement in a word.
    word: MovementWord = |it| it.movement.word.into();

    /// The earlier point; null where there is none.
    since: Option<Date> = |it| it.movement.since.map(Date);

    /// The later point; null where nothing is published, or nothing since the last break.
    until: Option<Date> = |it| it.movement.until.map(Date);

    /// Elements at a higher level than before.
    advanced: u32 = |it| it.movement.advanced;

    /// Elements at a lower level than before.
    slipped: u32 = |it| it.movement.slipped;

    /// Elements at the same level as before.
    held: u32 = |it| it.movement.held;

    /// Elements without a level in one of the points.
    unmatched: u32 = |it| it.movement.unmatched;

    /// Elements that another party judged than before, which is no movement.
    basis_changed: u32 = |it| it.movement.basis_changed;

    /// How many elements are equal in both points, where a new edition lies between them and a crosswalk leads over it; the
    /// others are `unmatched`. Null where both are of one edition, and where nothing is compared.
    coverage: Option<Coverage> = |it| it.movement.coverage.map(Coverage::from);

    /// Element by element, in the order of the edition.
    elements: Vec<ElementMove> = |it| {
        let level = |rank| Level::new(&it.edition, rank);
        let moves = it.movement.elements.iter();
        moves
            .map(|moved| ElementMove {
                element: Element::new(it.edition.clone(), moved.element),
                from: moved.from.map(level),
                to: moved.to.map(level),
                word: moved.word.into(),
                periods_at_present: moved.points_at_present,
                first_reached_on: moved.first_reached_on.map(Date),
            })
            .collect()
    };

    /// The movement in a sentence.
    sentence: String = |it| it.movement.sentence();
}
}

/// How one element moved between two points.
#[derive(SimpleObject)]
pub struct ElementMove {
    /// The element.
    element: Element,
    /// Its level at the earlier point, on the scale of the latest edition; null where it had none.
    from: Option<Level>,
    /// Its level at the later point; null where it has none.
    to: Option<Level>,
    /// The movement in a word.
    word: MovementWord,
    /// Points in its latest unbroken run at the present level; points without a level are skipped.
    periods_at_present: u32,
    /// The first point of the run that `periodsAtPresent` counts; null where it never had a level.
    first_reached_on: Option<Date>,
}

/// Who moved since a day.
#[derive(SimpleObject)]
pub struct Movements {
    /// The moment that this was made for.
    resolved_as_of: AsOfUsed,
    /// Whether any of it was made up by the demonstration, and reported by nobody.
    synthetic: bool,
    /// One group a word, also where it is empty, always in the same order.
    groups: Vec<MovementGroup>,
    /// Systems for which the filter has no answer, by name: they stand in no group.
    undecided: Vec<System>,
    /// How to refer to this; null where unpublished work was asked for.
    citation: Option<Citation>,
}

/// The systems that moved in the same word.
#[derive(SimpleObject)]
pub struct MovementGroup {
    /// The word.
    word: MovementWord,
    /// Systems in the group.
    count: usize,
    /// By name, never by how far they moved.
    systems: Vec<SystemMovement>,
}

/// How one system moved.
#[derive(SimpleObject)]
pub struct SystemMovement {
    /// The system.
    system: System,
    /// From the last point on or before the day to the latest one.
    movement: Movement,
}

impl Movements {
    fn of(lens: &Lens, found: domain::movement::Movements, include: domain::publication::Include) -> Self {
        let moved = |moved: domain::movement::Moved| SystemMovement {
            system: System { lens: lens.clone(), id: moved.system },
            movement: Movement { edition: moved.edition, movement: moved.movement },
        };
        let group = |group: domain::movement::Group| MovementGroup {
            word: group.word.into(),
            count: group.systems.len(),
            systems: group.systems.into_iter().map(moved).collect(),
        };
        Self {
            resolved_as_of: AsOfUsed::of(lens),
            synthetic: found.synthetic,
            citation: Citation::of(lens, &found.edition, "movements", found.synthetic, include),
            groups: found.groups.into_iter().map(group).collect(),
            undecided: System::all(lens, found.undecided),
        }
    }
}

#[derive(Default)]
pub struct MovementQuery;

#[Object]
impl MovementQuery {
    /// Who moved since a day: the systems that are open on the day described, grouped by the word for their movement. Null
    /// where there is no such framework.
    #[expect(clippy::too_many_arguments, reason = "each says what to show")]
    async fn movements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key of the framework, such as \"sdpt\".")] framework: String,
        #[graphql(
            desc = "Movement is told from a system's last point on or before this day. Without such a point nothing is compared."
        )]
        since: Date,
        #[graphql(desc = "Null: all that are open.")] systems: Option<SystemsWhere>,
        #[graphql(desc = "The key of a group, theme or element. Null: the whole edition.")] subject: Option<
            String,
        >,
        #[graphql(desc = "Whose judgement counts.", default_with = "Basis::Agreed")] basis: Basis,
        #[graphql(desc = "Which assessments count.", default_with = "Include::Published")] include: Include,
        #[graphql(desc = "The moment described. Null: now.")] as_of: Option<AsOf>,
    ) -> Result<Option<Movements>> {
        let lens = ctx.asker().lens_for(as_of).await?;
        let Some(framework) = lens.framework(&framework) else { return Ok(None) };
        let systems = SystemsWhere::resolve(systems, &lens).map_err(Error::from)?;
        let (since, basis, include) = (since.0, basis.into(), include.into());
        let cited = systems.include().max(include);
        let question = Question { framework, since, systems, subject, basis, include };
        let found = domain::movement::movements(&lens, &question).map_err(Error::from)?;
        Ok(found.map(|found| Movements::of(&lens, found, cited)))
    }
}

plain_enums!(MovementWord);
plain_struct!(ElementMove {
    element: Element,
    from: Option<Level>,
    to: Option<Level>,
    word: MovementWord,
    periods_at_present: u32,
    first_reached_on: Option<Date>,
});
