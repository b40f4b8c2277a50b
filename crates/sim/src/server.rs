//! Listening: TLS connections on loopback, each of which a fault can really cut.

use std::{convert::Infallible, future::Future, net::IpAddr, sync::Arc};

use axum::response::Response;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;

/// The certificate that the client of a connection sent. A request extension, where there is one.
#[derive(Clone)]
pub struct PeerCertificate(pub Arc<[u8]>);

/// True where a cloud may listen there: on loopback only.
#[must_use]
pub fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

/// Serves an origin until the task is ended; its connections end with it. `answer` is given each request, and what to tell
/// where the connection is to be cut.
pub async fn serve<A, F>(listener: TcpListener, tls: TlsAcceptor, answer: A)
where
    A: Fn(hyper::Request<Incoming>, Arc<Notify>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Response, Infallible>> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        // A connection that fails while it is accepted concerns no other.
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        while connections.try_join_next().is_some() {}
        connections.spawn(connection(stream, tls.clone(), answer.clone()));
    }
}

async fn connection<A, F>(stream: TcpStream, tls: TlsAcceptor, answer: A)
where
    A: Fn(hyper::Request<Incoming>, Arc<Notify>) -> F,
    F: Future<Output = Result<Response, Infallible>>,
{
    let _ = stream.set_nodelay(true);
    let Ok(stream) = tls.accept(stream).await else {
        return;
    };
    let peer = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
    let peer = peer.map(|certificate| PeerCertificate(Arc::from(certificate.as_ref())));
    let cut = Arc::new(Notify::new());
    let service = service_fn(|mut request: hyper::Request<Incoming>| {
        if let Some(peer) = peer.clone() {
            request.extensions_mut().insert(peer);
        }
        answer(request, Arc::clone(&cut))
    });
    let serving = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        // How a connection ends is the client's affair.
        _ = serving => {}
        () = cut.notified() => {}
    }
}
