//! Organisations: regions and systems, what they were called when, and who follows whom.

use async_graphql::{Context, Enum, ID, InputObject, Interface, Object, OneofObject, Result};
use domain::id::{ClusterId, OrganisationId};
use domain::lens::{AsOf as DomainAsOf, Lens};
use domain::organisation::{
    Moment, Organisation as DomainOrganisation, OrganisationKind as DomainKind, Scheme,
};

use super::as_of::AsOf;
use super::context::AskerOf;
use super::page::{Page, Window};
use super::scalar::{Date, OdsCode, OnsCode};
use crate::error::Error;

/// The kind of an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::organisation::OrganisationKind")]
pub enum OrganisationKind {
    /// One of the regions of NHS England.
    Region,
    /// An integrated care system, by its integrated care board.
    System,
    /// A part of a system, often one council's area.
    Place,
    /// Providers that plan and run work together.
    ProviderCollaborative,
    /// Another body.
    Partner,
}

/// How a body came to follow another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::organisation::SuccessionKind")]
pub enum SuccessionKind {
    /// The whole of the predecessor went into the successor.
    Merger,
    /// A part of the predecessor went into the successor.
    Split,
    /// A part of the predecessor went into a body that stayed what it was.
    Acquisition,
}

/// A body whose id never changes, while names, codes and memberships are dated.
#[derive(Clone, Interface)]
#[expect(clippy::duplicated_attributes, reason = "fields may have the same type")]
#[graphql(
    field(name = "id", ty = "ID", desc = "Opaque and stable, whatever happens to names and codes."),
    field(
        name = "name",
        ty = "&str",
        desc = "The name on a day; outside its life the nearest.",
        arg(name = "on", ty = "Option<Date>", desc = "Null: the day that the answer describes.")
    ),
    field(name = "code", ty = "Option<OdsCode>", desc = "The ODS code; of a closed body its last."),
    field(name = "opened_on", ty = "Option<Date>", desc = "Its first day as this register describes it."),
    field(name = "closed_on", ty = "Option<Date>", desc = "Its last day; null while it is open.")
)]
pub enum Organisation {
    Region(Region),
    System(System),
}

impl Organisation {
    pub(super) fn new(lens: &Lens, id: OrganisationId) -> Option<Self> {
        match lens.organisation(id)?.kind {
            DomainKind::Region => Some(Self::Region(Region { lens: lens.clone(), id })),
            DomainKind::System => Some(Self::System(System { lens: lens.clone(), id })),
            // Bodies of the other kinds are not recorded yet; their types come with them.
            DomainKind::Place | DomainKind::ProviderCollaborative | DomainKind::Partner => None,
        }
    }
}

fn known(lens: &Lens, id: OrganisationId) -> Result<&DomainOrganisation, Error> {
    lens.organisation(id).ok_or_else(|| Error::Internal(format!("{id} is gone from the history")))
}

fn code(lens: &Lens, id: OrganisationId) -> Result<Option<OdsCode>, Error> {
    Ok(known(lens, id)?.code(Scheme::Ods, lens.moment()).map(|code| OdsCode(code.to_owned())))
}

fn moment(lens: &Lens, on: Option<Date>) -> Moment {
    lens.on(on.map(|on| on.0))
}

#[derive(Clone)]
pub struct Region {
    lens: Lens,
    id: OrganisationId,
}

/// One of the seven regions of NHS England.
#[Object]
impl Region {
    /// Opaque and stable, whatever happens to names and codes.
    pub(super) async fn id(&self) -> ID {
        self.id.to_string().into()
    }

    /// The name on a day; outside its life the nearest.
    async fn name(
        &self,
        #[graphql(desc = "Null: the day that the answer describes.")] on: Option<Date>,
    ) -> Result<&str> {
        Ok(known(&self.lens, self.id)?.name(moment(&self.lens, on)))
    }

    /// The ODS code; of a closed body its last.
    async fn code(&self) -> Result<Option<OdsCode>> {
        Ok(code(&self.lens, self.id)?)
    }

    /// Its first day as this register describes it.
    async fn opened_on(&self) -> Result<Option<Date>> {
        let life = known(&self.lens, self.id)?.life(self.lens.moment().position);
        Ok(life.map(|(first, _)| Date(first)))
    }

    /// Its last day; null while it is open.
    async fn closed_on(&self) -> Result<Option<Date>> {
        let life = known(&self.lens, self.id)?.life(self.lens.moment().position);
        Ok(life.and_then(|(_, last)| last).map(Date))
    }

