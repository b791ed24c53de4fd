//! Verdicts on names as people and registers write them, and that a verdict depends on nothing but what is compared.
#![expect(clippy::unwrap_used, reason = "fixtures are valid ids")]

use revloops_domain::{Account, AccountId, MailDomain, MatchedBy, OwnerId};
use revloops_matching::labelled::LabelledSet;
use revloops_matching::{
    AT_MOST_A_KEY, Company, MatchIndex, MatchRules, MatchVerdict, TieRule, crowded, decide, shortlist,
};

fn account(number: u32, name: &str, domain: &str, country: &str, city: &str) -> Account {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Account {
        id: AccountId::parse(&format!("001xx{number:010}")).unwrap(),
        name: name.to_owned(),
        domain: MailDomain::parse(domain),
        country_code: text(country),
        state_code: None,
        postal_code: None,
        city: text(city),
        phone: None,
        industry: None,
        employees: None,
        kind: None,
        owner_id: OwnerId::parse("005xx0000000001").ok(),
        parent_id: None,
        created_at: None,
        modified_at: None,
    }
}

fn company(name: &str, domain: &str, country: &str, city: &str) -> Company {
    Company::of_account(&account(9, name, domain, country, city))
}

fn verdict(accounts: &[Account], company: &Company) -> MatchVerdict {
    MatchIndex::new(accounts.to_vec()).decide(&MatchRules::default(), company)
}

fn by(accounts: &[Account], company: &Company) -> Option<MatchedBy> {
    verdict(accounts, company).matched.map(|matched| matched.matched_by)
}

#[test]
fn names_that_people_write_differently_are_one_company() {
    use MatchedBy::{Domain, Name, SimilarName};
    for (account_name, account_domain, lead_name, lead_domain, city, expected) in [
        ("Acme GmbH", "acme.de", "Anything", "mail.acme.de", "", Domain),
        ("Société Générale S.A.", "", "SOCIETE GENERALE", "", "Paris", Name),
        ("L'Oréal", "", "Loreal SA", "", "Paris", Name),
        ("Bayerische Motoren Werke AG", "bmw.example", "BMW", "", "München", SimilarName),
        ("International Business Machines Corporation", "", "I.B.M.", "", "Berlin", SimilarName),
        ("Badische Anilin- und Soda-Fabrik", "", "BASF SE", "", "Essen", SimilarName),
        ("Müller Maschinenbau GmbH & Co. KG", "", "Mueller Maschinenbau", "", "Köln", Name),
        ("Northwind Traders", "", "Nortwind Traders Ltd.", "", "Leeds", SimilarName),
        ("Coca-Cola Hellenic", "", "Coca Cola Hellenic", "", "Zug", Name),
        ("Grupo Velorix Internacional S.A. de C.V.", "", "Velorix International Group", "", "Madrid", SimilarName),
        ("Smith & Sons Plumbing", "", "Smith and Sons Plumbing LLC", "", "Boston", Name),
    ] {
        let accounts = [account(1, account_name, account_domain, "DE", city)];
        let found = verdict(&accounts, &company(lead_name, lead_domain, "DE", city));
        let found = found.matched.unwrap_or_else(|| panic!("{account_name}, {lead_name}: {:?}", found.runners_up));
        assert_eq!(found.matched_by, expected, "{account_name}, {lead_name}: {:?}", found.evidence);
        assert!(!found.evidence.is_empty() && (1..=100).contains(&found.confidence));
    }
}

#[test]
fn what_only_looks_like_the_company_is_not_matched_and_says_why() {
    for (account_name, account_domain, account_country, lead_name, lead_domain, lead_country, why) in [
        ("Velorix", "", "DE", "Velorix", "", "US", "another country"),
        ("Acme 1", "", "DE", "Acme 2", "", "DE", "different numbers"),
        ("Acme France", "acme.com", "FR", "Acme Germany", "acme.com", "DE", "different places"),
        (
            "Burgerhaus Kleinstadt",
            "burgerhaus.de",
            "DE",
            "Burgerhaus Hamburg",
            "burgerhaus.de",
            "DE",
            "different towns",
        ),
        ("Velorix", "velorix.de", "DE", "Velorix", "quintara.de", "DE", "another domain"),
        ("Premier Plumbing", "", "DE", "Premier Plumbing", "", "DE", "elsewhere"),
        ("Meyer Logistik", "", "DE", "Mayer Logistik", "", "DE", "no second fact"),
    ] {
        let mut ours = account(1, account_name, account_domain, account_country, "Kleinstadt");
        ours.phone = Some("+49 30 111222333".into());
        let found = verdict(&[ours.clone()], &company(lead_name, lead_domain, lead_country, "Hamburg"));
        assert_eq!(found.matched.as_ref().map(|matched| &matched.evidence), None, "{account_name}, {lead_name}");
        // Compared alone: not every look-alike shares a key.
        let found = decide(&MatchRules::default(), &company(lead_name, lead_domain, lead_country, "Hamburg"), [&ours]);
        assert!(found.runners_up[0].why.contains(why), "{account_name}, {lead_name}: {}", found.runners_up[0].why);
    }
}

#[test]
fn free_mail_and_shared_hosts_match_nobody() {
    for domain in ["gmail.com", "comcast.net", "github.io", "co.uk"] {
        let accounts = [account(1, "Velorix", domain, "DE", "")];
        assert_eq!(by(&accounts, &company("Quintara", domain, "DE", "")), None, "{domain}");
    }
}

