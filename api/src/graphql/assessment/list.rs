//! Lists of assessments: of one system, and across systems for those who may know of them.

use async_graphql::{Context, ID, InputObject, Object, Result};
use chrono::Datelike as _;
use domain::access::{Granted, ViewHeader};
use domain::assessment::Assessment as DomainAssessment;
use domain::id::RoundId;
use domain::lens::Lens;
use domain::organisation::Scheme;

use super::{Assessment, Stage};
use crate::error::Error;
use crate::graphql::context::AskerOf;
use crate::graphql::page::{Page, Total, Window};
use crate::graphql::scalar::{Date, OdsCode};
use crate::graphql::system::System;

/// The assessments of a system, as fields of `System`.
pub struct SystemAssessments(pub(in crate::graphql) System);

#[Object]
impl SystemAssessments {
    /// Its assessments that this viewer may know of, latest reference date first.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a Relay connection")]
    async fn assessments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key of a framework. Null: of all.")] framework: Option<String>,
        #[graphql(desc = "Those in one of these stages. Null: in any.")] stages: Option<Vec<Stage>>,
        #[graphql(
            desc = "1 to 100 nodes from the start, or after `after`. Null, with `last` null too: 100."
        )]
        first: Option<i32>,
        #[graphql(desc = "A cursor of this list: the page after it.")] after: Option<String>,
        #[graphql(desc = "1 to 100 nodes from the end, or before `before`.")] last: Option<i32>,
        #[graphql(desc = "A cursor of this list: the page before it.")] before: Option<String>,
    ) -> Result<Page<Assessment>> {
        let window = Window { first, after, last, before };
        let System { lens, id } = &self.0;
        let lens = &window.lens(ctx.asker(), lens.clone()).await?;
        let list = format!("assessments {id} {framework:?} {stages:?}");
        let wanted = framework.map(|key| lens.framework(&key));
        let wanted = |granted: &Granted<ViewHeader, DomainAssessment>| {
            let stage = Stage::from(granted.thing().stage());
            let framework = lens.round(granted.thing().round()).map(|round| round.framework);
            stages.as_ref().is_none_or(|stages| stages.contains(&stage))
                && wanted.is_none_or(|wanted| wanted == framework)
        };
        page(ctx, &window, &list, lens, lens.assessments_of_by_day(*id), wanted)
    }
}

/// The page of a list that stands in order of reference date, latest first, then name of the organisation and id.
fn page(
    ctx: &Context<'_>,
    window: &Window,
    list: &str,
    lens: &Lens,
    days: impl Iterator<Item = Vec<Granted<ViewHeader, DomainAssessment>>>,
    wanted: impl Fn(&Granted<ViewHeader, DomainAssessment>) -> bool,
) -> Result<Page<Assessment>> {
    let key = |granted: &Granted<ViewHeader, DomainAssessment>| {
        let (reference, name, id) = lens.place_in_lists(granted.thing());
        let days = reference.map_or(0, |reference| reference.num_days_from_ce());
        format!("{:08}\0{}\0{id}", 10_000_000 - days, name.unwrap_or_default())
    };
    let is_counted = ctx.look_ahead().field("totalCount").exists();
    let mut seen = Vec::new();
    for day in days {
        seen.extend(day.into_iter().filter(&wanted));
        if !is_counted && window.is_filled_by(&seen, key) {
            break;
        }
    }
    let make = |page| Assessment::all(ctx.asker(), lens, page);
    let total = |total_count| Total { total_count };
    Ok(window.of_keyed(list, lens.moment().position, seen, key, make, total)?)
}

/// Which assessments are meant. Conditions add up.
#[derive(Debug, Default, InputObject)]
pub struct AssessmentsWhere {
    /// Those of the framework with this key.
    framework: Option<String>,
    /// Those in this round.
    round: Option<ID>,
    /// Those of organisations that were in one of these regions, by ODS code, on the round's reference date; at most 100.
    #[graphql(validator(max_items = 100))]
    regions: Option<Vec<OdsCode>>,
    /// Those of organisations with one of these ODS codes; at most 100.
    #[graphql(validator(max_items = 100))]
    codes: Option<Vec<OdsCode>>,
    /// Those in one of these stages.
    stages: Option<Vec<Stage>>,
    /// Those that are not submitted although they were due before this day.
    overdue_on: Option<Date>,
    /// Those in which the region's judgement and the system's own are at least so many levels apart in some element, 1 to 8,
    /// as far as you may see them.
    #[graphql(validator(minimum = 1, maximum = 8))]
    difference_at_least: Option<u16>,
}

impl AssessmentsWhere {
    /// Beside framework and stage.
    fn admits(&self, lens: &Lens, granted: &Granted<ViewHeader, DomainAssessment>) -> bool {
        let assessment = granted.thing();
        let Some(round) = lens.round(assessment.round()) else { return false };
        let reference = lens.on(Some(round.dates.reference));
        let code = |id| lens.organisation(id)?.code(Scheme::Ods, reference);
        let any = |codes: &Option<Vec<OdsCode>>, code: Option<&str>| {
            codes
                .as_ref()
                .is_none_or(|codes| codes.iter().any(|OdsCode(wanted)| Some(wanted.as_str()) == code))
        };
        self.round.as_ref().is_none_or(|id| id.parse::<RoundId>() == Ok(round.id))
            && any(&self.regions, assessment.region().and_then(code))
            && any(&self.codes, code(assessment.organisation()))
            && self.overdue_on.as_ref().is_none_or(|Date(on)| assessment.is_overdue(&round, *on))
            && self.difference_at_least.is_none_or(|least| lens.largest_difference(granted) >= Some(least))
    }
}

#[derive(Default)]
pub struct AssessmentQuery;

#[Object]
impl AssessmentQuery {
    /// The assessments that this viewer may know of, latest reference date first, then by name of the organisation.
    async fn assessments(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Null: all of them.")] filter: Option<AssessmentsWhere>,
        #[graphql(
            desc = "1 to 100 nodes from the start, or after `after`. Null, with `last` null too: 100."
        )]
        first: Option<i32>,
        #[graphql(desc = "A cursor of this list: the page after it.")] after: Option<String>,
        #[graphql(desc = "1 to 100 nodes from the end, or before `before`.")] last: Option<i32>,
        #[graphql(desc = "A cursor of this list: the page before it.")] before: Option<String>,
    ) -> Result<Page<Assessment>> {
        let window = Window { first, after, last, before };
        let lens = &window.lens(ctx.asker(), ctx.asker().lens()?).await?;
        let filter = filter.unwrap_or_default();
        if filter.round.as_ref().is_some_and(|id| id.parse::<RoundId>().is_err()) {
            return Err(Error::BadRequest("where.round is no id of a round".to_owned()).into());
        }
        let framework = filter.framework.as_ref().map(|key| lens.framework(key));
        // Of thousands of assessments most are told apart by this alone.
        let days = lens.assessments_by_day(|round, stage| {
            framework.is_none_or(|framework| framework == Some(round.framework))
                && filter.stages.as_ref().is_none_or(|stages| stages.contains(&Stage::from(stage)))
        });
        let wanted = |granted: &Granted<_, _>| filter.admits(lens, granted);
        page(ctx, &window, &format!("assessments {filter:?}"), lens, days, wanted)
    }
}
