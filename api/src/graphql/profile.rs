//! A system's profile: its latest published assessment, theme by theme; and its progression.

use async_graphql::{Context, Object, Result, SimpleObject};
use domain::framework::Subject;
use domain::progression::{Question, roll_up};

use super::answer::{Answer, Form};
use super::as_of::{AsOf, AsOfUsed};
use super::assessment::Stage;
use super::context::AskerOf;
use super::framework::Edition;
use super::progression::Progression;
use super::publication::Include;
use super::roll_up::RollUp;
use super::round::Round;
use super::scalar::Date;
use super::subject::{Grain, Theme};
use super::system::System;

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
    #[graphql(complexity = "50 * child_complexity")]
    async fn profile(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key of the framework, such as \"sdpt\".")] framework: String,
        #[graphql(desc = "Which assessments count.", default_with = "Include::Published")] include: Include,
        #[graphql(desc = "The moment described. Null: that of the enclosing answer.")] as_of: Option<AsOf>,
    ) -> Result<Option<Profile>> {
        let lens = match as_of {
            Some(as_of) => ctx.asker().lens_for(Some(as_of)).await?,
            None => self.0.lens.clone(),
        };
        let Some(framework) = lens.framework(&framework) else { return Ok(None) };
        let mut publications = lens.publications(self.0.id, framework, include.into());
        let Some(latest) = publications.pop() else { return Ok(None) };
        let edition = latest.edition.clone();
        let roll_up = |subject| RollUp { edition: edition.clone(), roll_up: roll_up(&latest, subject) };
        let form = Form::of_publications(ctx.asker(), &lens, latest.clone(), publications.pop());
        let theme = |index: usize| ProfileTheme {
            theme: Theme::new(edition.clone(), index),
            roll_up: roll_up(Subject::Theme(index)),
            elements: edition
                .elements_of(Subject::Theme(index))
                .map(|element| form.answer(element))
                .collect(),
        };
        Ok(Some(Profile {
            resolved_as_of: AsOfUsed::of(&lens),
            round: Round::new(&lens, latest.round.clone())?,
            stage: latest.stage.into(),
            synthetic: latest.synthetic,
            whole: roll_up(Subject::Edition),
            themes: (0..edition.themes.len()).map(theme).collect(),
            edition: Edition(edition.clone()),
        }))
    }

    /// How the system has moved: one line a subject, one point a published assessment. Null where there is no such
    /// framework.
    #[graphql(complexity = "50 * child_complexity")]
    #[expect(clippy::too_many_arguments, reason = "each says what to show of one series")]
    async fn progression(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key of the framework, such as \"sdpt\".")] framework: String,
        #[graphql(desc = "How fine the lines are.", default_with = "Grain::Theme")] grain: Grain,
        #[graphql(desc = "Keys of subjects of this grain. Null: all.", validator(max_items = 200))] subjects: Option<
            Vec<String>,
        >,
        #[graphql(desc = "The first reference date that is shown. Null: the first there is.")] from: Option<
            Date,
        >,
        #[graphql(
            desc = "Movement is told from the last point on or before this day. Null: from the point before the last."
        )]
        since: Option<Date>,
        #[graphql(desc = "Which assessments count.", default_with = "Include::Published")] include: Include,
        #[graphql(desc = "The moment described. Null: that of the enclosing answer.")] as_of: Option<AsOf>,
    ) -> Result<Option<Progression>> {
        let lens = match as_of {
            Some(as_of) => ctx.asker().lens_for(Some(as_of)).await?,
            None => self.0.lens.clone(),
        };
        let Some(framework) = lens.framework(&framework) else { return Ok(None) };
        let (from, since) = (from.map(|date| date.0), since.map(|date| date.0));
        let include = include.into();
        let question = Question { framework, grain: grain.into(), subjects, from, since, include };
        Ok(Some(Progression::of(&lens, self.0.id, &question)?))
    }
}
