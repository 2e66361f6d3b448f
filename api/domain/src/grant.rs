//! Grants: a role of a person on an organisation, dated, in the ledger and never in a token.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::access::{Denied, GrantAny, GrantContributor, GrantLead, Owned, Owner, Viewer};
use crate::command::{Decided, Decision};
use crate::id::{GrantId, OrganisationId, PersonId, TextId};
use crate::ledger::{Event, Position};
use crate::lens::Lens;
use crate::mint::Mint;
use crate::organisation::{Moment, Organisation, OrganisationKind};
use crate::person::{PersonRecorded, RecordPerson};
use crate::refusal::{Refused, Why};
use crate::text::{Text, TextRef};

named! {
    pub enum Role {
        Reader = "READER",
        Contributor = "CONTRIBUTOR",
        SystemLead = "SYSTEM_LEAD",
        RegionalReviewer = "REGIONAL_REVIEWER",
        NationalTeam = "NATIONAL_TEAM",
    }
}

impl Role {
    /// The kind of organisation this role is granted on; none is England.
    pub const fn granted_on(self) -> Option<OrganisationKind> {
        match self {
            Self::Reader | Self::NationalTeam => None,
            Self::Contributor | Self::SystemLead => Some(OrganisationKind::System),
            Self::RegionalReviewer => Some(OrganisationKind::Region),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    pub id: GrantId,
    pub person: PersonId,
    pub role: Role,
    /// None is England.
    pub organisation: Option<OrganisationId>,
    pub valid_from: NaiveDate,
    /// The first day on which it no longer holds.
    pub valid_to: Option<NaiveDate>,
}

impl Grant {
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|to| day < to)
    }

    fn is_over_on(&self, day: NaiveDate) -> bool {
        self.valid_to.is_some_and(|to| to <= day)
    }
}

/// A grant, and the entries that gave it and took it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownGrant {
    pub grant: Grant,
    pub recorded: Position,
    /// Why it was given, where that was said.
    pub reason: Option<TextId>,
    pub revoked: Option<Revoked>,
}

/// That a grant was taken back, from this position on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revoked {
    pub at: Position,
    /// None where whoever held it was erased.
    pub reason: Option<TextId>,
}

impl KnownGrant {
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.revoked.is_none() && self.grant.holds_on(day)
    }

    /// It holds on the day or on a later one.
    fn is_left_on(&self, day: NaiveDate) -> bool {
        self.revoked.is_none() && !self.grant.is_over_on(day)
    }
}

/// Where a role is held.
#[derive(Clone, Debug)]
pub struct Post {
    organisation: Option<(OrganisationId, OrganisationKind)>,
    /// In which the organisation lies now, or lay last.
    region: Option<OrganisationId>,
}

impl Post {
    /// For roles that are on no organisation.
    pub const ENGLAND: Self = Self { organisation: None, region: None };

    pub fn on(organisation: &Organisation, moment: Moment) -> Self {
        let region = organisation.last_region(moment);
        Self { organisation: Some((organisation.id, organisation.kind)), region }
    }
}

impl Owned for Post {
    fn owner(&self) -> Owner {
        let organisation = self.organisation.map(|(id, _)| id);
        Owner { organisation, region: self.region, ..Owner::ENGLAND }
    }
}

/// Proof that a role may be given and taken at a post.
#[derive(Debug)]
pub struct Authority {
    role: Role,
    post: Post,
}

impl Authority {
    pub fn of(viewer: &Viewer, role: Role, post: Post) -> Result<Self, Denied> {
        let of = post.clone();
        match role {
            Role::Contributor => viewer.grant::<GrantContributor, _>(of).map(drop),
            Role::SystemLead => viewer.grant::<GrantLead, _>(of).map(drop),
            Role::Reader | Role::RegionalReviewer | Role::NationalTeam => {
                viewer.grant::<GrantAny, _>(of).map(drop)
            }
        }?;
        Ok(Self { role, post })
    }

    /// Of whoever may run the command line.
    pub fn of_installation(role: Role, post: Post) -> Self {
        Self { role, post }
    }
}

/// Whom a role is given to.
#[derive(Clone, Debug, Serialize)]
pub enum Holder {
    Known(PersonId),
    /// Whoever has this identity; recorded with it where the ledger does not know it.
    Identity(RecordPerson),
}

#[derive(Clone, Debug, Serialize)]
pub struct GrantRole {
    pub to: Holder,
    pub role: Role,
    pub organisation: Option<OrganisationId>,
    pub valid_from: NaiveDate,
    pub valid_to: Option<NaiveDate>,
    /// Only the installation gives roles without one.
    pub reason: Option<Text>,
}

/// Format 2 says why, and may record the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleGranted {
    #[serde(flatten)]
    pub grant: Grant,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<TextRef>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded: Option<PersonRecorded>,
}

impl GrantRole {
    /// Whether one of these says so on some of the days already.
    pub fn is_among(&self, held: &[Grant]) -> bool {
        held.iter().any(|held| {
            held.role == self.role
                && held.organisation == self.organisation
                && held.valid_to.is_none_or(|to| self.valid_from < to)
                && self.valid_to.is_none_or(|to| held.valid_from < to)
        })
    }

