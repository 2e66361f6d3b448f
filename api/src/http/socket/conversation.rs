//! One socket, from its first message to its close.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::Request;
use axum::extract::ws::{Message, WebSocket};
use futures_util::SinkExt;
use tokio::sync::mpsc;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, sleep_until, timeout, timeout_at};
use tokio_util::task::AbortOnDropHandle;

use super::message::{End, Said, connection_ack, pong, token};
use super::operation::{Outgoing, Voice, operate, refused};
use crate::auth::{Identity, Unverified};
use crate::clock::Clock;
use crate::http::App;
use crate::http::rate::Place;
use crate::http::refusal::Refusal;

/// Messages that may be ready while another one is sent; whatever else operations have to say waits with them.
const READY: usize = 1;
/// How long a client may take to answer a close.
const GOODBYE: Duration = Duration::from_secs(2);
/// Pings that may be unanswered when the next one is due.
const UNANSWERED: u32 = 2;
/// As good as never: a month, after which tokens are looked at again anyway.
const LONGEST: u64 = 31 * 24 * 3600;

/// Whoever is at the other end.
struct Session {
    identity: Identity,
    _place: Place,
}

struct Running {
    operation: u64,
    _task: AbortOnDropHandle<()>,
}

pub(super) struct Conversation {
    app: App,
    socket: WebSocket,
    request_id: Arc<str>,
    /// From the upgrade request.
    known: Option<Identity>,
    session: Option<Session>,
    /// Until when the client must have said who it is; then until when its token is in force.
    deadline: Instant,
    running: HashMap<Arc<str>, Running>,
    count: u64,
    unanswered: u32,
    out: mpsc::Sender<Outgoing>,
    outgoing: mpsc::Receiver<Outgoing>,
}

/// A client that speaks another protocol, or did not say which.
pub(super) async fn turn_away(mut socket: WebSocket) {
    close(&mut socket, &End::because(4406, "Subprotocol not acceptable")).await;
}

async fn close(socket: &mut WebSocket, end: &End) {
    let Some(frame) = end.frame() else { return };
    let goodbye = async {
        if socket.send(frame).await.is_ok() {
            while matches!(socket.recv().await, Some(Ok(_))) {}
        }
    };
    let _ = timeout(GOODBYE, goodbye).await;
}

impl Conversation {
    pub(super) fn new(app: App, socket: WebSocket, request_id: String, known: Option<Identity>) -> Self {
        let (out, outgoing) = mpsc::channel(READY);
        Self {
            deadline: Instant::now() + Duration::from_secs(app.limits.init_seconds.most as u64),
            app,
            socket,
            request_id: request_id.into(),
            known,
            session: None,
            running: HashMap::new(),
            count: 0,
            unanswered: 0,
            out,
            outgoing,
        }
    }

    pub(super) async fn run(mut self) {
        let (begun, stopping) = (Instant::now(), self.app.stopping.clone());
        let talked = tokio::select! {
            talked = self.talk() => talked,
            () = stopping.cancelled() => Err(End::STOPPING),
        };
        let Err(end) = talked;
        self.running.clear();
        self.session = None;
        close(&mut self.socket, &end).await;
        let seconds = begun.elapsed().as_secs();
        tracing::info!(id = &*self.request_id, code = end.code(), seconds, "socket closed");
    }

