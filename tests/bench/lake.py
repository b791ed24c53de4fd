"""The lake at scale: a seeded generator of its files, and what they cost to read.

    .revloops/venv/bin/python tests/bench/lake.py --leads 1000000 [--out FOLDER] [--seed 7] [--json]

Makes a year of leads with ten decisions each, in the lake's own layout and with every column of its tables (infra/template.yaml), so that sizes are
what they are in use. Then it measures, each in the same run and on the same files:

- the lake's size, by dataset;
- each query of the dashboards (infra/bi/queries) on DuckDB, the local engine, beside one plain read of all decisions;
- one object a day against one object for each five minutes, as they come (a week of decisions): bytes, files, time of one query;
- bytes that a query reads with and without its days and its columns, by what the files' own footers say.

The values are made up: shares of outcomes, rules and bands are round numbers. Times are medians of three.
"""

import argparse
import json
import re
import shutil
import statistics
import tempfile
import time
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[2]
TYPES = {"string": "VARCHAR", "bigint": "BIGINT", "double": "DOUBLE", "boolean": "BOOLEAN", "timestamp": "TIMESTAMPTZ", "date": "DATE"}
DAYS = 365
A_LEAD = 10


def tables():
    """Each table's columns, as the template has them."""
    text = (ROOT / "infra/template.yaml").read_text().split("# <lake tables>")[1].split("# </lake tables>")[0]
    found = {}
    for part in text.split("Type: AWS::Glue::Table")[1:]:
        if "VIRTUAL_VIEW" in part:
            continue
        name = re.search(r"\n        Name: (\w+)", part).group(1)
        columns = re.findall(r"- \{ Name: (\w+), Type: (\w+),", part.split("          Columns:")[1])
        found[name] = (columns, "PartitionKeys" in part)
    return found


# What a column of a dataset is made of, where it matters to a query; every other column gets values of its kind from the row's number.
LEADS = """
  SELECT i, printf('00Q%015d', i) AS lead_id, hash(i, {seed}) AS h, TIMESTAMPTZ '2026-01-01 00:00:00+00' + to_seconds((hash(i, 'at', {seed}) % ({days} * 86400))::BIGINT) AS created
  FROM range({leads}) t(i)"""
BAND = "CASE WHEN h % 10 < 2 THEN 'A' WHEN h % 10 < 5 THEN 'B' WHEN h % 10 < 8 THEN 'C' ELSE 'D' END"
OWNER = "CASE WHEN h % 400 = 0 THEN '{first_owner}' ELSE printf('005%015d', h % 400) END"
RULE = "printf('rule-%d', (h // 7) % 40)"
STEP = """
  SELECT lead.*, step, hash(i, step, {seed}) AS s,
    CASE step WHEN 0 THEN 'qualify' WHEN 1 THEN 'route' WHEN 2 THEN 'engage' WHEN 3 THEN 'first_touch' ELSE ['route', 'engage', 'pursue'][1 + step % 3] END AS loop,
    created + to_seconds(CASE WHEN step < 3 THEN 2 * step + 1 ELSE step * 4000 END) AS decided_at
  FROM lead, range({a_lead}) steps(step)"""
