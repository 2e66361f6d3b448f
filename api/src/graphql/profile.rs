//! A system's profile: its latest published assessment, theme by theme; and its progression.

use async_graphql::{Context, Object, Result, SimpleObject};
use domain::framework::Subject;
use domain::lens::Lens;
use domain::next_step::next_steps;
use domain::progression::{Question, roll_up};
use domain::publication::{Basis as DomainBasis, Publication};
use domain::series::Scope;

use super::answer::{Answer, Form};
use super::as_of::{AsOf, AsOfUsed, Citation};
use super::assessment::Stage;
use super::boundary::Boundaries;
use super::context::{Asker, AskerOf};
use super::framework::Edition;
use super::next_step::NextStep;
use super::plain::{Fast, plain_struct};
use super::progression::Progression;
use super::publication::{Basis, Include};
use super::roll_up::RollUp;
use super::round::Round;
use super::scalar::Date;
use super::subject::{Grain, Theme};
use super::system::System;
use crate::error::Error;

/// The latest assessment of a system, as of a moment: published, unless unpublished work was asked for.
#[derive(SimpleObject)]
pub struct Profile {
    /// The moment that this was made for.
    resolved_as_of: AsOfUsed,
    /// The round that the values come from.
    round: Round,
    /// The edition that was rated.
    edition: Edition,
    /// PUBLISHED, or where unpublished work was asked for also SUBMITTED or MODERATED.
    stage: Stage,
    /// Made up by the demonstration, and reported by nobody.
    synthetic: bool,
    /// All elements together.
    whole: RollUp,
    /// Theme by theme, in the order of the edition.
    themes: Vec<ProfileTheme>,
    /// How to refer to this; null where it is not published.
    citation: Option<Citation>,
}

/// One theme of a profile.
#[derive(SimpleObject)]
pub struct ProfileTheme {
    /// The theme.
    theme: Theme,
    /// Its elements together.
    roll_up: RollUp,
    /// Its elements one by one, with what was agreed.
    elements: Vec<Answer>,
}

/// The figures of a system, as fields of `System`.
pub struct SystemFigures(pub(super) System);

