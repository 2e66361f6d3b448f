//! An issuer's keys, kept and renewed: by one task, so that however many tokens ask for it, one renewal is under way.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::task::AbortOnDropHandle;

use super::discovery::Source;
use super::keys::Keys;

/// How often an issuer is asked for its keys.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Between two renewals at least, whatever tokens say: anybody can make up the name of a key.
    pub floor: Duration,
    /// Between two renewals at most. Where the last one failed, the floor counts instead.
    pub period: Duration,
    /// Until a renewal is given up.
    pub patience: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { floor: seconds(30), period: seconds(600), patience: seconds(5) }
    }
}

pub(super) struct Ring {
    state: watch::Receiver<State>,
    wanted: Arc<Notify>,
    pace: Pace,
    _renewing: AbortOnDropHandle<()>,
}

#[derive(Default)]
struct State {
    /// The last that were had. They stay while the issuer is down or answers rubbish.
    keys: Option<Arc<Keys>>,
    /// When the last renewal began.
    began: Option<Instant>,
    /// Renewals that have ended, well or badly.
    ended: u64,
    renewing: bool,
}

impl Ring {
    /// Begins to get keys, and goes on for as long as this lives.
    pub fn start(source: Source, pace: Pace) -> Self {
        let (state, seen) = watch::channel(State { renewing: true, ..State::default() });
        let wanted = Arc::new(Notify::new());
        let renewing = tokio::spawn(renew(source, pace, state, wanted.clone()));
        Self { state: seen, wanted, pace, _renewing: AbortOnDropHandle::new(renewing) }
    }

    /// The keys at hand; none where none were ever had.
    pub fn keys(&self) -> Option<Arc<Keys>> {
        self.state.borrow().keys.clone()
    }

    /// The keys after the renewal that is under way, or one that is begun now where the last one is long enough ago.
    pub async fn renewed(&self) -> Option<Arc<Keys>> {
        let mut state = self.state.clone();
        let ended = {
            let state = state.borrow();
            if !state.renewing {
                if state.began.is_some_and(|began| began.elapsed() < self.pace.floor) {
                    return state.keys.clone();
                }
                self.wanted.notify_one();
            }
            state.ended
        };
        // The renewal gives up by itself; this is for one that never began.
        let patience = self.pace.patience + Duration::from_secs(1);
        let _ = timeout(patience, state.wait_for(|state| state.ended > ended)).await;
        self.keys()
    }
}

async fn renew(source: Source, pace: Pace, state: watch::Sender<State>, wanted: Arc<Notify>) {
    loop {
        let began = Instant::now();
        state.send_modify(|state| (state.renewing, state.began) = (true, Some(began)));
        let had = timeout(pace.patience, source.keys()).await;
        let had = had.unwrap_or_else(|_| Err("it did not answer in time".to_owned()));
        let pause = if had.is_ok() { pace.period } else { pace.floor };
        match &had {
            Ok(keys) => tracing::debug!(keys = keys.len(), "the issuer's keys were renewed"),
            Err(reason) => tracing::warn!(reason, "the issuer's keys could not be renewed"),
        }
        state.send_modify(|state| {
            state.renewing = false;
            state.ended += 1;
            if let Ok(keys) = had {
                state.keys = Some(Arc::new(keys));
            }
        });
        sleep_until(began + pace.floor).await;
        tokio::select! {
            () = wanted.notified() => {}
            () = sleep_until(began + pause) => {}
        }
    }
}
