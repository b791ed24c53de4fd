// Where the reader is: `#/costs?from=2026-11-01&to=2026-11-28&source=Web`. All that is chosen stands in the address, so that a link shows the same.

/** The page and its parameters. */
export function current() {
  const [path, query = ''] = location.hash.replace(/^#\/?/, '').split('?');
  return { page: path || 'overview', params: new URLSearchParams(query) };
}

/** The address of a page with these parameters; empty ones are left out. */
export function link(page, params) {
  const kept = new URLSearchParams([...params].filter(([, value]) => value !== ''));
  return kept.size > 0 ? `#/${page}?${kept}` : `#/${page}`;
}

/** Goes where `changes` lead: the page stays, the other parameters stay. */
export function change(changes) {
  const { page, params } = current();
  for (const [name, value] of Object.entries(changes)) params.set(name, value ?? '');
  location.hash = link(page, params);
}
