//! Rounds: collections of one edition, with policy and dates.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use domain::access::{Action, Granted, Owned as _};
use domain::command::Command;
use domain::completeness::{self, RegionProgress};
use domain::framework::Edition as DomainEdition;
use domain::id::OrganisationId;
use domain::ledger::Event;
use domain::lens::Lens;
use domain::organisation::Scheme;
use domain::refusal::{Refused, Why};
use domain::round::{Dates, OpenRound, Round as DomainRound};
use domain::text;

use super::access::{Act, ViewerAct};
use super::context::AskerOf;
use super::framework::Edition;
use super::organisation::{Organisation, Region};
use super::page::{Page, Window};
use super::parse;
use super::plain::plain;
use super::policy::{Policy, PolicyInput};
use super::scalar::{Date, OdsCode, Position};
use super::user_error::UserError;
use crate::error::Error;

#[derive(Clone)]
pub struct Round {
    lens: Lens,
    round: Arc<DomainRound>,
    edition: Arc<DomainEdition>,
}

impl Round {
    pub(super) fn new(lens: &Lens, round: Arc<DomainRound>) -> Result<Self, Error> {
        let edition = lens.edition(round.edition);
        let edition = edition.ok_or_else(|| Error::Internal(format!("{} is gone", round.edition)))?;
        Ok(Self { lens: lens.clone(), round, edition })
    }
}

/// A collection of one edition from the organisations that are open on its reference date.
#[Object]
impl Round {
    /// Opaque and stable.
    pub(super) async fn id(&self) -> ID {
        self.round.id.to_string().into()
    }

    /// What tells it from the other rounds of the framework, such as "2026/27 Q2".
    async fn label(&self) -> &str {
        &self.round.label
    }

    /// The edition that is rated.
    async fn edition(&self) -> Edition {
        Edition(self.edition.clone())
    }

    /// What it asks of those who submit.
    async fn policy(&self) -> Policy {
        Policy { edition: self.edition.clone(), policy: self.round.policy.clone() }
    }

    /// The day that its ratings describe.
    async fn reference_date(&self) -> Date {
        Date(self.round.dates.reference)
    }

    /// The first day on which assessments can be started.
    async fn opens_on(&self) -> Date {
        Date(self.round.dates.opens)
    }

    /// The day by which submissions are asked for. Later ones are overdue, not refused.
    async fn due_on(&self) -> Date {
        Date(self.round.dates.due)
    }

    /// The last day for starting and for first submissions, save for organisations that were given more time.
    async fn closes_on(&self) -> Date {
        Date(self.round.dates.closes)
    }

    /// The last day for returned work and moderation; null: the day it closes.
    async fn moderate_by(&self) -> Option<Date> {
        self.round.dates.moderate_by.map(Date)
    }

    /// The day on which publication is planned. It informs and stops nobody; null: not planned.
    async fn publish_on(&self) -> Option<Date> {
        self.round.dates.publish_on.map(Date)
    }

    /// Whether assessments can be started, and submitted for the first time, today by organisations without more time. What
    /// may be done to one is in its `viewerActs`.
    async fn is_open(&self) -> bool {
        self.round.is_open(self.lens.now().today)
    }

    /// How complete the round is, region by region in order of their names. One row a region, and one for bodies in none.
    async fn progress(
        &self,
        #[graphql(
            desc = "ODS codes of regions; unknown ones are ignored. Null: all.",
            validator(max_items = 100)
        )]
        regions: Option<Vec<OdsCode>>,
    ) -> Vec<RoundProgress> {
        let rows = completeness::progress(&self.lens, &self.round, &self.edition).into_iter();
        let code =
            |region: OrganisationId| self.lens.organisation(region)?.code(Scheme::Ods, self.lens.moment());
        let wanted = |row: &RegionProgress| {
            let code = row.region.and_then(code);
            regions
                .as_ref()
                .is_none_or(|regions| regions.iter().any(|region| Some(region.0.as_str()) == code))
        };
        rows.filter(wanted).map(|row| RoundProgress::of(&self.lens, &row)).collect()
    }

    /// The organisations that the round expects and that have not submitted, by name, as far as they are of this viewer's
    /// concern. What each lacks is in its `assessments`, for those who may read it.
    async fn missing(&self) -> Vec<Organisation> {
        let missing = completeness::missing(&self.lens, &self.round, &self.edition).into_iter();
        missing.filter_map(|id| Organisation::new(&self.lens, id)).collect()
    }

    /// What this viewer may do in the round, and what stands against it: START for any organisation of theirs, and
    /// EXTEND_DEADLINE for any organisation in their reach that has not submitted.
    async fn viewer_acts(&self) -> Vec<ViewerAct> {
        let acts = [(Act::Start, Action::Start), (Act::ExtendDeadline, Action::ExtendDeadline)];
        acts.into_iter().map(|(act, action)| ViewerAct::new(act, &self.against(action))).collect()
    }
}

