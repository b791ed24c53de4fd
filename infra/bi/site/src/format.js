// Numbers, money, spans and times as people read them. The page is in English, so numbers are, too; times are UTC and say so.

const LOCALE = globalThis.navigator?.language?.startsWith('en') ? navigator.language : 'en-GB';
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** What stands where there is no value: never a zero. */
export const NOTHING = '–';

let currency = 'USD';

/** The currency of all money, by the manifest. */
export function useCurrency(code) {
  currency = code;
}

const made = new Map();
function numbers(options) {
  const key = JSON.stringify(options) + currency;
  if (!made.has(key)) made.set(key, new Intl.NumberFormat(LOCALE, options));
  return made.get(key);
}

const whole = (value) => numbers({ maximumFractionDigits: 0 }).format(value);
const decimals = (value, digits) => numbers({ minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
const money = (value, digits, more = {}) => numbers({
  style: 'currency', currency, currencyDisplay: 'narrowSymbol', minimumFractionDigits: digits, maximumFractionDigits: digits, ...more,
}).format(value);

/** Fractions of a cent have to be seen, thousands of dollars must not drag zeros along. */
function microMoney(micro) {
  const size = Math.abs(micro);
  if (size === 0 || size >= 1e6) return money(micro / 1e6, 2);
  return money(micro / 1e6, size >= 1e4 ? 4 : 6);
}

function span(ms) {
  const size = Math.abs(ms);
  if (size < SECOND) return `${whole(ms)}\u00a0ms`;
  if (size < MINUTE) return `${decimals(ms / SECOND, 1)}\u00a0s`;
  if (size < 2 * HOUR) return `${decimals(ms / MINUTE, size < 10 * MINUTE ? 1 : 0)}\u00a0min`;
  return size < 2 * DAY ? `${decimals(ms / HOUR, 1)}\u00a0h` : `${decimals(ms / DAY, 1)} days`;
}

function bytes(size) {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let step = 0;
  let left = size;
  while (left >= 1000 && step < units.length - 1) {
    left /= 1000;
    step += 1;
  }
  return `${decimals(left, step === 0 || left >= 100 ? 0 : 1)} ${units[step]}`;
}

const signed = (value, digits) => numbers({ minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: 'exceptZero' }).format(value);

const BY_UNIT = {
  // Cents matter in small amounts alone.
  cents: (value) => money(value / 100, value % 100 === 0 || Math.abs(value) >= 1e5 ? 0 : 2),
  microusd: microMoney,
  basis_points: (value) => `${decimals(value / 100, 1)}\u00a0%`,
  percent: (value) => `${decimals(value, 1)}\u00a0%`,
  share: (value) => `${decimals(value * 100, 1)}\u00a0%`,
  points: (value) => `${signed(value * 100, 1)}\u00a0points`,
  ms: span,
  minutes: (value) => span(value * MINUTE),
  bytes,
  date: (value) => date(value),
  timestamp: (value) => moment(value),
};

const dates = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
const moments = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: 'UTC' });

/** A day, of its milliseconds. */
export const date = (ms) => dates.format(ms);
/** A time, of its milliseconds. */
export const moment = (ms) => `${moments.format(ms)} UTC`;
/** The milliseconds of a time in the manifest, which is UTC whether it says so or not. */
export const utc = (text) => Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
/** A day as `2026-11-28`. */
export const isoDay = (ms) => new Date(ms).toISOString().slice(0, 10);

/** A value in its unit (`cents`, `ms`, `share`, `date`, …; a counted thing has no sign of its own). */
export function show(value, unit = null) {
  if (value === null || value === undefined || Number.isNaN(value)) return NOTHING;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value !== 'number') return String(value);
  if (Object.hasOwn(BY_UNIT, unit ?? '')) return BY_UNIT[unit](value);
  return Number.isInteger(value) ? whole(value) : precise(value);
}

/** All digits that count: `2026`, `12,345`, `0.000123`, `1e+300`. */
function precise(value) {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-6 || size >= 1e15)) return String(value);
  return numbers({ maximumSignificantDigits: 15, useGrouping: 'min2' }).format(value);
}

/** A value of a query's answer, nothing of it rounded away; days and times in ISO order, without the letters. */
export function raw(value, kind) {
  if (value === null) return NOTHING;
  if (kind === 'date') return isoDay(value);
  if (kind === 'timestamp') return new Date(value).toISOString().replace('T', ' ').replace(/(\.000)?Z$/, '');
  return typeof value === 'number' ? precise(value) : show(value);
}

/** The same, short enough for the ticks of an axis. */
export function tick(value, unit = null) {
  const short = { notation: 'compact', maximumFractionDigits: 1 };
  if (unit === 'cents') return money(value / 100, 0, short);
  if (unit === 'microusd') return numbers({ style: 'currency', currency, currencyDisplay: 'narrowSymbol', notation: 'compact', maximumSignificantDigits: 3 }).format(value / 1e6);
  if (unit === 'share') return `${whole(value * 100)}\u00a0%`;
  if (unit === 'bytes') return bytes(value);
  return numbers(short).format(value);
}

/** How long ago: `3 minutes ago`, `just now`. */
export function ago(then, now) {
  const past = now - then;
  if (past < MINUTE) return 'just now';
  const [size, unit] = past < HOUR ? [MINUTE, 'minute'] : past < 2 * DAY ? [HOUR, 'hour'] : [DAY, 'day'];
  return new Intl.RelativeTimeFormat(LOCALE, { numeric: 'always' }).format(-Math.floor(past / size), unit);
}

/** A count with its noun: `1 lead`, `25 leads`. */
export const count = (value, one, many = `${one}s`) => `${show(value)} ${value === 1 ? one : many}`;
