// The CRM's REST API for preparing what a check needs and for looking at what the page did.

const DATA = '/services/data/v68.0';

/** The API as one user: `{create, update, query}`. */
export async function as(url, username) {
  const { token } = await call(url, null, 'POST', '/_ui/login', { username });
  return {
    token,
    create: async (object, fields) => (await call(url, token, 'POST', `${DATA}/sobjects/${object}`, fields)).id,
    update: (object, id, fields) => call(url, token, 'PATCH', `${DATA}/sobjects/${object}/${id}`, fields),
    query: async (soql) => (await call(url, token, 'GET', `${DATA}/query?q=${encodeURIComponent(soql)}`)).records,
    revoke: (other) => call(url, token, 'POST', `/services/oauth2/revoke?token=${encodeURIComponent(other)}`),
  };
}

/** Creates a user who can own leads. */
export async function createUser(crm, username, first, last, title) {
  const [profile] = await crm.query("SELECT Id FROM Profile WHERE Name = 'Standard User'");
  return crm.create('User', {
    Username: username, Email: username, FirstName: first, LastName: last, Alias: last.slice(0, 8).toLowerCase(), Title: title, ProfileId: profile.Id,
    TimeZoneSidKey: 'Europe/Berlin', LocaleSidKey: 'en_US', EmailEncodingKey: 'UTF-8', LanguageLocaleKey: 'en_US',
  });
}

async function call(url, token, method, path, body) {
  const headers = { 'content-type': 'application/json', 'sforce-auto-assign': 'FALSE' };
  if (token) headers.authorization = `Bearer ${token}`;
  const response = await fetch(url + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text ? JSON.parse(text) : null;
}
