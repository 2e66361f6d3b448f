//! Work lists: what waits for the viewer.

use async_graphql::{Context, Object, Result};
use domain::lens::Lens;
use domain::work::{self, WorkItem as DomainItem};

use super::access::Act;
use super::assessment::Assessment;
use super::context::AskerOf;
use super::organisation::Organisation;
use super::page::{Page, Window};
use super::round::Round;
use super::scalar::Date;
use crate::error::Error;

pub struct WorkItem {
    lens: Lens,
    item: DomainItem,
    act: Act,
}

/// One thing that waits for the viewer: the next act that brings an assessment on, where it is theirs to do.
#[Object]
impl WorkItem {
    /// What to do.
    async fn act(&self) -> Act {
        self.act
    }

    /// The assessment; null where it has to be started.
    async fn assessment(&self, ctx: &Context<'_>) -> Option<Assessment> {
        Assessment::of(ctx.asker(), &self.lens, self.item.assessment.as_ref()?.thing().id())
    }

    /// The round.
    async fn round(&self) -> Result<Round> {
        Ok(Round::new(&self.lens, self.item.round.clone())?)
    }

    /// Whose assessment it is.
    async fn organisation(&self) -> Result<Organisation> {
        let known = Organisation::new(&self.lens, self.item.organisation);
        Ok(known.ok_or_else(|| {
            Error::Internal(format!("{} is of no kind that is shown", self.item.organisation))
        })?)
    }

    /// The day by which it should be done; null where none is set.
    async fn due_on(&self) -> Option<Date> {
        self.item.due.map(Date)
    }

    /// Whether that day has passed.
    async fn overdue(&self) -> bool {
        self.item.due.is_some_and(|due| due < self.lens.now().today)
    }

    /// How much a submission lacks, the approval not counted; null for acts other than RATE and SUBMIT.
    async fn missing(&self) -> Option<usize> {
        self.item.missing
    }
}

/// The work list, as a field of `Viewer`.
pub struct ViewerWork(pub(super) Lens);

#[Object]
impl ViewerWork {
    /// What waits for the viewer, in order of due date; from the same rules that decide what they may do.
    async fn work_list(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "1 to 100 nodes from the start, or after `after`. Null, with `last` null too: 100."
        )]
        first: Option<i32>,
        #[graphql(desc = "A cursor of this list: the page after it.")] after: Option<String>,
        #[graphql(desc = "1 to 100 nodes from the end, or before `before`.")] last: Option<i32>,
        #[graphql(desc = "A cursor of this list: the page before it.")] before: Option<String>,
    ) -> Result<Page<WorkItem>> {
        let window = Window { first, after, last, before };
        let lens = window.lens(ctx.asker(), self.0.clone()).await?;
        let node = |item: DomainItem| {
            let key = item.place_in_list(&lens);
            Some((key, WorkItem { lens: lens.clone(), act: Act::of(item.action)?, item }))
        };
        let nodes = work::work_list(&lens).into_iter().filter_map(node).collect();
        let list = format!("work {:?}", lens.viewer().person());
        Ok(window.of(&list, lens.moment().position, nodes)?)
    }
}