OUTCOME = "CASE loop WHEN 'qualify' THEN CASE WHEN h % 10 = 9 THEN 'disqualified' ELSE 'qualified' END WHEN 'route' THEN 'routed' WHEN 'engage' THEN CASE WHEN s % 12 = 0 THEN 'blocked' ELSE 'drafted' END WHEN 'first_touch' THEN CASE WHEN s % 9 = 0 THEN 'missed' ELSE 'touched' END ELSE 'planned' END"
OF_STEP = {
    "run_id": "md5(i || '/' || step || '/{seed}')", "loop": "loop", "subject": "'lead/' || lead_id", "record_id": "lead_id", "lead_id": "lead_id",
    "correlation_id": "md5(i::VARCHAR)", "trigger": "'created'", "outcome": OUTCOME, "status": OUTCOME, "loop_version": "'0.1.0'", "config_key": "'loops/' || loop || '.json'",
    "config_version": "md5((i // 40000)::VARCHAR)", "config_hash": "sha256(loop || (i // 40000))", "rule": f"CASE WHEN loop = 'route' THEN {RULE} END", "owner_id": f"CASE WHEN loop = 'route' THEN {OWNER} END",
    "actor": "'code'", "decided_at": "decided_at", "seen_at": "decided_at + INTERVAL 3 SECOND", "row_version": "1", "position": "0", "band": BAND,
    "territory": "printf('territory-%d', h % 120)", "pool": "CASE WHEN h % 3 = 0 THEN printf('pool-%d', h % 9) END", "time_from_save_ms": "1000 + s % 4000", "in_time": "s % 9 <> 0",
    "working_minutes": "s % 90", "allotted_minutes": "60", "since": "created", "template": "printf('template-%d', h % 6)", "prompt_version": "'3'", "signal": "NULL", "account_id": "printf('001%015d', h % 200000)",
    "name": "'lead.routed'", "event_id": "md5(i || '-' || step)", "at": "decided_at", "bad": "s % 9 = 0", "play": "'standard'", "kinds": "'funding'", "source": "'revloops'",
}
OF_LEAD = {
    "id": "lead_id", "owner_id": OWNER, "company": "printf('Company %d', h % 300000)", "country": "['DE', 'FR', 'US', 'GB', 'SE', 'IT'][1 + (h % 6)::INT]", "industry": "['Software', 'Manufacturing', 'Retail', 'Energy'][1 + (h % 4)::INT]",
    "source": "['Web', 'Event', 'Partner', 'List'][1 + (h % 4)::INT]", "status": "'Working'", "band": BAND, "rule": RULE, "score": "h % 101", "is_converted": "h % 20 = 0", "is_deleted": "false", "created_at": "created", "modified_at": "created + INTERVAL 1 DAY",
    "seen_at": "created + INTERVAL 1 DAY", "row_version": "1", "qualified_at": "created", "routed_at": "created", "due_at": "created + INTERVAL 1 HOUR", "first_touch_at": "CASE WHEN h % 3 > 0 THEN created + INTERVAL 40 MINUTE END", "disqualified_because": "NULL",
    "converted_opportunity_id": "CASE WHEN h % 20 = 0 THEN printf('006%015d', i) END", "converted_account_id": "CASE WHEN h % 20 = 0 THEN printf('001%015d', i) END", "account_id": "NULL",
}
OF_DEAL = {"id": "printf('006%015d', i)", "owner_id": OWNER, "account_id": "printf('001%015d', i)", "name": "printf('Deal %d', i)", "stage": "CASE WHEN h % 60 = 0 THEN 'Closed Won' ELSE 'Proposal' END", "source": "'Web'", "play": "'standard'", "amount_cents": "(h % 90000) * 100",
           "close_day": "CAST(created AS DATE) + 60", "is_closed": "h % 60 = 0", "is_won": "h % 60 = 0", "is_deleted": "false", "created_at": "created", "modified_at": "created", "seen_at": "created", "row_version": "1"}
OF_USER = {"id": "printf('005%015d', i)", "name": "printf('User %d', i)", "username": "printf('user%d@example.test', i)", "manager_id": "printf('005%015d', i // 10)", "role": "'Rep'", "is_active": "true", "created_at": "created", "modified_at": "created", "seen_at": "created", "row_version": "1"}
# Which rows a dataset has: its source, a condition, and its columns.
MADE = {
    "decisions": ("step", "true", OF_STEP), "effects": ("step", "true", OF_STEP), "route_facts": ("step", "loop = 'route'", OF_STEP), "qualify_facts": ("step", "loop = 'qualify'", OF_STEP),
    "engage_facts": ("step", "loop = 'engage'", OF_STEP), "first_touches": ("step", "loop = 'first_touch'", OF_STEP), "pursue_facts": ("step", "loop = 'pursue'", OF_STEP), "events": ("step", "step < 3", OF_STEP),
    "outcomes": ("step", "step < 2", OF_STEP), "crm_leads": ("lead", "true", OF_LEAD), "crm_opportunities": ("lead", "h % 20 = 0", OF_DEAL), "crm_users": ("lead", "i < 400", OF_USER),
}


def filler(name, kind):
    return {"VARCHAR": f"printf('{name}-%d', h % 50)", "BIGINT": f"(hash(i, '{name}') % 1000)::BIGINT", "DOUBLE": "0.5", "BOOLEAN": "h % 2 = 0", "TIMESTAMPTZ": "created", "DATE": "CAST(created AS DATE)"}[kind]


