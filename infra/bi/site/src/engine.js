// One DuckDB in a worker of its own, filled with the marts. It lives in memory, reads no files and reaches no network.
//
// The dashboards have one and the SQL box has another: whatever somebody types there, the dashboards' tables stay as published.

import { AsyncDuckDB, VoidLogger } from '../vendor/lib.js';
import { columnsOf, objectsOf, rowsOf } from './values.js';

const CLOSED = [
  // Extensions would come from another host, which the page's policy forbids: DuckDB shall say so instead of trying.
  'SET autoinstall_known_extensions = false',
  'SET autoload_known_extensions = false',
  'SET enable_external_access = false',
  'SET lock_configuration = true',
];

export class Engine {
  #worker;
  #connection;

  constructor(worker, connection) {
    this.#worker = worker;
    this.#connection = connection;
  }

  /** Starts the engine and makes a table of each of `tables`: `[{name, arrow}]`. */
  static async start(files, tables) {
    const worker = new Worker(files.worker);
    const db = new AsyncDuckDB(new VoidLogger(), worker);
    await db.instantiate(files.wasm);
    const connection = await db.connect();
    // The bytes move to the worker and are gone here: it gets a copy, since the next engine needs them, too.
    for (const { name, arrow } of tables) await connection.insertArrowFromIPCStream(arrow.slice(), { name, create: true });
    for (const statement of CLOSED) await connection.query(statement);
    return new Engine(worker, connection);
  }

  /** All rows as objects. For the dashboards' own queries, whose answers are small. */
  async objects(sql) {
    return objectsOf(await this.#connection.query(sql));
  }

  /** Up to `most` rows: `{columns, rows, more}`. What is beyond is never made into rows. */
  async some(sql, most) {
    const reader = await this.#connection.send(sql);
    const rows = [];
    let columns = [];
    let more = false;
    for await (const batch of reader) {
      columns = columnsOf(batch.schema);
      for (const row of rowsOf(batch)) {
        if (rows.length < most) rows.push(row);
        else more = true;
      }
      if (more) break;
    }
    if (more) await this.#connection.cancelSent();
    return { columns: columns.length > 0 ? columns : columnsOf(reader.schema), rows, more };
  }

  /** Ends the worker at once, in the midst of a query, too. The engine is of no use afterwards. */
  stop() {
    this.#worker.terminate();
  }
}
