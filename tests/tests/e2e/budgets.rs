//! A day's budget in the table of the local cloud, with everybody reserving at once.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use revloops_aws::TableSpend;
use revloops_loopkit::ports::{Budget, Reserved, Spend as _};
use revloops_tests::system::System;
use tokio::task::JoinSet;

use crate::demand::system;

const AT_ONCE: u64 = 1_000;
const PRICE: u64 = 280_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_at_once_get_what_there_is_and_no_more() -> anyhow::Result<()> {
    let (_turn, system) = system().await?;
    let clients = system.endpoints.clients().await;
    let spend = Arc::new(TableSpend::new(clients.dynamodb, system.endpoints.output("CacheTable")?));
    let now = Timestamp::from_millisecond(System::now_ms())?;
    let day = now.to_zoned(TimeZone::UTC).date();
    // Names of this run alone, beside those that the system itself counts under.
    let budget = |name: &str, times: u64| Budget {
        name: format!("{name}-{}", now.as_nanosecond()),
        most_microusd: times * PRICE + PRICE / 2,
    };
    let (all, provider) = (budget("all", 300), budget("provider", 200));
    let mut at_work = JoinSet::new();
    for n in 0..AT_ONCE {
        let spend = spend.clone();
        // Every other question is to a provider without a budget of its own.
        let budgets = if n % 2 == 0 { vec![all.clone(), provider.clone()] } else { vec![all.clone()] };
        at_work.spawn(async move { spend.reserve(day, PRICE, &budgets).await });
    }
    let mut reserved = 0;
    while let Some(one) = at_work.join_next().await {
        reserved += u64::from(one?? == Reserved::Yes);
    }
    assert_eq!(reserved, 300);
    assert_eq!(spend.spent(day, &all.name).await?, 300 * PRICE);
    assert!(spend.spent(day, &provider.name).await? <= 200 * PRICE);

    let both = [all.clone(), provider.clone()];
    spend.give_back(day, PRICE, &both).await?;
    assert_eq!(spend.spent(day, &all.name).await?, 299 * PRICE);
    assert_eq!(spend.reserve(day, PRICE, &both[..1]).await?, Reserved::Yes);
    assert_eq!(spend.reserve(day, PRICE, &both).await?, Reserved::OverBudget);
    Ok(())
}
