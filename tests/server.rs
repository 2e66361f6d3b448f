//! Connections: slow ones, many of them, and what becomes of them when the service stops.

use std::time::{Duration, Instant};

use api::http::router;
use api::limits::Limits;
use axum::body::Body;
use axum::http::Request;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{sleep, timeout};
use tower::ServiceExt;

use crate::harness::app::{App, Person, body_of};
use crate::harness::database::Engine;
use crate::harness::live::rest;

const HEALTH: &str = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
const LAST_HEALTH: &str = "GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
const BODY: &str = r#"{"query":"{ viewer { name } }"}"#;

fn head(person: &Person<'_>, length: usize) -> String {
    format!(
        "POST /graphql HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
         connection: close\r\ncontent-length: {length}\r\n\r\n",
        person.token
    )
}

/// Writes small pieces until the service has had enough, and says after how many seconds that was.
async fn trickled(connection: &mut TcpStream, piece: &str) -> f32 {
    let begun = Instant::now();
    let (mut reading, mut writing) = connection.split();
    let trickle = async {
        while writing.write_all(piece.as_bytes()).await.is_ok() {
            sleep(Duration::from_millis(100)).await;
        }
    };
    let read = async {
        let mut thrown_away = [0; 1_024];
        while matches!(reading.read(&mut thrown_away).await, Ok(1..)) {}
    };
    let cut = async {
        tokio::select! {
            () = trickle => {}
            () = read => {}
        }
    };
    timeout(Duration::from_secs(8), cut).await.expect("it is never cut");
    begun.elapsed().as_secs_f32()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_slow_is_cut() {
    let app = App::start(Engine::Sqlite).await;
    let live = app
        .live(|limits| {
            (limits.header_seconds.most, limits.body_seconds.most, limits.idle_seconds.most) = (1, 1, 2);
        })
        .await;
    let mut connection = live.connect().await;
    connection.write_all(b"GET /healthz HTTP/1.1\r\n").await.unwrap();
    let seconds = trickled(&mut connection, "x-more: 1\r\n").await;
    assert!((0.9..3.0).contains(&seconds), "slow headers took {seconds} s");

    let mut connection = live.connect().await;
    connection.write_all(head(&app.reader().await, 1_000).as_bytes()).await.unwrap();
    connection.write_all(b"{").await.unwrap();
    let late = rest(&mut connection).await;
    assert!(late.starts_with("HTTP/1.1 408 ") && late.contains("SDPT_MAX_BODY_SECONDS"), "{late}");

    let mut connection = live.connect().await;
    connection.write_all(HEALTH.as_bytes()).await.unwrap();
    let begun = Instant::now();
    let answered = rest(&mut connection).await;
    assert!(answered.starts_with("HTTP/1.1 200 ") && answered.ends_with("ok\n"), "{answered}");
    let seconds = begun.elapsed().as_secs_f32();
    assert!((0.9..4.0).contains(&seconds), "an idle connection took {seconds} s");

    let nothing = rest(&mut live.connect().await).await;
    assert_eq!(nothing, "", "nobody asked anything");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_and_a_long_body_are_refused_before_the_body_is_read() {
    let app = App::start(Engine::Sqlite).await;
    let live = app.live(|_| {}).await;
    let begun = Instant::now();
    let endless = "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 200000\r\n\r\n{";
    let refused = live.answer(endless).await;
    assert!(refused.starts_with("HTTP/1.1 401 "), "{refused}");
    let mut connection = live.connect().await;
    let reader = app.reader().await;
    connection.write_all(head(&reader, 1_000_000).as_bytes()).await.unwrap();
    let refused = rest(&mut connection).await;
    assert!(refused.starts_with("HTTP/1.1 413 ") && refused.contains("SDPT_MAX_BODY_BYTES"), "{refused}");
    // A client that sends all of it before it reads gets to read the answer.
    let whole = head(&reader, 600_000) + &" ".repeat(600_000);
    let refused = live.answer(&whole).await;
    assert!(refused.starts_with("HTTP/1.1 413 ") && refused.contains("SDPT_MAX_BODY_BYTES"), "{refused}");
    assert!(begun.elapsed() < Duration::from_secs(5), "it waited for the bodies");

    let chunked = format!(
        "POST /graphql HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
         transfer-encoding: chunked\r\n\r\n50000\r\n{}",
        reader.token,
        " ".repeat(0x50000)
    );
    let refused = live.answer(&chunked).await;
    assert!(refused.starts_with("HTTP/1.1 413 ") && refused.contains("SDPT_MAX_BODY_BYTES"), "{refused}");
    let cut_off = live.connect().await;
    drop(cut_off);
    assert!(live.answer(LAST_HEALTH).await.ends_with("ok\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn headers_just_fit_and_one_byte_more_does_not() {
    let app = App::start(Engine::Sqlite).await;
    let start = "GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-long: ";
    for most in [4_000, 8_192, Limits::default().header_bytes.most] {
        let live = app.live(|limits| limits.header_bytes.most = most).await;
        for (bytes, status) in [(most, 200), (most + 1, 431), (most + 10_000, 431)] {
            let long = format!("{start}{}\r\n\r\n", "x".repeat(bytes - start.len() - 4));
            assert_eq!(long.len(), bytes);
            let told = live.answer(&long).await;
            assert!(told.starts_with(&format!("HTTP/1.1 {status} ")), "{bytes} of {most}: {told}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_does_not_take_the_answers_is_cut() {
    let app = App::start(Engine::Sqlite).await;
    let live = app.live(|limits| (limits.connections.most, limits.idle_seconds.most) = (1, 1)).await;
    let bearer = app.reader().await.token;
    let frameworks = "frameworks{editions{groups{themes{elements{title%20description}}}}}";
    let long: String = ["a", "b", "c", "d", "e"].map(|alias| format!("{alias}:{frameworks}%20")).concat();
    let long = long.replace('{', "%7B").replace('}', "%7D");
    let ask = format!(
        "GET /graphql?query=%7B{long}%7D HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {bearer}\r\n\r\n"
    );
    let answer = live.answer(&ask.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n")).await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.len() > 50_000, "{answer:.300}");
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let mut deaf = socket.connect(live.address).await.unwrap();
    let write = async { while deaf.write_all(ask.as_bytes()).await.is_ok() {} };
    // The only place is taken until the deaf one is cut.
    let served = live.answer(LAST_HEALTH);
    let served = async {
        tokio::select! {
            () = async { write.await; sleep(Duration::from_secs(30)).await } => String::new(),
            served = served => served,
        }
    };
    let begun = Instant::now();
    assert!(served.await.ends_with("ok\n"));
    let seconds = begun.elapsed().as_secs_f32();
    assert!((0.9..9.0).contains(&seconds), "{seconds} s");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_are_too_many_wait() {
    let app = App::start(Engine::Sqlite).await;
    let live = app.live(|limits| limits.connections.most = 2).await;
    let (mut first, second) = (live.connect().await, live.socket_of(&app.reader().await).await);
    first.write_all(HEALTH.as_bytes()).await.unwrap();
    let mut answer = [0; 16];
    first.read_exact(&mut answer).await.unwrap();
    let mut third = Box::pin(live.answer(LAST_HEALTH));
    assert!(timeout(Duration::from_millis(500), &mut third).await.is_err(), "three connections at once");
    // A WebSocket is a connection as any other.
    drop(second);
    assert!(timeout(Duration::from_secs(5), third).await.unwrap().ends_with("ok\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_under_way_is_answered_before_the_service_stops() {
    let app = App::start(Engine::Sqlite).await;
    let mut live = app.live(|_| {}).await;
    let (mut idle, mut busy) = (live.connect().await, live.connect().await);
    idle.write_all(HEALTH.as_bytes()).await.unwrap();
    let mut answer = [0; 16];
    idle.read_exact(&mut answer).await.unwrap();
    busy.write_all(head(&app.reader().await, BODY.len()).as_bytes()).await.unwrap();
    busy.write_all(&BODY.as_bytes()[..5]).await.unwrap();
    sleep(Duration::from_millis(200)).await;
    live.tell_to_stop();
    rest(&mut idle).await;
    let ready = Request::get("/readyz").body(Body::empty()).unwrap();
    let ready = router(live.http.clone()).oneshot(ready).await.unwrap();
    assert_eq!((ready.status().as_u16(), body_of(ready).await), (503, "stopping\n".into()));
    assert!(TcpStream::connect(live.address).await.is_err(), "it still takes connections");
    busy.write_all(&BODY.as_bytes()[5..]).await.unwrap();
    let answered = rest(&mut busy).await;
    assert!(answered.starts_with("HTTP/1.1 200 ") && answered.contains("local READER"), "{answered}");
    live.stopped().await;
    app.store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_does_not_end_holds_up_no_stop() {
    let app = App::start(Engine::Sqlite).await;
    let mut live = app.live(|limits| limits.stop_seconds.most = 1).await;
    let mut busy = live.connect().await;
    busy.write_all(head(&app.reader().await, BODY.len()).as_bytes()).await.unwrap();
    sleep(Duration::from_millis(200)).await;
    let begun = Instant::now();
    live.tell_to_stop();
    live.stopped().await;
    assert!((0.9..4.0).contains(&begun.elapsed().as_secs_f32()), "{:?}", begun.elapsed());
    assert_eq!(rest(&mut busy).await, "");
}
