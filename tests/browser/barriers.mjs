// What keeps people out of a page: things without a name, headings out of order, text too pale. Checked by hand, in the page.

/** What a screen reader would stumble over: pictures and fields without a name, jumps between headings, ids that are not unique. */
export const barriers = (page) => page.evaluate(() => {
  const found = [];
  const name = (element) => (element.getAttribute('aria-label') ?? document.getElementById(element.getAttribute('aria-labelledby'))?.textContent ?? '').trim();
  for (const svg of document.querySelectorAll('svg, canvas, img')) {
    if (svg.closest('[aria-hidden=true]') || svg.parentElement.closest('svg')) continue;
    if (name(svg).length < 20 || svg.getAttribute('role') !== 'img') found.push(`a picture has no name: ${svg.outerHTML.slice(0, 80)}`);
  }
  for (const field of document.querySelectorAll('input, select, textarea')) if (![...(field.labels ?? [])].some((label) => label.textContent.trim())) found.push(`a field has no label: ${field.name || field.id}`);
  for (const button of document.querySelectorAll('button, a[href], summary')) if (!button.textContent.trim() && !name(button)) found.push('something to press has no name');
  let level = 0;
  for (const heading of document.querySelectorAll('h1, h2, h3, h4')) {
    const next = Number(heading.tagName.slice(1));
    if (next > level + 1) found.push(`${heading.textContent} is a level too deep`);
    level = next;
  }
  if (document.querySelectorAll('h1').length !== 1) found.push('there is not one main heading');
  const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
  for (const id of new Set(ids)) if (ids.filter((other) => other === id).length > 1) found.push(`#${id} is there twice`);
  for (const table of document.querySelectorAll('table')) if (!table.caption || !table.querySelector('th[scope=col]')) found.push('a table has no caption or no heads');
  for (const box of document.querySelectorAll('.scroll')) if (box.tabIndex !== 0) found.push('a scrolling table cannot be reached by keyboard');
  for (const chart of document.querySelectorAll('.chart')) if (!chart.closest('.card').querySelector('details table')) found.push(`${chart.closest('.card').id} has no table`);
  return found;
});

/** Texts with too little contrast to what is behind them (WCAG AA, 4.5 to 1). */
export const pale = (page) => page.evaluate(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const channels = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = (colour) => {
    const [red, green, blue] = channels(colour).slice(0, 3).map((part) => { const share = part / 255; return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (element) => { for (let at = element; at; at = at.parentElement) if (channels(getComputedStyle(at).backgroundColor)[3] > 0) return getComputedStyle(at).backgroundColor; return 'white'; };
  const found = new Set();
  for (const element of document.querySelectorAll('main *, header *, #warnings *, footer')) {
    const own = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
    if (!own || element.matches(':disabled, :disabled *') || element.getClientRects().length === 0) continue;
    const style = getComputedStyle(element);
    const colour = element.closest('svg') ? style.fill : style.color;
    const [one, other] = [light(colour), light(behind(element))];
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (contrast < 4.5) found.add(`${element.tagName} ${element.className.baseVal ?? element.className} ${element.textContent.slice(0, 20)}: ${contrast.toFixed(1)}`);
  }
  return [...found];
});