def select(name, columns, seed, first_owner):
    source, condition, of = MADE[name]
    def cell(column, kind):
        made = of.get(column) or filler(column, TYPES[kind])
        made = made.replace("{seed}", str(seed)).replace("{first_owner}", first_owner)
        return f"CAST({made} AS {TYPES[kind]}) AS \"{column}\""
    return f"SELECT {', '.join(cell(*column) for column in columns)} FROM {source} WHERE {condition}"


def make(connection, out, leads, seed, first_owner, say):
    for name, (columns, by_day) in tables().items():
        folder = out / name
        folder.mkdir(parents=True)
        if name not in MADE:
            continue
        rows = select(name, columns, seed, first_owner)
        key = {"decisions": "run_id", "effects": "run_id"}.get(name, "1")
        with_views = f"WITH lead AS ({LEADS.format(seed=seed, days=DAYS, leads=leads)}), step AS ({STEP.format(seed=seed, a_lead=A_LEAD)}) "
        if not by_day:
            connection.execute(f"COPY ({with_views}{rows}) TO '{folder}/rows.parquet' (FORMAT parquet, COMPRESSION zstd)")
        else:
            day = "\"at\"" if name == "events" else "decided_at"
            rows = f"SELECT *, CAST({day} AS DATE) AS day FROM ({rows}) ORDER BY day, {key}"
            connection.execute(f"COPY ({with_views}{rows}) TO '{folder}' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (day), FILENAME_PATTERN 'rows', OVERWRITE_OR_IGNORE)")
        say(f"  {name}")


def relation(out, name, columns, by_day, days=None):
    files = sorted((out / name).rglob("*.parquet"))
    if days:
        files = [file for file in files if days[0] <= file.parent.name.removeprefix("day=") <= days[1]]
    if not files:
        empty = ", ".join([f'CAST(NULL AS {TYPES[kind]}) AS "{column}"' for column, kind in columns] + (["CAST(NULL AS DATE) AS day"] if by_day else []))
        return f"(SELECT {empty} WHERE false)", files
    listed = ", ".join(f"'{file}'" for file in files)
    hive = "hive_partitioning = true, hive_types = {'day': DATE}" if by_day else "hive_partitioning = false"
    return f"read_parquet([{listed}], {hive})", files


