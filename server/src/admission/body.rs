//! A request's body that tells when it is waited for, and ends where it was waited for too long.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::body::{Body, Bytes};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio_util::sync::WaitForCancellationFutureOwned;

use super::permit::Permit;

/// The body of a request that was let in.
pub(super) struct Arriving {
    body: Body,
    permit: Arc<Permit>,
    cut_off: Pin<Box<WaitForCancellationFutureOwned>>,
}

/// Too many others waited as well, and none as long.
#[derive(Debug, thiserror::Error)]
#[error("the body was waited for too long")]
struct CutOff;

impl Arriving {
    /// The body, or as it is where there is none.
    pub(super) fn watch(body: Body, permit: &Arc<Permit>) -> Body {
        if body.is_end_stream() {
            return body;
        }
        let cut_off = Box::pin(permit.cut_off().clone().cancelled_owned());
        Body::new(Self { body, permit: permit.clone(), cut_off })
    }
}

impl HttpBody for Arriving {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        if self.cut_off.as_mut().poll(context).is_ready() {
            return Poll::Ready(Some(Err(axum::Error::new(CutOff))));
        }
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if polled.is_pending() {
            self.permit.waits_for_body();
        } else {
            self.permit.goes_on();
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        // Whoever wants no more of it goes on without.
        self.permit.goes_on();
    }
}
