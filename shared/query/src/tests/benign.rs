//! An analyst's day: what has to be answered.

use std::time::Duration;

use serde_json::json;

use super::small_lake::{MANAGER, REP, asked, lake, owners, people};
use crate::{Asked, Limits, Refused, Visibility};

const DAY: [&str; 44] = [
    "SELECT * FROM crm_leads LIMIT 10",
    "SELECT count(*) FROM crm_leads",
    "SELECT count(*) AS leads, avg(score) AS mean FROM crm_leads WHERE band = 'A'",
    "SELECT band, count(*) AS leads FROM crm_leads GROUP BY band ORDER BY leads DESC",
    "SELECT source, band, count(*) FROM crm_leads GROUP BY source, band HAVING count(*) > 1 ORDER BY 1, 2",
    "SELECT u.name, count(*) AS leads FROM crm_leads l JOIN crm_users u ON u.id = l.owner_id GROUP BY u.name ORDER BY leads DESC",
    "SELECT date_trunc('week', created_at) AS week, count(*) FROM crm_leads GROUP BY 1 ORDER BY 1",
    "SELECT CAST(created_at AS date) AS day, count(*) FROM crm_leads GROUP BY CAST(created_at AS date) ORDER BY day",
    "SELECT extract(hour FROM created_at) AS hour, count(*) FROM crm_leads GROUP BY 1 ORDER BY 1",
    "SELECT loop, outcome, count(*) AS runs, sum(ai_microusd) / 1000000.0 AS usd FROM decisions GROUP BY loop, outcome ORDER BY runs DESC",
    "SELECT day, sum(ai_microusd) AS spent FROM decisions WHERE day BETWEEN DATE '2026-11-01' AND DATE '2026-11-10' GROUP BY day ORDER BY day",
    "SELECT count(*) FROM decisions WHERE day >= DATE '2026-11-05' AND loop = 'route'",
    "SELECT rule, count(*) FROM decisions WHERE rule IS NOT NULL GROUP BY rule ORDER BY 2 DESC LIMIT 5",
    "SELECT l.company, d.outcome FROM crm_leads l JOIN decisions d ON d.record_id = l.id WHERE d.loop = 'qualify' ORDER BY l.company",
    "SELECT l.id FROM crm_leads l LEFT JOIN first_touches t ON t.record_id = l.id WHERE t.run_id IS NULL",
    "SELECT outcome, count(*), avg(working_minutes) FROM first_touches GROUP BY outcome",
    "SELECT count(*) FILTER (WHERE in_time) AS kept, count(*) AS all_of_them FROM first_touches",
    "SELECT sum(CASE WHEN is_won THEN amount_cents ELSE 0 END) / 100 AS won FROM crm_opportunities",
    "SELECT stage, count(*), sum(amount_cents) FROM crm_opportunities WHERE NOT is_closed GROUP BY stage",
    "SELECT a.name, sum(o.amount_cents) AS cents FROM crm_accounts a JOIN crm_opportunities o ON o.account_id = a.id GROUP BY a.name ORDER BY cents DESC NULLS LAST LIMIT 10",
    "WITH routed AS (SELECT record_id, min(decided_at) AS at_first FROM decisions WHERE loop = 'route' GROUP BY record_id) SELECT count(*) FROM routed",
    "WITH a AS (SELECT id, band FROM crm_leads), b AS (SELECT band, count(*) AS n FROM a GROUP BY band) SELECT a.id, b.n FROM a JOIN b ON a.band = b.band ORDER BY a.id",
    "SELECT company, row_number() OVER (PARTITION BY band ORDER BY score DESC, id) AS place FROM crm_leads ORDER BY company",
    "SELECT company, score - lag(score) OVER (ORDER BY id) AS step FROM crm_leads ORDER BY id",
    "SELECT ntile(4) OVER (ORDER BY score) AS quarter, score FROM crm_leads ORDER BY score, quarter",
    "SELECT sum(score) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM crm_leads ORDER BY id",
    "SELECT DISTINCT country FROM crm_leads ORDER BY country",
    "SELECT lower(company), upper(country), length(company) FROM crm_leads ORDER BY 1 LIMIT 3",
    "SELECT substr(company, 1, 4) AS start, count(*) FROM crm_leads GROUP BY 1 ORDER BY 1",
    "SELECT coalesce(rule, 'none') AS rule, count(*) FROM crm_leads GROUP BY 1 ORDER BY 1",
    "SELECT * FROM crm_leads WHERE company LIKE 'Open%' ORDER BY id",
    "SELECT * FROM crm_leads WHERE company ILIKE '%orchard%' AND band IN ('A', 'B') ORDER BY id",
    "SELECT id FROM crm_leads WHERE score BETWEEN 10 AND 60 ORDER BY score DESC LIMIT 5 OFFSET 2",
    "SELECT id FROM crm_leads WHERE id IN (SELECT record_id FROM effects WHERE loop = 'engage') ORDER BY id",
    "SELECT band FROM crm_leads UNION SELECT stage FROM crm_opportunities ORDER BY 1",
    "SELECT band FROM crm_leads WHERE score > (SELECT avg(score) FROM crm_leads) ORDER BY band",
    "SELECT round(avg(score), 1), stddev_samp(score), min(score), max(score) FROM crm_leads",
    "SELECT created_at + INTERVAL '7' DAY AS later FROM crm_leads ORDER BY 1 LIMIT 1",
    "SELECT CAST(sum(CASE WHEN is_won THEN 1 ELSE 0 END) AS double) / nullif(count(*), 0) AS rate FROM crm_opportunities",
    "SELECT kind, target, count(*) FROM effects GROUP BY kind, target ORDER BY 3 DESC",
    "SELECT outcome, count(*), sum(CASE WHEN bad THEN 1 ELSE 0 END) FROM outcomes GROUP BY outcome",
    "SELECT name, count(*) FROM events GROUP BY name ORDER BY 2 DESC, 1",
    "SELECT t.name, u.name FROM crm_user_territories p JOIN crm_territories t ON t.id = p.territory_id JOIN crm_users u ON u.id = p.user_id",
    "SELECT owner_id, band, count(*) FROM crm_leads GROUP BY GROUPING SETS ((owner_id, band), (owner_id), ()) ORDER BY 1, 2",
];

