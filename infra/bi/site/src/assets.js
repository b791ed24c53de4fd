// The query engine's files: fetched once, kept, and told about while they come, since they are the only large thing here.

const WORKER = new URL('../vendor/duckdb.worker.js', import.meta.url);
const WASM = new URL('../vendor/duckdb.wasm.gz', import.meta.url);

/** Fetches the files: `{worker, wasm}`, addresses of blobs that live as long as the page. */
export async function engineFiles(onProgress) {
  const [worker, packed] = await Promise.all([fetched(WORKER, () => {}), fetched(WASM, onProgress)]);
  return {
    worker: URL.createObjectURL(new Blob([worker], { type: 'text/javascript' })),
    wasm: URL.createObjectURL(new Blob([await unpacked(packed)], { type: 'application/wasm' })),
  };
}

async function fetched(url, onProgress) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url.pathname} is missing (HTTP ${answer.status}): run vendor.mjs and upload vendor/`);
  const total = Number(answer.headers.get('Content-Length')) || null;
  const parts = [];
  let loaded = 0;
  for (const reader = answer.body.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) return new Blob(parts);
    parts.push(value);
    loaded += value.length;
    onProgress(loaded, total);
  }
}

/** A server may have unpacked the file on the way (`Content-Encoding: gzip`): its first bytes tell. */
async function unpacked(blob) {
  const [first, second] = new Uint8Array(await blob.slice(0, 2).arrayBuffer());
  if (first !== 0x1f || second !== 0x8b) return blob;
  return new Response(blob.stream().pipeThrough(new DecompressionStream('gzip'))).blob();
}
