//! The account that a lead belongs to: the same verdict live, in a batch and in a dry run, and what the CRM says of it now.

use std::sync::Arc;

use serde_json::{Value, json};

use revloops_domain::events::{LeadSaved, Qualified};
use revloops_domain::{Account, AccountId, ErrorClass, Lead, MailDomain, MatchedBy, OwnerId};
use revloops_loopkit::Loop as _;
use revloops_loopkit::ports::Accounts as _;
use revloops_loopkit::record::Mode;
use revloops_matching::labelled::LabelledSet;
use revloops_matching::{Company, MatchIndex, MatchRules, keys};
use revloops_testkit::{AccountsInMemory, TestWorld, lead_saved, shipped_sources_with};

use super::{at, ida, shipped};
use crate::inputs::{QualifyFacts, QualifyInput};
use crate::{Qualify, QualifyConfig};

fn owner(number: u32) -> OwnerId {
    OwnerId::parse(&format!("005xx{number:010}")).unwrap()
}

fn account(number: u32, name: &str, domain: &str) -> Account {
    Account {
        id: AccountId::parse(&format!("001xx{number:010}")).unwrap(),
        name: name.to_owned(),
        domain: MailDomain::parse(domain),
        country_code: Some("DE".into()),
        state_code: None,
        postal_code: Some("20095".into()),
        city: Some("Hamburg".into()),
        phone: Some("+49 40 1234567".into()),
        industry: None,
        employees: None,
        kind: Some("Prospect".into()),
        owner_id: Some(owner(1)),
        parent_id: None,
        created_at: None,
        modified_at: None,
    }
}

struct World {
    qualify: Qualify,
    world: Arc<TestWorld>,
}

/// The index knows these accounts; the CRM has them as they are there.
async fn world(accounts: &[Account]) -> World {
    let world = Arc::new(TestWorld::new(at()));
    let index = Arc::new(AccountsInMemory::default());
    for account in accounts {
        let keys: Vec<String> = keys(&Company::of_account(account)).iter().map(ToString::to_string).collect();
        index.put(account, &keys).await.unwrap();
        world.with(|memory| {
            let fields = json!({"OwnerId": account.owner_id, "ParentId": account.parent_id, "Type": account.kind});
            let Value::Object(fields) = fields else { unreachable!("an object") };
            memory.records.insert(("Account".into(), account.id.to_string()), fields);
        });
    }
    let qualify = Qualify {
        leads: world.clone(),
        crm: world.clone(),
        providers: Vec::new(),
        cache: world.clone(),
        spend: world.clone(),
        behaviour: world.clone(),
        accounts: index,
    };
    World { qualify, world }
}

fn input(lead: Lead) -> QualifyInput {
    QualifyInput { event: LeadSaved { lead_id: lead.id.clone(), ..lead_saved() }, lead }
}

impl World {
    fn crm(&self, account: &Account, field: &str, value: Value) {
        self.world.with(|memory| {
            let record = memory.records.get_mut(&("Account".to_owned(), account.id.to_string())).unwrap();
            record.insert(field.to_owned(), value);
        });
    }

    async fn facts(&self, config: &QualifyConfig, lead: &Lead, mode: Mode) -> QualifyFacts {
        self.qualify.look_up(config, &input(lead.clone()), at(), mode).await.unwrap().facts
    }

    async fn verdict(&self, lead: &Lead) -> crate::QualifyVerdict {
        let config = shipped();
        let facts = self.facts(&config, lead, Mode::Live).await;
        Qualify::decide(&config, &input(lead.clone()), &facts, at()).verdict
    }
}