#[Object]
impl SystemFigures {
    /// The latest published assessment with a reference date up to the day described; null where there is none.
    async fn profile(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key of the framework, such as \"sdpt\".")] framework: String,
        #[graphql(desc = "Whose judgement the roll-ups show.", default_with = "Basis::Agreed")] basis: Basis,
        #[graphql(desc = "Which assessments count.", default_with = "Include::Published")] include: Include,
        #[graphql(desc = "The moment described. Null: that of the enclosing answer.")] as_of: Option<AsOf>,
    ) -> Result<Option<Fast<Profile>>> {
        let lens = self.lens(ctx, as_of).await?;
        let Some(framework) = lens.framework(&framework) else { return Ok(None) };
        let Some(latest) = lens.latest_publication(self.0.id, framework, include.into()) else {
            return Ok(None);
        };
        Ok(Some(Fast(Profile::of(ctx.asker(), &lens, &latest, basis.into())?)))
    }

    /// How the system has moved: one line a subject, one point a published assessment. A closed system shows its own
    /// points and names its successors. Null where there is no such framework.
    #[expect(clippy::too_many_arguments, reason = "each says what to show of one series")]
    async fn progression(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key of the framework, such as \"sdpt\".")] framework: String,
        #[graphql(desc = "How fine the lines are.", default_with = "Grain::Theme")] grain: Grain,
        #[graphql(
            desc = "Keys of subjects of this grain; unknown ones are ignored. Null: all.",
            validator(max_items = 200)
        )]
        subjects: Option<Vec<String>>,
        #[graphql(desc = "The first reference date that is shown. Null: the first there is.")] from: Option<
            Date,
        >,
        #[graphql(
            desc = "Movement is told from the last point on or before this day; without such a point after the last break nothing is compared. Null: from the point before the last."
        )]
        since: Option<Date>,
        #[graphql(desc = "Whose judgement is shown and compared.", default_with = "Basis::Agreed")]
        basis: Basis,
        #[graphql(desc = "Which assessments count.", default_with = "Include::Published")] include: Include,
        #[graphql(
            desc = "Whose figures days before it opened show.",
            default_with = "Boundaries::AsReported"
        )]
        boundaries: Boundaries,
        #[graphql(desc = "The moment described. Null: that of the enclosing answer.")] as_of: Option<AsOf>,
    ) -> Result<Option<Fast<Progression>>> {
        let lens = self.lens(ctx, as_of).await?;
        let Some(framework) = lens.framework(&framework) else { return Ok(None) };
        let scope = Scope {
            framework,
            basis: basis.into(),
            include: include.into(),
            boundaries: boundaries.into(),
            from: from.map(|date| date.0),
        };
        let question = Question { scope, grain: grain.into(), subjects, since: since.map(|date| date.0) };
        Ok(Some(Fast(Progression::of(&lens, self.0.id, &question))))
    }

    /// What holds the system back: the elements at the lowest agreed level of their theme in its latest published
    /// assessment, in the order of the edition, each with the systems that have taken the step to the next level. At most
    /// one an element of the edition. Empty where all are at the top, where it has published nothing, where there is no
    /// such framework, and for checklists.
    async fn next_steps(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key of the framework, such as \"sdpt\".")] framework: String,
        #[graphql(
            desc = "Keys of groups, themes or elements that are meant. Null: all. Unknown ones are BAD_REQUEST.",
            validator(max_items = 200)
        )]
        subjects: Option<Vec<String>>,
        #[graphql(desc = "The moment described. Null: that of the enclosing answer.")] as_of: Option<AsOf>,
    ) -> Result<Vec<NextStep>> {
        let lens = self.lens(ctx, as_of).await?;
        let Some(framework) = lens.framework(&framework) else { return Ok(Vec::new()) };
        let found = next_steps(&lens, self.0.id, framework, subjects.as_deref()).map_err(Error::from)?;
        Ok(found.map(|found| NextStep::all(&lens, found)).transpose()?.unwrap_or_default())
    }
}

impl SystemFigures {
    async fn lens(&self, ctx: &Context<'_>, as_of: Option<AsOf>) -> Result<Lens> {
        match as_of {
            Some(as_of) => Ok(ctx.asker().lens_for(Some(as_of)).await?),
            None => Ok(self.0.lens.clone()),
        }
    }
}

impl Profile {
    fn of(asker: &Asker, lens: &Lens, latest: &Publication, basis: DomainBasis) -> Result<Self, Error> {
        let edition = latest.edition.clone();
        let roll_up = |subject| RollUp {
            edition: edition.clone(),
            roll_up: roll_up(latest, subject, basis, lens.moment().on),
        };
        let form = Form::of_publication(asker, lens, latest);
        let theme = |index: usize| {
            let elements = edition.elements_of(Subject::Theme(index));
            ProfileTheme {
                theme: Theme::new(edition.clone(), index),
                roll_up: roll_up(Subject::Theme(index)),
                elements: elements.map(|element| form.answer(element)).collect(),
            }
        };
        Ok(Self {
            resolved_as_of: AsOfUsed::of(lens),
            citation: Citation::of(lens, &edition, "profile of a system", latest.synthetic, latest.include()),
            round: Round::new(lens, latest.round.clone())?,
            stage: latest.stage.into(),
            synthetic: latest.synthetic,
            whole: roll_up(Subject::Edition),
            themes: (0..edition.themes.len()).map(theme).collect(),
            edition: Edition(edition.clone()),
        })
    }
}

plain_struct!(ProfileTheme { theme: Theme, roll_up: RollUp, elements: Vec<Answer> });
plain_struct!(Profile {
    resolved_as_of: AsOfUsed,
    round: Round,
    edition: Edition,
    stage: Stage,
    synthetic: bool,
    whole: RollUp,
    themes: Vec<ProfileTheme>,
    citation: Option<Citation>,
});
