// jsforce, unchanged, against a CRM: logs in by each of its ways and uses what our flows use.
//
//     node jsforce_client.mjs --url http://127.0.0.1:4571 --username … --password … --client-id … --client-secret …
//
// Prints a line for each check; ends with status 1 where one failed.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import jsforce from 'jsforce';

const text = { type: 'string' };
const { values: settings } = parseArgs({ options: { url: text, username: text, password: text, 'client-id': text, 'client-secret': text } });
const RUN = randomUUID().slice(0, 8);
const VERSION = '68.0';

const oauth2 = () => new jsforce.OAuth2({ loginUrl: settings.url, clientId: settings['client-id'], clientSecret: settings['client-secret'], redirectUri: `${settings.url}/callback` });
const connect = (options = {}) => new jsforce.Connection({ loginUrl: settings.url, instanceUrl: settings.url, version: VERSION, ...options });
const organizations = async (crm) => (await crm.query('SELECT Id FROM Organization')).totalSize;
const lead = (fields = {}) => ({ LastName: `Roth ${RUN}`, Company: 'Alder Works', LeadSource: 'Web', ...fields });

const checks = {
  // Logging in

  async 'logs in and out by SOAP'() {
    const crm = connect();
    const user = await crm.login(settings.username, settings.password);
    assert.match(user.id, /^005[0-9A-Za-z]{15}$/);
    assert.match(user.organizationId, /^00D/);
    assert.equal(await organizations(crm), 1);
    const { accessToken } = crm;
    await crm.logout();
    await assert.rejects(organizations(connect({ accessToken })), { errorCode: 'INVALID_SESSION_ID' });
  },

  async 'logs in with the version it brings'() {
    const crm = new jsforce.Connection({ loginUrl: settings.url });
    await crm.login(settings.username, settings.password);
    assert.equal(await organizations(crm), 1);
  },

  async 'logs in by the OAuth password flow and tells who it is'() {
    const crm = connect({ oauth2: oauth2() });
    await crm.login(settings.username, settings.password);
    assert.equal(await organizations(crm), 1);
    const identity = await crm.identity();
    assert.equal(identity.username, settings.username);
  },

  async 'logs in by client credentials'() {
    const token = await oauth2().requestToken({ grant_type: 'client_credentials' });
    assert.equal(token.token_type, 'Bearer');
    assert.equal(await organizations(connect({ instanceUrl: token.instance_url, accessToken: token.access_token })), 1);
  },

  async 'logs in by the web server flow with a proof key, and refreshes by itself'() {
    const app = new jsforce.OAuth2({ loginUrl: settings.url, clientId: settings['client-id'], clientSecret: settings['client-secret'], redirectUri: 'http://127.0.0.1:9/callback', useVerifier: true });
    // The user's part, done in a browser otherwise: the page's own form, filled in and sent.
    const address = app.getAuthorizationUrl({ scope: 'api refresh_token', state: 's&t' });
    const page = await (await fetch(address)).text();
    const form = new URLSearchParams([...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)].map(([, name, value]) => [name, value.replaceAll('&amp;', '&')]));
    form.set('username', settings.username);
    form.set('password', settings.password);
    const agreed = await fetch(address, { method: 'POST', body: form, redirect: 'manual' });
    const back = new URL(agreed.headers.get('location'));
    assert.equal(back.searchParams.get('state'), 's&t');
    const crm = connect({ oauth2: app });
    await crm.authorize(back.searchParams.get('code'));
    assert.equal(await organizations(crm), 1);
    let refreshed = 0;
    crm.on('refresh', () => {
      refreshed += 1;
    });
    crm.accessToken = '00Dxx!expired';
    assert.equal(await organizations(crm), 1);
    assert.equal(refreshed, 1);
    const thief = new jsforce.OAuth2({ loginUrl: settings.url, clientId: settings['client-id'], clientSecret: settings['client-secret'], redirectUri: 'http://127.0.0.1:9/callback' });
    await assert.rejects(thief.requestToken(back.searchParams.get('code')), { name: 'invalid_grant' });
  },

  async 'a wrong password is refused by SOAP and by OAuth'() {
    await assert.rejects(connect().login(settings.username, 'wrong'), (error) => /INVALID_LOGIN/.test(error.message) || error.errorCode === 'INVALID_LOGIN');
    await assert.rejects(connect({ oauth2: oauth2() }).login(settings.username, 'wrong'), { name: 'invalid_grant' });
  },

  async 'a session that is none is refused'() {
    await assert.rejects(organizations(connect({ accessToken: '00Dxx!unknown' })), { errorCode: 'INVALID_SESSION_ID' });
  },

  // Records

  async 'creates, reads, updates and deletes'(crm) {
    const made = await crm.sobject('Lead').create(lead({ FirstName: 'Ada', Email: `ada.${RUN}@alder.example`, NumberOfEmployees: 120 }));
    assert.equal(made.success, true);
    assert.match(made.id, /^00Q[0-9A-Za-z]{15}$/);
    await crm.sobject('Lead').update({ Id: made.id, Title: 'Head of Sales' });
    const read = await crm.sobject('Lead').retrieve(made.id);
    assert.deepEqual([read.Title, read.Name, read.NumberOfEmployees, read.IsConverted], ['Head of Sales', `Ada Roth ${RUN}`, 120, false]);
    assert.equal((await crm.sobject('Lead').destroy(made.id)).success, true);
    await assert.rejects(crm.sobject('Lead').retrieve(made.id), (error) => ['NOT_FOUND', 'ENTITY_IS_DELETED'].includes(error.errorCode));
  },

  async 'upserts by external id'(crm) {
    const key = `engage-${RUN}`;
    const first = await crm.sobject('Task').upsert({ RevLoops_Key__c: key, Subject: 'First', Status: 'Not Started', Priority: 'Normal' }, 'RevLoops_Key__c');
    const second = await crm.sobject('Task').upsert({ RevLoops_Key__c: key, Subject: 'Second' }, 'RevLoops_Key__c');
    assert.deepEqual([first.success, first.created, second.success], [true, true, true]);
    const found = await crm.sobject('Task').find({ RevLoops_Key__c: key }, ['Id', 'Subject']);
    assert.deepEqual(found.map((task) => task.Subject), ['Second']);
    assert.equal(found[0].Id, first.id);
  },

  async 'creates, reads, updates, upserts and deletes many'(crm) {
    const company = `Many ${RUN}`;
    const made = await crm.sobject('Lead').create(Array.from({ length: 450 }, (_, at) => lead({ LastName: `M${at}`, Company: company })), { allowRecursive: true, allOrNone: true });
    assert.equal(made.filter((result) => result.success).length, 450);
    const ids = made.map((result) => result.id);
    const read = await crm.sobject('Lead').retrieve(ids.slice(0, 3));
    assert.deepEqual(read.map((record) => record.LastName), ['M0', 'M1', 'M2']);
    const changed = await crm.sobject('Lead').update([{ Id: ids[0], Title: 'CTO' }, { Id: ids[1], Email: 'no mail address' }]);
    assert.deepEqual(changed.map((result) => result.success), [true, false]);
    assert.equal(changed[1].errors[0].statusCode, 'INVALID_EMAIL_ADDRESS');
    const tasks = [1, 2].map((number) => ({ RevLoops_Key__c: `many-${RUN}-${number}`, Subject: 'Many', Status: 'Not Started', Priority: 'Normal' }));
    assert.deepEqual((await crm.sobject('Task').upsert(tasks, 'RevLoops_Key__c')).map((result) => result.created), [true, true]);
    assert.deepEqual((await crm.sobject('Task').upsert(tasks, 'RevLoops_Key__c')).map((result) => result.created), [false, false]);
    const gone = await crm.sobject('Lead').destroy(ids, { allowRecursive: true });
    assert.equal(gone.filter((result) => result.success).length, 450);
    assert.equal((await crm.query(`SELECT Id FROM Lead WHERE Company = '${company}'`)).totalSize, 0);
  },

  async 'runs a composite request in which one step uses the answer of another'(crm) {
    const answer = await crm.request({ method: 'POST', url: `/services/data/v${VERSION}/composite`, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ allOrNone: true, compositeRequest: [
      { method: 'POST', url: `/services/data/v${VERSION}/sobjects/Lead`, referenceId: 'lead', body: lead() },
      { method: 'POST', url: `/services/data/v${VERSION}/sobjects/Task`, referenceId: 'task', body: { Subject: 'Call', Status: 'Not Started', Priority: 'Normal', WhoId: '@{lead.id}' } },
    ] }) });
    assert.deepEqual(answer.compositeResponse.map((part) => part.httpStatusCode), [201, 201]);
    const [task] = (await crm.query(`SELECT WhoId, Who.Name, Who.Type FROM Task WHERE Id = '${answer.compositeResponse[1].body.id}'`)).records;
    assert.deepEqual([task.WhoId, task.Who.Name, task.Who.Type], [answer.compositeResponse[0].body.id, `Roth ${RUN}`, 'Lead']);
  },

  // Queries

  async 'queries page after page, with parents and children'(crm) {
    const company = `Paged ${RUN}`;
    const made = await crm.sobject('Lead').create(Array.from({ length: 410 }, (_, at) => lead({ LastName: `P${String(at).padStart(4, '0')}`, Company: company })), { allowRecursive: true });
    await crm.sobject('Task').create({ Subject: 'Call', Status: 'Not Started', Priority: 'Normal', WhoId: made[0].id });
    const soql = `SELECT Id, LastName, Owner.Name, (SELECT Subject FROM Tasks) FROM Lead WHERE Company = '${company}' ORDER BY LastName`;
    const records = [];
    let page = await crm.query(soql, { headers: { 'Sforce-Query-Options': 'batchSize=200' } });
    let pages = 1;
    records.push(...page.records);
    while (!page.done) {
      page = await crm.queryMore(page.nextRecordsUrl);
      records.push(...page.records);
      pages += 1;
    }
    assert.deepEqual(records.map((record) => record.LastName), Array.from({ length: 410 }, (_, at) => `P${String(at).padStart(4, '0')}`));
    assert.ok(pages >= 2, `${pages} pages`);
    assert.ok(records[0].Owner.Name);
    assert.deepEqual(records[0].Tasks.records.map((task) => task.Subject), ['Call']);
    assert.equal(records[1].Tasks, null);
    const fetched = await crm.query(soql).run({ autoFetch: true, maxFetch: 1000 });
    assert.equal(fetched.totalSize, 410);
    assert.equal(await crm.sobject('Lead').count({ Company: company }), 410);
    const some = await crm.sobject('Lead').find({ Company: company, LastName: { $like: 'P000%' } }, 'Id, LastName').sort('-LastName').limit(5).skip(2);
    assert.deepEqual(some.map((record) => record.LastName), ['P0007', 'P0006', 'P0005', 'P0004', 'P0003']);
    const sources = await crm.query(`SELECT LeadSource, COUNT(Id) leads FROM Lead WHERE Company = '${company}' GROUP BY LeadSource`);
    assert.deepEqual([sources.records[0].LeadSource, sources.records[0].leads], ['Web', 410]);
    await crm.sobject('Lead').destroy(made.map((result) => result.id), { allowRecursive: true });
  },

  // What the organisation is

  async 'describes'(crm) {
    const { sobjects } = await crm.describeGlobal();
    for (const name of ['Lead', 'Task', 'User', 'Group', 'Account', 'Contact', 'Opportunity']) assert.ok(sobjects.some((object) => object.name === name), name);
    const described = await crm.sobject('Lead').describe();
    const score = described.fields.find((field) => field.name === 'RevLoops_Score__c');
    assert.deepEqual([score.type, score.precision, score.scale, score.custom], ['double', 3, 0, true]);
    assert.ok(described.childRelationships.some((child) => child.childSObject === 'Task' && child.relationshipName === 'Tasks'));
  },

  async 'tells its limits and versions'(crm) {
    const { DailyApiRequests: daily } = await crm.limits();
    assert.ok(daily.Remaining <= daily.Max);
    await organizations(crm);
    assert.ok(crm.limitInfo.apiUsage.used > 0);
    const versions = await crm.request(`${settings.url}/services/data`);
    assert.equal(versions.at(-1).version, VERSION);
  },

  // Territories

  async 'builds a territory model and takes it down'(crm) {
    const [kind] = await crm.sobject('Territory2Type').find({ DeveloperName: 'Geography' }, ['Id']);
    const { id: model } = await crm.sobject('Territory2Model').create({ Name: `Plan ${RUN}`, DeveloperName: `Plan_${RUN}` });
    const territory = (name, parent) => ({ Name: name, DeveloperName: name, Territory2ModelId: model, Territory2TypeId: kind.Id, ParentTerritory2Id: parent });
    const { id: top } = await crm.sobject('Territory2').create(territory('EMEA', null));
    const { id: low } = await crm.sobject('Territory2').create(territory('DACH', top));
    const [user] = (await crm.query('SELECT Id FROM User WHERE IsActive = true LIMIT 1')).records;
    const role = await crm.sobject('UserTerritory2Association').create({ Territory2Id: low, UserId: user.Id, RoleInTerritory2: 'Owner' });
    assert.equal(role.success, true);
    const accounts = await crm.sobject('Account').create(['Northwind', 'Southwind'].map((name) => ({ Name: `${name} ${RUN}` })));
    const associations = accounts.map(({ id }) => ({ Territory2Id: low, ObjectId: id, AssociationCause: 'Territory2Manual' }));
    const placed = await crm.sobject('ObjectTerritory2Association').create(associations, { allOrNone: true });
    assert.deepEqual(placed.map((result) => result.success), [true, true]);
    const again = await crm.sobject('ObjectTerritory2Association').create(associations);
    assert.deepEqual(again.map((result) => result.errors[0].statusCode), ['DUPLICATE_VALUE', 'DUPLICATE_VALUE']);
    const { records } = await crm.query(`SELECT Object.Name, Territory2.ParentTerritory2.DeveloperName FROM ObjectTerritory2Association WHERE Territory2.Territory2ModelId = '${model}' ORDER BY Id`);
    assert.deepEqual(records.map((row) => [row.Object.Name, row.Territory2.ParentTerritory2.DeveloperName]), [[`Northwind ${RUN}`, 'EMEA'], [`Southwind ${RUN}`, 'EMEA']]);
    const described = await crm.sobject('UserTerritory2Association').describe();
    assert.deepEqual([described.createable, described.updateable, described.deletable], [true, false, true]);
    await assert.rejects(crm.sobject('Territory2').update({ Id: top, ParentTerritory2Id: low }), { errorCode: 'CIRCULAR_DEPENDENCY' });
    assert.equal((await crm.sobject('Territory2').destroy(low)).success, true);
    assert.equal((await crm.query(`SELECT Id FROM ObjectTerritory2Association WHERE Territory2Id = '${low}'`)).totalSize, 0);
    assert.equal((await crm.sobject('Territory2Model').destroy(model)).success, true);
  },

  // Errors

  async 'refusals carry the error code and the fields'(crm) {
    const refused = (promise, errorCode, fields) => assert.rejects(promise, (error) => {
      assert.equal(error.errorCode, errorCode);
      if (fields) assert.deepEqual(error.data?.fields ?? error.data?.[0]?.fields, fields);
      return true;
    });
    await refused(crm.sobject('Lead').create({ FirstName: 'Nobody' }), 'REQUIRED_FIELD_MISSING', ['LastName', 'Company']);
    await refused(crm.sobject('Lead').create(lead({ Colour: 'red' })), 'INVALID_FIELD');
    await refused(crm.sobject('Lead').create(lead({ FirstName: 'x'.repeat(41) })), 'STRING_TOO_LONG', ['FirstName']);
    await refused(crm.query('SELECT Id FROM Lead WHERE'), 'MALFORMED_QUERY');
    await refused(crm.query('SELECT Id FROM Colour'), 'INVALID_TYPE');
    await refused(crm.sobject('Lead').retrieve('00Q000000000000AAA'), 'NOT_FOUND');
  },
};

const crm = connect();
await crm.login(settings.username, settings.password);
let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  try {
    await check(crm);
    console.log(`ok     ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED ${name}\n${error.stack}`);
  }
}
const total = Object.keys(checks).length;
console.log(`${total - failed} of ${total} held`);
process.exitCode = failed > 0 ? 1 : 0;
