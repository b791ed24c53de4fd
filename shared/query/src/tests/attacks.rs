//! Questions that want what is hidden: by other names, by shadows, by errors, by order, by counting, by files and catalogues.

use super::small_lake::{HIDDEN, asked, lake, people, told, without_hidden};
use crate::Visibility;

/// Each template with each table-like thing in it, and each condition.
fn attacks() -> Vec<String> {
    let mut attacks: Vec<String> = Vec::new();
    // Other names of the tables behind what one is shown.
    for name in [
        "public.crm_leads",
        "datafusion.public.crm_leads",
        "\"public\".\"crm_leads\"",
        "main.crm_leads",
        "lake.crm_leads",
        "\"crm_leads \"",
        "\"CRM_LEADS\"",
        "\"Crm_Leads\"",
        "crm_leads.crm_leads",
        "`crm_leads`",
        "[crm_leads]",
        "\"public.crm_leads\"",
        "'crm_leads'",
        "information_schema.tables",
        "information_schema.columns",
        "information_schema.df_settings",
        "pg_catalog.pg_class",
        "sqlite_master",
        "duckdb_tables()",
        "pragma_table_info('crm_leads')",
        "cｒm_leads",
        "crm\u{200b}_leads",
        "crm_leads\u{0}",
        "ｃｒｍ_leads",
        "crm_leads--",
        "\"crm_leads\"\"\"",
        "U&\"crm_leads\"",
        "crm_leads@v1",
        "crm_leads FOR SYSTEM_TIME AS OF now()",
        "crm_leads TABLESAMPLE (50)",
        "crm_leads AT (TIMESTAMP => now())",
        "ONLY crm_leads",
        "TABLE(crm_leads)",
        "'lake/crm_leads/rows.parquet'",
        "'/etc/passwd'",
        "\"/etc/passwd\"",
        "'s3://lake/crm_leads/'",
        "salaries",
    ] {
        attacks.push(format!("SELECT * FROM {name}"));
        attacks.push(format!("SELECT count(*) FROM {name}"));
        attacks.push(format!("SELECT company FROM crm_leads WHERE company IN (SELECT company FROM {name})"));
    }
    // Functions that read files, catalogues, settings or time that passes.
    for call in [
        "read_parquet('lake/crm_leads/rows.parquet')",
        "parquet_scan('x')",
        "read_csv('/etc/passwd')",
        "read_text('/etc/passwd')",
        "generate_series(1, 10)",
        "range(10)",
        "unnest(array[1,2])",
        "glob('*')",
        "parquet_metadata('x')",
        "metadata_cache()",
        "pg_sleep(5)",
        "sleep(5)",
        "version()",
        "current_user()",
        "current_setting('x')",
        "arrow_typeof(company)",
        "getenv('HOME')",
        "uuid()",
        "random()",
        "query('SELECT 1')",
        "repeat('x', 1000000000)",
        "lpad('x', 1000000000)",
        "make_array(1)",
        "array_agg(company)",
        "string_agg(company, ',')",
        "to_char(now(), 'x')",
        "pg_read_file('/etc/passwd')",
        "load_extension('x')",
        "input_file_name()",
        "\"count\"(company)",
        "public.count(company)",
        "approx_distinct(company)",
    ] {
        attacks.push(format!("SELECT {call} FROM crm_leads"));
        attacks.push(format!("SELECT * FROM {call}"));
    }
    // Shadows.
    for with in [
        "WITH crm_leads AS (SELECT * FROM crm_leads) SELECT * FROM crm_leads",
        "WITH x AS (SELECT 1), x AS (SELECT * FROM crm_leads) SELECT * FROM x",
        "WITH RECURSIVE x AS (SELECT company FROM crm_leads UNION ALL SELECT company FROM x) SELECT * FROM x",
        "WITH \"crm_leads\" AS (SELECT 1 AS a) SELECT * FROM crm_leads",
        "WITH CRM_LEADS AS (SELECT 1 AS a) SELECT * FROM crm_leads",
        "SELECT * FROM (WITH crm_accounts AS (SELECT * FROM crm_leads) SELECT * FROM crm_accounts) x",
        "WITH x AS MATERIALIZED (SELECT * FROM crm_leads) SELECT * FROM x",
        "WITH x(a) AS (SELECT company FROM crm_leads) SELECT a FROM x",
        "SELECT (WITH decisions AS (SELECT company AS c FROM crm_leads) SELECT max(c) FROM decisions)",
        "WITH a AS (WITH b AS (SELECT * FROM crm_leads) SELECT * FROM b) SELECT * FROM b",
        "SELECT * FROM b, (WITH b AS (SELECT * FROM crm_leads) SELECT * FROM b) y",
    ] {
        attacks.push(with.to_owned());
    }
    // Other statements, and more than one.
    for statement in [
        "DELETE FROM crm_leads",
        "INSERT INTO crm_leads SELECT * FROM crm_leads",
        "UPDATE crm_leads SET company = 'x'",
        "DROP TABLE crm_leads",
        "CREATE TABLE x AS SELECT * FROM crm_leads",
        "CREATE EXTERNAL TABLE x STORED AS PARQUET LOCATION '/'",
        "COPY (SELECT * FROM crm_leads) TO '/tmp/x'",
        "COPY crm_leads TO '/tmp/x'",
        "SET datafusion.catalog.information_schema = true",
        "SHOW TABLES",
        "SHOW COLUMNS FROM crm_leads",
        "DESCRIBE crm_leads",
        "EXPLAIN SELECT * FROM crm_leads",
        "EXPLAIN ANALYZE SELECT * FROM crm_leads",
        "SELECT 1; SELECT * FROM crm_leads",
        "SELECT 1; DROP TABLE crm_leads",
        "PREPARE x AS SELECT * FROM crm_leads",
        "EXECUTE x",
        "TABLE crm_leads",
        "VALUES (1)",
        "SELECT * INTO x FROM crm_leads",
        "SELECT * FROM crm_leads FOR UPDATE",
        "CALL x()",
        "ATTACH 'x'",
        "LOAD 'x'",
        "PRAGMA x",
        "USE x",
        "TRUNCATE crm_leads",
        "MERGE INTO crm_leads USING crm_accounts ON true WHEN MATCHED THEN DELETE",
        "FROM crm_leads SELECT *",
        "FROM crm_leads",
        "SELECT * FROM crm_leads |> WHERE true",
        "",
        ";",
        "--",
        "/* */",
        "SELECT * FROM (DELETE FROM crm_leads RETURNING *) x",
        "SELECT * FROM (VALUES (1)) x(a)",
        "SELECT $1 FROM crm_leads",
        "SELECT ? FROM crm_leads",
        "SELECT * FROM crm_leads QUALIFY true",
        "SELECT TOP 5 * FROM crm_leads",
        "SELECT DISTINCT ON (company) * FROM crm_leads",
    ] {
        attacks.push(statement.to_owned());
    }
    // Errors as an oracle: a fault that only a hidden row brings about.
    for (from, hidden) in [
        ("crm_leads", "company LIKE 'Hidden%'"),
        ("crm_accounts", "name LIKE 'Hidden%'"),
        ("crm_opportunities", "name LIKE 'Hidden%'"),
        ("decisions", "rule LIKE 'Hidden%'"),
    ] {
        for fault in [
            "1 / 0",
            "1 % 0",
            "CAST('x' AS bigint)",
            "CAST('x' AS date)",
            "9223372036854775807 + 1",
            "CAST(-1 AS bigint) / 0",
            "date_trunc('nothing', seen_at)",
            "power(10, 400)",
        ] {
            attacks.push(format!("SELECT CASE WHEN {hidden} THEN {fault} ELSE 0 END FROM {from}"));
            attacks.push(format!(
                "SELECT count(*) FROM {from} WHERE {hidden} AND 1 / (CASE WHEN {hidden} THEN 0 ELSE 1 END) = 1"
            ));
        }
        attacks.push(format!("SELECT 1 / score FROM crm_leads WHERE EXISTS (SELECT 1 FROM {from} WHERE {hidden})"));
        attacks.push(format!("SELECT CAST(max(CASE WHEN {hidden} THEN 'x' ELSE '1' END) AS bigint) FROM {from}"));
        attacks.push(format!("SELECT (SELECT seen_at FROM {from} WHERE {hidden})"));
    }
    attacks.push("SELECT 100 / score FROM crm_leads".to_owned());
    attacks.push("SELECT company FROM crm_leads WHERE 100 / score > 0".to_owned());
    // Subqueries, set operations, joins, laterals, windows, probing by LIMIT and OFFSET, comments.
    for probe in [
        "SELECT company FROM crm_leads EXCEPT SELECT company FROM crm_leads WHERE company LIKE 'Open%'",
        "SELECT company FROM crm_leads UNION ALL SELECT name FROM crm_accounts",
        "SELECT company FROM crm_leads INTERSECT SELECT name FROM crm_accounts",
        "SELECT * FROM crm_leads a, LATERAL (SELECT * FROM crm_accounts b WHERE b.owner_id = a.owner_id) c",
        "SELECT * FROM crm_leads CROSS JOIN LATERAL (SELECT 1) x",
        "SELECT a.company, b.name FROM crm_leads a FULL JOIN crm_accounts b ON a.company = b.name",
        "SELECT u.name, l.company FROM crm_users u LEFT JOIN crm_leads l ON l.owner_id = u.id ORDER BY 1, 2",
        "SELECT u.name, count(l.id) FROM crm_users u LEFT JOIN crm_leads l ON l.owner_id = u.id GROUP BY u.name ORDER BY 1",
        "SELECT * FROM crm_users u WHERE EXISTS (SELECT 1 FROM crm_leads l WHERE l.owner_id = u.id)",
        "SELECT * FROM crm_leads a NATURAL JOIN crm_accounts b",
        "SELECT company, lag(company) OVER (ORDER BY id) FROM crm_leads ORDER BY id",
        "SELECT id, row_number() OVER (ORDER BY id) FROM crm_leads ORDER BY id",
        "SELECT rank() OVER (ORDER BY score) FROM crm_leads",
        "SELECT id FROM crm_leads ORDER BY id LIMIT 1 OFFSET 3",
        "SELECT id FROM crm_leads ORDER BY company DESC LIMIT 1",
        "SELECT id FROM crm_leads ORDER BY id OFFSET 20",
        "SELECT id FROM crm_leads LIMIT 1000000",
        "SELECT id FROM crm_leads FETCH FIRST 3 ROWS ONLY",
        "SELECT id FROM crm_leads LIMIT 3, 4",
        "SELECT /* a */ company /*+ no_filter */ FROM crm_leads -- ' OR 1=1",
        "SELECT company FROM crm_leads WHERE owner_id = '' OR 1=1 --'",
        "SELECT company FROM crm_leads WHERE true OR owner_id IS NOT NULL",
        "SELECT min(company), max(company), count(*), sum(score), avg(score) FROM crm_leads",
        "SELECT count(DISTINCT owner_id) FROM crm_leads",
        "SELECT owner_id, count(*) FROM crm_leads GROUP BY ROLLUP (owner_id) ORDER BY 1",
        "SELECT owner_id, band, count(*) FROM crm_leads GROUP BY GROUPING SETS ((owner_id), (band)) ORDER BY 1, 2",
        "SELECT * FROM decisions WHERE record_id IS NULL",
        "SELECT count(*) FROM decisions WHERE loop = 'design'",
        "SELECT max(seen_at) FROM crm_leads",
        "SELECT max(seen_at) FROM decisions",
        "SELECT day, count(*) FROM decisions GROUP BY day ORDER BY day",
        "SELECT count(*) FROM decisions WHERE day = DATE '2026-11-04'",
        "SELECT * FROM first_touches WHERE owner_id = '005000000000004AAA'",
        "SELECT secret FROM salaries",
        "SELECT count(*) FROM salaries",
        "SELECT company FROM crm_leads WHERE company SIMILAR TO 'H%'",
        "SELECT company FROM crm_leads WHERE company ~ 'H'",
        "SELECT company::varchar FROM crm_leads",
        "SELECT company COLLATE \"C\" FROM crm_leads",
        "SELECT crm_leads FROM crm_leads",
        "SELECT public.crm_leads.company FROM crm_leads",
        "SELECT crm_leads.* FROM crm_leads ORDER BY id",
        "SELECT public.crm_leads.* FROM crm_leads",
        "SELECT * EXCLUDE (id) FROM crm_leads",
        "SELECT * REPLACE (1 AS id) FROM crm_leads",
        "SELECT COLUMNS('x') FROM crm_leads",
        "SELECT company[1] FROM crm_leads",
        "SELECT company:x FROM crm_leads",
        "SELECT {a: company} FROM crm_leads",
        "SELECT ARRAY[company] FROM crm_leads",
        "SELECT (company, id) FROM crm_leads",
        "SELECT company FROM crm_leads WHERE id = ANY (SELECT id FROM crm_leads)",
        "SELECT company FROM crm_leads WHERE length(company) > 3 ORDER BY upper(company)",
        "SELECT regexp_like(company, '^Hidden') AS a, count(*) FROM crm_leads GROUP BY 1 ORDER BY 1",
        "SELECT x.company FROM (SELECT * FROM crm_leads) AS x(company)",
        "SELECT 'a' AS company UNION SELECT company FROM crm_leads ORDER BY 1",
        "SELECT name FROM crm_users WHERE id IN (SELECT owner_id FROM crm_leads) ORDER BY 1",
        "SELECT name FROM crm_users WHERE id NOT IN (SELECT owner_id FROM crm_leads) ORDER BY 1",
        "SELECT count(*) FROM effects",
        "SELECT count(*) FROM outcomes",
        "SELECT count(*) FROM events",
        "SELECT e.* FROM events e LEFT JOIN crm_leads l ON l.id = e.record_id WHERE l.id IS NULL",
    ] {
        attacks.push(probe.to_owned());
    }
    attacks
}

