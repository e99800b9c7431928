//! `caseworker classify`: what a request is about, by the same tiers as a case, with nothing stored.

use std::{collections::BTreeMap, sync::Arc};

use case::ids::CaseId;
use desk::{
    entering::{self, Entering},
    file::Desk,
    routes::case_routes,
    setup::{Access, Setup, local_grant},
    vault::MasterKey,
};
use serde_json::{Map, Value};

use super::ask;
use crate::{
    engine,
    exit::{Exit, Failure},
    limits,
    memory::Memory,
    metrics::Metrics,
    output,
    outside::{self, World},
    settings::Settings,
    store::{Shelf, is_data_folder, model},
};

/// The arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What the customer wrote; `-` reads it from stdin
    text: String,
}

/// Runs the command.
pub(super) async fn run(settings: &Settings, args: &Args) -> Result<(), Failure> {
    let mut body = Map::new();
    body.insert("text".to_owned(), ask::text(&args.text)?.into());
    let failed = |what: String| Failure::new(Exit::Settings, what);
    let world = World::new(
        engine::http(settings)?,
        BTreeMap::new(),
        None,
        settings.config.connections,
        Arc::new(Metrics::default()),
    );
    let master = MasterKey::parse(&MasterKey::generate(&world)).map_err(|error| failed(error.to_string()))?;
    let setup = Setup::new(settings.config.clone(), master, settings.api_key()?, Access::Open)
        .map_err(|error| failed(error.to_string()))?
        .with_local_model(settings.local_model()?);
    let switch = if is_data_folder(&settings.data) { Shelf::read(&settings.data)?.run(model::switch)? } else { None };
    let desk = Desk::new(Arc::new(Memory::new(Arc::new(world), switch, Arc::default())), Arc::new(setup));

    let mut bytes = [0; 16];
    outside::random(&mut bytes);
    let entering = Entering { grant: local_grant(), case: CaseId::from_random(bytes) };
    let headers = [(entering::HEADER, entering.to_header())];
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    ask::post(&case_routes(desk.clone()), "/v1/requests", &headers, &body).await?.into_body()?;
    desk.wait_for_rest(&entering.key(), limits::CLASSIFY_MS).await;
    let view = desk.view(&entering.key()).await.map_err(|problem| Failure::new(Exit::Storage, problem.detail))?;
    let classification = view.get("classification").cloned().unwrap_or(Value::Null);
    output::pretty(&classification)
}
