//! Systems: integrated care systems, and the lists and questions about them.

use async_graphql::{Context, ID, InputObject, Object, OneofObject, Result, SimpleObject};
use domain::id::OrganisationId;
use domain::lens::Lens;
use domain::organisation::{Organisation as DomainOrganisation, OrganisationKind as DomainKind, Scheme};
use domain::survey::BadQuestion;

use super::as_of::AsOf;
use super::context::AskerOf;
use super::distribution::Measure;
use super::movement::MovementWord;
use super::organisation::{Cluster, Region, Succession, code, known, moment};
use super::page::{PageWith, Window};
use super::plain::plain;
use super::publication::Include;
use super::scalar::{Date, OdsCode, OnsCode};
use crate::error::Error;

#[derive(Clone)]
pub struct System {
    pub(super) lens: Lens,
    pub(super) id: OrganisationId,
}

impl System {
    fn successions(&self, pick: impl Fn(&domain::organisation::Succession) -> bool) -> Vec<Succession> {
        let mut links: Vec<_> = self.lens.successions().filter(|link| pick(link)).cloned().collect();
        let name = |id| self.lens.organisation(id).map(|known| known.name(self.lens.moment()).to_owned());
        links.sort_by_cached_key(|link| (link.on, name(link.predecessor), name(link.successor)));
        links.into_iter().map(|link| Succession { lens: self.lens.clone(), link }).collect()
    }

    /// The bodies that took it over where it has closed by the day described; none while it is open.
    pub(super) fn took_over(&self) -> Vec<Succession> {
        let moment = self.lens.moment();
        let is_open = self.lens.organisation(self.id).is_some_and(|known| known.is_open(moment));
        self.successions(|link| !is_open && link.predecessor == self.id && link.on <= moment.on)
    }
}

impl System {
    pub(super) fn all(lens: &Lens, ids: Vec<OrganisationId>) -> Vec<Self> {
        ids.into_iter().map(|id| Self { lens: lens.clone(), id }).collect()
    }
}

/// An integrated care system, known by its integrated care board.
#[Object]
impl System {
    /// Opaque and stable, whatever happens to names and codes.
    pub(super) async fn id(&self) -> ID {
        self.id.to_string().into()
    }

    /// The name on a day; outside its life the nearest.
    pub(super) async fn name(
        &self,
        #[graphql(desc = "Null: the day that the answer describes.")] on: Option<Date>,
    ) -> Result<&str> {
        Ok(known(&self.lens, self.id)?.name(moment(&self.lens, on)))
    }

    /// The ODS code; of a closed body its last.
    pub(super) async fn code(&self) -> Result<Option<OdsCode>> {
        Ok(code(&self.lens, self.id)?)
    }

    /// The ONS code on a day; outside its life the nearest. It can change while the ODS code stays.
    async fn ons_code(
        &self,
        #[graphql(desc = "Null: the day that the answer describes.")] on: Option<Date>,
    ) -> Result<Option<OnsCode>> {
        let code = known(&self.lens, self.id)?.code(Scheme::Ons, moment(&self.lens, on));
        Ok(code.map(|code| OnsCode(code.to_owned())))
    }

    /// Its first day as this register describes it.
    pub(super) async fn opened_on(&self) -> Result<Option<Date>> {
        let life = known(&self.lens, self.id)?.life(self.lens.moment().position);
        Ok(life.map(|(first, _)| Date(first)))
    }

    /// Its last day, which may lie ahead; null while no end is recorded.
    pub(super) async fn closed_on(&self) -> Result<Option<Date>> {
        let life = known(&self.lens, self.id)?.life(self.lens.moment().position);
        Ok(life.and_then(|(_, last)| last).map(Date))
    }

    /// The region it belongs to on a day; null where it is not open then.
    async fn region(
        &self,
        #[graphql(desc = "Null: the day that the answer describes.")] on: Option<Date>,
    ) -> Result<Option<Region>> {
        let region = known(&self.lens, self.id)?.region(moment(&self.lens, on));
        Ok(region.map(|id| Region { lens: self.lens.clone(), id }))
    }

    /// The cluster of systems under shared leadership that it belongs to on a day; null where there is none.
    async fn cluster(
        &self,
        #[graphql(desc = "Null: the day that the answer describes.")] on: Option<Date>,
    ) -> Result<Option<Cluster>> {
        let cluster = known(&self.lens, self.id)?.cluster(moment(&self.lens, on));
        Ok(cluster.map(|id| Cluster { lens: self.lens.clone(), id }))
    }

