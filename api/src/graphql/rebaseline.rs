//! Re-baselines: days from which on figures are made in another way, marked by the national team.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use domain::command::Command;
use domain::id::{RebaselineId, TextId};
use domain::ledger::Event;
use domain::lens::Lens;
use domain::rebaseline::{KnownRebaseline, RecordRebaseline, WithdrawRebaseline};
use domain::refusal::{Refused, Why};
use domain::text::REASON;
use tokio::sync::OnceCell;

use super::context::{AskerOf, Mutated};
use super::framework::Framework;
use super::parse;
use super::scalar::{Date, DateTime, Position};
use super::system::{System, SystemRef};
use super::user_error::UserError;
use crate::error::Error;

/// The reasons of the re-baselines of one answer: read together, and only where one is asked for.
pub(super) struct Reasons {
    of: Vec<KnownRebaseline>,
    words: OnceCell<HashMap<TextId, String>>,
}

impl Reasons {
    pub(super) fn of_all(of: Vec<KnownRebaseline>) -> Self {
        Self { of, words: OnceCell::new() }
    }

    pub(super) async fn of(&self, ctx: &Context<'_>, id: RebaselineId) -> Result<Option<String>, Error> {
        let known = self.of.iter().find(|known| known.marked.rebaseline == id);
        match known {
            Some(known) => self.text(ctx, known.marked.reason.id).await,
            None => Ok(None),
        }
    }

    async fn text(&self, ctx: &Context<'_>, text: TextId) -> Result<Option<String>, Error> {
        let words =
            self.words.get_or_try_init(|| ctx.asker().database.read().rebaseline_texts(&self.of)).await?;
        Ok(words.get(&text).cloned())
    }
}

#[derive(Clone)]
pub struct Rebaseline {
    lens: Lens,
    known: KnownRebaseline,
    reasons: Arc<Reasons>,
}

impl Rebaseline {
    pub(super) fn all(lens: &Lens, known: Vec<KnownRebaseline>) -> Vec<Self> {
        let reasons = Arc::new(Reasons::of_all(known.clone()));
        let told = |known| Self { lens: lens.clone(), known, reasons: reasons.clone() };
        known.into_iter().map(told).collect()
    }

    pub(super) fn of(lens: &Lens, id: RebaselineId) -> Option<Self> {
        Self::all(lens, lens.rebaseline(id).into_iter().collect()).pop()
    }
}

/// A day that the national team marked because figures before and after are no longer made the same way, such as when
/// another way of collecting them came in. Points before it are not compared with later ones.
#[Object]
impl Rebaseline {
    /// Opaque and stable.
    pub(super) async fn id(&self) -> ID {
        self.known.marked.rebaseline.to_string().into()
    }

    /// The framework whose figures are meant.
    async fn framework(&self) -> Result<Framework> {
        let framework = Framework::new(&self.lens, self.known.marked.framework);
        let gone = || Error::Internal(format!("the framework of {} is gone", self.known.marked.rebaseline));
        Ok(framework.ok_or_else(gone)?)
    }

    /// The first day that is not compared with those before.
    async fn on(&self) -> Date {
        Date(self.known.marked.on)
    }

    /// The systems that are meant, at most 100; null where all are, those to come included.
    async fn systems(&self) -> Option<Vec<System>> {
        let systems = self.known.marked.systems.clone();
        systems.map(|systems| System::all(&self.lens, systems))
    }

    /// Why, in the words of whoever marked it; null where they were erased.
    async fn reason(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(self.reasons.text(ctx, self.known.marked.reason.id).await?)
    }

    /// When it was recorded. Answers as of an earlier position know nothing of it.
    async fn recorded_at(&self) -> DateTime {
        DateTime(self.lens.recorded_at(self.known.recorded))
    }

    /// When it was withdrawn, from when on it no longer counts; null where it holds.
    async fn withdrawn_at(&self) -> Option<DateTime> {
        self.known.withdrawn.map(|(at, _)| DateTime(self.lens.recorded_at(at)))
    }

    /// Why it was withdrawn; null where it holds, and where the words were erased.
    async fn withdrawn_because(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let Some((_, reason)) = self.known.withdrawn else { return Ok(None) };
        Ok(self.reasons.text(ctx, reason.id).await?)
    }
}

