//! Boundary changes: systems that open, close, merge, split, are renamed, or move.

use async_graphql::{Context, InputObject, Object, OneofObject, Result, SimpleObject};
use domain::command::Command;
use domain::ledger::Event;
use domain::lens::Lens;
use domain::organisation::Succession as DomainSuccession;
use domain::refusal::{Refusal, Refused, Why};
use domain::succession::{RecordSuccession, Successor, ToCluster};
use domain::text::{KEY, REASON, TITLE, Text};

use super::context::AskerOf;
use super::organisation::{Succession, SuccessionKind};
use super::parse;
use super::scalar::{Date, OdsCode, OnsCode, Position};
use super::system::SystemRef;
use super::user_error::UserError;

/// The cluster of systems under shared leadership that a system joins or leaves. Exactly one of them.
#[derive(OneofObject)]
pub enum ToClusterInput {
    /// It joins this one.
    Joins(ClusterInput),
    /// True: it leaves the one it is in.
    Leaves(bool),
}

/// A cluster.
#[derive(InputObject)]
pub struct ClusterInput {
    /// Its key, 1 to 80 characters.
    key: String,
    /// Its title, 1 to 200 characters, where no cluster has this key yet.
    title: Option<String>,
}

/// What a system is from the day on. What is left out stays as it is; a new system needs a name and a region.
#[derive(InputObject)]
pub struct SuccessorInput {
    /// The ODS code by which the system is known, or shall be.
    code: OdsCode,
    /// Another ODS code from the day on.
    new_code: Option<OdsCode>,
    /// The ONS code from the day on.
    ons_code: Option<OnsCode>,
    /// The name from the day on, 1 to 200 characters.
    name: Option<String>,
    /// The region from the day on, by ODS code.
    region: Option<OdsCode>,
    /// The cluster from the day on.
    cluster: Option<ToClusterInput>,
    /// What went over, in words of 1 to 200 characters.
    part: Option<String>,
    /// The share of each predecessor's population that went over, 0 to 1, exact to a millionth. Not together with
    /// populations.
    share: Option<f64>,
    /// The population that went over from the one predecessor; with `populationOfWhole`. Where there are several, record
    /// each on its own.
    population_of_part: Option<u64>,
    /// The predecessor's population, 1 to 1,000,000,000.
    population_of_whole: Option<u64>,
}

