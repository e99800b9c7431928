//! The way to the objects of tenants: asked for what all cases of a tenant share, and for the model's switch.
//!
//! Whom a tenant lets in no more is remembered for a few seconds, because every call asks it. Nothing else is: a budget
//! or a switch that was read a moment ago is no longer true. An object that does not answer is a failure, never a guess.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use case::{
    ids::{CaseId, Digest, TenantId},
    time::Millis,
};
use desk::ports::{Hold, HostError, ModelHost, Revocation, Spend, Switch, TenantHost};
use futures_util::future::{Either, select};
use http::{Request, header};
use serde::de::DeserializeOwned;
use worker::{Delay, Env, send::SendFuture};

use crate::{
    bindings, outside,
    tenant_desk::{Ask, Lag},
};

/// The namespace of the objects of tenants.
const TENANTS: &str = "TENANT";
/// The object that holds the deployment's switch: a tenant's name has no colon.
const DEPLOYMENT: &str = "deployment:";
/// How long an object may take to answer.
const ASK_MS: u64 = 10_000;
/// How old a list of revocations may be.
const REMEMBERED_MS: i64 = 10_000;
/// Of how many tenants one isolate remembers it.
const TENANTS_REMEMBERED: usize = 1_000;

/// When each tenant's revocations were read, and which they were.
static REMEMBERED: Mutex<BTreeMap<TenantId, (i64, Vec<Revocation>)>> = Mutex::new(BTreeMap::new());

/// The tenants of a deployment.
#[derive(Clone)]
pub(crate) struct Tenants(pub(crate) Env);

impl Tenants {
    /// The docket does not take a case's row since then.
    pub(crate) async fn fell_behind(&self, tenant: &TenantId, case: &CaseId, since: Millis) -> Result<(), HostError> {
        self.ask(tenant.as_str(), Ask::FellBehind(case.clone(), since)).await
    }

    /// The docket has the case's newest row.
    pub(crate) async fn caught_up(&self, tenant: &TenantId, case: &CaseId) -> Result<(), HostError> {
        self.ask(tenant.as_str(), Ask::CaughtUp(case.clone())).await
    }

    /// How far the docket is behind with a tenant's cases.
    pub(crate) async fn behind(&self, tenant: &TenantId) -> Result<Lag, HostError> {
        self.ask(tenant.as_str(), Ask::Behind).await
    }

    fn ask<T: DeserializeOwned>(&self, name: &str, ask: Ask) -> impl Future<Output = Result<T, HostError>> + Send {
        let (env, name) = (self.0.clone(), name.to_owned());
        SendFuture::new(async move {
            let call = std::pin::pin!(call(&env, &name, &ask));
            match select(call, Delay::from(Duration::from_millis(ASK_MS))).await {
                Either::Left((outcome, _)) => outcome.map_err(|error| failed(&error.to_string())),
                Either::Right(_) => Err(failed("no answer in time")),
            }
        })
    }
}

async fn call<T: DeserializeOwned>(env: &Env, name: &str, ask: &Ask) -> worker::Result<T> {
    let body = Bytes::from(serde_json::to_vec(ask)?);
    let request = Request::post("/").header(header::CONTENT_TYPE, "application/json").body(body);
    let request = request.map_err(|error| error.to_string())?;
    let request = outside::outgoing("http://tenant.internal/", &request, None)?;
    let mut response = bindings::objects(env, TENANTS)?.get_by_name(name)?.fetch_with_request(request).await?;
    if response.status_code() == 200 { response.json().await } else { Err(response.text().await?.into()) }
}

fn failed(why: &str) -> HostError {
    HostError::Failed(format!("a tenant's desk: {why}"))
}

fn remembered(tenant: &TenantId, now_ms: i64) -> Option<Vec<Revocation>> {
    let remembered = REMEMBERED.lock().unwrap_or_else(PoisonError::into_inner);
    let (read_at, list) = remembered.get(tenant)?;
    (0..REMEMBERED_MS).contains(&(now_ms - read_at)).then(|| list.clone())
}