    /// The bodies that it took over, whole or in part, by day and name. Few.
    async fn predecessors(&self) -> Vec<Succession> {
        self.successions(|link| link.successor == self.id)
    }

    /// The bodies that took it over, whole or in part, by day and name. Few.
    async fn successors(&self) -> Vec<Succession> {
        self.successions(|link| link.predecessor == self.id)
    }

    #[graphql(flatten)]
    async fn assessments(&self) -> super::assessment::SystemAssessments {
        super::assessment::SystemAssessments(self.clone())
    }

    #[graphql(flatten)]
    async fn figures(&self) -> super::profile::SystemFigures {
        super::profile::SystemFigures(self.clone())
    }
}

/// Which system is meant. Exactly one of them.
#[derive(Debug, OneofObject)]
pub enum SystemRef {
    /// By id.
    Id(ID),
    /// By ODS code, on any day it was its own.
    Code(OdsCode),
    /// By ONS code, as of today.
    OnsCode(OnsCode),
}

impl SystemRef {
    /// None where there is no such system.
    pub(super) fn resolve(&self, lens: &Lens) -> Option<OrganisationId> {
        let found = match self {
            Self::Id(id) => lens.organisation(id.parse().ok()?),
            Self::Code(OdsCode(code)) => lens.organisation_by_code(DomainKind::System, code),
            Self::OnsCode(OnsCode(code)) => lens.system_by_ons_code(code, lens.moment()),
        };
        found.filter(|found| found.kind == DomainKind::System).map(|found| found.id)
    }
}

/// Which systems are meant. Conditions add up.
#[derive(Debug, Default, InputObject)]
pub struct SystemsWhere {
    /// Those with one of these ODS codes; at most 100.
    #[graphql(validator(max_items = 100))]
    codes: Option<Vec<OdsCode>>,
    /// Those in one of these regions, by ODS code, on the day that the answer describes; at most 100.
    #[graphql(validator(max_items = 100))]
    regions: Option<Vec<OdsCode>>,
    /// Those in the cluster with this key, on the day that the answer describes.
    cluster: Option<String>,
    /// Those whose level lies within bounds. Systems without a level are undecided.
    level: Option<LevelWhere>,
    /// Those that moved in one of these words. Systems whose movement cannot be told are undecided.
    movement: Option<MovementWhere>,
}

/// A condition on the agreed level of one subject in a system's latest assessment. Takes `atLeast`, `atMost` or both.
#[derive(Debug, InputObject)]
pub struct LevelWhere {
    /// The key of the framework, such as "sdpt".
    framework: String,
    /// The key of an edition, group, theme or element.
    subject: String,
    /// Which level stands for its elements.
    #[graphql(default_with = "Measure::Lowest")]
    measure: Measure,
    /// The key of the least mature level that is meant. Null: no bound.
    at_least: Option<String>,
    /// The key of the most mature level that is meant. Null: no bound.
    at_most: Option<String>,
    /// Which assessments count.
    #[graphql(default_with = "Include::Published")]
    include: Include,
}

/// A condition on how a system moved in what it published, on agreed values.
#[derive(Debug, InputObject)]
pub struct MovementWhere {
    /// The key of the framework, such as "sdpt".
    framework: String,
    /// The key of a group, theme or element. Null: the whole edition.
    subject: Option<String>,
    /// From the last point on or before this day to the latest one.
    since: Date,
    /// One to five words.
    #[graphql(validator(max_items = 5))]
    words: Vec<MovementWord>,
}

impl LevelWhere {
    fn resolve(self, lens: &Lens) -> Result<domain::system::LevelWhere, BadQuestion> {
        let (of, bounds) = ((self.subject, self.measure.into()), (self.at_least, self.at_most));
        domain::system::LevelWhere::new(lens, &self.framework, of, bounds, self.include.into())
    }
}

impl MovementWhere {
    fn resolve(self, lens: &Lens) -> Result<domain::system::MovementWhere, BadQuestion> {
        let words = self.words.into_iter().map(Into::into).collect();
        domain::system::MovementWhere::new(lens, &self.framework, self.subject, self.since.0, words)
    }
}

