//! Before a model is asked, whatever for: whether it may be at all, and whether the tenant's budget of the day still
//! bears it. The most that a call can cost is reserved before it leaves and made way for what it cost; a call that is
//! lost has cost what was reserved.

use case::{
    entry::{Answer, Failure, ModelCall},
    ids::TenantId,
    time::Millis,
};

use crate::{
    perform::Job,
    ports::{ModelHost, Outside, Spend, TenantHost},
    send::NoReply,
    setup::Setup,
};

/// What is sent besides a case's own words, in tokens at most: instructions, the shape of the answer, evidence.
const INSTRUCTIONS_TOKENS: u64 = 16_384;

/// A reservation that has yet to be settled; `None` inside where nothing is limited.
pub(crate) struct Hold {
    tenant: TenantId,
    day: String,
    reserved: Option<Spend>,
}

/// Lets a call of the model go ahead, or says why not.
pub(crate) async fn admit(
    host: &(impl Outside + ModelHost + TenantHost),
    setup: &Setup,
    job: &Job,
) -> Result<Hold, NoReply> {
    let unreadable = |error: crate::ports::HostError| {
        tracing::error!(%error, "whether the model may be asked could not be read, so it is not");
        NoReply::from(Failure::Unavailable)
    };
    if setup.model.is_none() {
        return Err(Failure::NotConfigured.into());
    }
    let switch = host.switch().await.map_err(unreadable)?;
    if setup.config.model_off || switch.is_some_and(|switch| switch.off) {
        return Err(Failure::NotConfigured.into());
    }
    let (tenant, day) = (job.tenant.clone(), day(host.now()));
    let Some(cap) = setup.budget(&tenant).cap() else { return Ok(Hold { tenant, day, reserved: None }) };
    let most = Spend { nano_dollars: job.reserve_nano_dollars, tokens: most_tokens(job) };
    if host.reserve(&tenant, &day, most, cap).await.map_err(unreadable)? {
        return Ok(Hold { tenant, day, reserved: Some(most) });
    }
    tracing::warn!(%tenant, day, "the tenant's budget for the model is spent for this day");
    Err(Failure::NotConfigured.into())
}

/// Settles what was reserved, once there is an answer.
pub(crate) async fn settle(host: &impl TenantHost, hold: Hold, answer: &Answer) {
    let Some(reserved) = hold.reserved else { return };
    let Some(spent) = spent(answer, reserved) else { return };
    if let Err(error) = host.settle(&hold.tenant, &hold.day, reserved, spent).await {
        // What is not settled counts in full: the budget errs on the side of its limit.
        tracing::error!(tenant = %hold.tenant, %error, "what a call of the model cost could not be settled");
    }
}

/// The day whose budget a moment is in: a civil date in UTC.
fn day(now: Millis) -> String {
    now.date().to_string()
}

/// A token is at least a byte of what it stands for.
fn most_tokens(job: &Job) -> u64 {
    INSTRUCTIONS_TOKENS + job.words.as_ref().map_or(0, String::len) as u64 + u64::from(job.max_tokens)
}

/// What a call cost; `None` where nobody knows, and it counts in full.
fn spent(answer: &Answer, reserved: Spend) -> Option<Spend> {
    let of = |call: &ModelCall| Spend {
        nano_dollars: call.cost_nano_dollars.unwrap_or(reserved.nano_dollars),
        tokens: call.input_tokens.saturating_add(call.output_tokens).saturating_add(call.cache_read_tokens),
    };
    match answer {
        Answer::Opinion { call, .. }
        | Answer::Drafted { call, .. }
        | Answer::Extracted { call, .. }
        | Answer::Failed { call: Some(call), .. } => Some(of(call)),
        Answer::Failed { call: None, failure, .. } => match failure {
            // No model has seen these.
            Failure::NotConfigured
            | Failure::NotFound
            | Failure::Refused
            | Failure::Unavailable
            | Failure::NoProfile => Some(Spend::default()),
            Failure::TimedOut | Failure::Unusable => None,
        },
        Answer::Facts { .. } | Answer::Advised { .. } | Answer::Done { .. } => None,
    }
}
