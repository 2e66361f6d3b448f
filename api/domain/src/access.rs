//! Who may do what: the whole policy. Code names acts, never roles.
//!
//! `Viewer::grant` is the only maker of a `Granted`, and everything that reads or writes an assessment asks for one.

use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::grant::{Grant, Role};
use crate::id::{AssessmentId, OrganisationId, PersonId};

named! {
    /// What can be done.
    pub enum Action {
        ViewHeader = "VIEW_HEADER",
        ViewWorking = "VIEW_WORKING",
        ViewModeration = "VIEW_MODERATION",
        Start = "START",
        Rate = "RATE",
        RecordEvidence = "RECORD_EVIDENCE",
        Submit = "SUBMIT",
        Withdraw = "WITHDRAW",
        Return = "RETURN",
        Moderate = "MODERATE",
        ShareModeration = "SHARE_MODERATION",
        Contest = "CONTEST",
        Publish = "PUBLISH",
        Correct = "CORRECT",
        Retract = "RETRACT",
        ExtendDeadline = "EXTEND_DEADLINE",
        OpenRound = "OPEN_ROUND",
        RecordSuccession = "RECORD_SUCCESSION",
        Rebaseline = "REBASELINE",
        RehearseEdition = "REHEARSE_EDITION",
        Introspect = "INTROSPECT",
        GrantContributor = "GRANT_CONTRIBUTOR",
        GrantLead = "GRANT_LEAD",
        GrantAny = "GRANT_ANY",
    }
}

/// How a grant comes to a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// The thing lies where the grant was given.
    Own,
    /// The thing is of a body that the grant's organisation followed.
    Predecessor,
}

/// The policy: whether a role that reaches the thing allows the act.
#[expect(clippy::unnested_or_patterns, reason = "a row a role")]
const fn allows(role: Role, reach: Reach, action: Action, thing: &Owner) -> bool {
    use Action as A;
    match (role, reach, action) {
        (Role::Contributor | Role::SystemLead, Reach::Own, A::ViewHeader | A::ViewWorking)
        | (Role::Contributor | Role::SystemLead, Reach::Own, A::Start | A::Rate | A::RecordEvidence)
        | (Role::Contributor | Role::SystemLead, Reach::Own, A::Introspect)
        | (Role::RegionalReviewer | Role::NationalTeam, Reach::Own, A::Introspect)
        | (Role::SystemLead, Reach::Own, A::Submit | A::Withdraw | A::Contest | A::GrantContributor)
        | (Role::SystemLead, Reach::Predecessor, A::ViewHeader | A::ViewWorking)
        | (Role::RegionalReviewer | Role::NationalTeam, Reach::Own, A::ViewHeader | A::ExtendDeadline)
        | (Role::RegionalReviewer | Role::NationalTeam, Reach::Own, A::Return | A::Moderate)
        | (Role::RegionalReviewer | Role::NationalTeam, Reach::Own, A::ShareModeration | A::Publish)
        | (Role::RegionalReviewer | Role::NationalTeam, Reach::Own, A::Correct)
        | (Role::RegionalReviewer | Role::NationalTeam, Reach::Own, A::GrantContributor | A::GrantLead)
        | (Role::NationalTeam, Reach::Own, A::Retract | A::OpenRound | A::RecordSuccession | A::GrantAny)
        | (Role::NationalTeam, Reach::Own, A::Rebaseline | A::RehearseEdition) => true,
        (Role::RegionalReviewer | Role::NationalTeam, Reach::Own, A::ViewWorking | A::ViewModeration) => {
            thing.was_submitted
        }
        (Role::Contributor, Reach::Own, A::ViewModeration) | (Role::SystemLead, _, A::ViewModeration) => {
            thing.is_shared
        }
        _ => false,
    }
}

/// What anybody who is signed in may do.
const fn open_to_all(action: Action, thing: &Owner) -> bool {
    matches!(action, Action::ViewHeader) && thing.is_public
}

