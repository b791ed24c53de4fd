"""Makes marts for developing the site: made-up numbers in the shape that functions/gateway/marts publishes.

    python sample.py [--out marts] [--seed 7] [--days 120] [--empty] [--without MART] [--age-minutes 4]

The same seed and day give the same rows. `--empty` writes marts without rows, `--without` leaves one out, and
`--age-minutes` makes them as old as the site should warn about.
"""

import argparse
import json
import random
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path

import duckdb

TYPES = {"text": "VARCHAR", "whole": "BIGINT", "fraction": "DOUBLE", "flag": "BOOLEAN", "date": "DATE", "timestamp": "TIMESTAMP_MS"}
BANDS = {"A": 0.12, "B": 0.3, "C": 0.35, "D": 0.18, None: 0.05}
SOURCES = {"Web": 0.4, "Partner Referral": 0.15, "Trade Show": 0.15, "Purchased List": 0.2, None: 0.1}
RULES = {"inbound": 24, "small-companies": 20, "warm-in-territory": 16, "hot-in-territory": 11, "partner-leads": 9, "customers": 7,
         "unclear-geography": 5, "strategic-accounts": 3, "key-accounts": 2, "public-sector-emea": 2, "everybody-else": 1}
LOOPS = {"qualify": ["scored", "disqualified"], "route": ["assigned", "queued", "no_owner"], "engage": ["drafted", "blocked"],
         "generate": ["signals", "nothing"], "pursue": ["planned", "unchanged"], "deploy": ["synced"], "design": ["planned"]}
KINDS = {"job_posting": 5, "funding": 3, "new_executive": 2, "expansion": 2, "tender": 1}
POOLS = {"inbound-sdr": [("Tom Becker", 2), ("Lena Vogt", 2), ("Sam Price", 2), ("Nora Diaz", 1)],
         "customer-desk": [("James Hart", None), ("Susan Ortiz", None), ("Aiko Tanaka", None)]}
TERRITORIES = ["emea/dach", "emea/uk-ireland", "americas/us-east", "apac", None]


def pick(rng, weights):
    return rng.choices(list(weights), list(weights.values()))[0]


def part(rng, of, share):
    return sum(rng.random() < share for _ in range(of))


def by_day(rng, days):
    """Rows of the marts that are counted by day."""
    rows = {name: [] for name in ("funnel_daily", "loop_runs_daily", "speed_daily", "rule_matches_daily", "receipts_daily", "signals_daily",
                                  "sequences_daily", "milestones_daily")}
    for at, day in enumerate(days):
        weekend = day.weekday() >= 5
        leads = max(0, round(rng.gauss(6 if weekend else 24, 4)))
        groups, bands = {}, {}
        for _ in range(leads):
            key = (pick(rng, SOURCES), pick(rng, BANDS))
            groups[key] = groups.get(key, 0) + 1
        for (source, band), created in groups.items():
            good = {"A": 0.98, "B": 0.92, "C": 0.7, "D": 0.3, None: 0}[band]
            qualified = part(rng, created, good)
            routed = part(rng, qualified, 0.98)
            drafted = part(rng, routed, 0.85)
            touched = part(rng, drafted, 0.8)
            converted = part(rng, touched, 0.3 if band == "A" else 0.12)
            won = part(rng, converted, 0.35) if at < len(days) - 20 else 0
            cents = sum(rng.randrange(800_000, 9_000_000) for _ in range(won)) if won else 0
            rows["funnel_daily"].append((day, source, band, created, qualified, created - qualified, routed, drafted, touched, converted, won, cents))
            bands.setdefault(band, [0, 0])
            bands[band][0] += routed
            bands[band][1] += touched
        for band, (routed, touched) in bands.items():
            if routed == 0:
                continue
            p50 = rng.randrange(1_400, 3_200)
            usual = {"A": 9, "B": 35, "C": 190, "D": 600, None: 700}[band]
            within = part(rng, touched, 0.9)
            p50_touch = round(usual * rng.uniform(0.6, 1.2)) if touched else None
            p90_touch = round(p50_touch * rng.uniform(1.4, 2.6)) if touched else None
            rows["speed_daily"].append((day, band, routed, p50, round(p50 * rng.uniform(1.5, 3)), touched, p50_touch, p90_touch, within, touched - within))
        routed = sum(row[0] for row in bands.values())
        weights = dict(RULES, inbound=40) if at >= len(days) - 7 else RULES
        matched = {}
        for _ in range(routed):
            rule = pick(rng, weights)
            matched[rule] = matched.get(rule, 0) + 1
        rows["rule_matches_daily"] += [(day, rule, count, routed) for rule, count in matched.items()]
        for loop, outcomes in LOOPS.items():
            runs = {"qualify": leads, "route": routed, "engage": round(routed * 0.9), "generate": 6, "pursue": 5, "deploy": 2, "design": 1 if day.day == 1 else 0}[loop]
            spent = [0, 0, 0]
            for outcome in outcomes:
                count = runs if outcome == outcomes[0] else runs // (6 if outcome != "no_owner" else 20)
                if count == 0:
                    continue
                costs = [count * rng.randrange(4, 19), count * (90_000 if loop == "qualify" else 0), count * (rng.randrange(3_000, 6_000) if loop in ("engage", "generate") else 0)]
                spent = [sum(pair) for pair in zip(spent, costs)]
                rows["loop_runs_daily"].append((day, loop, outcome, count, count * 2 if outcome != "nothing" else 0, *costs))
            if runs and loop not in ("deploy", "design"):
                rows["receipts_daily"].append((day, loop, runs, *spent))
        for kind in KINDS:
            detected = part(rng, KINDS[kind], 0.4)
            if detected:
                qualified = part(rng, detected, 0.6)
                rows["signals_daily"].append((day, kind, detected, qualified, part(rng, qualified, 0.7)))
        for template, usual in {"wrote_to_us": 7, "finance": 3, "best_leads": 2, "anybody": 5}.items():
            drafted = part(rng, usual, 0.3 if weekend else 0.8)
            if drafted:
                approved = part(rng, drafted, 0.75)
                blocked = part(rng, drafted - approved, 0.3)
                rejected = part(rng, drafted - approved - blocked, 0.5)
                version = "2026-11-b" if at > len(days) * 0.6 else "2026-11-a"
                rows["sequences_daily"].append((day, template, version, drafted, blocked, approved, rejected, part(rng, approved, 0.2)))
        for play in ("standard", "enterprise", "public-sector", "existing-customer"):
            due = part(rng, 3, 0.5)
            if due and not weekend:
                on_time = part(rng, due, 0.75)
                late = part(rng, due - on_time, 0.5)
                rows["milestones_daily"].append((day, play, due, on_time, late, due - on_time - late))
    return rows