impl Round {
    /// What stands against an act for every organisation for which this viewer might do it.
    fn against(&self, action: Action) -> Vec<Why> {
        let (lens, round) = (&self.lens, &self.round);
        let organisations: BTreeSet<_> = lens
            .expected(round, &self.edition)
            .into_iter()
            .chain(lens.viewer().grants().iter().filter_map(|grant| grant.organisation))
            .collect();
        let entrants = organisations.into_iter().filter_map(|id| lens.entrant(id, round));
        let theirs = entrants.filter(|entrant| lens.viewer().may(action, &entrant.owner()));
        let against: Vec<_> = theirs
            .map(|entrant| match action {
                Action::Start => entrant.may_start(lens.now().today).err(),
                _ => entrant
                    .may_extend(lens.live(entrant.organisation, round.id).as_ref().map(Granted::thing))
                    .err(),
            })
            .collect();
        match against.first() {
            None => vec![Why::Forbidden],
            Some(_) if against.contains(&None) => Vec::new(),
            Some(first) => first.clone().into_iter().collect(),
        }
    }
}

/// How complete a round is in one region.
#[derive(SimpleObject)]
pub struct RoundProgress {
    /// The region; null for bodies that are in none.
    region: Option<Region>,
    /// Organisations that the round expects.
    expected: u32,
    /// Organisations with an assessment in any stage but WITHDRAWN. Null for those who may not know of work before it is
    /// published.
    started: Option<u32>,
    /// Organisations whose assessment is SUBMITTED, MODERATED or PUBLISHED. Null where `started` is.
    submitted: Option<u32>,
    /// Organisations with which the region has shared its view. Null where `started` is.
    moderated: Option<u32>,
    /// Organisations whose assessment is published.
    published: u32,
    /// Organisations that have not submitted although their day has passed. Null where `started` is.
    overdue: Option<u32>,
}

impl RoundProgress {
    fn of(lens: &Lens, row: &RegionProgress) -> Self {
        Self {
            region: row.region.map(|id| Region { lens: lens.clone(), id }),
            expected: row.expected,
            started: row.work.map(|work| work.started),
            submitted: row.work.map(|work| work.submitted),
            moderated: row.work.map(|work| work.moderated),
            published: row.published,
            overdue: row.work.map(|work| work.overdue),
        }
    }
}

/// A round to open, for the national team.
#[derive(InputObject)]
pub struct OpenRoundInput {
    /// 1 to 200 characters of your choice. The same key with the same input answers as it did the first time.
    idempotency_key: String,
    /// The key of the framework. Its latest edition is rated.
    framework: String,
    /// 1 to 80 characters that no other round of the framework has.
    label: String,
    /// The day that the ratings describe, and on which organisations must be open.
    reference_date: Date,
    /// The first day on which assessments can be started.
    opens_on: Date,
    /// The day by which submissions are asked for. Not before `opensOn`.
    due_on: Date,
    /// The last day for first submissions. Not before `dueOn`.
    closes_on: Date,
    /// The last day for returned work and moderation. Not before `closesOn`. Null: the day the round closes.
    moderate_by: Option<Date>,
    /// The day on which publication is planned. Null: not planned.
    publish_on: Option<Date>,
    /// What to change in the edition's policy. Null: nothing.
    policy: Option<PolicyInput>,
}

