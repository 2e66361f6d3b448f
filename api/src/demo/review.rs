//! What happens to a submitted assessment of the main framework: notes, the region's own judgements, contests, corrections.

use std::ops::Range;

use chrono::{Days, NaiveDate};
use domain::framework::Definition;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::calendar::Occasion;
use super::fates::{EXAMPLE, EXAMPLE_STORY, Fate, LATE_BY_LEAVE};
use super::papers::Answer;
use super::review_words as words;

/// The regions that moderate routinely, and the themes, counted from 0, that each of them looks at.
const ROUTINE: [(&str, [usize; 2]); 3] = [("Y56", [4, 5]), ("Y59", [1, 3]), ("Y60", [2, 5])];
/// From this round on, counted from 0. Before it they moderate as rarely as the others do all the time.
const ROUTINE_FROM: usize = 8;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Review {
    pub(super) more_time_until: Option<NaiveDate>,
    /// What to amend before it is submitted again; empty where it was not returned.
    pub(super) notes: Vec<Note>,
    /// Empty where it was not moderated.
    pub(super) judged: Vec<Judgement>,
    /// What the system says to it; empty where it accepts all, none where it says nothing.
    pub(super) response: Option<Vec<Contest>>,
    pub(super) correction: Option<Correction>,
}

/// `element`s are indexes in the edition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Note {
    pub(super) element: usize,
    pub(super) what: &'static str,
    /// What the rationale says afterwards.
    pub(super) amended: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Judgement {
    pub(super) element: usize,
    /// The rank of the level.
    pub(super) level: u8,
    /// Where it differs from the system's own.
    pub(super) reason: Option<&'static str>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Contest {
    pub(super) element: usize,
    pub(super) why: &'static str,
    pub(super) answer: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Correction {
    pub(super) on: NaiveDate,
    pub(super) element: usize,
    pub(super) level: u8,
    pub(super) reason: &'static str,
}

impl Review {
    /// What counts for an element on publication.
    pub(super) fn agreed(&self, answer: &Answer) -> Option<u8> {
        let judged = self.judged.iter().find(|judged| judged.element == answer.element);
        judged.map_or(answer.level, |judged| Some(judged.level))
    }
}

/// An assessment as its region sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case<'a> {
    pub(super) round: usize,
    pub(super) occasion: &'a Occasion,
    pub(super) system: &'a str,
    pub(super) region: &'a str,
    pub(super) fate: Fate,
    /// 0 is early and 3 is late.
    pub(super) wave: usize,
    pub(super) answers: &'a [Answer],
}

impl Case<'_> {
    fn is_example(&self) -> bool {
        self.system == EXAMPLE
    }

    fn is_story(&self) -> bool {
        self.is_example() && self.round == EXAMPLE_STORY.0
    }

    /// Than the system's own.
    fn is_lower(&self, judged: &Judgement) -> bool {
        Some(judged.level) < self.answers[judged.element].level
    }

    fn is_published_before_the_last_round(&self) -> bool {
        self.fate == Fate::Published && !self.occasion.is_last()
    }
}

#[derive(Debug)]
pub(super) struct Panel {
    rng: ChaCha8Rng,
    /// The elements of each theme.
    themes: Vec<Range<usize>>,
    /// The rank of the highest level.
    top: u8,
}

impl Panel {
    pub(super) fn new(edition: &Definition, rng: ChaCha8Rng) -> Self {
        let mut first = 0;
        let themes = edition.groups.iter().flat_map(|group| &group.themes).map(|theme| {
            let range = first..first + theme.elements.len();
            first = range.end;
            range
        });
        let levels = edition.scale.as_ref().map_or(1, |scale| scale.levels.len());
        Self {
            rng,
            themes: themes.collect(),
            top: u8::try_from(levels).expect("a scale has at most nine levels"),
        }
    }

    pub(super) fn review(&mut self, case: &Case<'_>) -> Review {
        let more_time_until = self.more_time_until(case);
        let notes = self.notes(case);
        let judged = self.judged(case);
        let response = self.response(case, &judged);
        let mut review = Review { more_time_until, notes, judged, response, correction: None };
        review.correction = self.correction(case, &review);
        review
    }

    fn more_time_until(&mut self, case: &Case<'_>) -> Option<NaiveDate> {
        let is_granted = self.rng.random_bool(0.3) && case.wave == 3;
        let by_leave = LATE_BY_LEAVE.contains(&case.system);
        let has_more = if case.occasion.is_last() { by_leave } else { is_granted };
        has_more.then(|| case.occasion.dates.due + Days::new(21))
    }

