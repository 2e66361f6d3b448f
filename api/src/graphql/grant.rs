//! Grants: who holds which role where, giving roles and taking them back.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use domain::command::Command;
use domain::grant::{GrantRole, Holder, RevokeRole, SeenGrant};
use domain::id::{GrantId, OrganisationId};
use domain::ledger::Event;
use domain::lens::Lens;
use domain::person::RecordPerson;
use domain::refusal::{Refusal, Refused};
use domain::text::{LINK, REASON, SUBJECT, TITLE};

use super::context::{Asker, AskerOf, Mutated};
use super::organisation::Organisation;
use super::page::{Page, Window};
use super::parse;
use super::scalar::{Date, DateTime, Position};
use super::user_error::UserError;
use super::viewer::Role;
use crate::error::Error;
use crate::store::GrantTexts;

/// Whether a person or a program acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::person::PersonKind")]
pub enum PersonKind {
    /// A person.
    Human,
    /// A program with an account of its own.
    Service,
}

#[derive(Clone)]
pub struct Grant {
    lens: Lens,
    seen: SeenGrant,
    texts: GrantTexts,
}

impl Grant {
    /// Reads the reasons of all in one go.
    pub(super) async fn all(asker: &Asker, lens: &Lens, seen: Vec<SeenGrant>) -> Result<Vec<Self>, Error> {
        let mut texts = asker.database.read().grant_texts(&seen).await?;
        let mut with_texts = |seen: SeenGrant| {
            let texts = texts.remove(&seen.grant().id).unwrap_or_default();
            Self { lens: lens.clone(), seen, texts }
        };
        Ok(seen.into_iter().map(&mut with_texts).collect())
    }

    /// None where there is none, and where the viewer may not see it.
    pub(super) async fn of(asker: &Asker, lens: &Lens, id: GrantId) -> Result<Option<Self>, Error> {
        let seen = lens.grant(id).into_iter().collect();
        Ok(Self::all(asker, lens, seen).await?.pop())
    }
}

/// A role of somebody on an organisation, for a time. Seen by them, and by those who may give that role there.
#[Object]
impl Grant {
    /// Opaque and stable.
    pub(super) async fn id(&self) -> ID {
        self.seen.grant().id.to_string().into()
    }

    /// What whoever holds it is called; null where nobody has said, and where the name was erased.
    async fn holder(&self, ctx: &Context<'_>) -> Option<String> {
        let people = ctx.asker().people();
        people.name(self.seen.grant().person).map(str::to_owned)
    }

    /// The role.
    async fn role(&self) -> Role {
        self.seen.grant().role.into()
    }

    /// Where it reaches; null: all of England.
    async fn organisation(&self) -> Option<Organisation> {
        Organisation::new(&self.lens, self.seen.grant().organisation?)
    }

    /// The first day on which it holds.
    async fn valid_from(&self) -> Date {
        Date(self.seen.grant().valid_from)
    }

    /// The first day on which it no longer holds; null: no end is set.
    async fn valid_to(&self) -> Option<Date> {
        self.seen.grant().valid_to.map(Date)
    }

    /// Why it was given; null where nobody has said, and where the reason was erased.
    async fn reason(&self) -> Option<&str> {
        self.texts.reason.as_deref()
    }

    /// When it was taken back; null where it was not. It holds no more from then on, whatever its days.
    async fn revoked_at(&self) -> Option<DateTime> {
        self.seen.revoked().map(|revoked| DateTime(self.lens.recorded_at(revoked.at)))
    }

    /// Why it was taken back; null where it was not, and where the reason or whoever held it was erased.
    async fn revoked_because(&self) -> Option<&str> {
        self.texts.revoked.as_deref()
    }
}