impl SuccessorInput {
    fn parse(self, i: usize) -> Result<Successor, Vec<Refusal>> {
        let i = i.to_string();
        let path = |field: &'static str| ["to", i.as_str(), field];
        let mut refusals = Vec::new();
        let mut text = |raw: Option<String>, most, field| {
            let parsed = raw.map(|raw| parse::text(&raw, most, &path(field))).transpose();
            parsed.map_err(|refusal| refusals.push(refusal)).ok().flatten()
        };
        let (name, part) = (text(self.name, TITLE, "name"), text(self.part, TITLE, "part"));
        let share = self.share.map(|share| {
            let counted = self.population_of_part.is_some() || self.population_of_whole.is_some();
            millionths(share).filter(|_| !counted).ok_or_else(|| {
                let why = "a share is between 0 and 1, and stands alone, without populations";
                Why::Invalid(why.to_owned()).at(path("share"))
            })
        });
        let share = share.transpose().map_err(|refusal| refusals.push(refusal)).ok().flatten();
        let cluster = self.cluster.map(|cluster| cluster.parse(&path("cluster"))).transpose();
        let cluster = cluster.map_err(|refusal| refusals.push(refusal)).ok().flatten();
        if !refusals.is_empty() {
            return Err(refusals);
        }
        Ok(Successor {
            code: self.code.0,
            new_code: self.new_code.map(|code| code.0),
            ons_code: self.ons_code.map(|code| code.0),
            name,
            region: self.region.map(|code| code.0),
            cluster,
            part,
            population_of_part: self.population_of_part,
            population_of_whole: self.population_of_whole,
            share,
        })
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and a million")]
fn millionths(share: f64) -> Option<u32> {
    (0.0..=1.0).contains(&share).then(|| (share * 1e6).round() as u32)
}

impl ToClusterInput {
    fn parse(self, path: &[&str]) -> Result<ToCluster, Refusal> {
        match self {
            Self::Joins(cluster) => {
                let key = parse::text(&cluster.key, KEY.min(80), path)?.as_str().to_owned();
                let title: Option<Text> =
                    cluster.title.map(|title| parse::text(&title, TITLE, path)).transpose()?;
                Ok(ToCluster::Joins { key, title })
            }
            Self::Leaves(true) => Ok(ToCluster::Leaves),
            Self::Leaves(false) => Err(Why::Invalid("leaves is true or left out".into()).at(path)),
        }
    }
}

/// A boundary change.
#[derive(InputObject)]
pub struct RecordSuccessionInput {
    /// 1 to 200 characters of your choice. The same key with the same input answers as it did the first time.
    idempotency_key: String,
    /// The first day of the new order; it may lie ahead.
    on: Date,
    /// How the ones come to follow the others.
    kind: SuccessionKind,
    /// The systems that are taken over; at most 20. They close on the day before, but for those that stand in `to` as well.
    /// Empty: systems only open or change.
    from: Vec<SystemRef>,
    /// The systems that take over, open or change; at most 20. Empty: systems close without a successor.
    to: Vec<SuccessorInput>,
    /// Why, in 1 to 2,000 characters.
    reason: String,
    /// Only say what would be refused, and what would follow whom; write nothing.
    #[graphql(default)]
    dry_run: bool,
}

impl RecordSuccessionInput {
    fn parse(self, lens: &Lens) -> Result<Command, Refused> {
        let mut refusals = Vec::new();
        let unknown =
            |i: usize| Why::Invalid("there is no such system".to_owned()).at(["from", &i.to_string()]);
        let from = self.from.iter().enumerate();
        let from = from.map(|(i, system)| system.resolve(lens).ok_or_else(|| unknown(i)));
        let from: Vec<_> =
            from.filter_map(|found| found.map_err(|refusal| refusals.push(refusal)).ok()).collect();
        let to = self.to.into_iter().enumerate().map(|(i, to)| to.parse(i));
        let to: Vec<_> = to.filter_map(|to| to.map_err(|found| refusals.extend(found)).ok()).collect();
        let reason = parse::reason(&self.reason, REASON, &["reason"]);
        match reason.map_err(|refusal| refusals.push(refusal)) {
            Ok(reason) if refusals.is_empty() => {
                let (on, kind, dry_run) = (self.on.0, self.kind.into(), self.dry_run);
                let command = RecordSuccession { on, kind, from, to, reason, dry_run };
                Ok(Command::RecordSuccession(Box::new(command)))
            }
            _ => Err(Refused::whole(refusals)),
        }
    }
}

/// What came of recording a boundary change.
#[derive(SimpleObject)]
pub struct RecordSuccessionPayload {
    /// Who follows whom from the day on; null where it was refused, and in a dry run that would open one of them.
    successions: Option<Vec<Succession>>,
    /// Where the change stands in the ledger; null where nothing was written. Sent as `asOf.position` to any replica, it
    /// gives an answer that knows of the change.
    position: Option<Position>,
    /// Why it was refused; empty where it was not.
    errors: Vec<UserError>,
}

#[derive(Default)]
pub struct SuccessionMutation;

#[Object]
impl SuccessionMutation {
    /// Records that systems open, close, merge, split, are renamed, or change codes, region or cluster, from a day on. Ids
    /// never change, and what was published by a system that closes stays its own. For the national team. Refused with
    /// ORGANISATION_NOT_OPEN, ALREADY_EXISTS, REASON_REQUIRED, INVALID_INPUT, KEY_REUSED.
    async fn record_succession(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who follows whom, from when on, and why.")] input: RecordSuccessionInput,
    ) -> Result<RecordSuccessionPayload> {
        let key = input.idempotency_key.clone();
        let parsed = input.parse(&ctx.asker().lens()?);
        let mutated = ctx.asker().mutate(&key, parsed).await?;
        let successions = match mutated.event {
            Some(Event::SuccessionRecorded(event)) => {
                let link = |link: DomainSuccession| {
                    let is_known = |id| mutated.lens.organisation(id).is_some();
                    let are_known = is_known(link.predecessor) && is_known(link.successor);
                    are_known.then(|| Succession { lens: mutated.lens.clone(), link })
                };
                event.change.successions.into_iter().map(link).collect()
            }
            _ => None,
        };
        Ok(RecordSuccessionPayload { successions, position: mutated.position, errors: mutated.errors })
    }
}
