//! What an answer costs, in nano-dollars (a billionth of a US dollar), from a committed price
//! table. It refuses to guess: a model that is not in the table has no price.

use crate::limits::PROMPT_OVERHEAD_TOKENS;
use crate::reply::Usage;
use serde::Deserialize;
use std::sync::LazyLock;

/// The table as committed; its prices are whole nano-dollars per token, so that no float is needed.
const TABLE_JSON: &str = include_str!("../prices.json");

#[expect(clippy::expect_used, reason = "the table is compiled in, and a test reads it")]
static TABLE: LazyLock<Table> =
    LazyLock::new(|| serde_json::from_str(TABLE_JSON).expect("the committed price table parses"));

#[derive(Debug, Deserialize)]
struct Table {
    version: String,
    read: String,
    models: Vec<Model>,
}

#[derive(Debug, Deserialize)]
struct Model {
    model: String,
    /// The shortest prompt that the service keeps; shorter ones are paid in full each time.
    #[serde(default)]
    cached_from_tokens: Option<u64>,
    /// In the order of the prompts' length; the last has no upper end.
    tiers: Vec<Tier>,
}

/// Prices for prompts up to a length.
#[derive(Debug, Deserialize)]
struct Tier {
    prompt_tokens_max: Option<u64>,
    input: u64,
    output: u64,
    cache_read: u64,
    cache_write: u64,
}

/// The version of the price table, to be journaled beside every cost.
#[must_use]
pub fn table_version() -> &'static str {
    &TABLE.version
}

/// The day on which the prices were read, as `YYYY-MM-DD`.
#[must_use]
pub fn table_read_on() -> &'static str {
    &TABLE.read
}

/// What an answer cost. `None` for a model that the table does not know.
#[must_use]
pub fn cost_nano_dollars(model: &str, usage: &Usage) -> Option<u64> {
    let prompt_tokens = usage
        .input_tokens
        .saturating_add(usage.cache_creation_input_tokens)
        .saturating_add(usage.cache_read_input_tokens);
    let tier = tier(model, prompt_tokens)?;
    let parts = [
        (usage.input_tokens, tier.input),
        (usage.cache_creation_input_tokens, tier.cache_write),
        (usage.cache_read_input_tokens, tier.cache_read),
        // Thinking tokens are among the output tokens already.
        (usage.output_tokens, tier.output),
    ];
    Some(parts.into_iter().fold(0, |sum: u64, (tokens, price)| sum.saturating_add(tokens.saturating_mul(price))))
}

/// The tokens from which on a model's prompts can be cached; `None` where the table does not say.
#[must_use]
pub fn cached_from_tokens(model: &str) -> Option<u64> {
    TABLE.models.iter().find(|entry| is_snapshot_of(model, &entry.model))?.cached_from_tokens
}

/// The most that a request can cost: every byte of the prompt (system, user and schema) a token
/// of its own and written to the cache, and an answer of full length. `None` for an unknown model.
#[must_use]
pub fn worst_case_nano_dollars(model: &str, prompt_bytes: usize, max_tokens: u32) -> Option<u64> {
    let prompt_tokens = u64::try_from(prompt_bytes).unwrap_or(u64::MAX).saturating_add(PROMPT_OVERHEAD_TOKENS);
    let tier = tier(model, prompt_tokens)?;
    let prompt = prompt_tokens.saturating_mul(tier.input.max(tier.cache_write));
    Some(prompt.saturating_add(u64::from(max_tokens).saturating_mul(tier.output)))
}

fn tier(model: &str, prompt_tokens: u64) -> Option<&'static Tier> {
    let entry = TABLE.models.iter().find(|entry| is_snapshot_of(model, &entry.model))?;
    entry.tiers.iter().find(|tier| tier.prompt_tokens_max.is_none_or(|max| prompt_tokens <= max))
}