def timed(connection, sql, times=3):
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        connection.execute(f"CREATE OR REPLACE TEMP TABLE answered AS {sql}")
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def column_bytes(connection, files, columns=None):
    """Bytes of these columns in these files, by the files' footers."""
    if not files:
        return 0
    listed = ", ".join(f"'{file}'" for file in files)
    wanted = "true" if columns is None else "path_in_schema IN (" + ", ".join(f"'{column}'" for column in columns) + ")"
    return connection.execute(f"SELECT coalesce(sum(total_compressed_size), 0) FROM parquet_metadata([{listed}]) WHERE {wanted}").fetchone()[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, help="keep the files here; without it they are removed at the end")
    parser.add_argument("--first-owner", default="005000000000000000", help="id of the user who owns one lead of 400: a user of a running system's CRM, say")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    say = (lambda *_: None) if asked.json else (lambda *words: print(*words, flush=True))

    out = asked.out or Path(tempfile.mkdtemp(prefix="lake-"))
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET preserve_insertion_order = true")
    say(f"Making {asked.leads:,} leads and {asked.leads * A_LEAD:,} decisions, seed {asked.seed}")
    began = time.perf_counter()
    shutil.rmtree(out, ignore_errors=True)
    make(connection, out, asked.leads, asked.seed, asked.first_owner, say)
    made_in = time.perf_counter() - began

    known = tables()
    sizes = {}
    for name, (columns, by_day) in known.items():
        relation_of, files = relation(out, name, columns, by_day)
        connection.execute(f"CREATE VIEW {name} AS SELECT * FROM {relation_of}")
        rows = connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
        if rows:
            sizes[name] = {"rows": rows, "files": len(files), "bytes": sum(file.stat().st_size for file in files)}

    plain = timed(connection, "SELECT " + ", ".join(f'max("{column}") AS "{column}"' for column, _ in known["decisions"][0]) + " FROM decisions", 1)
    queries = {path.stem: timed(connection, path.read_text()) for path in sorted((ROOT / "infra/bi/queries").glob("*.sql"))}

    # A week as it comes, against a week as it lies.
    days = ("2026-06-01", "2026-06-07")
    columns, _ = known["decisions"]
    week, week_files = relation(out, "decisions", columns, True, days)
    small = out / "_five_minutes"
    small.mkdir()
    batches = connection.execute(f"SELECT DISTINCT CAST(time_bucket(INTERVAL 5 MINUTE, decided_at) AS VARCHAR) AS batch FROM {week} ORDER BY batch").fetchall()
    connection.execute(f"CREATE TABLE week AS SELECT * EXCLUDE (day), time_bucket(INTERVAL 5 MINUTE, decided_at) AS batch FROM {week}")
    for number, (batch,) in enumerate(batches):
        connection.execute(f"COPY (SELECT * EXCLUDE (batch) FROM week WHERE batch = TIMESTAMPTZ '{batch}' ORDER BY run_id) TO '{small}/{number:05}.parquet' (FORMAT parquet, COMPRESSION zstd)")
    small_files = sorted(small.glob("*.parquet"))
    question = "SELECT loop, outcome, count(*) AS counted, sum(ai_microusd) AS microusd FROM {} GROUP BY loop, outcome"
    compaction = {
        "days": 7, "rows": connection.execute("SELECT count(*) FROM week").fetchone()[0],
        "five_minutes": {"files": len(small_files), "bytes": sum(file.stat().st_size for file in small_files), "seconds": timed(connection, question.format(f"read_parquet('{small}/*.parquet')"))},
        "one_a_day": {"files": len(week_files), "bytes": sum(file.stat().st_size for file in week_files), "seconds": timed(connection, question.format(week))},
    }

    all_files = relation(out, "decisions", columns, True)[1]
    needs = ["loop", "outcome", "ai_microusd"]
    pruning = {
        "question": "outcomes and AI cost by loop, in one week",
        "nothing_pruned": column_bytes(connection, all_files), "columns": column_bytes(connection, all_files, needs),
        "days": column_bytes(connection, week_files), "days_and_columns": column_bytes(connection, week_files, needs),
    }
    shutil.rmtree(small)
    if not asked.out:
        shutil.rmtree(out)
    found = {"leads": asked.leads, "decisions": asked.leads * A_LEAD, "made_in_seconds": made_in, "sizes": sizes, "plain_read_seconds": plain, "query_seconds": queries, "compaction": compaction, "pruning": pruning}
    if asked.json:
        print(json.dumps(found, indent=1))
        return
    print(f"\nMade in {made_in:.0f} s\n\n{'dataset':22}{'rows':>14}{'files':>8}{'MB':>10}{'bytes a row':>13}")
    for name, size in sizes.items():
        print(f"{name:22}{size['rows']:>14,}{size['files']:>8}{size['bytes'] / 1e6:>10.1f}{size['bytes'] / size['rows']:>13.1f}")
    print(f"{'all':22}{sum(size['rows'] for size in sizes.values()):>14,}{sum(size['files'] for size in sizes.values()):>8}{sum(size['bytes'] for size in sizes.values()) / 1e6:>10.1f}")
    print(f"\n{'query':22}{'seconds':>10}{'of a plain read of all decisions':>36}")
    for name, seconds in queries.items():
        print(f"{name:22}{seconds:>10.2f}{seconds / plain:>36.2f}")
    print(f"{'plain read':22}{plain:>10.2f}{1:>36.2f}")
    small, large = compaction["five_minutes"], compaction["one_a_day"]
    print(f"\nA week of decisions ({compaction['rows']:,} rows), one object for each five minutes against one a day:")
    print(f"  files {small['files']:,} → {large['files']}, MB {small['bytes'] / 1e6:.1f} → {large['bytes'] / 1e6:.1f} ({small['bytes'] / large['bytes']:.1f} times less), a query {small['seconds'] / large['seconds']:.1f} times faster")
    print(f"\nBytes of {pruning['question']}: {pruning['nothing_pruned'] / 1e6:.1f} MB of all; columns alone {pruning['columns'] / 1e6:.2f}, days alone {pruning['days'] / 1e6:.2f}, both {pruning['days_and_columns'] / 1e6:.3f} MB: {pruning['nothing_pruned'] / max(pruning['days_and_columns'], 1):,.0f} times less")


if __name__ == "__main__":
    main()
