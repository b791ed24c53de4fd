// Makes the folder vendor/ from node_modules: one module with the libraries, DuckDB's worker, its WebAssembly and the licences.
//
//     npm ci --ignore-scripts && node vendor.mjs
//
// Same packages, same bytes. The WebAssembly is stored compressed and unpacked by the browser (src/assets.js), since it is far
// above the size up to which CloudFront compresses by itself.

import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, 'vendor');
const duckdb = join(here, 'node_modules/@duckdb/duckdb-wasm/dist');

rmSync(out, { recursive: true, force: true });
mkdirSync(out);

const { metafile } = await build({
  absWorkingDir: here,
  entryPoints: ['vendor-entry.js'],
  outfile: 'vendor/lib.js',
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});
copyFileSync(join(duckdb, 'duckdb-browser-eh.worker.js'), join(out, 'duckdb.worker.js'));
writeFileSync(join(out, 'duckdb.wasm.gz'), gzipSync(readFileSync(join(duckdb, 'duckdb-eh.wasm')), { level: 9 }));
writeFileSync(join(out, 'LICENSES.txt'), licences(Object.keys(metafile.inputs)));

/** The licence of every package of which something is in the bundle. */
function licences(inputs) {
  const packages = new Set(inputs.map((file) => /^(node_modules\/(?:@[^/]+\/)?[^/]+)/.exec(file)?.[1]).filter(Boolean));
  const texts = [...packages].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(here, folder, 'package.json'), 'utf8'));
    const file = readdirSync(join(here, folder)).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file && existsSync(join(here, folder, file)) ? readFileSync(join(here, folder, file), 'utf8').trim() : '';
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}
