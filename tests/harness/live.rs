//! The service at an address, as it is in production: for what is about connections.

use std::net::SocketAddr;
use std::time::Duration;

use api::http::{App as HttpApp, serve};
use api::limits::Limits;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::app::{App, Person};

pub(crate) const PROTOCOL: &str = "graphql-transport-ws";
/// Longer than anything here may take.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) struct Live {
    pub(crate) http: HttpApp,
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    served: JoinHandle<()>,
}

impl App {
    pub(crate) async fn live(&self, set: impl FnOnce(&mut Limits)) -> Live {
        Live::start(self.http(set)).await
    }
}

impl Live {
    pub(crate) async fn start(http: HttpApp) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let told = async {
            let _ = stopped.await;
        };
        let served = tokio::spawn(serve(listener, http.clone(), told));
        Self { http, address, stop: Some(stop), served }
    }

    pub(crate) fn tell_to_stop(&mut self) {
        let _ = self.stop.take().unwrap().send(());
    }

    /// Waits until it has stopped.
    pub(crate) async fn stopped(self) {
        timeout(PATIENCE, self.served).await.expect("it does not stop").unwrap();
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Writes bytes on a connection of their own, and reads until the service closes it.
    pub(crate) async fn answer(&self, request: &str) -> String {
        let mut connection = self.connect().await;
        connection.write_all(request.as_bytes()).await.unwrap();
        rest(&mut connection).await
    }

    /// Opens a WebSocket with these headers.
    pub(crate) async fn upgrade(&self, headers: &[(&'static str, &str)]) -> Result<Socket, Error> {
        let mut request = format!("ws://{}/graphql/ws", self.address).into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        client_async(request, self.connect().await).await.map(|(socket, _)| Socket(socket))
    }

    /// A WebSocket that has said nothing yet.
    pub(crate) async fn socket(&self) -> Socket {
        self.upgrade(&[("sec-websocket-protocol", PROTOCOL)]).await.unwrap()
    }

    /// A WebSocket of somebody who is signed in.
    pub(crate) async fn socket_of(&self, person: &Person<'_>) -> Socket {
        let mut socket = self.socket().await;
        assert_eq!(socket.signs_in(&person.token).await, Heard::Said(json!({ "type": "connection_ack" })));
        socket
    }

    /// The first answer to an operation, as HTTP would give it.
    pub(crate) async fn first(&self, person: Option<&Person<'_>>, document: &str) -> Value {
        let mut socket = self.socket().await;
        let heard = socket.signs_in(person.map_or("", |person| &person.token)).await;
        if let Heard::Closed(code, _) = heard {
            return json!({ "errors": [{ "extensions": { "code": format!("closed {code}") } }] });
        }
        socket.asks("1", document).await;
        match socket.hears().await {
            Heard::Said(told) if told["type"] == "next" => told["payload"].clone(),
            Heard::Said(told) if told["type"] == "error" => json!({ "errors": told["payload"] }),
            heard => panic!("{heard:?}"),
        }
    }
}

/// All that still comes on a connection, until it is closed.
pub(crate) async fn rest(connection: &mut TcpStream) -> String {
    let mut all = Vec::new();
    // A connection that is reset is closed as well.
    let _ = timeout(PATIENCE, connection.read_to_end(&mut all)).await.expect("it is not closed");
    String::from_utf8_lossy(&all).into_owned()
}

/// What a client hears next.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Heard {
    Said(Value),
    Closed(u16, String),
    /// Without a close.
    Gone,
}

pub(crate) struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    pub(crate) async fn sends(&mut self, message: Message) {
        // A socket that was closed already says so when it is heard.
        let _ = self.0.send(message).await;
    }

    pub(crate) async fn says(&mut self, message: Value) {
        self.sends(Message::text(message.to_string())).await;
    }

    pub(crate) async fn signs_in(&mut self, token: &str) -> Heard {
        let payload = json!({ "Authorization": format!("Bearer {token}") });
        self.says(json!({ "type": "connection_init", "payload": payload })).await;
        self.hears().await
    }

    pub(crate) async fn asks(&mut self, id: &str, document: &str) {
        self.says(json!({ "id": id, "type": "subscribe", "payload": { "query": document } })).await;
    }

    /// What comes next, whatever it is.
    pub(crate) async fn receives(&mut self) -> Option<Result<Message, Error>> {
        timeout(PATIENCE, self.0.next()).await.expect("nothing comes")
    }

    pub(crate) async fn hears(&mut self) -> Heard {
        loop {
            match self.receives().await {
                Some(Ok(Message::Text(text))) => return Heard::Said(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(Some(frame)))) => {
                    return Heard::Closed(frame.code.into(), frame.reason.to_string());
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                _ => return Heard::Gone,
            }
        }
    }

    /// The payload of the next result of an operation.
    pub(crate) async fn next(&mut self, id: &str) -> Value {
        match self.hears().await {
            Heard::Said(told) if told["type"] == "next" && told["id"] == id => told["payload"].clone(),
            heard => panic!("{heard:?}"),
        }
    }

    pub(crate) async fn closed(&mut self) -> u16 {
        match self.hears().await {
            Heard::Closed(code, _) => code,
            heard => panic!("{heard:?}"),
        }
    }

    /// Whether nothing comes for a short while.
    pub(crate) async fn is_quiet(&mut self) -> bool {
        timeout(Duration::from_millis(300), self.0.next()).await.is_err()
    }
}
