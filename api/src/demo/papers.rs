//! An assessment as it is filled in: ratings with rationales, the evidence that the policy asks for, and the approval.

use domain::evidence::EvidenceKind;
use domain::framework::Definition;
use domain::policy::ApprovalKind;
use domain::rating::Confidence;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::calendar::Quarter;
use super::fates::{EXAMPLE, EXAMPLE_RATED, Fate};
use super::ratings::Levels;
use super::systems::System;
use super::words;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Paper {
    /// Indexes in the plan.
    pub(super) round: usize,
    pub(super) system: usize,
    pub(super) fate: Fate,
    /// 0 is early and 3 is late.
    pub(super) wave: usize,
    pub(super) answers: Vec<Answer>,
    pub(super) evidence: Vec<Piece>,
    pub(super) approval: ApprovalKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// Index in the edition.
    pub(super) element: usize,
    /// The rank of the level; none where the element does not apply.
    pub(super) level: Option<u8>,
    pub(super) confidence: Option<Confidence>,
    /// The rationale, or the reason why the element does not apply.
    pub(super) words: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) kind: EvidenceKind,
    pub(super) title: String,
    pub(super) link: String,
    pub(super) elements: Vec<usize>,
}

/// What is the same for all papers.
#[derive(Debug)]
pub(super) struct Desk<'a> {
    pub(super) quarters: &'a [Quarter],
    pub(super) systems: &'a [System],
    pub(super) edition: &'a Definition,
    pub(super) rng: ChaCha8Rng,
}

impl Desk<'_> {
    /// `before`: what the system published last.
    pub(super) fn paper(
        &mut self,
        (round, system): (usize, usize),
        fate: Fate,
        levels: &Levels,
        before: Option<&Levels>,
    ) -> Paper {
        let wave = match self.rng.random_range(0..100_u32) {
            0..25 => 0,
            25..65 => 1,
            65..90 => 2,
            _ => 3,
        };
        // Submitted by the day on which the demonstration ends.
        let wave = if round + 1 == self.quarters.len() { wave.min(2) } else { wave };
        let rated = self.rated(system, fate);
        let answers = self.answers(levels, before, rated);
        let evidence = self.evidence((round, system), &answers);
        let approval = match self.rng.random_range(0..10_u32) {
            0..6 => ApprovalKind::Board,
            6..9 => ApprovalKind::Committee,
            _ => ApprovalKind::ChairAction,
        };
        Paper { round, system, fate, wave, answers, evidence, approval }
    }

    /// How many elements get a rating.
    fn rated(&mut self, system: usize, fate: Fate) -> usize {
        let drawn = self.rng.random_range(8..21_u32);
        match fate {
            Fate::Unfinished if self.systems[system].code == EXAMPLE => EXAMPLE_RATED,
            Fate::Unfinished => usize::try_from(drawn).expect("at most 20"),
            _ => usize::MAX,
        }
    }

    fn answers(&mut self, levels: &Levels, before: Option<&Levels>, rated: usize) -> Vec<Answer> {
        let themes = self.edition.groups.iter().flat_map(|group| &group.themes);
        let titles = themes.flat_map(|theme| &theme.elements).map(|element| element.title.as_str());
        let answers = titles.zip(levels).enumerate().take(rated).map(|(element, (title, level))| {
            let before = before.and_then(|before| before[element]);
            let words = match level {
                Some(level) => words::rationale(title, *level, before, &mut self.rng),
                None => words::reason(&mut self.rng).to_owned(),
            };
            let confidence = match self.rng.random_range(0..20_u32) {
                0 => Some(Confidence::Low),
                1..7 => Some(Confidence::Medium),
                7..11 => Some(Confidence::High),
                _ => None,
            };
            let confidence = confidence.filter(|_| level.is_some());
            Answer { element, level: *level, confidence, words }
        });
        answers.collect()
    }

    /// One piece for all elements that need evidence, or one for each group of the framework.
    fn evidence(&mut self, (round, system): (usize, usize), answers: &[Answer]) -> Vec<Piece> {
        let in_pieces = self.rng.random_bool(0.5);
        let wanting = answers.iter().filter(|answer| self.wants_evidence(answer));
        let wanting: Vec<usize> = wanting.map(|answer| answer.element).collect();
        let edition = self.edition;
        let mut pieces = Vec::new();
        let mut first = 0;
        for group in &edition.groups {
            let count: usize = group.themes.iter().map(|theme| theme.elements.len()).sum();
            let own = wanting.iter().filter(|element| (first..first + count).contains(*element));
            let elements: Vec<_> = own.copied().collect();
            first += count;
            if in_pieces && !elements.is_empty() {
                pieces.push(self.piece((round, system), pieces.len() + 1, &group.title, elements));
            }
        }
        if pieces.is_empty() && !wanting.is_empty() {
            pieces.push(self.piece((round, system), 1, "system development", wanting));
        }
        pieces
    }

    fn wants_evidence(&self, answer: &Answer) -> bool {
        let scale = self.edition.scale.as_ref();
        let from = self.edition.policy.evidence_from.as_ref();
        let from = scale.zip(from).and_then(|(scale, key)| scale.rank(key));
        answer.level.zip(from).is_some_and(|(level, from)| level >= from.get())
    }

    fn piece(
        &mut self,
        (round, system): (usize, usize),
        number: usize,
        topic: &str,
        elements: Vec<usize>,
    ) -> Piece {
        let quarter = &self.quarters[round].label;
        let (title, kind) = words::evidence(topic, quarter, &mut self.rng);
        let folder = quarter.replace(['/', ' '], "-");
        let link = format!("https://example.org/synthetic/{}/{folder}/{number}", self.systems[system].code);
        Piece { kind, title, link, elements }
    }
}
