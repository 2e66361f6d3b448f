//! A `Paper` in a few words.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use domain::NaiveDate;
use domain::access::Viewer;
use domain::assessment::{Assessment, AssessmentStarted, Contested, Paper, Place, Progress, Sharing, Stage};
use domain::framework::Edition;
use domain::grant::{Grant, Role};
use domain::id::{AssessmentId, EvidenceId, GrantId, OrganisationId, PersonId, RatingId, RoundId};
use domain::ledger::{Event, Payload, Position};
use domain::moderation::ModerateItem;
use domain::note::NewNote;
use domain::policy::Policy;
use domain::rating::{Basis, Outcome, RateItem, Rating, Value};
use domain::round::{Dates, Round};
use domain::text::Text;
use uuid::Uuid;

pub(crate) const ASSESSMENT: AssessmentId = AssessmentId(Uuid::from_u128(10));
pub(crate) const EVIDENCE: EvidenceId = EvidenceId(Uuid::from_u128(11));
pub(crate) const REVISION: u32 = 5;
const SYSTEM: OrganisationId = OrganisationId(Uuid::from_u128(1));
/// Whoever does the acts.
pub(crate) const ACTOR: PersonId = PersonId(Uuid::from_u128(3));
const LEAD: PersonId = PersonId(Uuid::from_u128(4));

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

pub(crate) fn text(words: &str) -> Text {
    Text::parse(words, 100).expect("words")
}

/// The SDPT as it was released.
static EDITION: LazyLock<Arc<Edition>> = LazyLock::new(|| {
    let line = include_str!("../fixtures/format-1.jsonl").lines().nth(1).expect("the edition");
    let line: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
    let payload = line["payload"].as_str().expect("a payload");
    match Payload::read("edition.load", 1, payload.as_bytes()).expect("a released format").event {
        Event::EditionLoaded(loaded) => Arc::new(Edition::from(*loaded)),
        other => panic!("{other:?} is no edition"),
    }
});

/// A form of 24 elements, complete at the second of four levels, at revision 5, submitted by a lead where it got so far. Opens
/// on 1 October 2026, closes on 18 December, is moderated by 31 January 2027; shared on 28 January, with 10 days to respond.
#[derive(Clone)]
pub(crate) struct Form {
    paper: Paper,
    place: Place,
    progress: Progress,
}

impl Form {
    pub(crate) fn new(stage: Stage) -> Self {
        let edition = EDITION.clone();
        let dates = Dates {
            reference: day("2026-09-30"),
            opens: day("2026-10-01"),
            due: day("2026-12-01"),
            closes: day("2026-12-18"),
            moderate_by: Some(day("2027-01-31")),
            publish_on: None,
        };
        let policy = edition.definition.policy.clone();
        let (id, framework, label) = (RoundId(Uuid::from_u128(9)), edition.framework, "Q2".to_owned());
        let round = Round { id, framework, edition: edition.id, label, dates, policy };
        let was_submitted = stage != Stage::Draft;
        let shared = Sharing { position: Position(8), on: day("2027-01-28"), respond_by: day("2027-02-07") };
        let sharing = Some(shared).filter(|_| matches!(stage, Stage::Moderated | Stage::Published));
        let progress = Progress { stage, revision: REVISION, was_submitted, sharing, is_retracted: false };
        let elements = edition.elements.len();
        let paper = Paper {
            assessment: recorded(&round, Place::default(), progress),
            round: Arc::new(round),
            edition,
            answers: vec![None; elements],
            moderations: vec![None; elements],
            contests: vec![None; elements],
            submitters: if was_submitted { BTreeSet::from([LEAD]) } else { BTreeSet::new() },
            cited: BTreeSet::new(),
            evidence: BTreeSet::from([EVIDENCE]),
            previous: Vec::new(),
        };
        let form = Self { paper, place: Place::default(), progress };
        (0..elements).fold(form, |form, element| form.rated(element, level(2)))
    }

    fn again(mut self) -> Self {
        self.paper.assessment = recorded(&self.paper.round, self.place.clone(), self.progress);
        self
    }

    pub(crate) fn extended(mut self, until: &str) -> Self {
        self.place.extended_until = Some(day(until));
        self.again()
    }

    pub(crate) fn at_revision(mut self, revision: u32) -> Self {
        self.progress.revision = revision;
        self.again()
    }

    pub(crate) fn retracted(mut self) -> Self {
        self.progress.is_retracted = true;
        self.again()
    }

    /// The rating that stands for an element, with a rationale.
    pub(crate) fn rated(self, element: usize, value: Value) -> Self {
        self.with(element, |rating| Rating { value, ..rating })
    }

