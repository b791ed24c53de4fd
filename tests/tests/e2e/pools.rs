//! Pools on the local cloud's DynamoDB: many draws at once, as many functions make them.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use revloops_aws::TablePools;
use revloops_loopkit::ports::{
    Cap, Draw, Drawn, Held, PickBy, PoolMember, PoolState, Pools, Sticky, Ticket, TicketKind,
};
use revloops_testkit::audit;
use revloops_tests::system::System;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

const AT_ONCE: usize = 20;
const LEADS: usize = 500;
const LAST_OF_ALL: usize = 400;

/// The real pools, and a pool of this test alone.
async fn fresh_pool(name: &str) -> anyhow::Result<(Arc<TablePools>, String)> {
    let system = System::running().await?;
    let clients = system.endpoints.clients().await;
    let pools = TablePools::new(clients.dynamodb, system.endpoints.output("PoolsTable")?);
    Ok((Arc::new(pools), format!("{name}-{}", System::now_ms())))
}

fn question(pool: &str, subject: String, eligible: Vec<PoolMember>) -> Draw {
    let at = Timestamp::from_second(1_795_341_600).unwrap();
    Draw { pool: pool.to_owned(), subject, by: PickBy::Turns, eligible, team_caps: Vec::new(), sticky: None, at }
}

/// Five members: one with a cap that fills up, one who is away in the middle, one who is out again and again.
fn team(lead: usize) -> Vec<PoolMember> {
    let capped = PoolMember { cap: Some(Cap { most: 40, window: "2026-11-22".into() }), ..PoolMember::new("cleo", 2) };
    let mut team = vec![PoolMember::new("ada", 3), PoolMember::new("ben", 2), capped];
    if lead >= LAST_OF_ALL || !(100..250).contains(&lead) {
        team.push(PoolMember::new("dora", 2));
    }
    if lead >= LAST_OF_ALL || (lead / 15).is_multiple_of(2) {
        team.push(PoolMember::new("emil", 1));
    }
    team
}

