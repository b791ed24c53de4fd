// The state of the SQL box: an engine of its own that is started when first needed, and thrown away where a query is cancelled.

import { Engine } from './engine.js';

/** What is read of an answer; what is beyond says so. */
export const MOST_ROWS = 10_000;

export class SqlBox {
  #start;
  #engine = null;
  #running = null;

  /** `data` gives `{files, tables}` of the marts that are shown now. */
  constructor(data) {
    this.#start = () => data().then(({ files, tables }) => Engine.start(files, tables));
  }

  /** Runs a query: `{columns, rows, more, ms}`. Rejects with DuckDB's message, or `Cancelled`. */
  async run(sql) {
    this.#engine ??= this.#start();
    const engine = await this.#engine;
    const cancelled = new Promise((_, reject) => { this.#running = reject; });
    const since = performance.now();
    try {
      const answer = await Promise.race([engine.some(sql, MOST_ROWS), cancelled]);
      return { ...answer, ms: performance.now() - since };
    } finally {
      this.#running = null;
    }
  }

  /** Ends what runs. A query in WebAssembly hears nothing until it is done, so its worker ends with it. */
  cancel() {
    this.#running?.(new Cancelled());
    this.forget();
  }

  /** The next query starts afresh, with the tables as published. */
  forget() {
    this.#engine?.then((engine) => engine.stop(), () => {});
    this.#engine = null;
  }
}

export class Cancelled extends Error {}
