//! What people may change, each act by whoever was granted it.

use domain::access::{Denied, England, Viewer};
use domain::command::{Command, Decided, Decision};
use domain::grant::Authority;

use super::super::desk::Desk;
use super::super::{framework, grant, organisation, rebaseline};
use super::Bench;
use crate::error::Error;

impl Bench<'_> {
    pub(super) fn decide_for(
        &mut self,
        viewer: &Viewer,
        command: &Command,
        today: chrono::NaiveDate,
    ) -> Result<Decision, Error> {
        let (tables, editions, mint) = (&*self.tables, &*self.editions, &mut *self.mint);
        let desk = Desk { tables, editions, today };
        let paper = |id| Ok::<_, Error>(desk.paper(id)?.ok_or(Denied::NotFound)?);
        let decided: Decided = match command {
            Command::OpenRound(command) => {
                let granted = viewer.grant(England)?;
                let edition = framework::latest_edition(tables, editions, &command.framework);
                let rounds = tables.round.rows();
                let of_framework =
                    rounds.filter(|row| Some(row.framework) == edition.as_ref().map(|e| e.framework.0));
                let labels: Vec<_> = of_framework.map(|row| row.label.as_str()).collect();
                command.decide(&granted, edition.as_deref(), &labels, mint)
            }
            Command::StartAssessment(command) => {
                let entrant = desk.entrant(command.organisation, command.round)?.ok_or(Denied::NotFound)?;
                let sources = if command.carry_forward { desk.sources(&entrant)? } else { Vec::new() };
                command.decide(&viewer.grant(entrant)?, &sources, today, mint)
            }
            Command::ExtendDeadline(command) => {
                let entrant = desk.entrant(command.organisation, command.round)?.ok_or(Denied::NotFound)?;
                let live = desk.live(command.organisation, command.round);
                let live = live.map(paper).transpose()?.map(|paper| paper.assessment);
                command.decide(&viewer.grant(entrant)?, live.as_ref(), today, mint)
            }
            Command::PublishAssessments(command) => {
                let papers = command.items.iter().map(|item| Ok(viewer.grant(paper(item.assessment)?)?));
                command.decide(&papers.collect::<Result<Vec<_>, Error>>()?, today, mint)
            }
            Command::RecordSuccession(command) => {
                command.decide(&viewer.grant(England)?, &organisation::register(tables)?, mint)
            }
            Command::RecordRebaseline(command) => {
                let granted = viewer.grant(England)?;
                let framework = rebaseline::framework(tables, &command.framework)?;
                let known = framework.map(|(id, _)| rebaseline::of_framework(tables, id)).transpose()?;
                command.decide(&granted, framework, &known.unwrap_or_default(), mint)
            }
            Command::WithdrawRebaseline(command) => {
                let granted = viewer.grant(England)?;
                let known = rebaseline::known(tables, command.rebaseline)?.ok_or(Denied::NotFound)?;
                command.decide(&granted, &known, mint)
            }
            Command::GrantRole(command) => {
                let post = grant::post(tables, command.organisation, today)?.ok_or(Denied::NotFound)?;
                let (known, held) = grant::holder(tables, &command.to)?;
                command.decide(&Authority::of(viewer, command.role, post)?, known, &held, today, mint)
            }
            Command::RevokeRole(command) => {
                let known = grant::known(tables, command.grant)?.ok_or(Denied::NotFound)?;
                let post = grant::post(tables, known.grant.organisation, today)?.ok_or(Denied::NotFound)?;
                let authority = command.authority(viewer, &known.grant, post)?;
                command.decide(&authority, &known, today, mint)
            }
            _ => return self.decide_on_assessment(viewer, command, today),
        };
        Ok(decided?)
    }

    /// Acts on one assessment.
    fn decide_on_assessment(
        &mut self,
        viewer: &Viewer,
        command: &Command,
        today: chrono::NaiveDate,
    ) -> Result<Decision, Error> {
        let desk = Desk { tables: self.tables, editions: self.editions, today };
        let (person, mint) = (viewer.person(), &mut *self.mint);
        let paper = |id| Ok::<_, Error>(desk.paper(id)?.ok_or(Denied::NotFound)?);
        let decided: Decided = match command {
            Command::RateElements(command) => {
                command.decide(&viewer.grant(paper(command.assessment)?)?, today, mint)
            }
            Command::RecordEvidence(command) => {
                command.decide(&viewer.grant(paper(command.assessment)?)?, today, mint)
            }
            Command::SubmitAssessment(command) => {
                command.decide(&viewer.grant(paper(command.assessment)?)?, today, mint)
            }
            Command::WithdrawAssessment(command) => {
                command.decide(&viewer.grant(paper(command.assessment)?)?, today, mint)
            }
            Command::ReturnAssessment(command) => {
                command.decide(&viewer.grant(paper(command.assessment)?)?, today, mint)
            }
            Command::ModerateElements(command) => {
                command.decide(&viewer.grant(paper(command.assessment)?)?, person, today, mint)
            }
            Command::ShareModeration(command) => {
                command.decide(&viewer.grant(paper(command.assessment)?)?, person, today)
            }
            Command::ContestModeration(command) => {
                command.decide(&viewer.grant(paper(command.assessment)?)?, today, mint)
            }
            Command::CorrectRatings(command) => {
                command.decide(&viewer.grant(paper(command.assessment)?)?, person, today, mint)
            }
            Command::RetractPublication(command) => {
                command.decide(&viewer.grant(paper(command.assessment)?)?, today, mint)
            }
            _ => return Err(Denied::Forbidden.into()),
        };
        Ok(decided?)
    }
}
