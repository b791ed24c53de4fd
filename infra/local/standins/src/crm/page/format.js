// Turns values into what a person reads.

const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const dateOnly = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeZone: 'UTC' });
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });
const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 });

const STEPS = [[60, 'second', 1], [3600, 'minute', 60], [86400, 'hour', 3600], [86400 * 30, 'day', 86400]];

/** The moment of an API date and time such as `2026-11-22T10:00:00.000+0000`. */
export function moment(text) {
  return new Date(text.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
}

/** How long ago, in the largest unit that fits; the date itself after a month. */
export function age(text, now = Date.now()) {
  const then = moment(text);
  const seconds = Math.round((then.getTime() - now) / 1000);
  if (Math.abs(seconds) < 5) return 'just now';
  for (const [below, unit, size] of STEPS) {
    if (Math.abs(seconds) < below) return relative.format(Math.trunc(seconds / size), unit);
  }
  return dateOnly.format(then);
}

export function when(text) {
  return dateTime.format(moment(text));
}

/** A field's value as text, by its described type. */
export function value(field, content) {
  if (content === null || content === undefined || content === '') return '–';
  switch (field.type) {
    case 'boolean': return content ? 'Yes' : 'No';
    case 'datetime': return when(content);
    case 'date': return dateOnly.format(new Date(`${content}T00:00:00Z`));
    case 'int': case 'double': case 'currency': case 'percent': return whole.format(content);
    default: return String(content);
  }
}

export function initials(name) {
  return name.split(/\s+/).filter(Boolean).map((part) => [...part][0]).filter((_, at, all) => at === 0 || at === all.length - 1).join('').toUpperCase();
}

/** An owner that is a queue and not a person: ids of groups begin with 00G. */
export function isQueue(ownerId) {
  return typeof ownerId === 'string' && ownerId.startsWith('00G');
}
