//! Target accounts in the table of the local cloud, with several scanners claiming at once.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use revloops_aws::TableTargets;
use revloops_domain::{AccountId, MailDomain};
use revloops_loopkit::ports::{Lease, Settled, Target, Targets as _};
use revloops_tests::system::System;
use tokio::task::JoinSet;

use crate::demand::system;

const TARGETS: usize = 200;
const SCANNERS: usize = 8;

fn account(number: usize) -> AccountId {
    AccountId::parse(&format!("001{number:012}")).unwrap()
}

fn target(number: usize, now: Timestamp) -> Target {
    Target {
        account: account(number),
        name: format!("Company {number}"),
        domain: MailDomain::parse(&format!("company-{number}.example")),
        country: None,
        tier: "a".into(),
        listed: now,
        due: now - SignedDuration::from_mins(1_000 - i64::try_from(number).unwrap()),
        scans: 0,
        failures: 0,
        scanned: None,
    }
}

fn lease(owner: &str, until: Timestamp) -> Lease {
    Lease { owner: owner.to_owned(), until }
}

#[tokio::test(flavor = "multi_thread")]
async fn scanners_at_once_claim_each_target_once_and_the_most_overdue_first() -> anyhow::Result<()> {
    let (_turn, system) = system().await?;
    let table = TableTargets::new(system.endpoints.clients().await.dynamodb, system.endpoints.output("TargetsTable")?);
    let now = Timestamp::from_millisecond(System::now_ms())?;
    let table = Arc::new(table.list(format!("test-{}", now.as_nanosecond())));
    for number in 0..TARGETS {
        assert!(table.put(&target(number * 7 % TARGETS, now)).await?);
    }
    assert!(!table.put(&target(5, now)).await?, "there already");
    assert_eq!(table.all().await?.len(), TARGETS);

    let mut at_work = JoinSet::new();
    for scanner in 0..SCANNERS {
        let table = Arc::clone(&table);
        at_work.spawn(async move {
            let lease = lease(&format!("scanner-{scanner}"), now + SignedDuration::from_mins(5));
            let mut claimed = Vec::new();
            while let Some(target) = table.claim(&lease, now).await? {
                claimed.push(target);
            }
            anyhow::Ok(claimed)
        });
    }
    let mut all = BTreeSet::new();
    let mut count = 0;
    while let Some(claimed) = at_work.join_next().await {
        let claimed = claimed??;
        // Each scanner sees them in their order, whoever takes those in between.
        assert!(claimed.iter().map(|target| target.due).is_sorted());
        count += claimed.len();
        all.extend(claimed.into_iter().map(|target| target.account));
    }
    assert_eq!((count, all.len()), (TARGETS, TARGETS), "none twice, none forgotten");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_holds_until_it_is_ended_or_its_lease_is_over() -> anyhow::Result<()> {
    let (_turn, system) = system().await?;
    let table = TableTargets::new(system.endpoints.clients().await.dynamodb, system.endpoints.output("TargetsTable")?);
    let now = Timestamp::from_millisecond(System::now_ms())?;
    let table = table.list(format!("test-{}", now.as_nanosecond()));
    table.put(&target(0, now)).await?;
    let (first, until) = (account(0), now + SignedDuration::from_mins(5));
    let (ours, theirs) = (lease("ours", until), lease("theirs", until + SignedDuration::from_mins(5)));
    let claimed = table.claim(&ours, now).await?.unwrap();
    assert_eq!((claimed.account, claimed.due), (first.clone(), target(0, now).due));
    assert_eq!(table.claim(&theirs, now).await?, None, "nobody else has it");
    assert_eq!(
        table.claim(&theirs, until).await?.map(|target| target.due),
        Some(target(0, now).due),
        "who died is followed"
    );
    let settled = Settled { due: until, scans: 1, failures: 0, scanned: Some(now) };
    assert!(!table.settle(&first, &ours, &settled).await?, "the claim is over");
    assert!(table.settle(&first, &theirs, &settled).await?);
    let [kept] = table.all().await?.try_into().unwrap();
    let told = (kept.due.as_millisecond(), kept.scans, kept.scanned.map(Timestamp::as_millisecond));
    assert_eq!(told, (until.as_millisecond(), 1, Some(now.as_millisecond())));
    assert!(table.hasten(&first, now).await? && table.claim(&ours, now).await?.is_some());
    assert!(table.remove(&first).await? && !table.hasten(&first, now).await?);
    assert!(!table.settle(&first, &ours, &settled).await?, "it is off the list, and stays so");
    assert!(table.all().await?.is_empty());
    Ok(())
}