impl OpenRoundInput {
    fn parse(self) -> Result<Command, Refused> {
        let command = OpenRound {
            framework: self.framework,
            label: parse::text(&self.label, text::LABEL, &["label"])?,
            dates: Dates {
                reference: self.reference_date.0,
                opens: self.opens_on.0,
                due: self.due_on.0,
                closes: self.closes_on.0,
                moderate_by: self.moderate_by.map(|date| date.0),
                publish_on: self.publish_on.map(|date| date.0),
            },
            policy: self.policy.map(PolicyInput::parse).transpose()?.unwrap_or_default(),
        };
        Ok(Command::OpenRound(Box::new(command)))
    }
}

/// What came of opening a round.
#[derive(SimpleObject)]
pub struct OpenRoundPayload {
    /// The round; null where it was refused.
    round: Option<Round>,
    /// Where the change stands in the ledger; null where nothing was written. Sent as `asOf.position` to any replica, it
    /// gives an answer that knows of the change.
    position: Option<Position>,
    /// Why it was refused; empty where it was not.
    errors: Vec<UserError>,
}

#[derive(Default)]
pub struct RoundQuery;

#[Object]
impl RoundQuery {
    /// Rounds in order of their reference dates.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a Relay connection")]
    async fn rounds(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key of a framework. Null: of all.")] framework: Option<String>,
        #[graphql(desc = "Those that are open on this day. Null: all.")] open_on: Option<Date>,
        #[graphql(
            desc = "1 to 100 nodes from the start, or after `after`. Null, with `last` null too: 100."
        )]
        first: Option<i32>,
        #[graphql(desc = "A cursor of this list: the page after it.")] after: Option<String>,
        #[graphql(desc = "1 to 100 nodes from the end, or before `before`.")] last: Option<i32>,
        #[graphql(desc = "A cursor of this list: the page before it.")] before: Option<String>,
    ) -> Result<Page<Round>> {
        let window = Window { first, after, last, before };
        let lens = window.lens(ctx.asker(), ctx.asker().lens()?).await?;
        let list = format!("rounds {framework:?} {:?}", open_on.as_ref().map(|on| on.0));
        let mut nodes = Vec::new();
        for (number, round) in rounds_of(&lens, framework.as_deref()).into_iter().enumerate() {
            if open_on.as_ref().is_none_or(|on| round.is_open(on.0)) {
                nodes.push((format!("{number:06}"), Round::new(&lens, round)?));
            }
        }
        Ok(window.of(&list, lens.moment().position, nodes)?)
    }

    /// The round of a framework with this label; null where there is none.
    async fn round(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key of the framework.")] framework: String,
        #[graphql(desc = "The label of the round.")] label: String,
    ) -> Result<Option<Round>> {
        let lens = ctx.asker().lens()?;
        let round = rounds_of(&lens, Some(&framework)).into_iter().find(|round| round.label == label);
        Ok(round.map(|round| Round::new(&lens, round)).transpose()?)
    }
}

fn rounds_of(lens: &Lens, framework: Option<&str>) -> Vec<Arc<DomainRound>> {
    let wanted = framework.map(|key| lens.framework(key));
    let mut rounds = lens.rounds();
    rounds.retain(|round| wanted.is_none_or(|wanted| wanted == Some(round.framework)));
    rounds
}

#[derive(Default)]
pub struct RoundMutation;

#[Object]
impl RoundMutation {
    /// Opens a round of a framework's latest edition. For the national team.
    /// Refused with ALREADY_EXISTS, UNKNOWN_LEVEL, INVALID_INPUT, KEY_REUSED.
    async fn open_round(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The round.")] input: OpenRoundInput,
    ) -> Result<OpenRoundPayload> {
        let key = input.idempotency_key.clone();
        let mutated = ctx.asker().mutate(&key, input.parse()).await?;
        let opened = match mutated.event {
            Some(Event::RoundOpened(round)) => mutated.lens.round(round.id),
            _ => None,
        };
        let round = opened.map(|round| Round::new(&mutated.lens, round)).transpose()?;
        Ok(OpenRoundPayload { round, position: mutated.position, errors: mutated.errors })
    }
}

plain! {
    Round {
        id: ID = |it| it.round.id.to_string().into();
        label: &str = |it| it.round.label.as_str();
        edition: Edition = |it| Edition(it.edition.clone());
        reference_date: Date = |it| Date(it.round.dates.reference);
    }
}