    /// The systems that are open in it on a day, by name. At most a few dozen.
    async fn systems(
        &self,
        #[graphql(desc = "Null: the day that the answer describes.")] on: Option<Date>,
    ) -> Vec<System> {
        let moment = moment(&self.lens, on);
        let systems = self.lens.organisations(DomainKind::System, moment).into_iter();
        systems
            .filter(|system| system.is_open(moment) && system.region(moment) == Some(self.id))
            .map(|system| System { lens: self.lens.clone(), id: system.id })
            .collect()
    }
}

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
    async fn name(
        &self,
        #[graphql(desc = "Null: the day that the answer describes.")] on: Option<Date>,
    ) -> Result<&str> {
        Ok(known(&self.lens, self.id)?.name(moment(&self.lens, on)))
    }

    /// The ODS code; of a closed body its last.
    async fn code(&self) -> Result<Option<OdsCode>> {
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
    async fn opened_on(&self) -> Result<Option<Date>> {
        let life = known(&self.lens, self.id)?.life(self.lens.moment().position);
        Ok(life.map(|(first, _)| Date(first)))
    }

    /// Its last day; null while it is open.
    async fn closed_on(&self) -> Result<Option<Date>> {
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

#[derive(Clone)]
pub struct Cluster {
    lens: Lens,
    id: ClusterId,
}

/// Separate bodies that share their leadership for a time.
#[Object]
impl Cluster {
    /// The key that filters take. Ours.
    async fn key(&self) -> &str {
        self.lens.cluster(self.id).map_or("", |cluster| &cluster.key)
    }

    /// The title for people. Ours.
    async fn title(&self) -> &str {
        self.lens.cluster(self.id).map_or("", |cluster| &cluster.title)
    }

    /// Its systems on a day, by name. Few.
    async fn systems(
        &self,
        #[graphql(desc = "Null: the day that the answer describes.")] on: Option<Date>,
    ) -> Vec<System> {
        let moment = moment(&self.lens, on);
        let systems = self.lens.organisations(DomainKind::System, moment).into_iter();
        let members = systems.filter(|system| system.cluster(moment) == Some(self.id));
        members.map(|system| System { lens: self.lens.clone(), id: system.id }).collect()
    }
}

#[derive(Clone)]
pub struct Succession {
    lens: Lens,
    link: domain::organisation::Succession,
}

/// One body, or a part of it, taken over by another. A rating is never handed on silently.
#[Object]
impl Succession {
    /// The successor's first day with it.
    async fn on(&self) -> Date {
        Date(self.link.on)
    }

    /// How the one came to follow the other.
    async fn kind(&self) -> SuccessionKind {
        self.link.kind.into()
    }

    /// The body that was taken over.
    async fn predecessor(&self) -> System {
        System { lens: self.lens.clone(), id: self.link.predecessor }
    }

    /// The body that took over.
    async fn successor(&self) -> System {
        System { lens: self.lens.clone(), id: self.link.successor }
    }

    /// The share of the predecessor's population that went over, 0 to 1; null where it is not known.
    async fn share(&self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "populations are far below 2^52")]
        let share = |part, whole| part as f64 / whole as f64;
        self.link
            .population_of_part
            .zip(self.link.population_of_whole)
            .map(|(part, whole)| share(part, whole))
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
pub struct OrganisationQuery;

#[Object]
impl OrganisationQuery {
    /// The regions that are open on a day, by name. Seven.
    async fn regions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Null: today.")] on: Option<Date>,
    ) -> Result<Vec<Region>> {
        let as_of = DomainAsOf { on: on.map(|on| on.0), ..DomainAsOf::default() };
        let lens = ctx.asker().lens_as_of(as_of).await?;
        let regions = lens.organisations(DomainKind::Region, lens.moment()).into_iter();
        let open = regions.filter(|region| region.is_open(lens.moment())).map(|region| region.id);
        Ok(open.map(|id| Region { lens: lens.clone(), id }).collect())
    }

    /// The region with this ODS code; null where there is none.
    async fn region(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ODS code, such as Y63.")] code: OdsCode,
    ) -> Result<Option<Region>> {
        let lens = ctx.asker().lens()?;
        let id = lens.organisation_by_code(DomainKind::Region, &code.0).map(|region| region.id);
        Ok(id.map(|id| Region { lens, id }))
    }

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