async fn draw_all(pools: &Arc<TablePools>, draws: Vec<Draw>) -> anyhow::Result<Vec<(Ticket, Draw)>> {
    let at_once = Arc::new(Semaphore::new(AT_ONCE));
    let mut tasks = JoinSet::new();
    for draw in draws {
        let permit = Arc::clone(&at_once).acquire_owned().await?;
        let pools = Arc::clone(pools);
        tasks.spawn(async move {
            let drawn = pools.draw(&draw).await;
            drop(permit);
            (drawn, draw)
        });
    }
    let mut tickets = Vec::new();
    while let Some(done) = tasks.join_next().await {
        let (drawn, draw) = done?;
        match drawn? {
            Drawn::Ticket(ticket) => tickets.push((ticket, draw)),
            Drawn::Nobody(why) => panic!("nobody for {}: {why:?}", draw.subject),
        }
    }
    Ok(tickets)
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_leads_at_once_draw_one_ticket_each_and_leave_everybody_within_a_lead() -> anyhow::Result<()> {
    let (pools, pool) = fresh_pool("fairness").await?;
    let twice = (0..LEADS).filter(|lead| lead % 10 < 3);
    let mut leads: Vec<usize> = (0..LEADS).chain(twice).collect();
    leads.sort_unstable();
    let draws = leads.iter().map(|lead| question(&pool, format!("lead/{lead}"), team(*lead))).collect();
    let began = std::time::Instant::now();
    let drawn = draw_all(&pools, draws).await?;
    let took = began.elapsed();

    let mut tickets: BTreeMap<String, (Ticket, Draw)> = BTreeMap::new();
    for (ticket, draw) in drawn {
        if let Some((before, _)) = tickets.insert(draw.subject.clone(), (ticket.clone(), draw)) {
            assert_eq!(before, ticket, "the same lead drew two tickets");
        }
    }
    let found = audit(&tickets.values().cloned().collect::<Vec<_>>());
    let told = format!("{LEADS} leads, {} draws, {took:.1?}: {found:#?}", leads.len());
    let mut numbers: Vec<u64> = tickets.values().map(|(ticket, _)| ticket.number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=LEADS as u64).collect::<Vec<_>>(), "{told}");
    assert_eq!((found.over_cap.len(), found.members["cleo"].0), (0, 40), "{told}");
    let state = pools.state(&pool).await?;
    assert_eq!(state.drawn, LEADS as u64, "{told}");
    for (login, (count, share)) in &found.members {
        let standing = state.share(login);
        assert_eq!(standing.count, u64::from(*count), "{login}: {told}");
        assert!((standing.ideal() - share).abs() < 1e-4, "{login}: {standing:?}, {told}");
        assert!((share - f64::from(*count)).abs() <= 1.0, "{login}: {told}");
    }
    assert!(found.furthest < 1.5, "{told}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn leads_of_one_company_that_come_at_once_go_to_one_person() -> anyhow::Result<()> {
    let (pools, pool) = fresh_pool("sticky").await?;
    let keyed = |lead: usize| {
        let sticky = Sticky { key: format!("domain/company{}.example", lead % 4), until: Timestamp::MAX };
        Draw { sticky: Some(sticky), ..question(&pool, format!("lead/{lead}"), team(LEADS)) }
    };
    let tickets = draw_all(&pools, (0..60).map(keyed).collect()).await?;
    let mut owners: BTreeMap<usize, Vec<(String, TicketKind)>> = BTreeMap::new();
    for (ticket, draw) in tickets {
        let lead: usize = draw.subject.trim_start_matches("lead/").parse()?;
        owners.entry(lead % 4).or_default().push((ticket.login, ticket.kind));
    }
    let keys: Vec<String> = (0..5).map(|company| format!("domain/company{company}.example")).collect();
    let holders = pools.holders(&pool, &keys).await?;
    assert_eq!(holders.len(), 4, "nobody came from the fifth company");
    for (company, all) in owners {
        assert_eq!(all.len(), 15);
        assert!(all.iter().all(|(login, _)| *login == holders[&keys[company]].login), "{company}: {all:?}");
        assert_eq!(all.iter().filter(|(_, kind)| *kind == TicketKind::Turn).count(), 1, "{company}: {all:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_settled_once_beside_live_draws() -> anyhow::Result<()> {
    let (pools, pool) = fresh_pool("settled").await?;
    draw_all(&pools, (0..10).map(|lead| question(&pool, format!("lead/{lead}"), team(LEADS))).collect()).await?;
    let before = pools.state(&pool).await?;
    let mut batch = before.clone();
    for account in 0..30 {
        let key = format!("account/{account}");
        let sticky = Some(Sticky { key: key.clone(), until: Timestamp::from_second(1_900_000_000)? });
        batch.draw(&Draw { sticky, ..question(&pool, key, team(LEADS)) });
    }
    let drawn = batch.since(&before);
    let live = (10..15).map(|lead| question(&pool, format!("lead/{lead}"), team(LEADS))).collect();
    let settle = |pools: Arc<TablePools>| {
        let (pool, drawn) = (pool.clone(), drawn.clone());
        async move { pools.settle(&pool, "job-1", &drawn).await }
    };
    let (live, first, second) =
        tokio::join!(draw_all(&pools, live), settle(Arc::clone(&pools)), settle(Arc::clone(&pools)));
    live?;
    first?;
    second?;
    settle(Arc::clone(&pools)).await?;

    let state: PoolState = pools.state(&pool).await?;
    assert_eq!(state.drawn, 45, "ten, thirty of the batch, five beside it");
    assert_eq!(state.counts.values().sum::<u64>(), 45);
    assert_eq!(state.credits.values().sum::<i64>(), 0);
    let holder: Option<Held> = pools.holders(&pool, &["account/7".to_owned()]).await?.remove("account/7");
    assert_eq!(holder, batch.held.get("account/7").cloned());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peek_draws_nothing_and_tells_what_a_draw_then_gives() -> anyhow::Result<()> {
    let (pools, pool) = fresh_pool("peek").await?;
    let draw = question(&pool, "lead/1".to_owned(), team(LEADS));
    let peeked = pools.peek(&draw).await?;
    assert_eq!(pools.state(&pool).await?, PoolState::default());
    assert_eq!(pools.draw(&draw).await?, peeked);
    assert_eq!(pools.peek(&draw).await?, peeked, "the ticket that it has");
    let nobody = question(&pool, "lead/2".to_owned(), Vec::new());
    assert_eq!(pools.draw(&nobody).await?, Drawn::Nobody(Vec::new()));
    assert_eq!(pools.state(&pool).await?.drawn, 1);
    Ok(())
}
