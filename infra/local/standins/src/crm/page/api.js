// Talks to the REST API as any client does: bearer token, JSON, errors as an array of {message, errorCode, fields}.

const DATA = '/services/data/v68.0';
const KEPT = 'revloops-session';

/** What the API refused, with its list of errors. `status` 0 means that it could not be reached. */
export class Refused extends Error {
  constructor(status, errors) {
    super(errors.map((error) => error.message).join(' '));
    this.status = status;
    this.errors = errors;
  }
}

/** Who is signed in: `{token, userId, name}`, or null. It lives as long as the browser's tab. */
export function session() {
  const kept = sessionStorage.getItem(KEPT);
  return kept ? JSON.parse(kept) : null;
}

export function signOut() {
  sessionStorage.removeItem(KEPT);
}

export async function activeUsers() {
  return (await call('GET', '/_ui/users')).users;
}

export async function signIn(username) {
  sessionStorage.setItem(KEPT, JSON.stringify(await call('POST', '/_ui/login', { username })));
}

/** All records of a query, page after page. */
export async function query(soql) {
  let page = await call('GET', `${DATA}/query?q=${encodeURIComponent(soql)}`);
  const records = page.records;
  while (!page.done) {
    page = await call('GET', page.nextRecordsUrl);
    records.push(...page.records);
  }
  return records;
}

export async function count(soql) {
  return (await call('GET', `${DATA}/query?q=${encodeURIComponent(soql)}`)).totalSize;
}

const described = new Map();

/** An object's description: fields with label, type, length and picklist values. Asked for once. */
export function describe(object) {
  if (!described.has(object)) described.set(object, call('GET', `${DATA}/sobjects/${object}/describe`));
  return described.get(object);
}

export function read(object, id) {
  return call('GET', `${DATA}/sobjects/${object}/${encodeURIComponent(id)}`);
}

/** Creates a record; `assign` lets the organisation's assignment rules choose a lead's owner. */
export function create(object, fields, { assign = false } = {}) {
  return call('POST', `${DATA}/sobjects/${object}`, fields, { 'Sforce-Auto-Assign': assign ? 'TRUE' : 'FALSE' });
}

export function update(object, id, fields) {
  return call('PATCH', `${DATA}/sobjects/${object}/${encodeURIComponent(id)}`, fields, { 'Sforce-Auto-Assign': 'FALSE' });
}

/** Converts a lead; `wishes` are `opportunityName` or `withoutOpportunity`. */
export function convert(leadId, wishes) {
  return call('POST', '/_ui/convert', { leadId, ...wishes });
}

/** A text as a SOQL literal. */
export function literal(text) {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n').replaceAll('\r', '\\r')}'`;
}

/** A LIKE pattern that finds the text anywhere, with its own wildcards meaning themselves. */
export function containing(text) {
  return literal(`%${text}%`).replace(/[%_]/g, (wildcard, at, all) => (at === 1 || at === all.length - 2 ? wildcard : `\\${wildcard}`));
}

async function call(method, path, body, more = {}) {
  const headers = { Accept: 'application/json', ...more };
  const token = session()?.token;
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  let response;
  try {
    response = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), cache: 'no-store' });
  } catch {
    throw new Refused(0, [{ message: 'The CRM cannot be reached.', errorCode: 'UNREACHABLE', fields: [] }]);
  }
  const text = await response.text();
  let answer = null;
  try {
    answer = text ? JSON.parse(text) : null;
  } catch {
    // An answer that is no JSON is told by its status below.
  }
  if (response.ok) return answer;
  const errors = Array.isArray(answer) ? answer : [{ message: `The CRM answered ${response.status}.`, errorCode: String(response.status), fields: [] }];
  throw new Refused(response.status, errors);
}
