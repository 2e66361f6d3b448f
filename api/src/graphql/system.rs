//! Systems: integrated care systems, and the lists and questions about them.

use async_graphql::{Context, ID, InputObject, Object, OneofObject, Result};
use domain::id::OrganisationId;
use domain::lens::Lens;
use domain::organisation::{Organisation as DomainOrganisation, OrganisationKind as DomainKind, Scheme};

use super::as_of::AsOf;
use super::context::AskerOf;
use super::organisation::{Cluster, Region, Succession, code, known, moment};
use super::page::{Page, Window};
use super::scalar::{Date, OdsCode, OnsCode};

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

    /// Its last day; null while it is open.
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
    /// Those in the cluster with this key on that day.
    cluster: Option<String>,
}

impl SystemsWhere {
    fn admits(&self, lens: &Lens, system: &DomainOrganisation) -> bool {
        let moment = lens.moment();
        let any = |codes: &Option<Vec<OdsCode>>, code: Option<&str>| {
            codes
                .as_ref()
                .is_none_or(|codes| codes.iter().any(|OdsCode(wanted)| Some(wanted.as_str()) == code))
        };
        let region = system.region(moment).and_then(|id| lens.organisation(id));
        let cluster = system.cluster(moment).and_then(|id| lens.cluster(id));
        any(&self.codes, system.code(Scheme::Ods, moment))
            && any(&self.regions, region.and_then(|region| region.code(Scheme::Ods, moment)))
            && self.cluster.as_ref().is_none_or(|key| cluster.is_some_and(|cluster| cluster.key == *key))
    }
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
    #[graphql(complexity = "super::page_cost(first, last, child_complexity)")]
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
    ) -> Result<Page<System>> {
        let window = Window { first, after, last, before };
        let names_moment =
            as_of.as_ref().is_some_and(|as_of| as_of.known_at.is_some() || as_of.position.is_some());
        let mut lens = ctx.asker().lens_for(as_of).await?;
        if !names_moment {
            lens = window.lens(ctx.asker(), lens).await?;
        }
        let filter = filter.unwrap_or_default();
        let systems = lens.organisations(DomainKind::System, lens.moment()).into_iter();
        let open = systems.filter(|system| system.is_open(lens.moment()) && filter.admits(&lens, system));
        let keyed = |system: &DomainOrganisation| {
            let key = format!("{}\0{}", system.name(lens.moment()), system.id);
            (key, System { lens: lens.clone(), id: system.id })
        };
        let list = format!("systems {} {filter:?}", lens.moment().on);
        Ok(window.of(&list, lens.moment().position, open.map(keyed).collect())?)
    }
}
