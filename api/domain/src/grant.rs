//! Grants: a role of a person on an organisation, dated, in the ledger and never in a token.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::command::{Decided, Decision};
use crate::id::{GrantId, OrganisationId, PersonId};
use crate::ledger::Event;
use crate::mint::Mint;
use crate::organisation::OrganisationKind;
use crate::refusal::Why;

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
}

#[derive(Clone, Debug, Serialize)]
pub struct GrantRole {
    pub person: PersonId,
    pub role: Role,
    pub organisation: Option<OrganisationId>,
    pub valid_from: NaiveDate,
}

impl GrantRole {
    /// `kind` is that of the organisation, where there is one.
    pub fn decide(&self, kind: Option<OrganisationKind>, mint: &mut Mint) -> Decided {
        if kind != self.role.granted_on() {
            let on = self.role.granted_on().map_or("England as a whole", OrganisationKind::as_str);
            return Err(Why::Invalid(format!("{} is granted on {on}", self.role))
                .at(["organisation"])
                .into());
        }
        Ok(Decision::of(Event::RoleGranted(Grant {
            id: GrantId(mint.id()),
            person: self.person,
            role: self.role,
            organisation: self.organisation,
            valid_from: self.valid_from,
            valid_to: None,
        })))
    }
}