/// Whether `model` is the entry's name or one of its dated snapshots (`name-YYYYMMDD`).
fn is_snapshot_of(model: &str, entry: &str) -> bool {
    model.strip_prefix(entry).is_some_and(|rest| {
        rest.is_empty()
            || rest
                .strip_prefix('-')
                .is_some_and(|date| date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(
        input_tokens: u64,
        output_tokens: u64,
        cache_creation_input_tokens: u64,
        cache_read_input_tokens: u64,
    ) -> Usage {
        Usage { input_tokens, output_tokens, cache_creation_input_tokens, cache_read_input_tokens, thinking_tokens: 0 }
    }

    #[test]
    fn the_committed_table_is_whole_and_its_tiers_rise_to_an_open_end() {
        assert_eq!(table_version(), "anthropic-2026-11");
        assert_eq!(table_read_on().len(), 10);
        for model in &TABLE.models {
            let ends: Vec<u64> = model.tiers.iter().map(|tier| tier.prompt_tokens_max.unwrap_or(u64::MAX)).collect();
            assert!(ends.is_sorted() && ends.last() == Some(&u64::MAX), "{model:?}");
            for tier in &model.tiers {
                assert_eq!(tier.cache_write * 4, tier.input * 5, "{model:?}");
                assert!(tier.cache_read < tier.input && tier.input < tier.output);
            }
        }
    }

    #[test]
    fn a_million_tokens_cost_what_the_price_list_says() {
        const DOLLAR: u64 = 1_000_000_000;
        for (model, input, output) in
            [("claude-sonnet-5-5", 2, 10), ("claude-opus-5-5", 4, 20), ("claude-haiku-4-5", 1, 5)]
        {
            assert_eq!(cost_nano_dollars(model, &usage(1_000_000, 0, 0, 0)), Some(input * DOLLAR));
            assert_eq!(cost_nano_dollars(model, &usage(0, 1_000_000, 0, 0)), Some(output * DOLLAR));
        }
        assert_eq!(cost_nano_dollars("claude-haiku-5-5", &usage(0, 1_000_000, 0, 0)), Some(DOLLAR / 2));
        assert_eq!(
            cost_nano_dollars("claude-haiku-5-5", &usage(20, 9, 8, 700)),
            Some(20 * 100 + 9 * 500 + 8 * 125 + 700 * 10)
        );
    }

    #[test]
    fn a_long_prompt_to_haiku_costs_five_times_as_much() {
        assert_eq!(
            cost_nano_dollars("claude-haiku-5-5", &usage(60_000, 1, 0, 40_000)),
            Some(60_000 * 100 + 40_000 * 10 + 500)
        );
        assert_eq!(
            cost_nano_dollars("claude-haiku-5-5", &usage(60_001, 1, 0, 40_000)),
            Some(60_001 * 500 + 40_000 * 50 + 2_500)
        );
    }

    #[test]
    fn a_snapshot_has_its_models_price_and_a_stranger_none() {
        assert!(cost_nano_dollars("claude-haiku-5-5-20261007", &usage(1, 1, 0, 0)).is_some());
        for stranger in
            ["", "claude-haiku-5", "claude-haiku-5-55", "claude-haiku-5-5-latest", "claude-haiku-5-5-2026100", "gpt"]
        {
            assert_eq!(cost_nano_dollars(stranger, &usage(1, 1, 0, 0)), None, "{stranger}");
            assert_eq!(worst_case_nano_dollars(stranger, 1, 1), None, "{stranger}");
        }
    }

    #[test]
    fn no_answer_within_the_bounds_costs_more_than_the_worst_case() {
        for model in ["claude-haiku-5-5", "claude-sonnet-5-5"] {
            for prompt_bytes in [0_usize, 10, 98_976, 98_977, 1_000_000] {
                let worst = worst_case_nano_dollars(model, prompt_bytes, 500).unwrap();
                let tokens = prompt_bytes as u64 + PROMPT_OVERHEAD_TOKENS;
                for used in [
                    usage(tokens, 500, 0, 0),
                    usage(0, 500, tokens, 0),
                    usage(0, 500, 0, tokens),
                    usage(tokens / 2, 500, tokens / 2, 0),
                ] {
                    assert!(cost_nano_dollars(model, &used).unwrap() <= worst, "{model} {used:?}");
                }
            }
        }
    }

    #[test]
    fn absurd_counts_saturate() {
        assert_eq!(
            cost_nano_dollars("claude-opus-5-5", &usage(u64::MAX, u64::MAX, u64::MAX, u64::MAX)),
            Some(u64::MAX)
        );
        assert_eq!(worst_case_nano_dollars("claude-opus-5-5", usize::MAX, u32::MAX), Some(u64::MAX));
    }
}
