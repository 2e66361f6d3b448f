//! How much at once, and how often: of one viewer, and of the whole process.

use std::collections::HashMap;
use std::fmt;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::App;
use super::refusal::Refusal;
use crate::auth::Identity;
use crate::limits::{Limit, Limits};

/// Issuer and subject: one viewer, whatever tokens they have.
type Who = (Arc<str>, Arc<str>);

/// After so many requests, viewers who did not ask lately are forgotten.
const FORGET_AFTER: u32 = 1_024;

/// What is under way in this process. Shared by everything that brings requests.
pub(super) struct Rates {
    asked: DefaultKeyedRateLimiter<Who>,
    counted: AtomicU32,
    at_once: Arc<Semaphore>,
    requests: Places,
    sockets: Places,
}

impl fmt::Debug for Rates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rates(…)")
    }
}

impl Rates {
    pub(super) fn new(limits: &Limits) -> Self {
        let most = |limit: Limit| {
            u32::try_from(limit.most).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MAX)
        };
        let quota = Quota::per_second(most(limits.rate)).allow_burst(most(limits.burst));
        Self {
            asked: DefaultKeyedRateLimiter::keyed(quota),
            counted: AtomicU32::new(0),
            at_once: Arc::new(Semaphore::new(limits.requests_at_once.most)),
            requests: Places::default(),
            sockets: Places::default(),
        }
    }
}

impl App {
    /// Counts a request of this viewer.
    pub(super) fn count(&self, identity: &Identity) -> Result<(), Refusal> {
        let rates = &self.rates;
        if rates.counted.fetch_add(1, Ordering::Relaxed) % FORGET_AFTER == FORGET_AFTER - 1 {
            rates.asked.retain_recent();
            rates.asked.shrink_to_fit();
        }
        let who = who(identity);
        rates.asked.check_key(&who).map_err(|not_until| {
            let wait = not_until.wait_time_from(DefaultClock::default().now());
            let limit = if self.limits.burst.most < self.limits.rate.most {
                self.limits.burst
            } else {
                self.limits.rate
            };
            let seconds = wait.as_millis().div_ceil(1_000).try_into().unwrap_or(u64::MAX).max(1);
            Refusal { retry_after: Some(seconds), ..Refusal::too_many(limit) }
        })
    }

    /// A place among the requests that are worked on at once, for as long as it is held. Nobody waits for one.
    pub(super) fn turn(&self, identity: &Identity) -> Result<Turn, Refusal> {
        let limit = self.limits.viewer_at_once;
        let of_viewer = self.rates.requests.take(who(identity), limit.most);
        let of_viewer = of_viewer.ok_or_else(|| Refusal::too_many(limit))?;
        let of_all = self.rates.at_once.clone().try_acquire_owned().map_err(|_| {
            let limit = self.limits.requests_at_once;
            Refusal::beyond(limit, StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE")
        })?;
        Ok(Turn { _of_viewer: of_viewer, _of_all: of_all })
    }

    /// A place among the open sockets of this viewer, for as long as it is held.
    pub(super) fn socket_of(&self, identity: &Identity) -> Option<Place> {
        self.rates.sockets.take(who(identity), self.limits.sockets.most)
    }
}

fn who(identity: &Identity) -> Who {
    (identity.issuer.clone(), identity.subject.clone())
}

/// A request that is worked on.
pub(super) struct Turn {
    _of_viewer: Place,
    _of_all: OwnedSemaphorePermit,
}

/// What each viewer holds. Whoever holds nothing is not in it.
#[derive(Clone, Default)]
struct Places(Arc<Mutex<HashMap<Who, usize>>>);

impl Places {
    fn take(&self, who: Who, most: usize) -> Option<Place> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = held.get(&who).copied().unwrap_or_default();
        if count >= most {
            return None;
        }
        held.insert(who.clone(), count + 1);
        drop(held);
        Some(Place { all: self.clone(), who })
    }
}

/// One of the places of a viewer, until it is dropped.
pub(super) struct Place {
    all: Places,
    who: Who,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.all.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = held.get_mut(&self.who) {
            *count -= 1;
            if *count == 0 {
                held.remove(&self.who);
            }
        }
    }
}