fn remember(tenant: &TenantId, now_ms: i64, list: &[Revocation]) {
    let mut remembered = REMEMBERED.lock().unwrap_or_else(PoisonError::into_inner);
    if remembered.len() >= TENANTS_REMEMBERED {
        remembered.clear();
    }
    remembered.insert(tenant.clone(), (now_ms, list.to_vec()));
}

fn forget(tenant: &TenantId) {
    REMEMBERED.lock().unwrap_or_else(PoisonError::into_inner).remove(tenant);
}

impl ModelHost for Tenants {
    fn switch(&self) -> impl Future<Output = Result<Option<Switch>, HostError>> + Send {
        self.ask(DEPLOYMENT, Ask::Switch)
    }

    fn set_switch(&self, switch: &Switch) -> impl Future<Output = Result<(), HostError>> + Send {
        self.ask(DEPLOYMENT, Ask::SetSwitch(switch.clone()))
    }
}

impl TenantHost for Tenants {
    fn reserve(
        &self,
        tenant: &TenantId,
        day: &str,
        most: Spend,
        cap: Spend,
    ) -> impl Future<Output = Result<bool, HostError>> + Send {
        let ask = Ask::Reserve { day: day.to_owned(), most: most.into(), cap: cap.into() };
        self.ask(tenant.as_str(), ask)
    }

    fn settle(
        &self,
        tenant: &TenantId,
        day: &str,
        reserved: Spend,
        spent: Spend,
    ) -> impl Future<Output = Result<(), HostError>> + Send {
        let ask = Ask::Settle { day: day.to_owned(), reserved: reserved.into(), spent: spent.into() };
        self.ask(tenant.as_str(), ask)
    }

    fn keep_nonce(
        &self,
        tenant: &TenantId,
        nonce: &Digest,
        until: Millis,
    ) -> impl Future<Output = Result<bool, HostError>> + Send {
        self.ask(tenant.as_str(), Ask::KeepNonce(nonce.clone(), until))
    }

    fn has_nonce(&self, tenant: &TenantId, nonce: &Digest) -> impl Future<Output = Result<bool, HostError>> + Send {
        self.ask(tenant.as_str(), Ask::HasNonce(nonce.clone()))
    }

    fn hold_effect(
        &self,
        tenant: &TenantId,
        what: &Digest,
        case: &CaseId,
    ) -> impl Future<Output = Result<Hold, HostError>> + Send {
        self.ask(tenant.as_str(), Ask::HoldEffect(what.clone(), case.clone()))
    }

    fn release_effect(
        &self,
        tenant: &TenantId,
        what: &Digest,
        case: &CaseId,
    ) -> impl Future<Output = Result<(), HostError>> + Send {
        self.ask(tenant.as_str(), Ask::ReleaseEffect(what.clone(), case.clone()))
    }

    async fn revocations(&self, tenant: &TenantId) -> Result<Vec<Revocation>, HostError> {
        // The age is counted from before the list was read.
        let asked_at = outside::now().0;
        if let Some(list) = remembered(tenant, asked_at) {
            return Ok(list);
        }
        let list: Vec<Revocation> = self.ask(tenant.as_str(), Ask::Revocations).await?;
        remember(tenant, asked_at, &list);
        Ok(list)
    }

    async fn revoke(&self, tenant: &TenantId, revocation: &Revocation) -> Result<(), HostError> {
        let revoked = self.ask(tenant.as_str(), Ask::Revoke(revocation.clone())).await;
        // Also where it failed: it may have been written all the same.
        forget(tenant);
        revoked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_revocations_is_remembered_for_ten_seconds_and_not_from_the_future() {
        let tenant = TenantId::parse("acme").expect("a tenant");
        remember(&tenant, 50_000, &[]);
        for (now_ms, known) in [(50_000, true), (59_999, true), (60_000, false), (49_999, false)] {
            assert_eq!(remembered(&tenant, now_ms).is_some(), known, "{now_ms}");
        }
        forget(&tenant);
        assert_eq!(remembered(&tenant, 50_000), None);
    }

    #[test]
    fn no_tenant_is_called_as_the_deployments_object_is() {
        assert!(TenantId::parse(DEPLOYMENT).is_err());
    }
}
