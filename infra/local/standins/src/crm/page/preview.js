// Shows a task's text. One that previews an e-mail sequence (steps, text with cites such as [F1], the facts) is laid out as such;
// any other text is shown as it is. All of it is data: it becomes text nodes only.

import { h } from '/page/dom.js';

const STEP = /^[\s#=*─-]*step\s+(\d+)(?:\s+of\s+\d+)?\b[\s:.,·–—-]*(.*?)[\s=*─-]*$/iu;
const SUBJECT = /^\s*subject:\s*(.*)$/i;
const FACTS = /^[\s#=*─-]*facts\b[^a-z]*$/iu;
const FACT = /^\s*[-*•]?\s*\[?(F\d+)\]?\s*[:.)–—-]?\s+(.+)$/;
const CITES = /\[((?:F\d+)(?:\s*,\s*F\d+)*)\]/g;

const LINK = /^\s*(https:\/\/\S+)\s*$/;

/** Reads a preview into `{intro, steps, facts, outro}`; null where the text is no sequence. A line with a link belongs to the fact before it. */
export function parse(text) {
  const preview = { intro: [], steps: [], facts: [], outro: [] };
  let lines = preview.intro;
  for (const line of text.replaceAll('\r', '').split('\n')) {
    const step = STEP.exec(line);
    // A brief's facts stand before its mails, a preview's behind them.
    const told = lines === preview.facts || (lines === preview.intro && /^\s*\[F\d+\]/.test(line));
    const fact = told ? FACT.exec(line) : null;
    const link = lines === preview.facts && preview.facts.length > 0 ? LINK.exec(line) : null;
    if (step) {
      preview.steps.push({ number: step[1], title: step[2].trim(), subject: '', lines: [] });
      lines = preview.steps.at(-1).lines;
    } else if (FACTS.test(line) && preview.steps.length > 0) {
      lines = preview.facts;
    } else if (fact) {
      preview.facts.push({ id: fact[1], text: fact[2], link: null });
    } else if (link) {
      preview.facts.at(-1).link = link[1];
    } else if (lines === preview.facts) {
      if (line.trim() === '') continue;
      lines = preview.outro;
      lines.push(line);
    } else {
      const current = preview.steps.at(-1);
      const subject = current && lines === current.lines && !current.subject ? SUBJECT.exec(line) : null;
      if (subject) current.subject = subject[1];
      else lines.push(line);
    }
  }
  return preview.steps.length > 0 ? preview : null;
}

/** The task's text as elements; `prefix` keeps the anchors of several tasks on one page apart; `before` has the facts in front of the mails. */
export function showPreview(text, prefix, { before = false } = {}) {
  const preview = parse(text);
  if (!preview) return h('div', { class: 'plain' }, paragraphs([text], prefix));
  return h('div', { class: 'preview' },
    paragraphs(preview.intro, prefix, 'intro'),
    before && facts(preview.facts, prefix),
    h('ol', { class: 'steps' }, preview.steps.map((step) => h('li', { class: 'step' },
      h('p', { class: 'step-head' }, h('b', {}, `Step ${step.number}`), step.title && h('span', {}, step.title)),
      h('div', { class: 'mail' },
        step.subject && h('p', { class: 'subject' }, h('span', { class: 'muted' }, 'Subject'), ' ', cited(step.subject, prefix)),
        paragraphs(step.lines, prefix))))),
    !before && facts(preview.facts, prefix),
    paragraphs(preview.outro, prefix, 'outro'));
}

function facts(known, prefix) {
  return known.length > 0 && h('section', { class: 'facts', 'aria-label': 'Facts' },
    h('h4', {}, 'Facts'),
    h('dl', {}, known.map((fact) => h('div', { id: `${prefix}-${fact.id}`, tabindex: '-1' }, h('dt', {}, fact.id),
      h('dd', {}, fact.text, fact.link && [' ', h('a', { href: fact.link, target: '_blank', rel: 'noopener noreferrer' }, new URL(fact.link).hostname)])))));
}

// Blank lines part paragraphs; a line's end inside one stays a line's end.
function paragraphs(lines, prefix, name = '') {
  return lines.join('\n').split(/\n\s*\n/).map((paragraph) => paragraph.trim()).filter(Boolean)
    .map((paragraph) => h('p', { class: name || null }, cited(paragraph, prefix)));
}

function cited(text, prefix) {
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(CITES)) {
    // A cite stays on the line of the word before it.
    parts.push(text.slice(from, match.index).replace(/ $/, '\u00a0'));
    for (const id of match[1].split(/\s*,\s*/)) parts.push(cite(id, prefix));
    from = match.index + match[0].length;
  }
  parts.push(text.slice(from));
  return parts.filter((part) => part !== '');
}

function cite(id, prefix) {
  return h('button', { type: 'button', class: 'cite', 'aria-label': `Fact ${id}`, onclick: (event) => {
    const fact = event.target.closest('.preview')?.querySelector(`#${CSS.escape(`${prefix}-${id}`)}`);
    fact?.scrollIntoView({ block: 'nearest', behavior: 'smooth' });
    fact?.focus({ preventScroll: true });
  } }, id);
}
