// What the site takes from npm, and nothing more: `vendor.mjs` bundles this file into vendor/lib.js.

export { AsyncDuckDB, VoidLogger } from '@duckdb/duckdb-wasm';
export { parquetReadObjects, parquetMetadataAsync } from 'hyparquet';
export { compressors } from 'hyparquet-compressors';
export { Bool, DataType, DateDay, Float64, Int64, Table, TimestampMillisecond, Utf8, makeBuilder, tableToIPC } from 'apache-arrow';
export {
  areaY, axisX, axisY, barX, dot, gridX, gridY, lineY, link, plot, pointerX, rectY, ruleX, ruleY, stackX, text, tickX, tip,
} from '@observablehq/plot';