    async fn talk(&mut self) -> Result<Infallible, End> {
        let period = self.ping_period();
        let mut ping: Interval = interval_at(Instant::now() + period, period);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = sleep_until(self.deadline) => self.overdue()?,
                _ = ping.tick() => self.ping().await?,
                Some(outgoing) = self.outgoing.recv() => self.tell(outgoing).await?,
                heard = self.socket.recv() => match heard {
                    None => return Err(End::Gone),
                    Some(Err(_)) => return Err(self.damaged()),
                    Some(Ok(message)) => self.hear(message).await?,
                },
            }
        }
    }

    fn damaged(&self) -> End {
        let limit = self.app.limits.body_bytes;
        End::Close(
            4400,
            format!("the message is damaged, or above {} bytes ({})", limit.most, limit.name).into(),
        )
    }

    fn ping_period(&self) -> Duration {
        Duration::from_secs(self.app.limits.ping_seconds.most as u64)
    }

    fn overdue(&mut self) -> Result<(), End> {
        if self.session.is_none() {
            let name = self.app.limits.init_seconds.name;
            return Err(End::Close(4408, format!("Connection initialisation timeout ({name})").into()));
        }
        self.deadline = self.in_force_until()?;
        Ok(())
    }

    /// When the token ends, as tokio counts time.
    fn in_force_until(&self) -> Result<Instant, End> {
        let exp = self.session.as_ref().map_or(0, |session| session.identity.expires_at);
        let left = exp.saturating_mul(1_000_000).saturating_sub(Clock::default().instant().0);
        let left = u64::try_from(left).ok().filter(|left| *left > 0).ok_or(End::EXPIRED)?;
        Ok(Instant::now() + Duration::from_micros(left.min(LONGEST * 1_000_000)))
    }

    async fn ping(&mut self) -> Result<(), End> {
        if self.unanswered >= UNANSWERED {
            return Err(End::Gone);
        }
        self.unanswered += 1;
        self.send(Message::Ping(Vec::new().into())).await
    }

    async fn tell(&mut self, outgoing: Outgoing) -> Result<(), End> {
        let is_wanted =
            self.running.get(&outgoing.id).is_some_and(|running| running.operation == outgoing.operation);
        if !is_wanted {
            return Ok(());
        }
        if outgoing.is_last {
            self.running.remove(&outgoing.id);
        }
        self.send(Message::Text(outgoing.text)).await
    }

    /// A client that does not take a message in the time of two pings is cut.
    async fn send(&mut self, message: Message) -> Result<(), End> {
        let patience = Instant::now() + self.ping_period() * UNANSWERED;
        match timeout_at(patience.min(self.deadline), self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Err(_) if self.session.is_some() && self.deadline <= Instant::now() => {
                self.overdue().and(Err(End::Gone))
            }
            Ok(Err(_)) | Err(_) => Err(End::Gone),
        }
    }

    async fn hear(&mut self, message: Message) -> Result<(), End> {
        self.unanswered = 0;
        let text = match message {
            Message::Text(text) => text,
            Message::Binary(_) => return Err(End::because(4400, "messages are text")),
            // Answered by the library; sent on before anything else is read, so that answers do not pile up.
            Message::Ping(_) => {
                let patience = self.ping_period() * UNANSWERED;
                return match timeout(patience, self.socket.flush()).await {
                    Ok(Ok(())) => Ok(()),
                    _ => Err(End::Gone),
                };
            }
            // What follows a close is the end of the stream.
            Message::Pong(_) | Message::Close(_) => return Ok(()),
        };
        match Said::read(&text) {
            None => Err(End::because(4400, "this is no message of graphql-transport-ws")),
            Some(Said::ConnectionInit { payload }) => self.init(token(payload.as_ref())).await,
            Some(Said::Ping { payload }) => self.send(pong(payload)).await,
            Some(Said::Pong { .. }) => Ok(()),
            Some(Said::Subscribe { id, payload }) => self.subscribe(id.into(), payload.into()).await,
            Some(Said::Complete { id }) => {
                self.running.remove(&*id);
                Ok(())
            }
        }
    }

    async fn init(&mut self, token: Option<&str>) -> Result<(), End> {
        if self.session.is_some() {
            return Err(End::because(4429, "Too many initialisation requests"));
        }
        let verified = match token {
            Some(token) => self.app.sign_in.verify(token).await,
            None => self.known.take().ok_or(Unverified::Invalid),
        };
        let identity = verified.map_err(|unverified| match unverified {
            Unverified::Invalid => End::because(4403, "Forbidden: send a valid token"),
            Unverified::Unavailable => {
                End::because(1013, "nobody can sign in right now: the issuer's keys cannot be had")
            }
        })?;
        let place = self.app.socket_of(&identity).ok_or_else(|| {
            let limit = self.app.limits.sockets;
            End::Close(4429, limit.to_string().into())
        })?;
        self.session = Some(Session { identity, _place: place });
        self.deadline = self.in_force_until()?;
        self.send(connection_ack()).await
    }

    async fn subscribe(&mut self, id: Arc<str>, request: Request) -> Result<(), End> {
        let identity = self.session.as_ref().map(|session| session.identity.clone());
        let identity = identity.ok_or(End::because(4401, "Unauthorized"))?;
        if self.deadline <= Instant::now() {
            self.overdue()?;
        }
        if self.running.contains_key(&id) {
            return Err(End::Close(4409, format!("Subscriber for {id} already exists").into()));
        }
        let limit = self.app.limits.subscriptions;
        let counted = self.app.count(&identity);
        let taken = counted.and_then(|()| {
            if self.running.len() < limit.most { Ok(()) } else { Err(Refusal::too_many(limit)) }
        });
        // The other operations of this socket are well: only this one is refused.
        if let Err(refusal) = taken {
            return self.send(Message::Text(refused(&id, &refusal.errors, &self.request_id))).await;
        }
        self.count += 1;
        let (operation, request_id) = (self.count, self.request_id.clone());
        let voice = Voice { id: id.clone(), operation, request_id, out: self.out.clone() };
        let task = tokio::spawn(operate(self.app.clone(), identity, request, voice));
        self.running.insert(id, Running { operation, _task: AbortOnDropHandle::new(task) });
        Ok(())
    }
}
