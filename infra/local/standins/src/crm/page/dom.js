// Builds elements. Text from a record becomes a text node and nothing else, so a lead's name can never become markup.

/** An element with attributes (`on…` are listeners, `class`, `dataset`) and children (text or nodes; null is left out). */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'dataset') Object.assign(element.dataset, value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...nodes(children));
  return element;
}

/** Replaces what an element holds. */
export function fill(element, ...children) {
  element.replaceChildren(...nodes(children));
  return element;
}

/** Says something to a screen reader without moving the focus. */
export function announce(text) {
  const announcer = document.getElementById('announcer');
  if (announcer.textContent !== text) announcer.textContent = text;
}

const drawn = new WeakMap();

/**
 * Draws `element` anew only where `data` is not what it showed before. The focus goes back to the control with the same `data-focus`
 * and what was folded (`data-fold`) stays folded, so that a refresh is felt by nobody who is reading or typing.
 */
export function redraw(element, data, draw) {
  const shown = JSON.stringify(data ?? null);
  if (drawn.get(element) === shown) return;
  const active = element.contains(document.activeElement) ? document.activeElement.dataset.focus : undefined;
  const folds = new Map([...element.querySelectorAll('details[data-fold]')].map((details) => [details.dataset.fold, details.open]));
  drawn.set(element, shown);
  fill(element, draw(data ?? null));
  for (const details of element.querySelectorAll('details[data-fold]')) details.open = folds.get(details.dataset.fold) ?? details.open;
  if (active) element.querySelector(`[data-focus="${CSS.escape(active)}"]`)?.focus({ preventScroll: true });
}

/** Calls `work` every `milliseconds` while the page can be seen; the answer stops it. A slow answer is never overtaken. */
export function every(milliseconds, work) {
  let stopped = false;
  let timer = 0;
  const turn = async () => {
    if (stopped) return;
    if (!document.hidden) await work();
    if (!stopped) timer = setTimeout(turn, milliseconds);
  };
  const seen = () => {
    if (document.hidden || stopped) return;
    clearTimeout(timer);
    timer = setTimeout(turn, 0);
  };
  timer = setTimeout(turn, milliseconds);
  document.addEventListener('visibilitychange', seen);
  return () => {
    stopped = true;
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', seen);
  };
}

function nodes(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}