/// A role to give.
#[derive(InputObject)]
pub struct GrantRoleInput {
    /// 1 to 200 characters of your choice. The same key with the same input answers as it did the first time.
    idempotency_key: String,
    /// Who gets it: what their tokens hold as `sub`, 1 to 255 characters, letter for letter.
    subject: String,
    /// Who gives out their tokens: what these hold as `iss`. Null: the issuer whose tokens this service takes.
    issuer: Option<String>,
    /// What they are called, 1 to 200 characters, where this service does not know them yet; else it is left as it was.
    name: Option<String>,
    /// Whether a person or a program, where this service does not know them yet; else it is left as it was.
    #[graphql(default_with = "PersonKind::Human")]
    kind: PersonKind,
    /// The role.
    role: Role,
    /// Where: a system for CONTRIBUTOR and SYSTEM_LEAD, a region for REGIONAL_REVIEWER, null for READER and NATIONAL_TEAM.
    organisation: Option<ID>,
    /// The first day on which it holds; it may lie ahead, or back, which changes nothing that was done before.
    valid_from: Date,
    /// The first day on which it no longer holds, later than `validFrom` and than today. Null: no end is set.
    valid_to: Option<Date>,
    /// Why, in 1 to 2,000 characters.
    reason: String,
}

impl GrantRoleInput {
    fn parse(self, asker: &Asker) -> Result<Command, Refused> {
        let mut refusals = Vec::new();
        let mut keep = |refusal: Refusal| refusals.push(refusal);
        let subject = parse::verbatim(&self.subject, SUBJECT, &["subject"]).map_err(&mut keep).ok();
        let issuer = self.issuer.unwrap_or_else(|| asker.issuer.to_string());
        let issuer = parse::verbatim(&issuer, LINK, &["issuer"]).map_err(&mut keep).ok();
        let name = self.name.map(|name| parse::text(&name, TITLE, &["name"])).transpose();
        let name = name.map_err(&mut keep).ok().flatten();
        let organisation = self.organisation.map(|id| parse::id(&id, &["organisation"])).transpose();
        let organisation = organisation.map_err(&mut keep).ok().flatten();
        let reason = parse::reason(&self.reason, REASON, &["reason"]).map_err(&mut keep).ok();
        let (Some(subject), Some(issuer), true) = (subject, issuer, refusals.is_empty()) else {
            return Err(Refused::whole(refusals));
        };
        Ok(Command::GrantRole(Box::new(GrantRole {
            to: Holder::Identity(RecordPerson { kind: self.kind.into(), issuer, subject, name }),
            role: self.role.into(),
            organisation,
            valid_from: self.valid_from.0,
            valid_to: self.valid_to.map(|date| date.0),
            reason,
        })))
    }
}

/// What came of giving a role.
#[derive(SimpleObject)]
pub struct GrantRolePayload {
    /// What was given, as it is now; null where nothing was.
    grant: Option<Grant>,
    /// Where the change stands in the ledger; null where nothing was written. Sent as `asOf.position` to any replica, it
    /// gives an answer that knows of the change.
    position: Option<Position>,
    /// Why it was refused; empty where it was not.
    errors: Vec<UserError>,
}

/// A role to take back.
#[derive(InputObject)]
pub struct RevokeRoleInput {
    /// 1 to 200 characters of your choice. The same key with the same input answers as it did the first time.
    idempotency_key: String,
    /// The grant.
    grant: ID,
    /// Why, in 1 to 2,000 characters.
    reason: String,
}

impl RevokeRoleInput {
    fn parse(&self) -> Result<Command, Refused> {
        Ok(Command::RevokeRole(RevokeRole {
            grant: parse::id(&self.grant, &["grant"])?,
            reason: parse::reason(&self.reason, REASON, &["reason"])?,
        }))
    }
}

/// What came of taking a role back.
#[derive(SimpleObject)]
pub struct RevokeRolePayload {
    /// What was taken back, as it is now; null where nothing was.
    grant: Option<Grant>,
    /// Where the change stands in the ledger; null where nothing was written. Sent as `asOf.position` to any replica, it
    /// gives an answer that knows of the change.
    position: Option<Position>,
    /// Why it was refused; empty where it was not.
    errors: Vec<UserError>,
}

/// The grant that was given or taken back.
async fn changed(asker: &Asker, mutated: &Mutated) -> Result<Option<Grant>, Error> {
    let id = match &mutated.event {
        Some(Event::RoleGranted(granted)) => granted.grant.id,
        Some(Event::RoleRevoked(revoked)) => revoked.grant,
        _ => return Ok(None),
    };
    Grant::of(asker, &mutated.lens, id).await
}