/// A day to mark.
#[derive(InputObject)]
pub struct RecordRebaselineInput {
    /// 1 to 200 characters of your choice. The same key with the same input answers as it did the first time.
    idempotency_key: String,
    /// The key of the framework.
    framework: String,
    /// The first day that is not to be compared with those before. It may lie behind or ahead.
    on: Date,
    /// Why, in 1 to 2,000 characters. Everybody who is signed in can read it.
    reason: String,
    /// 1 to 100 systems whose figures are meant. Null: all, those to come included.
    systems: Option<Vec<SystemRef>>,
}

impl RecordRebaselineInput {
    fn parse(&self, lens: &Lens) -> Result<Command, Refused> {
        let mut refusals = Vec::new();
        let unknown =
            |i: usize| Why::Invalid("there is no such system".to_owned()).at(["systems", &i.to_string()]);
        let systems = self.systems.as_ref().map(|systems| {
            let found = systems.iter().map(|system| system.resolve(lens)).enumerate();
            let found = found.map(|(i, found)| found.ok_or_else(|| unknown(i)));
            found.filter_map(|found| found.map_err(|refusal| refusals.push(refusal)).ok()).collect()
        });
        let reason = parse::reason(&self.reason, REASON, &["reason"]);
        match reason.map_err(|refusal| refusals.push(refusal)) {
            Ok(reason) if refusals.is_empty() => {
                let (framework, on) = (self.framework.clone(), self.on.0);
                Ok(Command::RecordRebaseline(RecordRebaseline { framework, on, systems, reason }))
            }
            _ => Err(Refused::whole(refusals)),
        }
    }
}

/// A marked day to take back.
#[derive(InputObject)]
pub struct WithdrawRebaselineInput {
    /// 1 to 200 characters of your choice. The same key with the same input answers as it did the first time.
    idempotency_key: String,
    /// The re-baseline.
    rebaseline: ID,
    /// Why, in 1 to 2,000 characters. Everybody who is signed in can read it.
    reason: String,
}

impl WithdrawRebaselineInput {
    fn parse(&self) -> Result<Command, Refused> {
        let rebaseline = parse::id(&self.rebaseline, &["rebaseline"])?;
        let reason = parse::reason(&self.reason, REASON, &["reason"])?;
        Ok(Command::WithdrawRebaseline(WithdrawRebaseline { rebaseline, reason }))
    }
}

/// Declares the payload of an act on a re-baseline.
macro_rules! rebaseline_payload {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(SimpleObject)]
        pub struct $name {
            /// The re-baseline, as it is now; null where it was refused.
            rebaseline: Option<Rebaseline>,
            /// Where the change stands in the ledger; null where nothing was written. Sent as `asOf.position` to any replica, it
            /// gives an answer that knows of the change.
            position: Option<Position>,
            /// Why it was refused; empty where it was not.
            errors: Vec<UserError>,
        }

        impl From<Mutated> for $name {
            fn from(mutated: Mutated) -> Self {
                let id = match &mutated.event {
                    Some(Event::RebaselineRecorded(event)) => Some(event.rebaseline),
                    Some(Event::RebaselineWithdrawn(event)) => Some(event.rebaseline),
                    _ => None,
                };
                let rebaseline = id.and_then(|id| Rebaseline::of(&mutated.lens, id));
                Self { rebaseline, position: mutated.position, errors: mutated.errors }
            }
        }
    };
}

rebaseline_payload! {
    /// What came of marking a day.
    RecordRebaselinePayload
}

rebaseline_payload! {
    /// What came of taking a marked day back.
    WithdrawRebaselinePayload
}

#[derive(Default)]
pub struct RebaselineMutation;

#[Object]
impl RebaselineMutation {
    /// Marks a day from which on the figures of a framework are made in another way: every series, movement and trend of the
    /// systems meant begins afresh there. Nothing that was published changes. For the national team. Refused with
    /// ALREADY_EXISTS, REASON_REQUIRED, INVALID_INPUT, KEY_REUSED.
    async fn record_rebaseline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which day of which framework, for whom, and why.")] input: RecordRebaselineInput,
    ) -> Result<RecordRebaselinePayload> {
        let parsed = input.parse(&ctx.asker().lens()?);
        Ok(ctx.asker().mutate(&input.idempotency_key, parsed).await?.into())
    }

    /// Takes a marked day back, from now on: series go on over it as if it had not been marked, and answers as of an earlier
    /// position still break there. For the national team. Refused with WRONG_STAGE, REASON_REQUIRED, INVALID_INPUT,
    /// KEY_REUSED.
    async fn withdraw_rebaseline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one, and why.")] input: WithdrawRebaselineInput,
    ) -> Result<WithdrawRebaselinePayload> {
        Ok(ctx.asker().mutate(&input.idempotency_key, input.parse()).await?.into())
    }
}
