//! The models that the stand-in knows, as data: what is served, what has been retired and what each can do.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::asked::Asked;
use crate::day::Day;

const MODELS: &str = include_str!("../../data/models.json");
/// How many models a page holds where the caller does not say.
const PAGE: usize = 20;
const LARGEST_PAGE: usize = 1000;

static CATALOGUE: LazyLock<Vec<Model>> =
    LazyLock::new(|| serde_json::from_str(MODELS).expect("the file built in is read by the tests"));

/// One model.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Model {
    pub(super) id: String,
    display_name: String,
    line: String,
    /// When it was released, where that is known.
    #[serde(default)]
    created_on: Option<Day>,
    #[serde(default)]
    deprecated_on: Option<Day>,
    #[serde(default)]
    retires_on: Option<Day>,
    /// True where the caller may write the beginning of the answer.
    #[serde(default)]
    pub(super) prefill: bool,
    /// True where the caller may force a tool.
    #[serde(default)]
    pub(super) forced_tools: bool,
    #[serde(default)]
    pub(super) structured_outputs: bool,
    /// True where the model thinks unless it is told not to.
    #[serde(default)]
    pub(super) thinks_by_default: bool,
}

impl Model {
    pub(super) fn is_served(&self, today: Day) -> bool {
        self.lifecycle(today) != "retired"
    }

    fn lifecycle(&self, today: Day) -> &'static str {
        if self.retires_on.is_some_and(|day| day < today) {
            "retired"
        } else if self.deprecated_on.is_some() || self.retires_on.is_some() {
            "deprecated"
        } else {
            "active"
        }
    }

    fn to_json(&self, today: Day) -> Value {
        let midnight = |day: Day| day.at(0, 0, 0);
        let yes = |supported: bool| json!({ "supported": supported });
        let served = self.is_served(today);
        json!({
            "type": "model",
            "id": self.id,
            "display_name": self.display_name,
            "line": self.line,
            // The API writes the epoch where the date is not known.
            "created_at": midnight(self.created_on.unwrap_or(Day::from_unix_ms(0))),
            "lifecycle": self.lifecycle(today),
            "deprecated_at": self.deprecated_on.map(midnight),
            "retires_at": self.retires_on.map(midnight),
            "max_input_tokens": null,
            "max_tokens": null,
            "capabilities": {
                "batch": yes(false),
                "citations": yes(false),
                "code_execution": yes(false),
                "context_management": { "supported": false },
                "effort": {
                    "supported": served, "low": yes(served), "medium": yes(served), "high": yes(served),
                    "xhigh": yes(served), "max": yes(served),
                },
                "image_input": yes(false),
                "pdf_input": yes(false),
                "server_tools": { "supported": false, "code_execution": yes(false), "web_search": yes(false) },
                "structured_outputs": yes(self.structured_outputs),
                "thinking": {
                    "supported": served,
                    "types": {
                        "adaptive": yes(served), "enabled": yes(served), "disabled": yes(true),
                        "between_tools": yes(false),
                    },
                },
            },
        })
    }
}

/// The model of that name.
pub(super) fn model(id: &str) -> Option<&'static Model> {
    CATALOGUE.iter().find(|model| model.id == id)
}

/// The model as the API describes it.
pub(super) fn describe(id: &str, today: Day) -> Option<Value> {
    model(id).map(|model| model.to_json(today))
}

/// A page of the catalogue, by `limit`, `after_id`, `before_id` and `lifecycle`; retired models only where asked for.
pub(super) fn page(asked: &Asked, query: &str, today: Day) -> Value {
    let wanted: Vec<&str> = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .filter(|(name, _)| name.starts_with("lifecycle"))
        .flat_map(|(_, value)| value.split(','))
        .collect();
    let is_wanted = |model: &&Model| {
        let lifecycle = model.lifecycle(today);
        if wanted.is_empty() { lifecycle != "retired" } else { wanted.contains(&lifecycle) }
    };
    let limit = asked.optional("limit").and_then(|limit| limit.parse().ok()).unwrap_or(PAGE).clamp(1, LARGEST_PAGE);
    let mut models: Vec<&Model> = CATALOGUE.iter().filter(is_wanted).collect();
    let position = |models: &[&Model], name: &str| {
        asked.optional(name).and_then(|id| models.iter().position(|model| model.id == id))
    };
    if let Some(index) = position(&models, "after_id") {
        models.drain(..=index);
    }
    if let Some(index) = position(&models, "before_id") {
        models.truncate(index);
        models.drain(..index.saturating_sub(limit));
    }
    let has_more = models.len() > limit;
    models.truncate(limit);
    json!({
        "data": models.iter().map(|model| model.to_json(today)).collect::<Vec<_>>(),
        "has_more": has_more,
        "first_id": models.first().map(|model| &model.id),
        "last_id": models.last().map(|model| &model.id),
    })
}
