use apalis_core::{
    backend::{Backend, BackendConfig, finalize::Ephemeral},
    task::{Task, builder::TaskBuilder},
    worker::context::WorkerContext,
};
use futures::{Stream, StreamExt, stream::BoxStream};
use std::{
    convert::Infallible,
    task::{Context, Poll},
};
use tower::layer::util::Identity;

/// An apalis backend over a stream of batches that our own rows feed.
///
/// The stream waits for work by itself and outlives database errors, so a worker on a lane ends only when it is told to.
pub struct Lane<T> {
    batches: BoxStream<'static, T>,
}

impl<T> Lane<T> {
    pub fn new(batches: impl Stream<Item = T> + Send + 'static) -> Self {
        Self { batches: batches.boxed() }
    }
}

impl<T: Send + 'static> Backend for Lane<T> {
    type Task = Task<T>;
    type Error = Infallible;

    fn poll_ready(&mut self, _: &mut Context<'_>, _: &WorkerContext) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn poll_next(&mut self, cx: &mut Context<'_>, _: &WorkerContext) -> Poll<Option<Result<Self::Task, Infallible>>> {
        self.batches.poll_next_unpin(cx).map(|batch| batch.map(|batch| Ok(TaskBuilder::new(batch).build())))
    }

    fn poll_close(&mut self, _: &mut Context<'_>, _: &WorkerContext) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }
}

impl<T> BackendConfig for Lane<T> {
    type Args = T;
    type Id = ();
    type Kind = Ephemeral;
    type Config = ();
    type Layer = Identity;

    fn config(&self) -> &() {
        &()
    }

    fn middleware(&mut self, _: &mut WorkerContext) -> Identity {
        Identity::new()
    }
}
