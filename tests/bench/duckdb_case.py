"""The same million accounts and 500 rules as one SQL CASE in DuckDB, on one core, with the same answers.

  cargo bench --manifest-path tests/bench/Cargo.toml --bench accounts -- --export /tmp/accounts
  pip install duckdb && python3 tests/bench/duckdb_case.py /tmp/accounts
"""

import resource
import sys
import time
from pathlib import Path

import duckdb


def main(folder: Path) -> int:
    db = duckdb.connect()
    db.execute("SET threads = 1")
    columns = (
        "{'id': 'BIGINT', 'country': 'VARCHAR', 'state': 'VARCHAR', 'industry': 'VARCHAR', 'employees': 'BIGINT', "
        "'segment': 'VARCHAR', 'domain': 'VARCHAR', 'score': 'BIGINT', 'our_rule': 'VARCHAR', 'our_territory': 'VARCHAR'}"
    )
    db.execute(f"CREATE TABLE given AS SELECT * FROM read_csv('{folder}/accounts.csv', header=true, columns={columns})")
    db.execute("CREATE TABLE accounts AS SELECT * EXCLUDE (our_rule, our_territory) FROM given")
    db.execute(f"CREATE TABLE listed AS SELECT * FROM read_csv('{folder}/listed.csv', header=true, columns={{'domain': 'VARCHAR'}})")
    query = (folder / "case.sql").read_text()
    begun = time.perf_counter()
    db.execute(f"CREATE TABLE decided AS {query}")
    seconds = time.perf_counter() - begun
    accounts, same = db.execute(
        "SELECT count(*), count(*) FILTER (WHERE rule = our_rule AND territory = our_territory) "
        "FROM given JOIN decided USING (id)"
    ).fetchone()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(f"DuckDB {duckdb.__version__}, one thread, table in memory")
    print(f"  accounts                {accounts:>12,}")
    print(f"  seconds                 {seconds:>12.2f}")
    print(f"  nanoseconds an account  {seconds / accounts * 1e9:>12,.0f}")
    print(f"  answers as ours         {same:>12,}")
    print(f"  peak memory, MB         {peak / 1e6:>12,.0f}")
    return 0 if same == accounts else 1


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))