#[tokio::test]
async fn live_batch_and_dry_run_give_one_verdict_on_every_labelled_pair() {
    let set = LabelledSet::new(20_261_122, 100);
    assert!(set.pairs.len() >= 2_000);
    let world = world(&set.accounts).await;
    let index = MatchIndex::new(set.accounts.clone());
    let mut config = shipped();
    config.enrichment.waterfall.clear();
    config.scoring.behaviours.clear();
    let mut matched = 0;
    for pair in &set.pairs {
        let batch = index.decide(&config.matching, &Company::of_lead(&pair.lead));
        for mode in [Mode::Live, Mode::DryRun] {
            let facts = world.facts(&config, &pair.lead, mode).await;
            // From the record's facts alone, as a decision is computed again.
            let kept: QualifyFacts = serde_json::from_value(serde_json::to_value(&facts).unwrap()).unwrap();
            let verdict = Qualify::decide(&config, &input(pair.lead.clone()), &kept, at()).verdict.account;
            if config.company_name(&pair.lead).is_some() {
                assert_eq!(verdict.matched, batch.matched, "{}: {}", pair.kind, pair.lead.company);
                assert_eq!(verdict.compared, batch.compared, "{}: {}", pair.kind, pair.lead.company);
            } else {
                let id = |of: &revloops_matching::MatchVerdict| of.matched.as_ref().map(|one| one.account.id.clone());
                assert_eq!(id(&verdict), id(&batch), "{}: {}", pair.kind, pair.lead.company);
            }
        }
        matched += usize::from(batch.matched.is_some());
    }
    assert!(matched > 1_000, "{matched} matched: the set has not been tried");
}

#[tokio::test]
async fn the_owner_is_the_one_that_the_crm_names_now() {
    let northwind = account(1, "Northwind GmbH", "northwind.example");
    let parent = account(2, "Fabrikam Holding", "fabrikam.example");
    let world = world(&[northwind.clone(), parent.clone()]).await;
    world.crm(&northwind, "OwnerId", json!(owner(7)));
    world.crm(&northwind, "Type", json!("Customer - Direct"));
    world.crm(&northwind, "ParentId", json!(parent.id));
    world.crm(&parent, "OwnerId", json!(owner(8)));
    let matched = world.verdict(&ida()).await.account.matched.unwrap();
    assert_eq!(matched.matched_by, MatchedBy::Domain);
    assert_eq!(matched.account.owner_id, Some(owner(7)));
    assert_eq!(matched.account.kind.as_deref(), Some("Customer - Direct"));
    assert_eq!((matched.account.parent_id, matched.parent_owner_id), (Some(parent.id), Some(owner(8))));
}

#[tokio::test]
async fn an_account_that_the_crm_has_deleted_is_passed_over_for_the_next() {
    let gone = account(1, "Northwind", "northwind.example");
    let kept = account(2, "Northwind GmbH", "northwind.example");
    let world = world(&[gone.clone(), kept.clone()]).await;
    assert_eq!(world.verdict(&ida()).await.account.matched.unwrap().account.id, gone.id);
    world.world.with(|memory| memory.records.remove(&("Account".to_owned(), gone.id.to_string())));
    assert_eq!(world.verdict(&ida()).await.account.matched.unwrap().account.id, kept.id);
    world.world.with(|memory| memory.records.remove(&("Account".to_owned(), kept.id.to_string())));
    assert_eq!(world.verdict(&ida()).await.account.matched, None);
}

#[tokio::test]
async fn free_mail_and_no_company_match_nobody() {
    let world = world(&[account(1, "N/A", "northwind.example"), account(2, "Gmail", "gmail.com")]).await;
    let mut lead = ida();
    lead.company = "n/a".into();
    lead.email = Some("ida@gmail.com".into());
    let verdict = world.verdict(&lead).await.account;
    assert_eq!((verdict.matched, verdict.compared), (None, 0));
}