#[test]
fn every_question_of_an_analysts_day_is_answered() {
    let lake = lake();
    for (who, visibility) in people() {
        for sql in DAY {
            let answer = asked(sql, &lake, &visibility);
            assert!(
                answer.is_ok(),
                "{who}: {sql}: {}",
                answer.err().map(|refused| refused.to_string()).unwrap_or_default()
            );
        }
    }
}

#[test]
fn each_sees_their_own() {
    let lake = lake();
    let count = |visibility: &Visibility| asked("SELECT count(*) FROM crm_leads", &lake, visibility).unwrap().rows;
    assert_eq!(count(&owners(&[REP])), [[json!(6)]]);
    assert_eq!(count(&owners(&[MANAGER, REP])), [[json!(12)]]);
    assert_eq!(count(&owners(&[])), [[json!(0)]]);
    assert_eq!(count(&Visibility::All), [[json!(24)]]);
    let rows = asked("SELECT DISTINCT owner_id FROM crm_leads", &lake, &owners(&[REP])).unwrap().rows;
    assert_eq!(rows, [[json!(REP)]]);
}

#[test]
fn only_columns_and_days_are_read_that_the_question_needs() {
    let (lake, rep) = (lake(), owners(&[REP]));
    let sql =
        "SELECT loop, count(*) FROM decisions WHERE day >= DATE '2026-11-03' AND day < DATE '2026-11-05' GROUP BY loop";
    asked(sql, &lake, &rep).unwrap();
    let read = lake.read.lock().unwrap().clone();
    let (_, columns, rows) = read.iter().find(|(name, ..)| name == "decisions").unwrap();
    // The guard's column, the day's, and how fresh it is, beside the question's own.
    assert_eq!(columns, &["seen_at", "loop", "record_id", "decided_at"]);
    // Three days, since the last one is left out only by the question itself.
    assert_eq!(*rows, 9);
    drop(read);
    lake.read.lock().unwrap().clear();
    asked("SELECT count(*) FROM decisions WHERE day = DATE '2026-11-03' OR loop = 'route'", &lake, &rep).unwrap();
    let read = lake.read.lock().unwrap().clone();
    assert_eq!(read.iter().find(|(name, ..)| name == "decisions").unwrap().2, 73, "every day can matter");
}

