//! What most acts on an assessment answer with.

/// Declares the payload of an act on one assessment.
macro_rules! assessment_payload {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(async_graphql::SimpleObject)]
        pub struct $name {
            /// The assessment, as it is now; null where nothing was written.
            assessment: Option<$crate::graphql::assessment::Assessment>,
            /// Where the change stands in the ledger; null where nothing was written. Sent as `asOf.position` to any replica, it
            /// gives an answer that knows of the change.
            position: Option<$crate::graphql::scalar::Position>,
            /// Why it was refused; empty where it was not.
            errors: Vec<$crate::graphql::user_error::UserError>,
        }

        impl $name {
            fn of(asker: &$crate::graphql::context::Asker, mutated: $crate::graphql::context::Mutated) -> Self {
                let assessment = mutated.changed(asker);
                Self { assessment, position: mutated.position, errors: mutated.errors }
            }
        }
    };
}
pub(super) use assessment_payload;