#[tokio::test]
async fn an_index_that_is_down_holds_the_lead_back_instead_of_giving_it_to_somebody_else() {
    struct Down;
    #[async_trait::async_trait]
    impl revloops_loopkit::ports::Accounts for Down {
        async fn candidates(&self, _keys: &[String], _at_most: usize) -> revloops_loopkit::Outcome<Vec<Account>> {
            Err(revloops_loopkit::Failure::new(ErrorClass::Throttled, "the table is busy"))
        }
        async fn get(&self, _id: &AccountId) -> revloops_loopkit::Outcome<Option<Account>> {
            Ok(None)
        }
        async fn put(&self, _account: &Account, _keys: &[String]) -> revloops_loopkit::Outcome<bool> {
            Ok(false)
        }
        async fn remove(&self, _id: &AccountId) -> revloops_loopkit::Outcome<()> {
            Ok(())
        }
    }
    let mut world = world(&[]).await;
    world.qualify.accounts = Arc::new(Down);
    let failure = world.qualify.look_up(&shipped(), &input(ida()), at(), Mode::Live).await.err().unwrap();
    assert_eq!(failure.class(), ErrorClass::Throttled);
    assert!(failure.to_string().contains("account"), "{failure}");
}

#[tokio::test]
async fn lead_reply_event_metric_and_record_say_which_account_and_why() {
    let world =
        world(&[account(1, "Northwind GmbH", "northwind.example"), account(2, "Northwind", "other.example")]).await;
    let (config, input) = (shipped(), input(ida()));
    let facts = world.facts(&config, &input.lead, Mode::Live).await;
    let decision = Qualify::decide(&config, &input, &facts, at());
    let outputs = Qualify::outputs(&config, &input, &facts, &decision, &super::writes::run());
    let written = serde_json::to_value(&outputs.effects).unwrap().to_string();
    assert!(written.contains(r#""RevLoops_Account__c":"001xx0000000001"#), "{written}");
    assert!(written.contains("Northwind GmbH (domain, 99%): domain northwind.example"), "{written}");
    assert!(!written.contains("1234567") && !written.contains("20095"), "no phone or postal code: {written}");
    let reply: Qualified = serde_json::from_value(outputs.reply).unwrap();
    assert_eq!(reply.account.unwrap().account.phone.as_deref(), Some("+49 40 1234567"));
    let fact = &Qualify::metrics(&input, &facts, &decision)[0];
    assert_eq!((fact.account_match, fact.account_confidence), ("domain", 99));
    let reason = decision.reasons.iter().find(|reason| reason.what == "account").unwrap();
    assert!(reason.because.iter().any(|line| line.condition.contains("not Northwind (001xx0000000002")), "{reason:?}");
}

#[test]
fn the_shipped_rules_are_those_that_precision_and_recall_were_measured_with() {
    assert_eq!(shipped().matching, MatchRules::default());
}

#[test]
fn planted_mistakes_in_the_matching_are_all_found_with_line_and_remedy() {
    let sources = shipped_sources_with::<QualifyConfig>(
        "matching.yaml",
        &[
            ("match_by: [domain, name,", "match_by: [domain, nane,"),
            ("{fact: city,", "{fact: town,"),
            ("{fact: state,", "{fact: phone,"),
            ("[same_name, customer,", "[same_name, same_name, custumer,"),
            ("aliases: []", "aliases: [[acme.com], [gmail.com, acme.com]]"),
            ("shared_domains: []", "shared_domains: [\"no domain\"]"),
            ("say_nothing: []", "say_nothing: [\"Two Words\"]"),
        ],
    );
    let problems = revloops_loopkit::change::check_sources::<Qualify>(&sources, revloops_config::Problems::new());
    let said = problems.map(|_| ()).unwrap_err().to_string();
    for wanted in [
        "match_by[1]: unknown way of matching `nane`; did you mean `name`?",
        "second_facts[3].fact: unknown fact `town`",
        "second_facts[4].fact: `phone` stands here twice",
        "ties[1]: `same_name` stands here twice",
        "ties[2]: unknown tie rule `custumer`; did you mean `customer`?",
        "aliases[0]: one domain is no alias",
        "aliases[1][0]: `gmail.com` is free mail",
        "`acme.com` stands in the aliases twice",
        "shared_domains[0]: `no domain` is no domain",
        "words.say_nothing[0]: `Two Words` is not one word in lower case",
    ] {
        assert!(said.contains(wanted), "wanted {wanted}\nin\n{said}");
    }
    for line in said.lines() {
        assert!(line.starts_with("loops/qualify/matching.yaml:"), "{line}");
    }
}