#[test]
fn a_wrong_question_is_told_what_is_wrong() {
    let lake = lake();
    let told = |sql: &str| match asked(sql, &lake, &Visibility::All) {
        Err(Refused::Question(text)) => text,
        other => panic!("{sql}: {other:?}"),
    };
    assert_eq!(told("SELECT * FROM leads"), "there is no dataset leads: list_datasets tells which there are");
    assert_eq!(told("SELECT * FROM public.crm_leads"), "write a dataset's own name, and not public.crm_leads");
    assert_eq!(told("DELETE FROM crm_leads"), "only SELECT is possible");
    assert_eq!(told("SELECT 1; SELECT 2"), "one question at a time: leave out what follows the first ;");
    assert_eq!(told("SELECT read_csv('x') FROM crm_leads"), "there is no function read_csv");
    assert!(told("SELECT colour FROM crm_leads").contains("No field named colour"));
    assert!(told("SELEC id FROM crm_leads").starts_with("this is no SQL: "));
    assert_eq!(told("SELECT FROM crm_leads"), "a SELECT names at least one column");
}

#[test]
fn limits_of_rows_bytes_memory_and_time_hold() {
    let lake = lake();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let ask = |sql: &str, limits: Limits| {
        let datasets = super::small_lake::datasets();
        runtime.block_on(crate::ask(sql, &datasets, &Visibility::All, &lake, &limits))
    };
    let ids = |limits: Limits| ask("SELECT id FROM crm_leads", limits);
    let asked = ids(Limits { rows: 5, ..Limits::default() });
    let answer = asked.answer.unwrap();
    assert_eq!((answer.rows.len(), answer.truncated, answer.bytes), (5, true, Some(2_400)));
    assert_eq!((asked.receipt.bytes, asked.receipt.objects, asked.receipt.rows), (2_400, 1, 24));
    assert_eq!(asked.receipt.plan_sha256.map(|hash| hash.len()), Some(64));
    assert!(!ids(Limits { rows: 24, ..Limits::default() }).answer.unwrap().truncated);
    // An id has 18 characters.
    assert_eq!(ids(Limits { answer: 100, ..Limits::default() }).answer.unwrap().rows.len(), 6);

    let refused = |limits: Limits, sql: &str| match ask(sql, limits) {
        Asked { answer: Err(Refused::Run(text)), receipt } => (text, receipt.bytes),
        Asked { answer, .. } => panic!("{sql}: {answer:?}"),
    };
    let (text, bytes) = refused(Limits { scanned: 2_000, ..Limits::default() }, "SELECT id FROM crm_leads");
    assert!(text.contains("fewer days") && bytes == 2_400, "{text}, {bytes}");
    let (text, _) = refused(Limits { memory: 500, ..Limits::default() }, "SELECT id FROM crm_leads");
    assert!(text.contains("read or hold too much"), "{text}");
    for crowd in [
        "SELECT count(*) FROM decisions a, decisions b, decisions c, decisions d, decisions e WHERE a.rule || b.rule || c.rule || d.rule || e.rule = ''",
        "SELECT a.rule FROM decisions a, decisions b, decisions c, decisions d, decisions e ORDER BY b.rule || e.rule",
        "SELECT a.rule FROM decisions a JOIN decisions b ON length(a.rule || b.rule) > 1 JOIN decisions c ON length(b.rule || c.rule) > 1 JOIN effects d ON length(c.rule || d.loop) < 0 JOIN effects e ON length(d.loop || e.loop) < 0",
        "WITH a AS (SELECT x.rule FROM decisions x, decisions y, decisions z) SELECT count(*) FROM a LEFT JOIN a b ON length(a.rule || b.rule) < 2",
    ] {
        let began = std::time::Instant::now();
        let (text, _) = refused(Limits { time: Duration::from_millis(300), ..Limits::default() }, crowd);
        assert!(text.contains("took too long") || text.contains("read or hold too much"), "{crowd}: {text}");
        assert!(began.elapsed() < Duration::from_secs(5), "{crowd}: {:?}", began.elapsed());
    }
    // A step that gives the clock no chance goes on for a while, with nobody waiting.
    runtime.shutdown_background();
}