#[test]
fn no_attack_tells_more_than_a_lake_without_what_is_hidden() {
    let (lake, attacks) = (lake(), attacks());
    assert!(attacks.len() >= 200, "{} attacks", attacks.len());
    for (who, visibility) in people() {
        let left = without_hidden(&lake, &visibility);
        let mut answered = 0;
        for sql in &attacks {
            let (seen, expected) = (asked(sql, &lake, &visibility), asked(sql, &left, &Visibility::All));
            answered += usize::from(seen.is_ok());
            let (seen, expected) = (told(seen), told(expected));
            assert_eq!(seen, expected, "{who}: {sql}");
            // A question's own words may come back in what is said of it.
            let said = seen.strip_prefix("refused: ").is_some() && sql.contains("Hidden");
            assert!(visibility == Visibility::All || said || !seen.contains(HIDDEN), "{who}: {sql}: {seen}");
        }
        assert!((30..attacks.len() / 2).contains(&answered), "{who}: {answered} of {} are answered", attacks.len());
    }
}

#[test]
fn a_failure_is_told_alike_whatever_it_was() {
    let (lake, rep) = (lake(), people()[0].1.clone());
    let faults = [
        "SELECT 1 / (score - score) FROM crm_leads",
        "SELECT CAST(company AS bigint) FROM crm_leads",
        "SELECT CAST(company AS date) FROM crm_leads",
    ];
    let told: Vec<String> = faults.iter().map(|sql| told(asked(sql, &lake, &rep))).collect();
    assert!(told[0].starts_with("refused: the question failed while it ran"), "{told:?}");
    assert!(told.iter().all(|one| *one == told[0]), "{told:?}");
}
