// The dialog that converts a lead into an account, a contact and an opportunity.

import { convert, Refused } from '/page/api.js';
import { announce, h } from '/page/dom.js';

/** Asks, converts, and calls `converted` when the lead has become a customer's records. */
export function askToConvert(lead, converted) {
  const problem = h('p', { class: 'problem', role: 'alert', hidden: true });
  const name = h('input', { id: 'opportunity-name', value: `${lead.Company ?? lead.Name}-`, maxlength: 120, autocomplete: 'off' });
  const without = h('input', { id: 'without-opportunity', type: 'checkbox', onchange: () => {
    name.disabled = without.checked;
  } });
  const yes = h('button', { type: 'button', class: 'primary', onclick: async () => {
    problem.hidden = true;
    yes.disabled = true;
    try {
      await convert(lead.Id, without.checked ? { withoutOpportunity: true } : { opportunityName: name.value.trim() || undefined });
      dialog.close();
      announce('The lead is converted.');
      await converted();
    } catch (error) {
      if (!(error instanceof Refused) || error.status === 401) throw error;
      problem.textContent = error.message;
      problem.hidden = false;
    } finally {
      yes.disabled = false;
    }
  } }, 'Convert');
  const dialog = h('dialog', { class: 'card', 'aria-labelledby': 'convert-title', onclose: () => dialog.remove() },
    h('h2', { id: 'convert-title' }, 'Convert this lead?'),
    h('p', {}, h('strong', {}, lead.Name), ' becomes a contact of ', h('strong', {}, lead.Company ?? ''), '. This cannot be undone.'),
    h('div', { class: 'field' }, h('label', { for: 'opportunity-name' }, 'Opportunity name'), name),
    h('label', { class: 'check', for: 'without-opportunity' }, without, h('span', {}, 'Create no opportunity')),
    problem,
    h('div', { class: 'actions' }, yes, h('button', { type: 'button', onclick: () => dialog.close() }, 'Cancel')));
  document.body.append(dialog);
  dialog.showModal();
  yes.focus();
}