    /// `known`: the person, where the ledger knows them. `held`: what they hold.
    pub fn decide(
        &self,
        by: &Authority,
        known: Option<PersonId>,
        held: &[Grant],
        today: NaiveDate,
        mint: &mut Mint,
    ) -> Decided {
        self.makes_sense(by, today)?;
        if self.is_among(held) {
            return Err(Why::GrantExists.into());
        }
        let (mut texts, mut identity, mut recorded) = (Vec::new(), None, None);
        let person = match (&self.to, known) {
            (Holder::Known(person), _) => *person,
            (Holder::Identity(_), Some(person)) => person,
            (Holder::Identity(new), None) => {
                let (event, own) = new.record(mint, &mut texts);
                identity = Some(own);
                recorded.insert(event).person
            }
        };
        let grant = Grant {
            id: GrantId(mint.id()),
            person,
            role: self.role,
            organisation: self.organisation,
            valid_from: self.valid_from,
            valid_to: self.valid_to,
        };
        let reason = self.reason.as_ref().map(|reason| mint.write(reason, &mut texts));
        let event = RoleGranted { grant, reason, recorded };
        Ok(Decision { event: Event::RoleGranted(Box::new(event)), texts, identity })
    }

    fn makes_sense(&self, by: &Authority, today: NaiveDate) -> Result<(), Refused> {
        let mut refusals = Vec::new();
        if by.post.organisation.map(|(_, kind)| kind) != by.role.granted_on() {
            let why = match by.role.granted_on() {
                Some(kind) => format!("{} is granted on a {kind}", by.role),
                None => format!("{} is granted on England as a whole: leave the organisation out", by.role),
            };
            refusals.push(Why::Invalid(why).at(["organisation"]));
        }
        if self.valid_to.is_some_and(|to| to <= self.valid_from) {
            let why =
                "the first day on which it no longer holds must be later than the first on which it does";
            refusals.push(Why::Invalid(why.to_owned()).at(["validTo"]));
        } else if self.valid_to.is_some_and(|to| to <= today) {
            refusals.push(Why::Invalid("the role would be over already".to_owned()).at(["validTo"]));
        }
        if refusals.is_empty() { Ok(()) } else { Err(Refused::whole(refusals)) }
    }
}

#[derive(Clone, Debug, Serialize)]
pub struct RevokeRole {
    pub grant: GrantId,
    pub reason: Text,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleRevoked {
    pub grant: GrantId,
    pub person: PersonId,
    pub reason: TextRef,
}

impl RevokeRole {
    /// Who may not take a role back knows of it only where it is their own.
    pub fn authority(&self, viewer: &Viewer, grant: &Grant, post: Post) -> Result<Authority, Denied> {
        let is_own = viewer.person() == Some(grant.person);
        let denied = if is_own { Denied::Forbidden } else { Denied::NotFound };
        Authority::of(viewer, grant.role, post).map_err(|_| denied)
    }

    pub fn decide(&self, _by: &Authority, known: &KnownGrant, today: NaiveDate, mint: &mut Mint) -> Decided {
        if !known.is_left_on(today) {
            return Err(Why::GrantOver.at(["grant"]).into());
        }
        let mut texts = Vec::new();
        let reason = mint.write(&self.reason, &mut texts);
        let event = RoleRevoked { grant: self.grant, person: known.grant.person, reason };
        Ok(Decision { event: Event::RoleRevoked(event), texts, identity: None })
    }
}

/// A grant that the viewer may see: their own, or one of a role that they may give there.
#[derive(Clone, Debug)]
pub struct SeenGrant(KnownGrant);

impl SeenGrant {
    pub fn grant(&self) -> &Grant {
        &self.0.grant
    }

    pub fn recorded(&self) -> Position {
        self.0.recorded
    }

    pub fn reason(&self) -> Option<TextId> {
        self.0.reason
    }

    pub fn revoked(&self) -> Option<Revoked> {
        self.0.revoked
    }
}

/// Grants are those of now, whatever moment a lens looks at.
impl Lens {
    fn may_give(&self, grant: &Grant) -> bool {
        let moment = Moment { on: self.now().today, position: self.history.head };
        let post = match grant.organisation {
            None => Some(Post::ENGLAND),
            Some(id) => self.history.organisations.get(id).map(|known| Post::on(known, moment)),
        };
        post.is_some_and(|post| Authority::of(self.viewer(), grant.role, post).is_ok())
    }

    fn all_grants(&self) -> impl Iterator<Item = &KnownGrant> {
        self.history.grants.values().flatten()
    }

    /// The grant of this id, one that is over included.
    pub fn grant(&self, id: GrantId) -> Option<SeenGrant> {
        let known = self.all_grants().find(|known| known.grant.id == id)?;
        let is_own = self.viewer().person() == Some(known.grant.person);
        (is_own || self.may_give(&known.grant)).then(|| SeenGrant(known.clone()))
    }

    /// Those that hold today or will, and that the viewer may take back, in the order in which they were
    /// given.
    pub fn grants_in_reach(&self, organisation: Option<OrganisationId>) -> Vec<SeenGrant> {
        let today = self.now().today;
        let wanted = |known: &&KnownGrant| {
            (organisation.is_none() || known.grant.organisation == organisation)
                && known.recorded <= self.moment().position
                && known.is_left_on(today)
                && self.may_give(&known.grant)
        };
        let mut grants: Vec<_> = self.all_grants().filter(wanted).cloned().map(SeenGrant).collect();
        grants.sort_by_key(|seen| (seen.recorded(), seen.grant().id));
        grants
    }

    /// The viewer's own that hold today.
    pub fn own_grants(&self) -> Vec<SeenGrant> {
        let own = self.viewer().person().and_then(|person| self.history.grants.get(&person));
        let in_force = own.into_iter().flatten().filter(|known| known.holds_on(self.now().today));
        in_force.cloned().map(SeenGrant).collect()
    }
}