    pub(crate) fn with(mut self, element: usize, change: impl Fn(Rating) -> Rating) -> Self {
        let rating = Rating {
            id: own(element),
            element,
            basis: Basis::SelfRated,
            value: level(2),
            confidence: None,
            has_rationale: true,
            carried_from: None,
            judged: None,
            position: Position(3),
            by: LEAD,
            supersedes: None,
        };
        self.paper.answers[element] = Some(change(rating));
        self
    }

    pub(crate) fn unrated(mut self, element: usize) -> Self {
        self.paper.answers[element] = None;
        self
    }

    /// Carried forward, and confirmed by nobody.
    pub(crate) fn carried(self, element: usize, value: Value) -> Self {
        let from = Some(RatingId(Uuid::from_u128(700)));
        self.with(element, |rating| Rating { value, carried_from: from, ..rating })
    }

    /// The region's judgement of the rating that stands.
    pub(crate) fn moderated(mut self, element: usize, value: Value) -> Self {
        let own = self.paper.answers[element].expect("it is rated");
        let (id, judged) = (judgement(element), Some(own.id));
        self.paper.moderations[element] =
            Some(Rating { id, value, judged, basis: Basis::Moderated, by: ACTOR, ..own });
        self
    }

    /// The region's judgement of a rating that was superseded since.
    pub(crate) fn lapsed(mut self, element: usize, value: Value) -> Self {
        self = self.moderated(element, value);
        self.paper.moderations[element].as_mut().expect("it is moderated").judged = Some(own(99));
        self
    }

    pub(crate) fn contested(mut self, element: usize, is_answered: bool) -> Self {
        self.paper.contests[element] = Some(Contested { position: Position(9), is_answered });
        self
    }

    pub(crate) fn cited(mut self, element: usize) -> Self {
        self.paper.cited.insert((element, EVIDENCE));
        self
    }

    pub(crate) fn submitted_by(mut self, person: PersonId) -> Self {
        self.paper.submitters.insert(person);
        self
    }

    pub(crate) fn policy(mut self, change: impl Fn(&mut Policy)) -> Self {
        change(&mut Arc::make_mut(&mut self.paper.round).policy);
        self
    }

    /// What the organisation published before for an element.
    pub(crate) fn previous(mut self, element: usize, value: Value) -> Self {
        self.paper.previous.push((self.paper.edition.elements[element].id, value));
        self
    }

    pub(crate) fn paper(&self) -> &Paper {
        &self.paper
    }

    pub(crate) fn key(&self, element: usize) -> String {
        self.paper.edition.elements[element].key.clone()
    }

    pub(crate) fn note(&self, element: usize) -> NewNote {
        NewNote { element: self.key(element), text: text("words") }
    }

    /// A judgement in good form that says what the system says.
    pub(crate) fn judges(&self, element: usize) -> ModerateItem {
        let standing = self.paper.moderation(element).map(|rating| rating.id);
        ModerateItem {
            element: self.key(element),
            of: own(element),
            replaces: standing,
            outcome: says("developing"),
            reason: None,
        }
    }

    /// A rating in good form of another level.
    pub(crate) fn rates(&self, element: usize) -> RateItem {
        RateItem {
            element: self.key(element),
            replaces: self.paper.answers[element].map(|rating| rating.id),
            outcome: Some(says("emerging")),
            confidence: None,
            rationale: None,
            evidence: Vec::new(),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "decisions are tested on assessments in every stage")]
fn recorded(round: &Round, place: Place, progress: Progress) -> Assessment {
    let (assessment, carried) = (ASSESSMENT, Vec::new());
    let started = AssessmentStarted {
        assessment,
        organisation: SYSTEM,
        round: round.id,
        edition: round.edition,
        carried,
    };
    Assessment::recorded(&started, place, progress, false)
}

/// Somebody who may do everything, so that only stage, dates and content decide.
#[expect(clippy::disallowed_methods, reason = "who may do what is tested beside the policy")]
pub(crate) fn everybody() -> Viewer {
    let grant = |role, organisation| Grant {
        id: GrantId(Uuid::nil()),
        person: ACTOR,
        role,
        organisation,
        valid_from: day("2022-07-01"),
        valid_to: None,
    };
    Viewer::new(Some(ACTOR), vec![grant(Role::SystemLead, Some(SYSTEM)), grant(Role::NationalTeam, None)])
}

pub(crate) fn level(rank: usize) -> Value {
    let mut ranks = EDITION.definition.scale.as_ref().expect("a scale").ranks();
    Value::Level(ranks.nth(rank - 1).expect("1 to 4"))
}

pub(crate) fn says(key: &str) -> Outcome {
    Outcome::Level(key.to_owned())
}

pub(crate) fn own(element: usize) -> RatingId {
    RatingId(Uuid::from_u128(100 + element as u128))
}

pub(crate) fn judgement(element: usize) -> RatingId {
    RatingId(Uuid::from_u128(200 + element as u128))
}
