// A query's answer as a CSV file (RFC 4180), times in ISO 8601.

const START_OF_FORMULA = /^[=+\-@\t\r]/;

function field(value, kind) {
  if (value === null) return '';
  if (kind === 'date') return new Date(value).toISOString().slice(0, 10);
  if (kind === 'timestamp') return new Date(value).toISOString();
  // Text from outside must not become a formula in the spreadsheet that opens the file.
  const text = kind === 'text' && START_OF_FORMULA.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The whole file's text. */
export function csv({ columns, rows }) {
  const head = columns.map((column) => field(column.name, 'text')).join(',');
  return [head, ...rows.map((row) => row.map((value, at) => field(value, columns[at].kind)).join(','))].join('\r\n').concat('\r\n');
}

/** Hands the file to the browser's downloads. */
export function download(name, text) {
  const url = URL.createObjectURL(new Blob(['\ufeff', text], { type: 'text/csv;charset=utf-8' }));
  const anchor = Object.assign(document.createElement('a'), { href: url, download: name });
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
