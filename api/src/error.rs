//! Everything that can go wrong, its codes, and its one way out to clients.
//!
//! `Error` must not implement `Display`: async-graphql would then convert it by itself and drop the code.

use async_graphql::ErrorExtensions;
use domain::access::Denied;
use domain::refusal::Refused;
use domain::survey::BadQuestion;
use sea_orm::DbErr;

#[derive(Debug)]
pub enum Error {
    /// A person can act on it: data in the payload.
    Refused(Refused),
    Denied(Denied),
    BadRequest(String),
    /// The database could not be reached or did not answer in time. A write may have happened.
    Unavailable(String),
    Internal(String),
}

impl Error {
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(_) | Self::BadRequest(_) => "BAD_REQUEST",
            Self::Denied(Denied::NotFound) => "NOT_FOUND",
            Self::Denied(Denied::Forbidden) => "FORBIDDEN",
            Self::Unavailable(_) => "UNAVAILABLE",
            Self::Internal(_) => "INTERNAL",
        }
    }

    /// For programs on the command line, where whoever reads it may see all of it.
    pub fn explain(&self) -> String {
        match self {
            Self::Refused(refused) => {
                let all = refused.whole.iter().chain(refused.items.iter().flatten());
                all.map(|refusal| refusal.why.to_string()).collect::<Vec<_>>().join("\n")
            }
            Self::Denied(_) => "this is not allowed".to_owned(),
            Self::BadRequest(why) | Self::Unavailable(why) | Self::Internal(why) => why.clone(),
        }
    }
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<BadQuestion> for Error {
    fn from(bad: BadQuestion) -> Self {
        Self::BadRequest(bad.to_string())
    }
}

impl From<Denied> for Error {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        if is_lost_connection(&error) {
            Self::Unavailable(error.to_string())
        } else {
            Self::Internal(error.to_string())
        }
    }
}

/// Connections that were lost, and statements or locks that ran out of time: trying again later may help.
pub(crate) fn is_lost_connection(error: &DbErr) -> bool {
    let (DbErr::Exec(runtime) | DbErr::Query(runtime) | DbErr::Conn(runtime)) = error else {
        return matches!(error, DbErr::ConnectionAcquire(_));
    };
    let sea_orm::RuntimeErr::SqlxError(error) = runtime else {
        return matches!(error, DbErr::Conn(_));
    };
    match error.as_ref() {
        sqlx::Error::Database(error) => {
            // PostgreSQL: shutdown, statement, lock and idle time-outs; SQLite: busy.
            let code = error.code().unwrap_or_default();
            code.starts_with("57P") || matches!(&*code, "57014" | "55P03" | "25P03" | "5" | "517")
        }
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Tls(_) => {
            true
        }
        _ => false,
    }
}

impl From<Error> for async_graphql::Error {
    fn from(error: Error) -> Self {
        let message = match &error {
            Error::Refused(_) => error.explain(),
            Error::Denied(Denied::NotFound) => "there is no such thing, or you may not see it".to_owned(),
            Error::Denied(Denied::Forbidden) => "your roles do not allow this".to_owned(),
            Error::BadRequest(why) => why.clone(),
            Error::Unavailable(why) => {
                tracing::warn!(reason = why, "the database is not available");
                "the service is not available right now; repeat a write with the same idempotencyKey, \
                 since it may have happened"
                    .to_owned()
            }
            Error::Internal(why) => {
                tracing::error!(reason = why, "a request failed");
                "something went wrong on our side; quote the request id".to_owned()
            }
        };
        let code = error.code();
        Self::new(message).extend_with(|_, extensions| extensions.set("code", code))
    }
}
