//! Answers in pieces. An answer keeps its place among those that are worked on until nearly all of it was taken, so that
//! the memory of answers is bounded; and a client that takes it a byte at a time is cut.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::response::Response;
use hyper::body::{Frame, SizeHint};

use super::rate::Turn;
use crate::limits::Limits;

const PIECE: usize = 16 * 1024;
/// Slower than any line that a person would wait at.
const BYTES_A_SECOND: u64 = 16 * 1024;

/// The answer, with a turn that ends when it was taken.
pub(super) fn paced(limits: &Limits, answer: Response<Bytes>, turn: Turn) -> Response {
    answer.map(|left| {
        let seconds = limits.idle_seconds.most as u64 + left.len() as u64 / BYTES_A_SECOND;
        let until = Instant::now() + Duration::from_secs(seconds);
        Body::new(Paced { left, until, _turn: turn })
    })
}

struct Paced<Held> {
    left: Bytes,
    until: Instant,
    _turn: Held,
}

impl<Held: Unpin> hyper::body::Body for Paced<Held> {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.left.is_empty() {
            return Poll::Ready(None);
        }
        if Instant::now() > self.until {
            return Poll::Ready(Some(Err(io::ErrorKind::TimedOut.into())));
        }
        let length = self.left.len().min(PIECE);
        Poll::Ready(Some(Ok(Frame::data(self.left.split_to(length)))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    fn paced_until(until: Instant) -> Body {
        Body::new(Paced { left: vec![7; 2 * PIECE + 1].into(), until, _turn: () })
    }

    #[tokio::test]
    async fn an_answer_is_whole_where_it_is_taken_in_time_and_cut_where_it_is_not() {
        let in_time = paced_until(Instant::now() + Duration::from_mins(1));
        assert_eq!(hyper::body::Body::size_hint(&in_time).exact(), Some(2 * PIECE as u64 + 1));
        assert_eq!(to_bytes(in_time, usize::MAX).await.unwrap(), vec![7; 2 * PIECE + 1]);
        assert!(to_bytes(paced_until(Instant::now()), usize::MAX).await.is_err());
    }
}
