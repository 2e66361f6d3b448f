//! What each act on an assessment takes and refuses, as tables.

mod act;
mod agreement;
mod filling;
mod form;
mod moderation;
mod stages;