#[test]
fn ties_are_broken_in_the_declared_order() {
    let mut customer = account(3, "Velorix Inc", "velorix.com", "US", "");
    customer.kind = Some("Customer - Direct".into());
    let german = account(2, "Velorix", "velorix.com", "DE", "");
    let mut large = account(1, "Velorix LLC", "velorix.com", "FR", "");
    large.employees = Some(9_000);
    let index = MatchIndex::new([customer.clone(), german.clone(), large.clone()]);
    let lead = company("Velorix", "velorix.com", "DE", "");
    for (ties, expected, said) in [
        (vec![TieRule::Customer, TieRule::SameCountry], &customer, "it is a customer"),
        (vec![TieRule::SameCountry, TieRule::Customer], &german, "it is in the lead's country"),
        (vec![TieRule::MostEmployees], &large, "it has more employees"),
    ] {
        let rules = MatchRules { ties, ..MatchRules::default() };
        let verdict = index.decide(&rules, &lead);
        let matched = verdict.matched.unwrap();
        assert_eq!(matched.account.id, expected.id);
        assert!(matched.evidence.iter().any(|line| line.contains(said)), "{:?}", matched.evidence);
        assert_eq!(verdict.runners_up.len(), 2);
    }
}

#[test]
fn two_companies_of_one_name_are_not_guessed_between() {
    let accounts =
        [account(1, "Velorixana GmbH", "velorixana.de", "", ""), account(2, "Velorixana Corp", "quintara.com", "", "")];
    let found = verdict(&accounts, &company("Velorixana", "", "", ""));
    assert!(found.matched.is_none());
    assert!(
        found.runners_up.iter().any(|one| one.why.contains("several companies are called so")),
        "{:?}",
        found.runners_up
    );
}

#[test]
fn an_alias_is_the_same_domain() {
    let accounts = [account(1, "Velorix", "velorix.com", "DE", "")];
    let lead = company("V", "emea.velorix-group.de", "DE", "");
    assert_eq!(by(&accounts, &lead), None);
    let alias = ["velorix.com", "velorix-group.de"].map(|domain| MailDomain::parse(domain).unwrap()).to_vec();
    let rules = MatchRules { aliases: vec![alias], ..MatchRules::default() };
    let matched = MatchIndex::new(accounts.to_vec()).decide(&rules, &lead).matched.unwrap();
    assert_eq!(matched.matched_by, MatchedBy::Domain);
}

#[test]
fn a_verdict_depends_neither_on_the_order_of_candidates_nor_on_those_that_a_record_leaves_out() {
    let set = LabelledSet::new(7, 6);
    let (rules, index) = (MatchRules::default(), MatchIndex::new(set.accounts.clone()));
    for pair in &set.pairs {
        let company = Company::of_lead(&pair.lead);
        let whole = index.decide(&rules, &company);
        let mut candidates: Vec<Account> = index.candidates(&company).cloned().collect();
        candidates.reverse();
        assert_eq!(decide(&rules, &company, &candidates), whole, "{}", pair.lead.company);
        let kept = shortlist(&rules, &company, &candidates, 6);
        assert_eq!(decide(&rules, &company, &kept).matched, whole.matched, "{}", pair.lead.company);
        // Beyond the candidates nobody fits: the keys lose nothing that the rules would take.
        let everybody = decide(&rules, &company, &set.accounts).matched;
        assert_eq!(everybody, whole.matched, "{}", pair.lead.company);
    }
}

#[test]
fn texts_of_any_kind_are_compared_without_harm() {
    let odd = [
        "",
        " ",
        "...",
        "& Co. KG",
        "GmbH",
        "株式会社日立製作所",
        "🦀 Ltd",
        "ООО Ромашка",
        "\u{202e}evil",
        "İstanbul A.Ş.",
        "1",
        "The",
        "-",
    ];
    let accounts: Vec<Account> =
        odd.iter().zip(1..).map(|(name, number)| account(number, name, "", "DE", "Berlin")).collect();
    for name in odd {
        let found = verdict(&accounts, &company(name, "", "DE", "Berlin"));
        if let Some(matched) = found.matched {
            assert!(
                !name.trim_matches(|c: char| !c.is_alphanumeric()).is_empty(),
                "nothing matched {}",
                matched.account.name
            );
        }
    }
    let hitachi = [account(1, "株式会社日立製作所", "", "JP", "")];
    assert_eq!(by(&hitachi, &company("株式会社日立製作所", "", "JP", "")), Some(MatchedBy::Name));
}

#[test]
fn a_key_that_too_many_share_is_cut_the_same_way_everywhere_and_said() {
    let accounts: Vec<Account> = (1..=AT_MOST_A_KEY + 20)
        .map(|number| account(u32::try_from(number).unwrap(), "Branch", "chain.example", "", ""))
        .collect();
    let index = MatchIndex::new(accounts.clone());
    let lead = company("Chain", "chain.example", "", "");
    assert_eq!(index.candidates(&lead).count(), AT_MOST_A_KEY);
    let verdict = index.decide(&MatchRules::default(), &lead);
    assert_eq!(verdict.crowded, ["domain/chain.example", "name/chain"], "the domain, and its word");
    assert_eq!(crowded(&lead, &accounts[..AT_MOST_A_KEY]).len(), 2);
    assert!(crowded(&lead, &accounts[..50]).is_empty());
}
