//! Leads of a burst: different companies, countries, sizes and sources, the same for the same seed.

use serde_json::{Value, json};

const COUNTRIES: [&str; 16] =
    ["DE", "AT", "CH", "FR", "NL", "BE", "DK", "SE", "NO", "GB", "IE", "US", "CA", "JP", "AU", "BR"];
const STATES: [&str; 6] = ["NY", "CA", "WA", "TX", "MA", "IL"];
const TITLES: [&str; 6] =
    ["VP Sales", "Head of RevOps", "Sales Manager", "Chief Revenue Officer", "Sales Director", "Analyst"];
const INDUSTRIES: [&str; 6] = ["Technology", "Manufacturing", "Finance", "Healthcare", "Retail", "Transportation"];
const SOURCES: [&str; 5] = ["Web", "Web", "Webinar", "Trade Show", "Partner Referral"];

/// `count` leads. One in twenty has no company and free mail, and is turned away.
pub(super) fn generate(count: usize, seed: u64) -> Vec<Value> {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    (0..count)
        .map(|at| {
            let country = dice.one_of(&COUNTRIES);
            let mut lead = json!({
                "FirstName": format!("Kim{at}"),
                "LastName": format!("Burst{seed}"),
                "Title": dice.one_of(&TITLES),
                "CountryCode": country,
                "LeadSource": dice.one_of(&SOURCES),
            });
            let known = if dice.below(20) == 0 {
                json!({"Company": "student", "Title": "Student", "Email": format!("kim{at}.{seed}@gmail.com")})
            } else {
                json!({
                    "Company": format!("Company {seed}-{at}"),
                    "Email": format!("kim{at}@company-{seed}-{at}.example"),
                    "Industry": dice.one_of(&INDUSTRIES),
                    "NumberOfEmployees": 10 + dice.below(8000),
                })
            };
            if let (Some(fields), Value::Object(known)) = (lead.as_object_mut(), known) {
                fields.extend(known);
                if country == "US" {
                    fields.insert("StateCode".into(), json!(dice.one_of(&STATES)));
                }
            }
            lead
        })
        .collect()
}

/// A small generator of our own, so that a seed means the same leads for ever (xorshift64, Marsaglia 2003).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    fn one_of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        let at = self.below(all.len().max(1) as u64);
        usize::try_from(at).ok().and_then(|at| all.get(at)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_leads_and_another_gives_others() {
        assert_eq!(generate(50, 7), generate(50, 7));
        assert_ne!(generate(50, 7), generate(50, 8));
    }
}
