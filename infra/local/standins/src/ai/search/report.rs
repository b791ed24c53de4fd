//! What the model hands in by the tool `report_signals`: the events that the found articles tell, but for namesakes and what is
//! too old. Orders in articles are not followed. With mistakes switched on, it errs as a model might.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::{Article, Mistake, Says, Web, before, today, words};

/// The tool's input, for the company in `data`.
pub(in super::super) fn report(web: &Web, data: &Value, found: &[Article]) -> Value {
    let mistakes = web.behaviour().mistakes;
    let today = today(data);
    let oldest: Option<Date> = data.get("not_before").and_then(Value::as_str).and_then(|day| day.parse().ok());
    let company = data.get("company").unwrap_or(&Value::Null);
    let mut signals = Vec::new();
    for article in found {
        let Some(says) = &article.says else { continue };
        if is_namesake(says, company) && !mistakes.contains(&Mistake::Namesake) {
            continue;
        }
        let on = before(today, says.days_ago);
        if oldest.is_some_and(|oldest| on < oldest) && !mistakes.contains(&Mistake::Stale) {
            continue;
        }
        let links = match (signals.is_empty(), &mistakes) {
            (true, mistakes) if mistakes.contains(&Mistake::NoLink) => json!([]),
            (true, mistakes) if mistakes.contains(&Mistake::InventedLink) => {
                json!(["https://invented.example/no-such-page"])
            }
            _ => json!([article.url]),
        };
        let people: Vec<Value> = says.people.iter().map(person).collect();
        signals.push(json!({
            "company": says.company, "domain": says.domain, "country": says.country, "kind": says.kind,
            "negative": says.negative, "on": on, "headline": says.headline, "quote": says.quote, "sources": links,
            "people": people,
        }));
    }
    json!({ "signals": signals })
}

fn person(person: &Value) -> Value {
    let part = |name: &str| person.get(name).cloned().unwrap_or(Value::Null);
    json!({ "name": part("name"), "title": part("title"), "email": part("email"), "linkedin": part("linkedin") })
}

/// Whether an article's company is another one, by domain, country or name.
fn is_namesake(says: &Says, company: &Value) -> bool {
    let of = |name: &str| company.get(name).and_then(Value::as_str);
    if let (Some(said), Some(asked)) = (says.domain.as_deref(), of("domain")) {
        return said != asked;
    }
    if let (Some(said), Some(asked)) = (says.country.as_deref(), of("country"))
        && said != asked
    {
        return true;
    }
    let asked = words(of("name").unwrap_or_default());
    !words(&says.company).iter().all(|word| asked.contains(word))
}

#[cfg(test)]
mod tests {
    use super::super::Behaviour;
    use super::*;

    fn told(mistakes: &[Mistake]) -> Vec<Value> {
        let web = Web::default();
        web.behave(Behaviour { mistakes: mistakes.iter().copied().collect(), ..Behaviour::default() });
        let company = json!({"name": "Northwind & Soen AS", "domain": "northwind.example", "country": "DK"});
        let data = json!({"company": company, "today": "2026-11-28", "not_before": "2026-08-30"});
        let found = web.find("Northwind & Soen AS");
        report(&web, &data, &found)["signals"].as_array().unwrap().clone()
    }

    #[test]
    fn it_reports_the_companys_own_recent_events_and_follows_no_orders() {
        let signals = told(&[]);
        assert_eq!(signals.len(), 5, "{signals:#?}");
        assert!(signals.iter().all(|one| one["domain"] == json!("northwind.example")));
        assert!(!json!(signals).to_string().contains("Acme"));
        assert_eq!(signals[0]["on"], json!("2026-11-22"));
    }

    #[test]
    fn it_errs_where_it_is_told_to() {
        assert_eq!(told(&[Mistake::NoLink])[0]["sources"], json!([]));
        assert!(told(&[Mistake::InventedLink])[0]["sources"][0].as_str().unwrap().contains("invented"));
        assert!(json!(told(&[Mistake::Namesake])).to_string().contains("Airlines"));
        assert!(json!(told(&[Mistake::Stale])).to_string().contains("seed"));
    }
}
