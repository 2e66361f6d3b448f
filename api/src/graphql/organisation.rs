//! Organisations: regions and systems, what they were called when, and who follows whom.

use async_graphql::{Context, Enum, ID, Interface, Object, Result};
use domain::id::{ClusterId, OrganisationId};
use domain::lens::{AsOf as DomainAsOf, Lens};
use domain::organisation::{
    Moment, Organisation as DomainOrganisation, OrganisationKind as DomainKind, Scheme,
};

use super::context::AskerOf;
use super::plain::{plain, plain_choice, plain_enums, plain_object};
use super::scalar::{Date, OdsCode};
use super::system::System;
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
    field(
        name = "closed_on",
        ty = "Option<Date>",
        desc = "Its last day, which may lie ahead; null while no end is recorded."
    )
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

pub(super) fn known(lens: &Lens, id: OrganisationId) -> Result<&DomainOrganisation, Error> {
    lens.organisation(id).ok_or_else(|| Error::Internal(format!("{id} is gone from the history")))
}

pub(super) fn code(lens: &Lens, id: OrganisationId) -> Result<Option<OdsCode>, Error> {
    Ok(known(lens, id)?.code(Scheme::Ods, lens.moment()).map(|code| OdsCode(code.to_owned())))
}

pub(super) fn moment(lens: &Lens, on: Option<Date>) -> Moment {
    lens.on(on.map(|on| on.0))
}

#[derive(Clone)]
pub struct Region {
    pub(super) lens: Lens,
    pub(super) id: OrganisationId,
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

    /// Its last day, which may lie ahead; null while no end is recorded.
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
pub struct Cluster {
    pub(super) lens: Lens,
    pub(super) id: ClusterId,
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
    pub(super) lens: Lens,
    pub(super) link: domain::organisation::Succession,
}

plain_object! {
/// One body, or a part of it, taken over by another. A rating is never handed on silently.
impl Succession {
    /// The successor's first day with it.
    on: Date = |it| Date(it.link.on);

    /// How the one came to follow the other.
    kind: SuccessionKind = |it| it.link.kind.into();

    /// The body that was taken over.
    predecessor: System = |it| System { lens: it.lens.clone(), id: it.link.predecessor };

    /// The body that took over.
    successor: System = |it| System { lens: it.lens.clone(), id: it.link.successor };

    /// The share of the predecessor's population that went over, 0 to 1; null where it is not known.
    share: Option<f64> = |it| it.link.share();
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
}

plain! {
    Region {
        id: ID = |it| it.id.to_string().into();
        name: Result<&str, Error> = |it| known(&it.lens, it.id).map(|known| known.name(it.lens.moment()));
        code: Result<Option<OdsCode>, Error> = |it| code(&it.lens, it.id);
    }
}

plain_enums!(SuccessionKind);
plain_choice!(Organisation { region: Region(Region), system: System(System) });