impl SystemsWhere {
    pub(super) fn resolve(
        this: Option<Self>,
        lens: &Lens,
    ) -> Result<domain::system::SystemsWhere, BadQuestion> {
        let this = this.unwrap_or_default();
        let texts =
            |codes: Option<Vec<OdsCode>>| codes.map(|codes| codes.into_iter().map(|code| code.0).collect());
        Ok(domain::system::SystemsWhere {
            codes: texts(this.codes),
            regions: texts(this.regions),
            cluster: this.cluster,
            level: this.level.map(|level| level.resolve(lens)).transpose()?,
            movement: this.movement.map(|movement| movement.resolve(lens)).transpose()?,
        })
    }
}

/// A page of systems, by name.
pub(super) type SystemPage = PageWith<System, SystemTotal>;

/// How many systems there are, and of which it cannot be said.
#[derive(SimpleObject)]
pub struct SystemTotal {
    /// Nodes in all pages together that this viewer may see.
    total_count: usize,
    /// Systems for which `level` or `movement` has no answer, by name: they stand on no page.
    undecided: Vec<System>,
}

#[derive(Default)]
pub struct SystemQuery;

#[Object]
impl SystemQuery {
    /// The system with this ODS code, also when it has closed; null where there is none.
    async fn system(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ODS code, such as QWO.")] code: OdsCode,
    ) -> Result<Option<System>> {
        let lens = ctx.asker().lens()?;
        let id = lens.organisation_by_code(DomainKind::System, &code.0).map(|system| system.id);
        Ok(id.map(|id| System { lens, id }))
    }

    /// The system whose ONS code this was on a day; null where there is none.
    async fn system_by_ons_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ONS code, such as E54000054.")] ons_code: OnsCode,
        #[graphql(desc = "The day on which the code was valid. Null: today.")] on: Option<Date>,
    ) -> Result<Option<System>> {
        let lens = ctx.asker().lens()?;
        let on = lens.on(on.map(|on| on.0));
        let id = lens.system_by_ons_code(&ons_code.0, on).map(|system| system.id);
        Ok(id.map(|id| System { lens, id }))
    }

    /// The systems that are open on the day described, by name.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a Relay connection")]
    async fn systems(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Null: all of them.")] filter: Option<SystemsWhere>,
        #[graphql(desc = "The moment described. Null: now.")] as_of: Option<AsOf>,
        #[graphql(
            desc = "1 to 100 nodes from the start, or after `after`. Null, with `last` null too: 100."
        )]
        first: Option<i32>,
        #[graphql(desc = "A cursor of this list: the page after it.")] after: Option<String>,
        #[graphql(desc = "1 to 100 nodes from the end, or before `before`.")] last: Option<i32>,
        #[graphql(desc = "A cursor of this list: the page before it.")] before: Option<String>,
    ) -> Result<SystemPage> {
        let window = Window { first, after, last, before };
        let names_moment =
            as_of.as_ref().is_some_and(|as_of| as_of.known_at.is_some() || as_of.position.is_some());
        let mut lens = ctx.asker().lens_for(as_of).await?;
        if !names_moment {
            lens = window.lens(ctx.asker(), lens).await?;
        }
        let list = format!("systems {} {filter:?}", lens.moment().on);
        let (admitted, undecided) = SystemsWhere::resolve(filter, &lens).map_err(Error::from)?.meant(&lens);
        let keyed = |system: &DomainOrganisation| {
            let key = format!("{}\0{}", system.name(lens.moment()), system.id);
            (key, System { lens: lens.clone(), id: system.id })
        };
        let nodes = admitted.into_iter().map(keyed).collect();
        let undecided = System::all(&lens, undecided);
        let more = |total_count| SystemTotal { total_count, undecided };
        Ok(window.of_with(&list, lens.moment().position, nodes, |nodes| nodes, more)?)
    }
}

plain! {
    System {
        id: ID = |it| it.id.to_string().into();
        name: Result<&str, Error> = |it| known(&it.lens, it.id).map(|known| known.name(it.lens.moment()));
        code: Result<Option<OdsCode>, Error> = |it| code(&it.lens, it.id);
        region: Result<Option<Region>, Error> = |it| {
            let region = known(&it.lens, it.id).map(|known| known.region(it.lens.moment()));
            region.map(|region| region.map(|id| Region { lens: it.lens.clone(), id }))
        };
    }
}
