//! Accounts on the local cloud: from the CRM's message into the index, and from there to the owner of a customer's lead.

use std::time::{Duration, Instant};

use revloops_aws::TableAccounts;
use revloops_cli::accounts;
use revloops_cli::console::Console;
use revloops_cli::crm_api::literal;
use revloops_domain::{Account, AccountId};
use revloops_loopkit::ports::{Accounts as _, CrmWriter as _};
use revloops_tests::system::System;
use serde_json::{Map, Value, json};

use crate::demand::system;

const PATIENCE: Duration = Duration::from_secs(120);

async fn table(system: &System) -> anyhow::Result<TableAccounts> {
    Ok(TableAccounts::new(system.endpoints.clients().await.dynamodb, system.endpoints.output("AccountsTable")?))
}

async fn user(system: &System, login: &str) -> anyhow::Result<String> {
    let found = system.crm.query(&format!("SELECT Id FROM User WHERE Username = {}", literal(login))).await?;
    Ok(found[0]["Id"].as_str().unwrap().to_owned())
}

/// Waits until a message has brought what is wanted into the index.
async fn until_known(table: &TableAccounts, key: &str, count: usize) -> anyhow::Result<Vec<Account>> {
    let began = Instant::now();
    loop {
        let found = table.candidates(&[key.to_owned()], 10).await?;
        if found.len() == count {
            return Ok(found);
        }
        anyhow::ensure!(began.elapsed() < PATIENCE, "{key}: {} accounts instead of {count}", found.len());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_s_lead_goes_to_whoever_owns_the_account_in_this_moment() -> anyhow::Result<()> {
    let (_turn, system) = system().await?;
    let table = table(&system).await?;
    let mark = System::now_ms();
    let (before, after) =
        (user(&system, "erik.lind@northfield.example").await?, user(&system, "james.hart@northfield.example").await?);
    let domain = format!("velorix{mark}.example");
    let account = json!({
        "Name": format!("Velorix {mark} A/S"), "Website": format!("https://www.{domain}"), "Type": "Customer - Direct",
        "BillingCountryCode": "DK", "OwnerId": before,
    });
    let account = system.crm.create_all("Account", &[account]).await?.remove(0);
    let known = until_known(&table, &format!("domain/{domain}"), 1).await?;
    assert_eq!(known[0].id.as_str(), account);

    let lead = |person: &str| {
        json!({
            "Company": "Velorix", "LastName": person, "Email": format!("{person}@mail.{domain}"), "CountryCode": "DK",
            "LeadSource": "Web",
        })
    };
    let first = system.save(&[lead("holm")]).await?;
    system.wait_for_ends(&first, PATIENCE).await?;
    // The account changes hands, and a lead comes at once: the CRM is asked, whatever the index knows.
    let fields = Map::from_iter([("OwnerId".to_owned(), json!(after))]);
    accounts::crm(&system.endpoints)?.update("Account", &account, &fields).await?;
    let second = system.save(&[lead("lund")]).await?;
    system.wait_for_ends(&second, PATIENCE).await?;

    for (id, owner) in [(&first[0], &before), (&second[0], &after)] {
        let runs = system.finished_runs(id).await?;
        let qualify = runs.iter().find(|run| run.key.loop_name == "qualify").unwrap();
        assert_eq!(qualify.reply.pointer("/account/account/id").and_then(Value::as_str), Some(account.as_str()));
        assert_eq!(qualify.reply.pointer("/account/account/owner_id").and_then(Value::as_str), Some(owner.as_str()));
        let fields = "RevLoops_Account__c, RevLoops_Account_Match__c, RevLoops_Account__r.Name";
        let in_crm = system.crm.query(&format!("SELECT {fields} FROM Lead WHERE Id = {}", literal(id))).await?;
        assert_eq!(in_crm[0]["RevLoops_Account__c"], account.as_str());
        assert_eq!(in_crm[0].pointer("/RevLoops_Account__r/Name"), Some(&json!(format!("Velorix {mark} A/S"))));
        let words = in_crm[0]["RevLoops_Account_Match__c"].as_str().unwrap();
        assert!(words.contains("domain"), "{words}");
        let route = runs.iter().find(|run| run.key.loop_name == "route").unwrap();
        assert_eq!(route.reply.pointer("/rule").and_then(Value::as_str), Some("customers"));
        assert_eq!(route.reply.pointer("/owner/id").and_then(Value::as_str), Some(owner.as_str()));
    }
    // The change came by a message, too.
    let began = Instant::now();
    while table.get(&known[0].id).await?.unwrap().owner_id.unwrap().as_str() != after {
        anyhow::ensure!(began.elapsed() < PATIENCE, "the new owner has not come into the index");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_keeps_the_newest_version_under_its_keys_alone() -> anyhow::Result<()> {
    let (_turn, system) = system().await?;
    let table = table(&system).await?;
    let mark = System::now_ms();
    let version = |number: i64, name: &str| -> Account {
        serde_json::from_value(json!({
            "id": format!("001tst{:09}", mark % 1_000_000_000), "name": name,
            "modified_at": format!("2026-11-22T10:00:{number:02}Z"),
        }))
        .unwrap()
    };
    let key = |name: &str| format!("name/{name}{mark}");
    let keys = |names: &[&str]| names.iter().map(|name| key(name)).collect::<Vec<String>>();
    let id: AccountId = version(0, "x").id;
    assert!(table.put(&version(1, "old"), &keys(&["a", "b"])).await?);
    assert!(table.put(&version(3, "new"), &keys(&["b", "c"])).await?);
    assert!(!table.put(&version(2, "late"), &keys(&["a", "d"])).await?, "a newer version is known");
    assert!(table.put(&version(3, "new"), &keys(&["b", "c"])).await?, "the same again is harmless");
    for (name, found) in [("a", 0), ("b", 1), ("c", 1), ("d", 0)] {
        assert_eq!(table.candidates(&keys(&[name]), 10).await?.len(), found, "{name}");
    }
    assert_eq!(table.candidates(&keys(&["a", "b", "c", "d"]), 10).await?[0].name, "new");
    assert!(table.ids().await?.contains(&id));
    table.remove(&id).await?;
    assert!(table.candidates(&keys(&["b", "c"]), 10).await?.is_empty() && table.get(&id).await?.is_none());

    // Under one key no more are looked at than asked for, the lowest ids first.
    let crowd = keys(&["crowd"]);
    let mut ids = Vec::new();
    for number in 0..5 {
        let mut one = version(1, "crowd");
        one.id = AccountId::parse(&format!("001tst{:09}", 1_000 * (mark % 100_000) + number)).unwrap();
        table.put(&one, &crowd).await?;
        ids.push(one.id);
    }
    ids.sort();
    let found: Vec<AccountId> = table.candidates(&crowd, 3).await?.into_iter().map(|one| one.id).collect();
    assert_eq!(found, ids[..3]);
    for id in &ids {
        table.remove(id).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_brings_in_all_accounts_and_forgets_those_that_are_gone() -> anyhow::Result<()> {
    let (_turn, system) = system().await?;
    let table = table(&system).await?;
    let mark = System::now_ms();
    let gone: Account =
        serde_json::from_value(json!({"id": format!("001gon{:09}", mark % 1_000_000_000), "name": "Gone"})).unwrap();
    table.put(&gone, &[format!("name/gone{mark}")]).await?;
    let made = system.crm.create_all("Account", &[json!({"Name": format!("Quintara {mark}")})]).await?.remove(0);
    let step = Console::new(false).step("accounts");
    let synced = accounts::sync(&system.endpoints, &step).await?;
    assert!(synced.kept + synced.newer >= 1 && synced.forgotten >= 1 && synced.unreadable.is_empty(), "{synced:?}");
    assert!(table.get(&gone.id).await?.is_none());
    assert_eq!(table.candidates(&[format!("name/quintara{mark}")], 10).await?[0].id.as_str(), made);
    step.done("");
    Ok(())
}