    fn notes(&mut self, case: &Case<'_>) -> Vec<Note> {
        let is_drawn = self.rng.random_bool(0.04) && case.is_published_before_the_last_round();
        if !(is_drawn || case.fate == Fate::Returned || case.is_story()) {
            return Vec::new();
        }
        let theme = self.theme();
        let rated = case.answers[theme].iter().filter(|answer| answer.level.is_some());
        let note = |answer: &Answer| {
            let (what, amended) = words::note(&mut self.rng);
            Note { element: answer.element, what, amended }
        };
        rated.take(2).map(note).collect()
    }

    fn theme(&mut self) -> Range<usize> {
        let themes = u32::try_from(self.themes.len()).expect("few themes");
        let drawn = self.rng.random_range(0..themes);
        self.themes[usize::try_from(drawn).expect("few themes")].clone()
    }

    fn judged(&mut self, case: &Case<'_>) -> Vec<Judgement> {
        let focus = ROUTINE.iter().find(|(region, _)| *region == case.region);
        let focus = focus.filter(|_| case.round >= ROUTINE_FROM).map(|(_, themes)| themes);
        let is_drawn = self.rng.random_bool(if focus.is_some() { 0.85 } else { 0.05 });
        let drawn = self.theme();
        let must_differ =
            case.is_story() || matches!(case.fate, Fate::Moderated | Fate::Shared | Fate::Contested);
        if !(must_differ || is_drawn && case.is_published_before_the_last_round()) {
            return Vec::new();
        }
        let looked_at = match focus {
            _ if case.is_story() => vec![self.themes[EXAMPLE_STORY.1].clone()],
            Some(themes) => themes.iter().map(|theme| self.themes[*theme].clone()).collect(),
            None => vec![drawn],
        };
        let answers = looked_at.into_iter().flat_map(|theme| &case.answers[theme]);
        let mut judged: Vec<_> = answers.filter_map(|answer| self.judge(answer)).collect();
        // Of the example's, one is contested and corrected later, and one stays.
        let lower = if case.is_story() { 2 } else { usize::from(must_differ) };
        let short = lower.saturating_sub(judged.iter().filter(|judged| case.is_lower(judged)).count());
        let same = judged.iter_mut().filter(|judged| judged.level > 1 && judged.reason.is_none());
        for judged in same.take(short) {
            judged.level -= 1;
            judged.reason = Some(words::difference(true, &mut self.rng));
        }
        judged
    }

    fn judge(&mut self, answer: &Answer) -> Option<Judgement> {
        let own = answer.level?;
        let drawn: f64 = self.rng.random();
        let level = match drawn {
            drawn if drawn < 0.16 && own > 1 => own - 1,
            drawn if drawn > 0.95 && own < self.top => own + 1,
            _ => own,
        };
        let reason = (level != own).then(|| words::difference(level < own, &mut self.rng));
        Some(Judgement { element: answer.element, level, reason })
    }

    fn response(&mut self, case: &Case<'_>, judged: &[Judgement]) -> Option<Vec<Contest>> {
        let drawn: f64 = self.rng.random();
        let (why, answer) = words::contest(&mut self.rng);
        let lower = judged.iter().find(|judged| case.is_lower(judged));
        let contest = lower.map(|judged| Contest { element: judged.element, why, answer });
        let contests = match case.fate {
            Fate::Contested => true,
            Fate::Published => case.is_story() || drawn < 0.35,
            _ => return None,
        };
        match contest {
            _ if judged.is_empty() => None,
            Some(contest) if contests => Some(vec![contest]),
            _ => (drawn < 0.7).then(Vec::new),
        }
    }

    fn correction(&mut self, case: &Case<'_>, review: &Review) -> Option<Correction> {
        let (is_drawn, days) = (self.rng.random_bool(0.015), self.rng.random_range(150..300_u64));
        let (theme, reason) = (self.theme(), words::correction(&mut self.rng));
        let on = case.occasion.working_day(days);
        if !case.is_published_before_the_last_round() || on > super::end().date_naive() {
            return None;
        }
        if let (true, Some([contest])) = (case.is_story(), review.response.as_deref()) {
            let level = case.answers[contest.element].level?;
            return Some(Correction { on, element: contest.element, level, reason: words::SECOND_LOOK });
        }
        let agreed = |answer: &Answer| Some((answer.element, review.agreed(answer)?));
        let mut agreed = case.answers[theme].iter().filter_map(agreed).filter(|(_, level)| *level > 1);
        let (element, level) = agreed.next().filter(|_| is_drawn && !case.is_example())?;
        Some(Correction { on, element, level: level - 1, reason })
    }
}
