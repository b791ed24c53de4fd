// Sums over rows; a row without a value adds nothing.

/** The sum of a field. */
export const sumOf = (rows, field) => rows.reduce((sum, row) => sum + (row[field] ?? 0), 0);

/** A field's sum for each value of `key`, in the order in which these first come. */
export function sumsBy(rows, key, field) {
  const sums = new Map();
  for (const row of rows) sums.set(row[key], (sums.get(row[key]) ?? 0) + (row[field] ?? 0));
  return sums;
}