def others(rng, through):
    """Rows of the marts without a day."""
    balance = []
    for pool, members in POOLS.items():
        held = [round((weight or 1) * rng.uniform(70, 95)) for _, weight in members]
        balance += [(pool, f"005{rng.randrange(10**12):015}", name if name != "Nora Diaz" else None, leads, weight, sum(held)) for (name, weight), leads in zip(members, held)]
    years = []
    for scenario, factor in {"fy27-baseline": 1, "fy27-iberia": 1.08}.items():
        for number, year in enumerate(("2027-01", "2028-01", "2029-01")):
            for segment, target in {None: 920_000_000, "Enterprise": 700_000_000, "Mid-market": 220_000_000}.items():
                target = round(target * (1 + 0.22 * number))
                capacity = round(target * factor * rng.uniform(0.82, 1.15))
                booked, open_ = (round(target * 0.18), round(target * 0.41)) if number == 0 else (0 if number == 1 else None, round(target * 0.05) if number == 1 else None)
                years.append((scenario, segment, year, capacity, target, capacity - target, round(capacity * 10_000 / target), booked, open_))
    lineage = {}
    for _ in range(46):
        key = (rng.choice([*KINDS, None, None]), pick(rng, RULES), rng.choice(["12", "13", "14"]), rng.choice(TERRITORIES), rng.choice(["fy27-baseline", None]))
        deals, cents = lineage.get(key, (0, 0))
        lineage[key] = (deals + 1, cents + rng.randrange(800_000, 9_000_000))
    names = ["decisions", "effects", "qualify_facts", "qualify_factors", "route_facts", "engage_facts", "generate_facts", "pursue_facts", "outcomes", "events", "leads", "opportunities", "accounts", "users", "territories"]
    fresh = [(name, rows := rng.randrange(20, 60_000), rows * rng.randrange(18, 60), through - timedelta(seconds=rng.randrange(20, 9_000))) for name in names]
    fresh.append(("deploy_facts", 0, 0, None))
    return {"pool_balance": balance, "capacity_years": years, "lineage_summary": [(*key, *value) for key, value in lineage.items()], "freshness": fresh}


def main():
    here = Path(__file__).parent
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=here / "marts")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--days", type=int, default=120)
    parser.add_argument("--empty", action="store_true")
    parser.add_argument("--without", action="append", default=[])
    parser.add_argument("--age-minutes", type=int, default=4)
    asked = parser.parse_args()

    rng = random.Random(asked.seed)
    published = datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0) - timedelta(minutes=asked.age_minutes)
    through = published - timedelta(seconds=50)
    days = [through.date() - timedelta(days=back) for back in range(asked.days - 1, -1, -1)]
    rows = by_day(rng, days) | others(rng, through)

    asked.out.mkdir(parents=True, exist_ok=True)
    marts = []
    for mart in json.loads((here.parent / "marts.json").read_text()):
        if mart["name"] in asked.without:
            continue
        made = [] if asked.empty else rows[mart["name"]]
        target = asked.out / f"{mart['name']}.parquet"
        write(target, mart["columns"], made)
        last = max((value for row in made for value in row if isinstance(value, date)), default=None)
        if last is not None and not isinstance(last, datetime):
            last = min(datetime.combine(last, time(23, 59)), through)
        newest = None if last is None else f"{last.isoformat(timespec='seconds')}Z"
        marts.append({**mart, "file": target.name, "rows": len(made), "bytes": target.stat().st_size, "newest": newest})
    manifest = {"generated_at": f"{published.isoformat()}Z", "lake_through": None if asked.empty else f"{through.isoformat()}Z", "currency": "USD", "time_zone": "UTC", "marts": marts}
    (asked.out / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    print(f"{len(marts)} marts, {sum(mart['rows'] for mart in marts)} rows, {sum(mart['bytes'] for mart in marts)} bytes in {asked.out}")


def write(target, columns, rows):
    connection = duckdb.connect()
    shape = ", ".join(f"\"{column['name']}\" {TYPES[column['kind']]}" for column in columns)
    connection.execute(f"CREATE TABLE mart ({shape})")
    if rows:
        connection.executemany(f"INSERT INTO mart VALUES ({', '.join('?' * len(columns))})", rows)
    connection.execute(f"COPY mart TO '{str(target).replace(chr(39), chr(39) * 2)}' (FORMAT parquet, COMPRESSION zstd)")


if __name__ == "__main__":
    main()
