//! A connection that is let go slowly: what the client still sends is thrown away for a moment, so that it gets to read
//! the answer. A connection closed with unread bytes on it would be reset, and the answer lost.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::task::task_tracker::TaskTrackerToken;

const LONGEST: Duration = Duration::from_secs(1);

/// What is held until a connection is really closed: its place among the connections, and what a stopping server waits for.
pub(super) type Place = (OwnedSemaphorePermit, TaskTrackerToken);

pub(super) struct Stream {
    open: Option<(TcpStream, Place)>,
}

impl Stream {
    pub(super) fn new(stream: TcpStream, place: Place) -> Self {
        // Answers are written whole: waiting for more of them gains nothing.
        let _ = stream.set_nodelay(true);
        Self { open: Some((stream, place)) }
    }

    fn inner(&mut self) -> io::Result<Pin<&mut TcpStream>> {
        let open = self.open.as_mut().map(|(stream, _)| Pin::new(stream));
        open.ok_or_else(|| io::ErrorKind::NotConnected.into())
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        if let (Some((stream, place)), Ok(runtime)) = (self.open.take(), Handle::try_current()) {
            runtime.spawn(async move {
                let _ = tokio::time::timeout(LONGEST, drain(stream)).await;
                drop(place);
            });
        }
    }
}

async fn drain(mut stream: TcpStream) {
    let mut thrown_away = [0; 8_192];
    if stream.shutdown().await.is_ok() {
        while matches!(stream.read(&mut thrown_away).await, Ok(1..)) {}
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.inner()?.poll_read(cx, buf)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.inner()?.poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner()?.poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner()?.poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.inner()?.poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }
}
