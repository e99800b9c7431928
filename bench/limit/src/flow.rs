//! The bare flow: for each request the calls that a file names, those of one stage at once, stage after stage. Replies are
//! read to their end and thrown away.

use std::{convert::Infallible, net::Ipv4Addr, path::PathBuf, rc::Rc};

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use futures_util::future::try_join_all;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo},
};
use serde::Deserialize;
use tokio::net::TcpListener;

/// The arguments.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Port on loopback
    #[arg(long)]
    port: u16,
    /// Where the calls go, `http://HOST:PORT`
    #[arg(long)]
    to: String,
    /// JSON: a list of stages, each a list of {"method","path","headers","body"}
    #[arg(long)]
    calls: PathBuf,
}

/// A call as the file says it.
#[derive(Deserialize)]
struct Written {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: String,
}

/// A call, ready to be sent as often as needed.
struct Call {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
}

type Bare = Client<HttpConnector, Full<Bytes>>;

/// Serves until it is ended.
pub(crate) async fn run(options: Options) -> Result<()> {
    let text = std::fs::read_to_string(&options.calls).context("reading the calls")?;
    let written: Vec<Vec<Written>> = serde_json::from_str(&text).context("reading the calls")?;
    let stage = |stage: Vec<Written>| stage.into_iter().map(|call| Call::new(call, &options.to)).collect();
    let stages: Rc<Vec<Vec<Call>>> = Rc::new(written.into_iter().map(stage).collect::<Result<_>>()?);
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let client: Bare = Client::builder(TokioExecutor::new()).build(connector);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await.context("listening")?;
    let local = tokio::task::LocalSet::new();
    local
        .run_until(async move {
            loop {
                let (stream, _) = listener.accept().await.context("taking a connection")?;
                stream.set_nodelay(true)?;
                let (stages, client) = (stages.clone(), client.clone());
                tokio::task::spawn_local(async move {
                    let service = service_fn(|request| answer(request, &stages, &client));
                    // A caller that leaves is no matter of ours.
                    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
                });
            }
        })
        .await
}

impl Call {
    fn new(written: Written, to: &str) -> Result<Self> {
        let mut headers = HeaderMap::new();
        for (name, value) in &written.headers {
            headers.insert(HeaderName::try_from(name)?, HeaderValue::try_from(value)?);
        }
        let uri = format!("{to}{}", written.path).parse()?;
        Ok(Self { method: written.method.parse()?, uri, headers, body: Bytes::from(written.body) })
    }

    async fn make(&self, client: &Bare) -> Result<usize> {
        let mut request = Request::new(Full::new(self.body.clone()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.headers.clone();
        let reply = client.request(request).await?;
        ensure!(reply.status().is_success(), "{} {}: {}", self.method, self.uri, reply.status());
        Ok(reply.into_body().collect().await?.to_bytes().len())
    }
}

async fn answer(
    request: Request<Incoming>,
    stages: &[Vec<Call>],
    client: &Bare,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let made = work(request, stages, client).await;
    let (status, said) = match made {
        Ok(bytes) => (StatusCode::CREATED, format!("{{\"state\":\"review\",\"bytes\":{bytes}}}")),
        Err(error) => (StatusCode::BAD_GATEWAY, format!("{error:#}")),
    };
    let mut response = Response::new(Full::new(Bytes::from(said)));
    *response.status_mut() = status;
    Ok(response)
}

async fn work(request: Request<Incoming>, stages: &[Vec<Call>], client: &Bare) -> Result<usize> {
    let mut bytes = request.into_body().collect().await?.to_bytes().len();
    for stage in stages {
        bytes += try_join_all(stage.iter().map(|call| call.make(client))).await?.into_iter().sum::<usize>();
    }
    Ok(bytes)
}
