//! What an answer costs.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A search of the web costs so much, in millionths of a US dollar: $10 a thousand.
///
/// Source: <https://platform.claude.com/docs/en/about-claude/pricing>.
pub(crate) const MICROUSD_A_SEARCH: u64 = 10_000;

/// A model's prices, in millionths of a US dollar for a million tokens: 3,000,000 for $3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// For tokens sent.
    pub input: u64,
    /// For tokens written.
    pub output: u64,
}

impl Price {
    /// The price of an answer in millionths of a US dollar, rounded up.
    #[must_use]
    pub fn of(self, input_tokens: u64, output_tokens: u64) -> u64 {
        let sum =
            u128::from(self.input) * u128::from(input_tokens) + u128::from(self.output) * u128::from(output_tokens);
        u64::try_from(sum.div_ceil(1_000_000)).unwrap_or(u64::MAX)
    }
}

/// Prices by model.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Prices(BTreeMap<String, Price>);

impl Prices {
    /// These prices and no others. A name stands for its dated versions too: `claude-haiku-4-5` for `claude-haiku-4-5-20251001`.
    #[must_use]
    pub fn new(prices: BTreeMap<String, Price>) -> Self {
        Self(prices)
    }

    /// The vendor's list prices of November 2026, without caching or batches.
    ///
    /// Source: <https://platform.claude.com/docs/en/about-claude/pricing>.
    #[must_use]
    pub fn list() -> Self {
        let dollars = |model: &str, input: u64, output: u64| {
            (model.to_owned(), Price { input: input * 1_000_000, output: output * 1_000_000 })
        };
        Self(BTreeMap::from([
            dollars("claude-haiku-4-5", 1, 5),
            dollars("claude-sonnet-4", 3, 15),
            dollars("claude-sonnet-4-5", 3, 15),
            dollars("claude-sonnet-4-6", 3, 15),
            dollars("claude-sonnet-5", 2, 10),
            dollars("claude-sonnet-5-5", 2, 10),
            dollars("claude-opus-4-1", 15, 75),
            dollars("claude-opus-4-5", 5, 25),
            dollars("claude-opus-4-6", 5, 25),
            dollars("claude-opus-4-7", 5, 25),
            dollars("claude-opus-5", 5, 25),
            dollars("claude-opus-5-5", 4, 20),
            dollars("claude-fable-5-1", 10, 50),
        ]))
    }

    /// The price of a model, by its name with or without a date, or by its id at Bedrock; `None` where there is none.
    ///
    /// Bedrock's list prices are the same, but for a tenth more where a region's own endpoint is asked for.
    #[must_use]
    pub fn price(&self, model: &str) -> Option<Price> {
        // `eu.anthropic.claude-sonnet-4-5-20250929-v1:0`
        let model = model.rsplit_once("anthropic.").map_or(model, |(_, rest)| {
            rest.rsplit_once("-v").filter(|(_, version)| version.contains(':')).map_or(rest, |(name, _)| name)
        });
        self.0.get(model).or_else(|| self.0.get(without_date(model)?)).copied()
    }
}

fn without_date(model: &str) -> Option<&str> {
    let (name, date) = model.rsplit_once('-')?;
    (date == "latest" || (date.len() == 8 && date.bytes().all(|digit| digit.is_ascii_digit()))).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dated_model_costs_what_its_name_costs() {
        let prices = Prices::list();
        let bedrock = prices.price("eu.anthropic.claude-haiku-4-5-20251001-v1:0");
        assert_eq!(bedrock, prices.price("claude-haiku-4-5"));
        assert_eq!(prices.price("claude-haiku-4-5-20251001"), Some(Price { input: 1_000_000, output: 5_000_000 }));
    }

    #[test]
    fn a_newer_model_does_not_cost_what_the_older_one_cost() {
        let prices = Prices::list();
        assert_eq!(prices.price("claude-opus-5-5").unwrap().output, 20_000_000);
        assert_eq!(prices.price("claude-opus-5").unwrap().output, 25_000_000);
        assert_eq!(prices.price("claude-opus-5-9"), None);
        assert_eq!(prices.price("gpt-1"), None);
    }

    #[test]
    fn the_sum_is_rounded_up_to_a_millionth() {
        let price = Price { input: 3_000_000, output: 15_000_000 };
        assert_eq!(price.of(1_000, 200), 6_000);
        assert_eq!(Price { input: 1, output: 0 }.of(1, 0), 1);
        assert_eq!(price.of(0, 0), 0);
    }
}
