//! Which day an answer describes, and what had been recorded by when.

use async_graphql::{InputObject, SimpleObject};
use domain::framework::Edition;
use domain::ledger::RecordedAt;
use domain::lens::{self, Knowledge, Lens};

use super::context::Asker;
use super::plain::plain_struct;
use super::scalar::{Date, DateTime, Position};
use crate::error::Error;
use domain::publication::Include;

/// The moment that an answer is made for. Leave all out for now.
#[derive(Clone, Debug, Default, InputObject)]
pub struct AsOf {
    /// The day described. Null: today.
    pub on: Option<Date>,
    /// Answer with what had been recorded by this instant, which must not lie in the future. Null: all there is.
    /// Excludes `position`.
    pub known_at: Option<DateTime>,
    /// Answer with what had been recorded up to this position. Null: all there is. Excludes `knownAt`.
    pub position: Option<Position>,
}

/// The moment that an answer was made for. Sent back as `asOf: { on, position }` it gives the same answer again.
#[derive(Clone, Debug, SimpleObject)]
pub struct AsOfUsed {
    /// The day described.
    pub on: Date,
    /// When the last change that the answer knows of was recorded.
    pub known_at: DateTime,
    /// The position of that change.
    pub position: Position,
}

impl AsOfUsed {
    pub(super) fn of(lens: &Lens) -> Self {
        let moment = lens.moment();
        Self {
            on: Date(moment.on),
            known_at: DateTime(lens.recorded_at(moment.position)),
            position: Position(lens.position_text(moment.position)),
        }
    }
}

/// How to refer to an answer in a paper.
#[derive(Clone, Debug, SimpleObject)]
pub struct Citation {
    /// What it is, of which edition, for which day, and the position at which it is found again.
    text: String,
}

impl Citation {
    /// None where the answer may hold unpublished work: others would not find it again.
    pub(super) fn of(
        lens: &Lens,
        edition: &Edition,
        what: &str,
        synthetic: bool,
        include: Include,
    ) -> Option<Self> {
        let AsOfUsed { on: Date(on), known_at: DateTime(known_at), position: Position(position) } =
            AsOfUsed::of(lens);
        let (title, label) = (&edition.definition.title, &edition.definition.label);
        let made_up = if synthetic { " Made up for demonstration." } else { "" };
        let text = format!(
            "{title}, edition {label}: {what} as of {}, as known on {} at position {position}.{made_up}",
            on.format("%-d %B %Y"),
            known_at.format("%-d %B %Y"),
        );
        (include == Include::Published).then_some(Self { text })
    }
}

impl Asker {
    /// The history as of the moment that a client named.
    pub(super) async fn lens_for(&self, as_of: Option<AsOf>) -> Result<Lens, Error> {
        let as_of = as_of.unwrap_or_default();
        let known = match (as_of.known_at, as_of.position) {
            (None, None) => Knowledge::Now,
            (Some(DateTime(instant)), None) => Knowledge::At(RecordedAt(instant.timestamp_micros())),
            (None, Some(Position(text))) => {
                let position = domain::ledger::Position::from_text(&text, self.snapshot.history.ledger());
                let other = || Error::BadRequest("asOf.position is no position of this ledger".to_owned());
                Knowledge::Position(position.ok_or_else(other)?)
            }
            (Some(_), Some(_)) => {
                let why = "asOf.knownAt and asOf.position exclude each other: send one of them";
                return Err(Error::BadRequest(why.to_owned()));
            }
        };
        self.lens_as_of(lens::AsOf { on: as_of.on.map(|on| on.0), known }).await
    }
}

plain_struct!(AsOfUsed { on: Date, known_at: DateTime, position: Position });
plain_struct!(Citation { text: String });
