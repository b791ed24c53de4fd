// The form for a new lead. What is right and wrong is the API's to say: its errors are shown at the fields they name.

import { create, describe, Refused } from '/page/api.js';
import { announce, fill, h } from '/page/dom.js';

const FIELDS = ['FirstName', 'LastName', 'Title', 'Company', 'Email', 'Phone', 'Website', 'Country', 'State', 'City', 'Industry', 'NumberOfEmployees', 'LeadSource', 'Description'];
const KINDS = { email: 'email', phone: 'tel', url: 'url', int: 'number', double: 'number', currency: 'number' };
const COMPLETE = { FirstName: 'given-name', LastName: 'family-name', Email: 'email', Phone: 'tel', Company: 'organization', Country: 'country-name' };

export function showLeadForm(main) {
  document.title = 'New lead · Stand-in CRM';
  let shown = true;
  fill(main, h('p', { class: 'loading' }, 'Loading…'));
  describe('Lead').then((object) => {
    if (shown) draw(main, object.fields);
  }, (error) => {
    fill(main, h('p', { class: 'problem', role: 'alert' }, error.message));
    throw error;
  });
  return () => {
    shown = false;
  };
}

function draw(main, described) {
  const byName = new Map(described.map((field) => [field.name, field]));
  const fields = FIELDS.filter((name) => byName.get(name)?.createable).map((name) => byName.get(name));
  const problems = h('div', { class: 'problem', role: 'alert', tabindex: '-1', hidden: true });
  const save = h('button', { type: 'submit', class: 'primary' }, 'Save');
  const assign = h('input', { type: 'checkbox', id: 'assign' });

  const form = h('form', { class: 'card form', novalidate: true, 'aria-labelledby': 'form-title', onsubmit: async (event) => {
    event.preventDefault();
    clear(form, problems);
    save.disabled = true;
    try {
      const { id } = await create('Lead', values(form, fields), { assign: assign.checked });
      announce('The lead is saved.');
      location.hash = `#/leads/${id}`;
    } catch (error) {
      if (!(error instanceof Refused) || error.status === 401) throw error;
      explain(form, problems, error.errors, byName);
    } finally {
      save.disabled = false;
    }
  } },
  h('h1', { id: 'form-title' }, 'New lead'),
  problems,
  h('div', { class: 'grid' }, fields.map(row)),
  h('label', { class: 'check', for: 'assign' }, assign, h('span', {}, 'Assign by the active assignment rule')),
  h('div', { class: 'actions' }, save, h('a', { href: '#/leads', class: 'button' }, 'Cancel')));

  fill(main, form);
  form.querySelector('input').focus();
}

function row(field) {
  const id = `f-${field.name}`;
  const required = !field.nillable && !field.defaultedOnCreate;
  const common = { id, name: field.name, 'aria-describedby': `${id}-problem`, 'aria-required': required ? 'true' : null };
  const values = (field.picklistValues ?? []).filter((value) => value.active !== false);
  let control;
  if (field.type === 'textarea') control = h('textarea', { ...common, rows: 4 });
  else if (values.length > 0) {
    control = h('select', common, h('option', { value: '' }, '– none –'), values.map((value) => h('option', { value: value.value }, value.label ?? value.value)));
  } else control = h('input', { ...common, type: KINDS[field.type] ?? 'text', autocomplete: COMPLETE[field.name] ?? 'off' });
  return h('div', { class: field.type === 'textarea' ? 'field wide' : 'field' },
    h('label', { for: id }, field.label, required && h('span', { class: 'required', title: 'Required' }, ' *')),
    control, h('p', { class: 'field-problem', id: `${id}-problem` }));
}

function values(form, fields) {
  const filled = {};
  for (const field of fields) {
    const text = form.elements.namedItem(field.name).value.trim();
    if (text === '') continue;
    filled[field.name] = KINDS[field.type] === 'number' ? Number(text) : text;
  }
  return filled;
}

function clear(form, problems) {
  fill(problems).hidden = true;
  for (const control of form.querySelectorAll('[aria-invalid]')) control.removeAttribute('aria-invalid');
  for (const text of form.querySelectorAll('.field-problem')) text.textContent = '';
}

function explain(form, problems, errors, byName) {
  let first = null;
  const general = [];
  for (const error of errors) {
    const controls = (error.fields ?? []).map((name) => form.elements.namedItem(name)).filter(Boolean);
    if (controls.length === 0) general.push(error.message);
    for (const control of controls) {
      control.setAttribute('aria-invalid', 'true');
      form.querySelector(`#f-${control.name}-problem`).textContent = said(error, byName.get(control.name));
      if (!first || control.compareDocumentPosition(first) & Node.DOCUMENT_POSITION_FOLLOWING) first = control;
    }
  }
  fill(problems,
    h('p', {}, first ? 'The lead is not saved yet: look at the marked fields.' : 'The lead is not saved.'),
    general.map((message) => h('p', {}, message))).hidden = false;
  (first ?? problems).focus();
}

function said(error, field) {
  return error.errorCode === 'REQUIRED_FIELD_MISSING' ? `${field.label} is required.` : error.message;
}