/// Whose a thing is, and how far it has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    pub organisation: Option<OrganisationId>,
    /// The bodies that followed the organisation, and those that followed these.
    pub successors: Vec<OrganisationId>,
    /// The region in which the organisation was on the round's reference date.
    pub region: Option<OrganisationId>,
    pub was_submitted: bool,
    /// What the region made of it is known to the organisation.
    pub is_shared: bool,
    /// Everybody knows that it exists.
    pub is_public: bool,
}

impl Owner {
    pub const ENGLAND: Self = Self {
        organisation: None,
        successors: Vec::new(),
        region: None,
        was_submitted: false,
        is_shared: false,
        is_public: true,
    };
}

pub trait Owned {
    fn owner(&self) -> Owner;
}

/// The country as a whole, for acts that belong to no one organisation.
#[derive(Clone, Copy, Debug)]
pub struct England;

impl Owned for England {
    fn owner(&self) -> Owner {
        Owner::ENGLAND
    }
}

/// An act as a type, so that a proof says what it proves.
pub trait Act {
    const ACTION: Action;
}

macro_rules! acts {
    ($($name:ident),*) => {$(
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl Act for $name {
            const ACTION: Action = Action::$name;
        }
    )*};
}
acts!(ViewHeader, ViewWorking, Start, Rate, RecordEvidence, Submit, Withdraw);
acts!(Return, Moderate, ShareModeration, Contest, Publish, Correct, Retract);
acts!(ExtendDeadline, OpenRound, RecordSuccession, Rebaseline, RehearseEdition);
acts!(GrantContributor, GrantLead, GrantAny);

/// Proof that the viewer who asked may do `A` to this thing.
#[derive(Debug)]
pub struct Granted<A: Act, T> {
    thing: T,
    act: PhantomData<A>,
}

impl<A: Act, T> Granted<A, T> {
    pub fn thing(&self) -> &T {
        &self.thing
    }
}

/// Proof that texts of an assessment may be read: those of its published ratings, or all its working papers.
#[derive(Clone, Copy, Debug)]
pub struct Readable {
    assessment: AssessmentId,
    papers: bool,
}

impl Readable {
    pub(crate) fn new(assessment: AssessmentId, papers: bool) -> Self {
        Self { assessment, papers }
    }

    pub fn assessment(&self) -> AssessmentId {
        self.assessment
    }

    /// Evidence, approvals, drafts and names too, not only the rationale of published ratings.
    pub fn papers(&self) -> bool {
        self.papers
    }
}

/// What may not be seen does not exist; what is seen but may not be done is forbidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    NotFound,
    Forbidden,
}

/// The signed-in person or service, with the grants that hold today.
#[derive(Clone, Debug)]
pub struct Viewer {
    person: Option<PersonId>,
    grants: Vec<Grant>,
    asked: Arc<AtomicBool>,
}

impl Viewer {
    /// Whoever calls this vouches for the identity: `auth.rs` by a valid token, the writer by the command's actor.
    pub fn new(person: Option<PersonId>, grants: Vec<Grant>) -> Self {
        Self { person, grants, asked: Arc::default() }
    }

    /// None for somebody with a valid token of whom the ledger has never heard: a reader.
    pub fn person(&self) -> Option<PersonId> {
        self.asked.store(true, Ordering::Relaxed);
        self.person
    }

    pub fn grants(&self) -> &[Grant] {
        self.asked.store(true, Ordering::Relaxed);
        &self.grants
    }

    /// Whether anything was told so far that is not the same for everybody.
    pub fn was_asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }

    pub fn may(&self, action: Action, thing: &Owner) -> bool {
        open_to_all(action, thing)
            || self.grants().iter().any(|grant| {
                reach(grant, action, thing).is_some_and(|reach| allows(grant.role, reach, action, thing))
            })
    }

    pub fn grant<A: Act, T: Owned>(&self, thing: T) -> Result<Granted<A, T>, Denied> {
        let owner = thing.owner();
        if self.may(A::ACTION, &owner) {
            Ok(Granted { thing, act: PhantomData })
        } else if self.may(Action::ViewHeader, &owner) {
            Err(Denied::Forbidden)
        } else {
            Err(Denied::NotFound)
        }
    }
}

