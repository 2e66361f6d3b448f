//! The contract: one file a noun, with its type, its queries and its mutations.

mod access;
mod answer;
mod as_of;
mod assessment;
mod batch;
mod boundary;
mod breaks;
mod columnar;
mod comparison;
mod contest;
mod context;
mod correction;
mod crosswalk;
mod distribution;
mod evidence;
mod extension;
mod framework;
mod gap;
mod grant;
mod id;
mod json;
mod ledger_entry;
mod ledger_head;
mod level;
mod link;
mod moderation;
mod movement;
mod next_step;
mod note;
mod null;
mod organisation;
mod page;
mod parse;
mod payload;
mod plain;
mod policy;
pub(crate) mod price;
mod profile;
mod progression;
mod publication;
mod rating;
mod rebaseline;
mod rehearsal;
mod retraction;
mod roll_up;
mod round;
mod scalar;
mod sheet;
mod standing;
mod subject;
mod submission;
mod succession;
mod system;
mod trend;
mod user_error;
mod viewer;
mod work;

use async_graphql::{MergedObject, MergedSubscription, SDLExportOptions};

pub use context::{Asker, Database};
pub use json::Json;
pub use null::{LongestAnswer, NullPropagation};

pub use plain::HasTwins;

use assessment::Assessment;
use grant::Grant;
use ledger_entry::LedgerEntry;
use page::Page;
use round::Round;
use system::SystemPage;
use work::WorkItem;

/// Ask here. Everything is read as of one moment; figures come from published assessments only.
#[derive(Default, MergedObject)]
pub struct Query(
    id::NodeQuery,
    viewer::ViewerQuery,
    framework::FrameworkQuery,
    link::LinkQuery,
    organisation::OrganisationQuery,
    system::SystemQuery,
    round::RoundQuery,
    comparison::ComparisonQuery,
    movement::MovementQuery,
    distribution::DistributionQuery,
    gap::GapQuery,
    assessment::AssessmentQuery,
    grant::GrantQuery,
    rehearsal::RehearsalQuery,
);

/// Change things here. One field a business act; what a person can act on comes back as `errors` in the payload.
#[derive(Default, MergedObject)]
pub struct Mutation(
    round::RoundMutation,
    assessment::AssessmentMutation,
    rating::RatingMutation,
    evidence::EvidenceMutation,
    submission::SubmissionMutation,
    publication::PublicationMutation,
    moderation::ModerationMutation,
    contest::ContestMutation,
    correction::CorrectionMutation,
    retraction::RetractionMutation,
    extension::ExtensionMutation,
    succession::SuccessionMutation,
    rebaseline::RebaselineMutation,
    grant::GrantMutation,
);

/// Listen here, over a WebSocket at /graphql/ws that speaks graphql-transport-ws. The token comes in the upgrade request, or
/// as `{ "authorization": "Bearer …" }` in the payload of `connection_init`.
#[derive(Default, MergedSubscription)]
pub struct Subscription(ledger_head::LedgerHeadSubscription);

pub type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// Nothing is limited here: `http/` counts a document before it gets here.
pub fn schema() -> Schema {
    async_graphql::Schema::build(Query::default(), Mutation::default(), Subscription::default())
        .register_output_type::<user_error::UserError>()
        .override_output_type_description::<SystemPage>("A page of systems, by name.")
        .override_output_type_description::<Page<Round>>("A page of rounds, by reference date.")
        .override_output_type_description::<Page<Assessment>>(
            "A page of assessments, latest reference date first.",
        )
        .override_output_type_description::<Page<WorkItem>>("A page of what waits, by due date.")
        .override_output_type_description::<Page<Grant>>(
            "A page of roles, in the order in which they were given.",
        )
        .override_output_type_description::<Page<LedgerEntry>>("A page of changes, in order of time.")
        .limit_recursive_depth(usize::MAX)
        .disable_suggestions()
        .extension(null::NullPropagation)
        .finish()
}

/// The contract as text: sorted, so that a change is a small difference.
pub fn sdl() -> String {
    let options = SDLExportOptions::new()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items()
        .include_specified_by()
        .use_space_ident()
        .indent_width(2);
    format!("{}\n", schema().sdl_with_options(options).trim())
}
