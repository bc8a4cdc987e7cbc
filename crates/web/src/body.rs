//! A large answer, given out piece by piece. Until the last one is read it counts against
//! what all large answers may take.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::sync::OwnedSemaphorePermit;

/// The size of a piece, in bytes. What is written but not read yet is about one.
const PIECE: usize = 16 * 1024;

/// A body that holds its room.
pub(crate) struct Held {
    rest: Bytes,
    _room: OwnedSemaphorePermit,
}

impl Held {
    pub(crate) fn new(body: Vec<u8>, room: OwnedSemaphorePermit) -> Held {
        Held { rest: Bytes::from(body), _room: room }
    }
}

impl Body for Held {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let length = self.rest.len().min(PIECE);
        let piece = self.rest.split_to(length);
        Poll::Ready((!piece.is_empty()).then(|| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}
