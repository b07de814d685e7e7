/** The same filter in node:sqlite, in memory: what a user may read, by joins over the tuples. */

import { DatabaseSync } from 'node:sqlite';
import { type Company, FIELDS, fieldValue } from './company.ts';

const TABLES = `
  PRAGMA journal_mode = OFF;
  PRAGMA synchronous = OFF;
  CREATE TABLE document (row INTEGER PRIMARY KEY, ${fieldNames().join(' INTEGER, ')} INTEGER);
  CREATE TABLE documentGroup (first INTEGER, second INTEGER);
  CREATE TABLE documentUser (first INTEGER, second INTEGER);
  CREATE TABLE groupUser (first INTEGER, second INTEGER);
  CREATE TABLE groupGroup (first INTEGER, second INTEGER);
`;
const INDEXES = `
  CREATE INDEX byGroup ON documentGroup (second, first);
  CREATE INDEX byUser ON documentUser (second, first);
  CREATE INDEX byMember ON groupUser (second, first);
  CREATE INDEX byInner ON groupGroup (second, first);
`;
const READABLE = `
  WITH RECURSIVE mine (grp) AS (
    SELECT first FROM groupUser WHERE second = ?1
    UNION SELECT groupGroup.first FROM mine JOIN groupGroup ON second = mine.grp
  ), readable (row) AS (
    SELECT first FROM mine JOIN documentGroup ON second = mine.grp
    UNION SELECT first FROM documentUser WHERE second = ?1
  )
  SELECT count(*) FROM readable JOIN document ON document.row = readable.row WHERE`;

export class SqliteFilter {
  readonly name = 'node:sqlite by joins';
  readonly #database = new DatabaseSync(':memory:');

  constructor(company: Company) {
    const database = this.#database;
    database.exec(TABLES);
    database.exec('BEGIN');
    const places = new Array<string>(FIELDS + 1).fill('?').join(', ');
    const document = database.prepare(`INSERT INTO document VALUES (${places})`);
    for (let row = 0; row < company.size.documents; row++) {
      document.run(row, ...fieldNames().map((_, field) => fieldValue(row, field)));
    }
    for (const [table, words] of Object.entries(company.pairs)) {
      const insert = database.prepare(`INSERT INTO ${table} VALUES (?, ?)`);
      for (let at = 0; at < words.length; at += 2) insert.run(words[at], words[at + 1]);
    }
    database.exec(INDEXES);
    database.exec('COMMIT');
  }

  /** Counts the documents that a user may read, and whose field is greater. */
  counter(field: string, user: number, least: number): () => number {
    const readable = this.#database.prepare(`${READABLE} ${field} > ?2`);
    readable.setReturnArrays(true);
    return () => {
      const [count] = readable.get(user, least) as unknown as [number];
      return count;
    };
  }

  close(): void {
    this.#database.close();
  }
}

function fieldNames(): string[] {
  return Array.from({ length: FIELDS }, (_, field) => `f${field}`);
}
