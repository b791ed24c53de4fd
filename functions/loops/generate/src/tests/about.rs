//! Which account a signal is about, where several are called alike.

use jiff::civil::date;

use revloops_domain::signal::{Signal, SignalKind, SignalSource};
use revloops_domain::{Account, MailDomain, MatchedBy};
use revloops_testkit::{account_id, shipped_config};

use crate::GenerateConfig;
use crate::logic::about::about;

fn account(number: u32, name: &str, domain: &str, country: Option<&str>) -> Account {
    Account {
        id: account_id(number),
        name: name.to_owned(),
        domain: MailDomain::parse(domain),
        country_code: country.map(str::to_owned),
        state_code: None,
        postal_code: None,
        city: None,
        phone: None,
        industry: None,
        employees: None,
        kind: None,
        owner_id: None,
        parent_id: None,
        created_at: None,
        modified_at: None,
    }
}

/// An article that gives the name and the country, and nothing else.
fn in_germany(company: &str) -> Signal {
    Signal {
        id: "sig-1".to_owned(),
        company: company.to_owned(),
        domain: None,
        country_code: Some("DE".to_owned()),
        city: None,
        kind: SignalKind::Funding,
        negative: false,
        on: date(2026, 11, 20),
        headline: format!("{company} raises $12.5M"),
        quote: format!("{company} raises $12.5M, the company said."),
        sources: vec![SignalSource {
            url: "https://news.example/1".to_owned(),
            title: "News".to_owned(),
            published: None,
        }],
        people: Vec::new(),
    }
}

fn found(others: &[Account]) -> Result<(MatchedBy, u8), String> {
    let config: GenerateConfig = shipped_config();
    let scanned = account(1, "Velorix Robotics GmbH", "velorix.example", Some("DE"));
    about(&config.matching, &in_germany("Velorix Robotics"), &scanned, others)
}

#[test]
fn the_country_is_enough_where_nobody_else_there_is_called_so() {
    assert!(found(&[]).is_ok());
    for other in [
        account(2, "Velorix Robotics SAS", "robotique.example", Some("FR")),
        account(2, "Velorix Plumbing GmbH", "velorix-plumbing.example", Some("DE")),
    ] {
        assert!(found(&[other]).is_ok());
    }
}

#[test]
fn where_another_account_fits_as_well_the_signal_is_nobody_s() {
    for other in [
        account(2, "Velorix Robotics AG", "robotik-nord.example", Some("DE")),
        account(2, "Velorix Robotics Service GmbH", "vr-service.example", Some("DE")),
        account(2, "Velorix Robotics", "robotik-nord.example", None),
    ] {
        let (name, id) = (other.name.clone(), other.id.to_string());
        let why = found(&[other]).expect_err(&name);
        assert!(why.contains(&id) && why.contains("nothing tells which it is"), "{name}: {why}");
    }
}
