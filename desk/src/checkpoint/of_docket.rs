//! `GET /v1/checkpoint`: a checkpoint made of the docket, which knows where every journal of a tenant ends. Where the docket is
//! behind the journals the checkpoint says so, and some of its heads may be older.

use case::{
    ids::{CaseId, Digest},
    journal::Head,
};

use super::{HEADS, Opening, write};
use crate::{
    docket_sql,
    ports::{DocketHost, Grant, HostError, Outside},
    problem::{Code, Problem},
    signer::Signer,
};

/// Heads that are read at once.
const AT_ONCE: usize = 2_000;

/// What a query asks for: the checkpoint behind which this one comes, and the case after which it begins.
type Asked = (Option<Digest>, Option<CaseId>);

/// Makes a checkpoint of a caller's tenant.
///
/// # Errors
/// A [`Problem`] where the query cannot be used, or the docket not be read.
pub async fn of_docket<H: DocketHost + Outside>(
    host: &H,
    signer: &Signer,
    grant: &Grant,
    query: &str,
) -> Result<String, Problem> {
    let (previous, after) = read_query(query)?;
    let tenant = &grant.tenant;
    let behind = host.behind(tenant).await?;
    let (mut heads, more) = heads(host, grant, after.clone()).await?;
    heads.truncate(HEADS);
    // It may have fallen behind, or caught up, while it was read.
    let behind = behind.or(host.behind(tenant).await?);
    let opening = Opening::new(tenant.clone(), host.now(), (previous, after, more), signer.public_key());
    Ok(write(Opening { behind, ..opening }, &heads, signer))
}

/// As many heads as fit, and whether there are more.
async fn heads<H: DocketHost>(
    host: &H,
    grant: &Grant,
    mut after: Option<CaseId>,
) -> Result<(Vec<Head>, bool), Problem> {
    let mut heads: Vec<Head> = Vec::new();
    while heads.len() <= HEADS {
        let limit = u32::try_from(AT_ONCE).unwrap_or(u32::MAX);
        let found = host.select(vec![docket_sql::heads(&grant.tenant, after.as_ref(), limit)]).await?;
        let rows = found.into_iter().next().unwrap_or_default();
        let is_last = rows.len() < AT_ONCE;
        for row in rows {
            let head = serde_json::from_str(&row);
            heads.push(head.map_err(|error| HostError::Failed(format!("a row of the docket: {error}")))?);
        }
        after = heads.last().map(|head| head.case.clone());
        if is_last {
            break;
        }
    }
    let more = heads.len() > HEADS;
    Ok((heads, more))
}

fn read_query(query: &str) -> Result<Asked, Problem> {
    let mut asked = (None, None);
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let wrong = |rule: &str| Problem::of(Code::Query, &name, format!("`{name}` must be {rule}."));
        match &*name {
            "previous" => {
                let hash = Digest::parse(&value).map_err(|_| wrong("the hash of the checkpoint before"))?;
                asked.0 = Some(hash);
            }
            "after" => asked.1 = Some(CaseId::parse(&value).map_err(|_| wrong("the last case of the one before"))?),
            _ => return Err(Problem::new(Code::Query, "A query parameter is unknown or malformed.")),
        }
    }
    Ok(asked)
}
