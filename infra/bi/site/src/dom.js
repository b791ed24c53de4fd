// Builds elements. Text only ever becomes text: nothing here or elsewhere parses markup.

/** An element: `el('p', { class: 'soft', onclick }, 'text', child)`. Null and false children and attributes are left out. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** A labelled drop-down: `options` are `[value, label]` pairs. */
export function select(label, name, options, chosen, onchange) {
  const box = el('select', { name, onchange: (event) => onchange(event.target.value) });
  box.append(...options.map(([value, text]) => el('option', { value, selected: value === chosen }, text)));
  return el('label', {}, el('span', {}, label), box);
}
