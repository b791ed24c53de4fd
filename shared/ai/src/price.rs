//! What an answer costs.

use std::collections::BTreeMap;

use serde::Deserialize;

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
    /// These prices and no others. A name stands for all models that begin with it: `claude-haiku-4-5` for the dated ones too.
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
            dollars("claude-sonnet-4-5", 3, 15),
            dollars("claude-sonnet-4-6", 3, 15),
            dollars("claude-sonnet-5", 2, 10),
            dollars("claude-sonnet-5-5", 2, 10),
            dollars("claude-opus-4-5", 5, 25),
            dollars("claude-opus-4-6", 5, 25),
            dollars("claude-opus-5", 5, 25),
            dollars("claude-opus-5-5", 4, 20),
            dollars("claude-fable-5-1", 10, 50),
        ]))
    }

    /// The price of a model: its own, else that of the longest name that it begins with; `None` where there is none.
    #[must_use]
    pub fn price(&self, model: &str) -> Option<Price> {
        let begins = |name: &str| model == name || model.strip_prefix(name).is_some_and(|rest| rest.starts_with('-'));
        self.0.iter().filter(|(name, _)| begins(name)).max_by_key(|(name, _)| name.len()).map(|(_, price)| *price)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dated_model_costs_what_its_name_costs() {
        let prices = Prices::list();
        assert_eq!(prices.price("claude-haiku-4-5-20251001"), Some(Price { input: 1_000_000, output: 5_000_000 }));
    }

    #[test]
    fn a_newer_model_does_not_cost_what_the_older_one_cost() {
        let prices = Prices::list();
        assert_eq!(prices.price("claude-opus-5-5").unwrap().output, 20_000_000);
        assert_eq!(prices.price("claude-opus-5").unwrap().output, 25_000_000);
        assert_eq!(prices.price("claude-opus-55"), None);
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