fn reach(grant: &Grant, action: Action, thing: &Owner) -> Option<Reach> {
    // The schema lies where anybody works.
    if matches!(action, Action::Introspect) {
        return Some(Reach::Own);
    }
    let at =
        |organisation: Option<OrganisationId>| organisation.is_some() && grant.organisation == organisation;
    match grant.role {
        Role::Contributor | Role::SystemLead if at(thing.organisation) => Some(Reach::Own),
        Role::Contributor | Role::SystemLead => {
            let follows = thing.successors.iter().any(|successor| at(Some(*successor)));
            follows.then_some(Reach::Predecessor)
        }
        Role::RegionalReviewer => at(thing.region).then_some(Reach::Own),
        Role::NationalTeam => Some(Reach::Own),
        Role::Reader => None,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "the policy is tested on viewers of all kinds")]

    use super::*;
    use crate::id::GrantId;
    use uuid::Uuid;

    const SYSTEM: OrganisationId = OrganisationId(Uuid::from_u128(1));
    const REGION: OrganisationId = OrganisationId(Uuid::from_u128(2));

    struct Thing(Owner);

    impl Owned for Thing {
        fn owner(&self) -> Owner {
            self.0.clone()
        }
    }

    fn viewer(role: Role, organisation: Option<OrganisationId>) -> Viewer {
        let day = "2026-01-01".parse().expect("a date");
        let id = GrantId(Uuid::nil());
        let person = PersonId(Uuid::nil());
        Viewer::new(
            Some(person),
            vec![Grant { id, person, role, organisation, valid_from: day, valid_to: None }],
        )
    }

    #[test]
    #[expect(clippy::too_many_lines, reason = "the table of the policy, one line a case")]
    fn the_policy_table() {
        let successor = OrganisationId(Uuid::from_u128(4));
        let draft = &Owner {
            organisation: Some(SYSTEM),
            successors: vec![successor],
            region: Some(REGION),
            is_public: false,
            ..Owner::ENGLAND
        };
        let submitted = &Owner { was_submitted: true, ..draft.clone() };
        let shared = &Owner { is_shared: true, ..submitted.clone() };
        let published = &Owner { is_public: true, ..shared.clone() };
        let england = &Owner::ENGLAND;
        let elsewhere = OrganisationId(Uuid::from_u128(3));
        let contributor = viewer(Role::Contributor, Some(SYSTEM));
        let lead = viewer(Role::SystemLead, Some(SYSTEM));
        let reviewer = viewer(Role::RegionalReviewer, Some(REGION));
        let national = viewer(Role::NationalTeam, None);
        let heir = viewer(Role::SystemLead, Some(successor));
        let hand_of_heir = viewer(Role::Contributor, Some(successor));
        let outsiders = [
            Viewer::new(None, Vec::new()),
            viewer(Role::Reader, None),
            viewer(Role::SystemLead, Some(elsewhere)),
            viewer(Role::RegionalReviewer, Some(elsewhere)),
            viewer(Role::RegionalReviewer, Some(SYSTEM)),
        ];
        for (who, action, thing, expected) in [
            (&contributor, Action::Rate, draft, true),
            (&contributor, Action::ViewWorking, draft, true),
            (&contributor, Action::Submit, draft, false),
            (&lead, Action::Submit, draft, true),
            (&lead, Action::Publish, submitted, false),
            (&reviewer, Action::ViewHeader, draft, true),
            (&reviewer, Action::ViewWorking, draft, false),
            (&reviewer, Action::ViewWorking, submitted, true),
            (&reviewer, Action::Rate, submitted, false),
            (&reviewer, Action::Publish, submitted, true),
            (&reviewer, Action::OpenRound, england, false),
            (&national, Action::OpenRound, england, true),
            (&national, Action::ViewWorking, draft, false),
            (&national, Action::Rate, draft, false),
            (&contributor, Action::Withdraw, submitted, false),
            (&lead, Action::Withdraw, submitted, true),
            (&contributor, Action::Contest, shared, false),
            (&lead, Action::Contest, shared, true),
            (&reviewer, Action::Contest, shared, false),
            (&reviewer, Action::Moderate, submitted, true),
            (&reviewer, Action::Return, submitted, true),
            (&reviewer, Action::ShareModeration, submitted, true),
            (&reviewer, Action::Correct, published, true),
            (&reviewer, Action::Retract, published, false),
            (&national, Action::Retract, published, true),
            (&national, Action::Correct, published, true),
            (&reviewer, Action::ExtendDeadline, draft, true),
            (&lead, Action::ExtendDeadline, draft, false),
            (&reviewer, Action::RecordSuccession, england, false),
            (&national, Action::RecordSuccession, england, true),
            (&reviewer, Action::Rebaseline, england, false),
            (&reviewer, Action::RehearseEdition, england, false),
            (&national, Action::RehearseEdition, england, true),
            (&national, Action::Rebaseline, england, true),
            (&lead, Action::ViewModeration, submitted, false),
            (&lead, Action::ViewModeration, shared, true),
            (&contributor, Action::ViewModeration, shared, true),
            (&reviewer, Action::ViewModeration, submitted, true),
            (&heir, Action::ViewWorking, draft, true),
            (&heir, Action::ViewModeration, submitted, false),
            (&heir, Action::ViewModeration, shared, true),
            (&heir, Action::Rate, draft, false),
            (&hand_of_heir, Action::ViewWorking, draft, false),
            (&hand_of_heir, Action::ViewHeader, draft, false),
            (&contributor, Action::GrantContributor, draft, false),
            (&lead, Action::GrantContributor, draft, true),
            (&lead, Action::GrantLead, draft, false),
            (&heir, Action::GrantContributor, draft, false),
            (&reviewer, Action::GrantContributor, draft, true),
            (&reviewer, Action::GrantLead, draft, true),
            (&reviewer, Action::GrantAny, draft, false),
            (&reviewer, Action::GrantContributor, england, false),
            (&national, Action::GrantContributor, draft, true),
            (&national, Action::GrantLead, draft, true),
            (&national, Action::GrantAny, draft, true),
            (&national, Action::GrantAny, england, true),
        ] {
            assert_eq!(who.may(action, thing), expected, "{:?} {action}", who.grants());
        }
        for (who, expected) in
            [(&outsiders[0], false), (&outsiders[1], false), (&contributor, true), (&reviewer, true)]
        {
            assert_eq!(who.may(Action::Introspect, england), expected, "{:?}", who.grants());
        }
        for outsider in &outsiders {
            for action in Action::ALL.iter().filter(|action| **action != Action::Introspect) {
                assert!(!outsider.may(*action, submitted), "{:?} {action}", outsider.grants());
                let seen = *action == Action::ViewHeader;
                assert_eq!(outsider.may(*action, published), seen, "{:?} {action}", outsider.grants());
            }
        }
    }

    #[test]
    fn the_unseen_is_not_found_and_the_seen_is_forbidden() {
        let draft = Owner { organisation: Some(SYSTEM), region: Some(REGION), ..Owner::ENGLAND };
        let hidden = Owner { is_public: false, ..draft.clone() };
        let reader = viewer(Role::Reader, None);
        assert_eq!(reader.grant::<Rate, _>(Thing(hidden.clone())).err(), Some(Denied::NotFound));
        assert_eq!(reader.grant::<Rate, _>(Thing(draft)).err(), Some(Denied::Forbidden));
        let reviewer = viewer(Role::RegionalReviewer, Some(REGION));
        assert_eq!(reviewer.grant::<Rate, _>(Thing(hidden)).err(), Some(Denied::Forbidden));
    }
}
