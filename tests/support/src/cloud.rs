//! The thread that a simulated cloud lives on.

use std::sync::mpsc::channel;
use std::thread::JoinHandle;
use std::time::Duration;

use crosspull_sim::{Options, Sim};
use tokio::sync::oneshot;

/// A cloud that takes longer than this does not start.
const LIMIT: Duration = Duration::from_secs(60);

/// The thread that a simulated cloud lives on.
pub(crate) struct CloudThread {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl CloudThread {
    pub(crate) fn start(options: Options) -> (Sim, Self) {
        let (give, take) = channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                give.send(crosspull_sim::start(options).await.expect("a cloud")).expect("somebody takes it");
                let _ = stopped.await;
            });
        });
        let sim = take.recv_timeout(LIMIT).expect("the cloud starts");
        (sim, Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for CloudThread {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
