//! Listening: TLS connections on loopback, each of which a fault can really cut.

use std::{net::IpAddr, sync::Arc};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;

use crate::front::Front;

/// Whether a cloud may listen there: on loopback only.
#[must_use]
pub fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

/// Serves an origin until the task is ended; its connections end with it.
pub async fn serve(listener: TcpListener, tls: TlsAcceptor, front: Arc<Front>) {
    let mut connections = JoinSet::new();
    loop {
        // A connection that fails while it is accepted concerns no other.
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        while connections.try_join_next().is_some() {}
        connections.spawn(connection(stream, tls.clone(), Arc::clone(&front)));
    }
}

async fn connection(stream: TcpStream, tls: TlsAcceptor, front: Arc<Front>) {
    let _ = stream.set_nodelay(true);
    let Ok(stream) = tls.accept(stream).await else {
        return;
    };
    let cut = Arc::new(Notify::new());
    let service = service_fn(|request| Arc::clone(&front).answer(request, Arc::clone(&cut)));
    let serving = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        // How a connection ends is the client's affair.
        _ = serving => {}
        () = cut.notified() => {}
    }
}
