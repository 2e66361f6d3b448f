//! An assessment as it is filled in: ratings with rationales, the evidence that the policy asks for, and the approval.

use std::collections::BTreeSet;

use domain::evidence::EvidenceKind;
use domain::framework::Definition;
use domain::policy::ApprovalKind;
use domain::rating::Confidence;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::calendar::Occasion;
use super::fates::{EXAMPLE, EXAMPLE_RATED, Fate};
use super::ratings::Levels;
use super::review::Review;
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
    /// Whether it follows one of the same round that was withdrawn.
    pub(super) is_second: bool,
    /// Whether it begins with what was published last.
    pub(super) carries: bool,
    pub(super) answers: Vec<Answer>,
    pub(super) evidence: Vec<Piece>,
    pub(super) approval: ApprovalKind,
    pub(super) review: Review,
}

/// What a system published last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Before {
    /// As agreed.
    pub(super) levels: Levels,
    /// Elements that cite evidence.
    pub(super) cited: BTreeSet<usize>,
}

impl Paper {
    /// What it leaves to those that follow. `before`: what it could begin with.
    pub(super) fn leaves(&self, before: Option<&Before>) -> Before {
        let levels = self.answers.iter().map(|answer| self.review.agreed(answer)).collect();
        let carried = before.filter(|_| self.carries).into_iter().flat_map(|before| &before.cited);
        let cited = self.evidence.iter().flat_map(|piece| &piece.elements).chain(carried);
        Before { levels, cited: cited.copied().collect() }
    }
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
    /// Of the framework.
    pub(super) occasions: &'a [Occasion],
    pub(super) systems: &'a [System],
    pub(super) edition: &'a Definition,
    pub(super) rng: ChaCha8Rng,
}

/// An assessment that is still to be filled in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Blank<'a> {
    /// Indexes in the desk.
    pub(super) round: usize,
    pub(super) system: usize,
    pub(super) fate: Fate,
    pub(super) levels: &'a Levels,
    pub(super) before: Option<&'a Before>,
    pub(super) carries: bool,
}

impl Desk<'_> {
    pub(super) fn paper(&mut self, blank: &Blank<'_>) -> Paper {
        let Blank { round, system, fate, levels, before, carries } = *blank;
        let wave = match self.rng.random_range(0..100_u32) {
            0..25 => 0,
            25..65 => 1,
            65..90 => 2,
            _ => 3,
        };
        // Submitted by the day on which the demonstration ends.
        let wave = if self.occasions[round].is_last() { wave.min(2) } else { wave };
        let rated = self.rated(system, fate);
        let answers = self.answers(levels, before, rated);
        let cited = before.filter(|_| carries).map(|before| &before.cited);
        let evidence = self.evidence((round, system), &answers, cited);
        let approval = match self.rng.random_range(0..10_u32) {
            0..6 => ApprovalKind::Board,
            6..9 => ApprovalKind::Committee,
            _ => ApprovalKind::ChairAction,
        };
        let review = Review::default();
        Paper { round, system, fate, wave, is_second: false, carries, answers, evidence, approval, review }
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

    fn answers(&mut self, levels: &Levels, before: Option<&Before>, rated: usize) -> Vec<Answer> {
        let themes = self.edition.groups.iter().flat_map(|group| &group.themes);
        let titles = themes.flat_map(|theme| &theme.elements).map(|element| element.title.as_str());
        let answers = titles.zip(levels).enumerate().take(rated).map(|(element, (title, level))| {
            let before = before.and_then(|before| before.levels[element]);
            let words = match level {
                Some(level) => words::rationale(self.edition.kind, title, *level, before, &mut self.rng),
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

    /// One piece for all elements that need evidence and cite none, or one for each group of the framework.
    fn evidence(
        &mut self,
        (round, system): (usize, usize),
        answers: &[Answer],
        cited: Option<&BTreeSet<usize>>,
    ) -> Vec<Piece> {
        let in_pieces = self.rng.random_bool(0.5);
        let has_some = |answer: &&Answer| cited.is_some_and(|cited| cited.contains(&answer.element));
        let wanting = answers.iter().filter(|answer| self.wants_evidence(answer) && !has_some(answer));
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
        let label = &self.occasions[round].label;
        let (title, kind) = words::evidence(topic, label, &mut self.rng);
        let folder = label.replace(['/', ' '], "-");
        let link = format!("https://example.org/synthetic/{}/{folder}/{number}", self.systems[system].code);
        Piece { kind, title, link, elements }
    }
}
