//! Where a name leads: looked up once for a connection, and connected to is what was looked at. A receiver whose name
//! leads to this machine, to the link or to a cloud's own address, now or at the next look, is not connected to.

use std::{net::SocketAddr, sync::Arc};

use desk::address::may_be_at;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Looks names up with the system's resolver.
#[derive(Debug)]
pub(super) struct Names {
    /// Hosts that the operator has listed, which may be this machine.
    insecure_hosts: Arc<[String]>,
}

/// A name leads nowhere that may be connected to.
#[derive(Debug, thiserror::Error)]
#[error("the name leads to no address that may be asked")]
struct Nowhere;

impl Names {
    pub(super) fn new(insecure_hosts: &[String]) -> Self {
        Self { insecure_hosts: insecure_hosts.into() }
    }
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let insecure_hosts = Arc::clone(&self.insecure_hosts);
        Box::pin(async move {
            let host = name.as_str();
            let found = tokio::net::lookup_host((host, 0)).await?;
            let allowed: Vec<SocketAddr> =
                found.filter(|address| may_be_at(host, address.ip(), &insecure_hosts)).collect();
            if allowed.is_empty() {
                return Err(Nowhere.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}
