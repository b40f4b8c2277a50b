//! The looks that need no more than sockets: the host's addresses, and whether they take connections. Nothing is sent.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use crosspull_core::explain::NoConnection;
use crosspull_core::login::look::Reached;
use futures_util::future::join_all;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::line::no_way;

/// The longest time for the addresses of a name.
const RESOLVE: Duration = Duration::from_secs(5);
/// The longest time for a connection.
const CONNECT: Duration = Duration::from_secs(4);
/// So many addresses of each family are tried: clients try no more before they tell.
const TRIED: usize = 4;

/// Finds the addresses of a host, each once.
///
/// # Errors
/// The words of the system, or of the time that is over.
pub(super) async fn resolve(host: &str, port: u16) -> Result<Vec<IpAddr>, String> {
    let bare = host.trim_matches(['[', ']']);
    let found = timeout(RESOLVE, tokio::net::lookup_host((bare, port))).await;
    let found = found.map_err(|_| format!("no answer within {} s", RESOLVE.as_secs()))?;
    let mut addresses: Vec<IpAddr> = found.map_err(|error| error.to_string())?.map(|found| found.ip()).collect();
    addresses.sort();
    addresses.dedup();
    Ok(addresses)
}

/// Connects to the addresses of both families, side by side.
pub(super) async fn connect(addresses: &[IpAddr], port: u16) -> Vec<Reached> {
    let of = |v6: bool| addresses.iter().filter(move |address| address.is_ipv6() == v6).take(TRIED);
    join_all(of(false).chain(of(true)).map(|address| one(*address, port))).await
}

async fn one(address: IpAddr, port: u16) -> Reached {
    let begun = Instant::now();
    let connected = timeout(CONNECT, TcpStream::connect(SocketAddr::new(address, port))).await;
    let failed = match connected {
        Ok(Ok(_)) => None,
        Ok(Err(error)) => Some((no_way(Some(error.kind())), format!("{address}: {}", words(&error)))),
        Err(_) => Some((NoConnection::TimedOut, format!("{address}: no connection within {} s", CONNECT.as_secs()))),
    };
    Reached { address, failed, ms: millis(begun) }
}

/// Returns the system's words without its number.
fn words(error: &io::Error) -> String {
    let words = error.to_string();
    words.split(" (os error ").next().unwrap_or_default().to_lowercase()
}

/// Returns the milliseconds since then.
pub(super) fn millis(begun: Instant) -> u64 {
    u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_address_that_takes_connections_is_told_from_one_that_does_not() {
        let there = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = there.local_addr().expect("an address").port();
        let local: IpAddr = [127, 0, 0, 1].into();
        let reached = connect(&[local], port).await;
        assert_eq!(reached.iter().map(|one| one.failed.clone()).collect::<Vec<_>>(), [None]);
        drop(there);
        let refused = connect(&[local], port).await;
        let expected = Some((NoConnection::Refused, "127.0.0.1: connection refused".to_owned()));
        assert_eq!(refused.into_iter().map(|one| one.failed).collect::<Vec<_>>(), [expected]);
    }

    #[tokio::test]
    async fn an_address_and_the_machines_own_name_have_addresses() {
        assert_eq!(resolve("127.0.0.1", 1).await, Ok(vec![[127, 0, 0, 1].into()]));
        assert_eq!(resolve("[::1]", 1).await, Ok(vec!["::1".parse().expect("an address")]));
        assert!(resolve("localhost", 1).await.is_ok_and(|found| !found.is_empty()));
    }
}
