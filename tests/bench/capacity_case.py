"""The simulation of 2,000 seats × 36 months × 1,000 trials in NumPy, on one core. Called by the benchmark:

  pip install numpy && cargo bench --manifest-path tests/bench/Cargo.toml --bench capacity -- --python python3

Three parts: our draws, computed here month by month in float64 (equal to ours in every trial and month); the model with
NumPy's own numbers, each seat for itself; the same with the insights that ours has (seats share draws, leavers are counted).
All of it whole-array operations on chunks of trials that stay in the cache, SFC64, float32 where that is faster, scatter by
bincount, tables instead of distributions where they are faster. Each prints one line of JSON.
"""

import json
import os
import sys
import time
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np

TRIALS = 1_000
STEPS = 4_096


class Plan:
    """What the benchmark wrote, as arrays."""

    def __init__(self, folder: Path):
        plan = json.loads((folder / "plan.json").read_text())
        self.months = plan["months"]
        self.years = -(-self.months // 12)
        self.days = np.array(plan["days"])
        self.first_days = np.concatenate([[0], np.cumsum(self.days)])
        self.month_of = np.repeat(np.arange(self.months), self.days)
        weights = np.array(plan["weights"], float)
        of_year = (plan["first_month_of_year"] + np.arange(self.months)) % 12
        self.shares = (weights / weights.sum(axis=1, keepdims=True))[:, of_year]
        self.segments = len(weights)
        self.profiles = plan["profiles"]
        self.monthly = np.array([np.log1p(-profile["attrition"]) / 12 for profile in self.profiles])
        pools = np.array(plan["pools"], float)
        order = np.argsort(pools[:, 0], kind="stable")
        self.pool_order = order
        self.pool_segment, self.pool_profile = pools[:, 0].astype(int), pools[:, 1].astype(int)
        self.pool_scale, self.pool_seats = pools[:, 2], pools[:, 3].astype(int)
        singles = np.array(plan["singles"], float)
        self.segment, self.profile = singles[:, 0].astype(int), singles[:, 1].astype(int)
        self.scale, self.starts = singles[:, 2], singles[:, 3].astype(int)
        self.is_hire, self.skipped = singles[:, 4] == 1, singles[:, 5].astype(int)
        self.delay, self.ramp = plan["delay"], plan["ramp"]
        self.seat, self.market = plan["seat"], plan["market"]
        # ramps[profile][percent - lowest]: levels by month of tenure, the last one for ever after.
        self.lowest = self.ramp[0]
        length = max(len(profile["ramp"]) for profile in self.profiles) * self.ramp[2] // 100 + 2
        self.ramps = np.ones((len(self.profiles), self.ramp[2] - self.lowest + 1, length + self.months))
        self.lengths = np.zeros(self.ramps.shape[:2], int)
        for profile, one in enumerate(self.profiles):
            levels = np.array(one["ramp"], float)
            for percent in range(self.lowest, self.ramp[2] + 1):
                at = np.arange(length) * 100 / percent
                row = np.floor(np.interp(at, np.arange(len(levels)), levels) + 0.5) / levels[-1]
                self.ramps[profile, percent - self.lowest, :length] = row
                self.lengths[profile, percent - self.lowest] = np.max(np.nonzero(row != 1)[0], initial=-1) + 1


def replay(plan: Plan, folder: Path) -> tuple[float, int]:
    """Our draws in float64, seat by seat and month by month; the greatest difference in cents."""
    read = lambda name, *shape: np.fromfile(folder / f"{name}.f64").reshape(-1, *shape)
    months, years, segments, singles = plan.months, plan.years, plan.segments, len(plan.scale)
    leavers, drawn = read("leavers", len(plan.pool_scale), months), read("singles", singles, 4)
    alone, of_year = read("alone", singles, years), read("of_year", segments, years)
    of_leavers, of_ramped = read("of_leavers", segments, months), read("of_ramped", segments, months)
    market, booked = read("market", years), read("booked", months)
    worst = 0.0
    month = np.arange(months)
    year_of, last_of_year = month // 12, np.minimum(month // 12 * 12 + 12, months) - 1
    for trial in range(len(booked)):
        total = np.zeros(months)
        # Seats by what they share: (sum, squares) of those that are whole years, that leave, that come out of their ramp.
        whole, leave, ramped = (np.zeros((segments, size, 2)) for size in (years, months, months))
        for pool in range(len(plan.pool_scale)):
            scale, segment = plan.pool_scale[pool], plan.pool_segment[pool]
            one = np.array([scale, scale * scale])
            left = np.cumsum(leavers[trial, pool])
            for year in range(years):
                before_last = left[min(year * 12 + 12, months) - 2]
                whole[segment, year] += (plan.pool_seats[pool] - before_last) * one
            for at in np.nonzero(leavers[trial, pool])[0]:
                if at != last_of_year[at]:
                    leave[segment, at] += leavers[trial, pool, at] * one
        direct = np.zeros((segments, months))
        for single in range(singles):
            starts, percent, stays, less_one = drawn[trial, single]
            if np.isnan(starts):
                continue
            scale, segment, profile = plan.scale[single], plan.segment[single], plan.profile[single]
            first = plan.month_of[int(max(starts, 0))]
            there = np.clip(plan.first_days[1:] - starts, 0, plan.days) / plan.days
            last = first + int(stays)
            tenure = month - first + plan.skipped[single]
            level = plan.ramps[profile, int(percent) - plan.lowest, np.maximum(tenure, 0)]
            up = max(plan.lengths[profile, int(percent) - plan.lowest] - plan.skipped[single], 0)
            ramping = (month >= first) & (month < first + up) & (month <= last)
            direct[segment] += np.where(ramping, scale * (1 + less_one) * level * there, 0)
            start = first + up
            if up == 0 and there[first] != 1:
                direct[segment, first] += scale * (1 + less_one) * there[first]
                start += 1
            one = np.array([scale, scale * scale])
            fresh = True  # Who has just ramped shares nothing with those who were there before, even in January.
            while start <= min(last, months - 1):
                year = year_of[start]
                end = last_of_year[start]
                if not fresh and last >= end:
                    whole[segment, year] += one
                elif not fresh:
                    leave[segment, last] += one
                elif last >= end:
                    ramped[segment, start] += one
                else:
                    direct[segment, start : last + 1] += scale * (1 + alone[trial, single, year])
                start, fresh = end + 1, False
        for segment in range(segments):
            for at in range(months):
                year = year_of[at]
                total_of = lambda shared, noise: shared[..., 0] + np.sqrt(shared[..., 1]) * noise
                amount = total_of(whole[segment, year], of_year[trial, segment, year])
                stays_till = slice(at, last_of_year[at] + 1)
                amount += total_of(leave[segment, stays_till], of_leavers[trial, segment, stays_till]).sum()
                came = slice(year * 12, at + 1)
                amount += total_of(ramped[segment, came], of_ramped[trial, segment, came]).sum()
                amount += direct[segment, at]
                total[at] += amount * plan.shares[segment, at] * (1 + market[trial, year])
        worst = max(worst, np.abs(total - booked[trial]).max())
    return worst, len(booked)


def triangular_steps(low: int, likely: int, high: int) -> np.ndarray:
    part = (np.arange(STEPS) + 0.5) / STEPS
    width = high - low
    below = low + np.sqrt(part * width * (likely - low))
    above = high - np.sqrt((1 - part) * width * (high - likely))
    return np.rint(np.where(part * width <= likely - low, below, above)).astype(np.int64)


class Simulation:
    """NumPy's own draws; `pooled`: with the insights that ours has."""

    def __init__(self, plan: Plan, pooled: bool, chunk: int):
        self.plan, self.pooled, self.chunk = plan, pooled, chunk
        self.delay, self.percent = triangular_steps(*plan.delay), triangular_steps(*plan.ramp) - plan.lowest
        order = np.repeat(plan.pool_order, plan.pool_seats[plan.pool_order])
        self.of_pool = order
        self.scale = plan.pool_scale[order].astype(np.float32)
        self.per_month = (-1 / plan.monthly[plan.pool_profile[order]]).astype(np.float32)
        self.bounds = np.searchsorted(plan.pool_segment[order], np.arange(plan.segments + 1))
        self.seat_segment = plan.pool_segment[order]
        self.flat_ramps = plan.ramps.astype(np.float32)
        self.ramp_row = plan.ramps.shape[2]
        self.single_scale = plan.scale.astype(np.float32)
        self.single_per_month = (-1 / plan.monthly[plan.profile]).astype(np.float32)
        self.single_base = plan.profile * (plan.ramps.shape[1] * self.ramp_row)
        self.longest = int(np.max(plan.lengths, initial=0))
        part = (np.arange(STEPS) + 0.5) / STEPS
        sample = np.sort(np.random.Generator(np.random.SFC64(1)).standard_normal(4_000_000))
        normal = sample[(part * len(sample)).astype(int)]
        self.normal = ((normal - normal.mean()) / normal.std() * plan.seat).astype(np.float32)
        # Part of the first month by first day, and days that lie before the plan count as its first.
        self.part = ((plan.first_days[plan.month_of + 1] - np.arange(len(plan.month_of))) / plan.days[plan.month_of]).astype(np.float32)
        self.rng = np.random.Generator(np.random.SFC64(7))

    def run(self) -> np.ndarray:
        out = np.empty((TRIALS, self.plan.months))
        for from_ in range(0, TRIALS, self.chunk):
            count = min(self.chunk, TRIALS - from_)
            out[from_ : from_ + count] = self.trials(count)
        return out

    def attainment(self, shape) -> np.ndarray:
        return self.normal.take(self.rng.integers(0, STEPS, shape, dtype=np.uint16))

    def roster(self, count: int) -> np.ndarray:
        """Amounts [trial, segment, month] in cents a year, before the market and the season."""
        plan, rng = self.plan, self.rng
        months, segments = plan.months, plan.segments
        stays = rng.standard_exponential((count, len(self.scale)), dtype=np.float32)
        stays *= self.per_month
        month = np.minimum(stays, months).astype(np.int32)
        cell = np.arange(count, dtype=np.int64)[:, None] * segments + self.seat_segment
        gone = np.flatnonzero(month.ravel() < months)
        cells = cell.ravel()[gone] * months + month.ravel()[gone]
        size = count * segments * months
        amounts = np.zeros((count, segments, months))
        if self.pooled:
            scale = np.broadcast_to(self.scale.astype(float), month.shape).ravel()[gone]
            sums = np.bincount(cells, scale, size).reshape(count, segments, months)
            squares = np.bincount(cells, scale * scale, size).reshape(count, segments, months)
            totals = np.add.reduceat(self.scale.astype(float), self.bounds[:-1])
            total_squares = np.add.reduceat(self.scale.astype(float) ** 2, self.bounds[:-1])
            for year in range(plan.years):
                a, b = year * 12, min(year * 12 + 12, months)
                whole = totals - sums[:, :, : b - 1].sum(axis=2)
                whole_squares = np.maximum(total_squares - squares[:, :, : b - 1].sum(axis=2), 0)
                whole += np.sqrt(whole_squares) * self.attainment((count, segments))
                left = sums[:, :, a : b - 1] + np.sqrt(squares[:, :, a : b - 1]) * self.attainment((count, segments, b - 1 - a))
                amounts[:, :, a:b] = whole[:, :, None]
                amounts[:, :, a : b - 1] += left[:, :, ::-1].cumsum(axis=2)[:, :, ::-1]
            return amounts
        flat_year = (month.ravel()[gone] // 12).astype(np.int8)
        for year in range(plan.years):
            a, b = year * 12, min(year * 12 + 12, months)
            attained = self.attainment(month.shape)
            attained += 1
            attained *= self.scale
            leaving = gone[flat_year == year]
            left = np.bincount(cells[flat_year == year], attained.ravel()[leaving], size).reshape(count, segments, months)[:, :, a:b]
            attained *= month >= b
            for segment in range(segments):
                here = attained[:, self.bounds[segment] : self.bounds[segment + 1]].sum(axis=1)
                amounts[:, segment, a:b] = here[:, None] + left[:, segment, ::-1].cumsum(axis=1)[:, ::-1]
        return amounts

    def singles(self, count: int) -> np.ndarray:
        plan, rng = self.plan, self.rng
        months, segments, singles = plan.months, plan.segments, len(plan.scale)
        shape = (count, singles)
        starts = np.broadcast_to(plan.starts, shape) + self.delay.take(rng.integers(0, STEPS, shape, dtype=np.uint16)) * plan.is_hire
        np.clip(starts, 0, len(plan.month_of), out=starts)
        first = np.append(plan.month_of, months).take(starts)
        part = np.append(self.part, np.float32(0)).take(starts)
        row = self.percent.take(rng.integers(0, STEPS, shape, dtype=np.uint16)) * self.ramp_row + self.single_base
        row += plan.skipped
        stays = rng.standard_exponential(shape, dtype=np.float32)
        stays *= self.single_per_month
        last = np.minimum(first + np.minimum(stays, months).astype(np.int64), months - 1)
        attained = self.attainment((plan.years + 1, *shape))
        attained += 1
        attained *= self.single_scale
        cell = (np.arange(count)[:, None] * segments + plan.segment) * (months + 1)
        flat = self.flat_ramps.ravel()
        size = count * segments * (months + 1)
        # The ramp's months one by one, then what stays as a step up and a step down in each year.
        amounts = np.zeros(size)
        length = np.maximum(plan.lengths[plan.profile, row // self.ramp_row - self.single_base // self.ramp_row] - plan.skipped, 0)
        steady = first + np.maximum(length, part < 1)
        for tenure in range(self.longest):
            month = first + tenure
            used = np.flatnonzero((month <= last) & (month < steady))
            value = attained[0].ravel()[used] * flat.take(row.ravel()[used] + tenure)
            if tenure == 0:
                value *= part.ravel()[used]
            amounts += np.bincount(cell.ravel()[used] + month.ravel()[used], value, size)
        steps = np.zeros(size)
        for year in range(plan.years):
            a, b = year * 12, min(year * 12 + 12, months)
            up, down = np.maximum(steady, a), np.minimum(last + 1, b)
            used = np.flatnonzero(up < down)
            value = attained[year + 1].ravel()[used]
            place = cell.ravel()[used]
            steps += np.bincount(place + up.ravel()[used], value, size) - np.bincount(place + down.ravel()[used], value, size)
        amounts = amounts.reshape(count, segments, months + 1) + steps.reshape(count, segments, months + 1).cumsum(axis=2)
        return amounts[:, :, :months]

    def trials(self, count: int) -> np.ndarray:
        plan = self.plan
        amounts = self.roster(count)
        amounts += self.singles(count)
        market = 1 + plan.market * self.rng.standard_normal((count, plan.years))
        return np.einsum("tsm,sm->tm", amounts, plan.shares) * np.repeat(market, 12, axis=1)[:, : plan.months]


def quantiles(booked: np.ndarray) -> np.ndarray:
    return np.quantile(booked, [0.1, 0.5, 0.9], axis=0, method="inverted_cdf")


def main(folder: Path) -> int:
    plan = Plan(folder)
    worst, trials = replay(plan, folder)
    equal = f"{'every trial and month' if worst <= 3 else 'NOT EQUAL'}, to {worst:.1f} cents in {trials} trials"
    print(json.dumps({"what": "our draws in NumPy float64", "ms": None, "equal": equal}), flush=True)
    good = worst <= 3
    ours = np.array(json.loads((folder / "quantiles.json").read_text()), float).T
    for pooled, name in ((False, "NumPy, each seat for itself"), (True, "NumPy with our insights")):
        least, chunk_of_least = float("inf"), 0
        for chunk in (10, 25, 50, 100, 250):
            simulation = Simulation(plan, pooled, chunk)
            for _ in range(5):
                begun = time.thread_time()
                quantiles(simulation.run())
                seconds = time.thread_time() - begun
                if seconds < least:
                    least, chunk_of_least = seconds, chunk
        simulation = Simulation(plan, pooled, chunk_of_least)
        booked = np.concatenate([simulation.run() for _ in range(20)])
        theirs = quantiles(booked)
        # A quantile's standard error by its density; 50,000 trials of ours, 20,000 here.
        density = np.array([0.1755, 0.3989, 0.1755])[:, None] / booked.std(axis=0)
        spread = np.sqrt(np.array([0.09, 0.25, 0.09])[:, None] * (1 / 50_000 + 1 / len(booked))) / density
        apart = np.abs(theirs - ours) / spread
        same = apart.max() < 4.5
        good &= bool(same)
        equal = f"quantiles {'within' if same else 'NOT within'} {apart.max():.1f} standard errors, chunks of {chunk_of_least}"
        print(json.dumps({"what": name, "ms": least * 1e3, "equal": equal}), flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))