#[derive(Default)]
pub struct GrantQuery;

#[Object]
impl GrantQuery {
    /// Roles that hold today or will, and that you may give and take back, in the order in which they were given; what is
    /// over or was taken back is left out. Others see none. Roles are always those of now. What is no id of an
    /// organisation, and a page out of bounds, is BAD_REQUEST.
    async fn grants(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Those on this organisation. Null: all.")] organisation: Option<ID>,
        #[graphql(
            desc = "1 to 100 nodes from the start, or after `after`. Null, with `last` null too: 100."
        )]
        first: Option<i32>,
        #[graphql(desc = "A cursor of this list: the page after it.")] after: Option<String>,
        #[graphql(desc = "1 to 100 nodes from the end, or before `before`.")] last: Option<i32>,
        #[graphql(desc = "A cursor of this list: the page before it.")] before: Option<String>,
    ) -> Result<Page<Grant>> {
        let organisation = organisation.map(|id| id.parse::<OrganisationId>()).transpose();
        let organisation = organisation.map_err(|not| Error::BadRequest(not.to_string()))?;
        Ok(page(ctx.asker(), organisation, &Window { first, after, last, before }).await?)
    }
}

async fn page(
    asker: &Asker,
    organisation: Option<OrganisationId>,
    window: &Window,
) -> Result<Page<Grant>, Error> {
    let lens = window.lens(asker, asker.lens()?).await?;
    let seen = lens.grants_in_reach(organisation).into_iter();
    let keyed = seen.map(|seen| (format!("{:020} {}", seen.recorded().0, seen.grant().id), seen)).collect();
    let without = |seen: SeenGrant| Grant { lens: lens.clone(), seen, texts: GrantTexts::default() };
    let of = format!("grants {organisation:?}");
    let make = |all: Vec<SeenGrant>| all.into_iter().map(without).collect();
    let mut page = window.of_made(&of, lens.moment().position, keyed, make)?;
    let shown: Vec<_> = page.edges.iter().map(|edge| edge.node.seen.clone()).collect();
    for (edge, grant) in page.edges.iter_mut().zip(Grant::all(asker, &lens, shown).await?) {
        edge.node = grant;
    }
    Ok(page)
}

#[derive(Default)]
pub struct GrantMutation;

#[Object]
impl GrantMutation {
    /// Gives a role, from a day on. A lead gives CONTRIBUTOR on their system, a regional reviewer SYSTEM_LEAD and
    /// CONTRIBUTOR in the region (a system that has closed stays with its last region), the national team every role.
    /// Whoever is not known yet is recorded with it. Refused with ALREADY_EXISTS where they hold the role there on some of
    /// these days, REASON_REQUIRED, INVALID_INPUT, KEY_REUSED. FORBIDDEN where you may not give the role there, NOT_FOUND
    /// where there is no such organisation.
    async fn grant_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "To whom, which role, where, from when on, and why.")] input: GrantRoleInput,
    ) -> Result<GrantRolePayload> {
        let (asker, key) = (ctx.asker(), input.idempotency_key.clone());
        let mutated = asker.mutate(&key, input.parse(asker)).await?;
        let grant = changed(asker, &mutated).await?;
        Ok(GrantRolePayload { grant, position: mutated.position, errors: mutated.errors })
    }

    /// Takes a role back, at once, also one that has not begun. For those who may give that role there. Refused with
    /// WRONG_STAGE where it was taken back already or its time is over, REASON_REQUIRED, INVALID_INPUT, KEY_REUSED.
    /// FORBIDDEN for one's own role where one could not give it, NOT_FOUND for grants that one may not see.
    async fn revoke_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The grant and why.")] input: RevokeRoleInput,
    ) -> Result<RevokeRolePayload> {
        let asker = ctx.asker();
        let mutated = asker.mutate(&input.idempotency_key, input.parse()).await?;
        let grant = changed(asker, &mutated).await?;
        Ok(RevokeRolePayload { grant, position: mutated.position, errors: mutated.errors })
    }
}
