//! What belongs together across frameworks: accountabilities of roles, related subjects, guidance; and a role's matrix.

use std::sync::Arc;

use async_graphql::{Context, Object, Result, SimpleObject};
use domain::framework::{Edition as DomainEdition, Subject as DomainSubject};
use domain::id::OrganisationId;
use domain::lens::Lens;
use domain::link::LinkedTheme as DomainLinked;
use domain::organisation::OrganisationKind;
use domain::progression::roll_up;
use domain::publication::{Basis, Include, Publication};

use super::as_of::{AsOf, AsOfUsed};
use super::context::AskerOf;
use super::framework::Edition;
use super::roll_up::RollUp;
use super::round::Round;
use super::scalar::{Date, OdsCode};
use super::subject::{Subject, Theme};
use super::system::System;

/// The links of a theme, as fields of `Theme`.
pub struct ThemeLinks {
    pub(super) edition: Arc<DomainEdition>,
    pub(super) index: usize,
}

#[Object]
impl ThemeLinks {
    /// What people in a role answer for that shows in this theme, in the order of their matrix. Which belongs to which is
    /// our reading, and no source states it. The links are those of now, whatever moment the answer describes.
    async fn accountabilities(&self, ctx: &Context<'_>) -> Result<Vec<Accountability>> {
        let lens = ctx.asker().lens()?;
        let found = lens.accountabilities_of(&self.edition, self.index).into_iter();
        let told = |(matrix, element)| Accountability { lens: lens.clone(), matrix, element, system: None };
        Ok(found.map(told).collect())
    }

    /// Publications to read on this theme, by chapter of the ICS design framework. Which belongs to which theme is our
    /// reading. The links are those of now, whatever moment the answer describes.
    async fn guidance(&self, ctx: &Context<'_>) -> Result<Vec<Guidance>> {
        let lens = ctx.asker().lens()?;
        let found = lens.guidance_of(&self.edition, self.index).into_iter();
        Ok(found.map(Guidance::from).collect())
    }

    /// What is about the same matter, mostly in other frameworks, each in its latest edition. Seen from either end. The
    /// links are ours save where a source names the other framework, and are those of now.
    async fn related(&self, ctx: &Context<'_>) -> Result<Vec<Subject>> {
        related(ctx, &self.edition, DomainSubject::Theme(self.index))
    }
}

pub(super) fn related(
    ctx: &Context<'_>,
    edition: &DomainEdition,
    subject: DomainSubject,
) -> Result<Vec<Subject>> {
    let found = ctx.asker().lens()?.related(edition, subject).into_iter();
    Ok(found.map(|(edition, subject)| Subject::new(edition, subject)).collect())
}

/// A publication.
#[derive(SimpleObject)]
pub struct Guidance {
    /// The title as its publisher gave it.
    title: String,
    /// The chapter of the ICS design framework that it was listed under.
    chapter: String,
    /// The day of publication; null where our sources do not give one.
    published_on: Option<Date>,
    /// Where our sources say that it was found; null where they do not. It may have moved since.
    url: Option<String>,
}

impl From<&domain::link::Guidance> for Guidance {
    fn from(guidance: &domain::link::Guidance) -> Self {
        Self {
            title: guidance.title.clone(),
            chapter: guidance.chapter.clone(),
            published_on: guidance.published_on.map(Date),
            url: guidance.url.clone(),
        }
    }
}

pub struct Accountability {
    lens: Lens,
    matrix: Arc<DomainEdition>,
    /// Its index in the matrix.
    element: usize,
    system: Option<OrganisationId>,
}

/// What somebody in a role answers for. It describes the person in the role, and no system is rated on it.
#[Object]
impl Accountability {
    /// The key in the matrix's own data.
    async fn key(&self) -> &str {
        &self.matrix.elements[self.element].key
    }

    /// Whose it is, such as "ICB chief executive".
    async fn role(&self) -> &str {
        self.matrix.definition.role.as_deref().unwrap_or_default()
    }

    /// The competency it belongs to.
    async fn competency(&self) -> &str {
        &self.matrix.themes[self.matrix.elements[self.element].theme].title
    }

    /// A short title. Ours.
    async fn title(&self) -> &str {
        &self.matrix.elements[self.element].title
    }

    /// What is answered for, in our words.
    async fn description(&self) -> &str {
        &self.matrix.elements[self.element].description
    }

    /// Where the sources say it.
    async fn source(&self) -> &str {
        let own = self.matrix.elements[self.element].source.as_deref();
        own.unwrap_or(&self.matrix.definition.source)
    }

    /// The themes in which it shows; empty where none is linked. In a matrix that was asked for with a system, each says
    /// where the system stands in it.
    async fn themes(&self) -> Vec<LinkedTheme> {
        let linked = self.lens.themes_of(&self.matrix, self.element).into_iter();
        linked.map(|linked| LinkedTheme::of(&self.lens, linked, self.system)).collect()
    }
}

pub struct LinkedTheme {
    lens: Lens,
    linked: DomainLinked,
    /// Of the system that was asked for, and the theme's index in its edition.
    published: Option<(Publication, usize)>,
}

impl LinkedTheme {
    fn of(lens: &Lens, linked: DomainLinked, system: Option<OrganisationId>) -> Self {
        let latest = system
            .and_then(|system| lens.publications(system, linked.edition.framework, Include::Published).pop());
        let key = &linked.edition.themes[linked.theme].key;
        let published = latest.and_then(|publication| match publication.edition.subject_by_key(key)? {
            DomainSubject::Theme(theme) => Some((publication, theme)),
            _ => None,
        });
        Self { lens: lens.clone(), linked, published }
    }
}

/// A theme in which an accountability shows, and where a system stands in it.
#[Object]
impl LinkedTheme {
    /// The theme, in the latest edition.
    async fn theme(&self) -> Theme {
        Theme::new(self.linked.edition.clone(), self.linked.theme)
    }

    /// Whether the link is our reading. False where a source states it.
    async fn ours(&self) -> bool {
        self.linked.ours
    }

    /// Where the theme stands in the system's latest published assessment. Null where no system was asked for, and where
    /// it has published none with this theme.
    async fn roll_up(&self) -> Option<RollUp> {
        let (latest, theme) = self.published.as_ref()?;
        let (subject, on) = (DomainSubject::Theme(*theme), self.lens.moment().on);
        let roll_up = roll_up(latest, subject, Basis::Agreed, on);
        Some(RollUp { edition: latest.edition.clone(), roll_up })
    }

    /// The round of that assessment; null where there is none.
    async fn round(&self) -> Result<Option<Round>> {
        let round = self.published.as_ref().map(|(latest, _)| Round::new(&self.lens, latest.round.clone()));
        Ok(round.transpose()?)
    }

    /// Whether that assessment was made up by the demonstration; null where there is none.
    async fn synthetic(&self) -> Option<bool> {
        self.published.as_ref().map(|(latest, _)| latest.synthetic)
    }
}

pub struct Competency {
    lens: Lens,
    matrix: Arc<DomainEdition>,
    /// The index of its theme in the matrix.
    index: usize,
    system: Option<OrganisationId>,
}

/// A competency of a role, or another heading of its matrix, with the accountabilities under it.
#[Object]
impl Competency {
    /// The key in the matrix's own data.
    async fn key(&self) -> &str {
        &self.matrix.themes[self.index].key
    }

    /// The title for people.
    async fn title(&self) -> &str {
        &self.matrix.themes[self.index].title
    }

    /// Its accountabilities, in order. A handful.
    async fn accountabilities(&self) -> Vec<Accountability> {
        let elements = self.matrix.themes[self.index].elements.clone();
        let (lens, matrix) = (&self.lens, &self.matrix);
        let system = self.system;
        let told = |element| Accountability { lens: lens.clone(), matrix: matrix.clone(), element, system };
        elements.map(told).collect()
    }
}

pub struct CompetencyMatrix {
    lens: Lens,
    matrix: Arc<DomainEdition>,
    system: Option<OrganisationId>,
}

/// What a role asks of the person in it: competencies, their accountabilities, and the themes in which these show.
#[Object]
impl CompetencyMatrix {
    /// The role, such as "ICB chief executive".
    async fn role(&self) -> &str {
        self.matrix.definition.role.as_deref().unwrap_or_default()
    }

    /// The moment that this was made for.
    async fn resolved_as_of(&self) -> AsOfUsed {
        AsOfUsed::of(&self.lens)
    }

    /// The edition that it stands in: sources, and what is an assumption of ours.
    async fn edition(&self) -> Edition {
        Edition(self.matrix.clone())
    }

    /// The system that was asked for; null where none was.
    async fn system(&self) -> Option<System> {
        self.system.map(|id| System { lens: self.lens.clone(), id })
    }

    /// Its competencies, in order. A handful.
    async fn competencies(&self) -> Vec<Competency> {
        let (lens, matrix) = (&self.lens, &self.matrix);
        let system = self.system;
        let told = |index| Competency { lens: lens.clone(), matrix: matrix.clone(), index, system };
        (0..matrix.themes.len()).map(told).collect()
    }
}

#[derive(Default)]
pub struct LinkQuery;

#[Object]
impl LinkQuery {
    /// The competency matrix of every role that has one, by role. They are few.
    async fn competency_matrices(&self, ctx: &Context<'_>) -> Result<Vec<CompetencyMatrix>> {
        let lens = ctx.asker().lens()?;
        let told = |matrix| CompetencyMatrix { lens: lens.clone(), matrix, system: None };
        Ok(lens.matrices().into_iter().map(told).collect())
    }

    /// The competency matrix of a role, and where a system stands in the themes that its accountabilities show in. Null
    /// where there is no such role, and where there is no such system.
    async fn competency_matrix(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The role, such as \"ICB chief executive\"; see `competencyMatrices`.")]
        role: String,
        #[graphql(desc = "The ODS code of a system. Null: no system's figures.")] system: Option<OdsCode>,
        #[graphql(desc = "The moment described. Null: now.")] as_of: Option<AsOf>,
    ) -> Result<Option<CompetencyMatrix>> {
        let lens = ctx.asker().lens_for(as_of).await?;
        let mut matrices = lens.matrices().into_iter();
        let matrix = matrices.find(|matrix| matrix.definition.role.as_ref() == Some(&role));
        let known = |OdsCode(code): OdsCode| lens.organisation_by_code(OrganisationKind::System, &code);
        let system = system.map(|code| known(code).map(|known| known.id));
        Ok(match (matrix, system) {
            (Some(matrix), None) => Some(CompetencyMatrix { lens, matrix, system: None }),
            (Some(matrix), Some(Some(id))) => Some(CompetencyMatrix { lens, matrix, system: Some(id) }),
            _ => None,
        })
    }
}
