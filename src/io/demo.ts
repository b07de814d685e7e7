/**
 * The demo: airports of the United States and the flights between them, from the files of the npm
 * package vega-datasets, into the definition in schema/us-flights. The files have plain headers,
 * so their columns are mapped here.
 */

import { readFile } from 'node:fs/promises';
import { createRequire, findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { assert } from '../base/assert.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { Space } from '../space/space.ts';
import type { ImportResult } from './csv-import.ts';
import type { PathValue } from './csv-match.ts';
import { CsvMistake, locateMistakes, ProblemList } from './csv-mistake.ts';
import { readCsvRows } from './csv-rows.ts';
import { parseCsvValue } from './csv-value.ts';
import { RowWriter } from './row-writer.ts';
import { writeEdge, writeNode } from './write-row.ts';

const PACKAGE = 'vega-datasets';
const AIRPORT_COLUMNS = ['iata', 'name', 'city', 'state', 'country', 'latitude', 'longitude'];
const ROUTE_COLUMNS = ['origin', 'destination', 'count'];
/** What the source writes where a city or state is not known. */
const NOT_AVAILABLE = 'NA';

export interface DemoFiles {
  readonly airports: string;
  readonly routes: string;
}

/** The definition that `loadDemo` fills. */
export async function readDemoDefinition(): Promise<{ source: string; file: string }> {
  return await readDemoFile('graph.graphql');
}

/** The permission model of the demo. */
export async function readDemoModel(): Promise<{ source: string; file: string }> {
  return await readDemoFile('permissions.fga');
}

/** The grants that it begins with, a YAML list. */
export async function readDemoGrants(): Promise<{ source: string; file: string }> {
  return await readDemoFile('permissions.grants.yaml');
}

/** A file of schema/us-flights. */
export async function readDemoFile(name: string): Promise<{ source: string; file: string }> {
  // This file lies deeper in an installed package, where it is compiled, than in a checkout.
  const root = findPackageJSON(import.meta.url);
  assert(root !== undefined, 'this file is part of a package');
  const file = join(dirname(root), 'schema', 'us-flights', name);
  return { source: await readFile(file, 'utf8'), file };
}

/** The files beside the entry of the package, which exports only its root. */
export function findDemoFiles(): DemoFiles {
  try {
    const entry = createRequire(import.meta.url).resolve(PACKAGE);
    const folder = join(dirname(entry), '..', 'data');
    return { airports: join(folder, 'airports.csv'), routes: join(folder, 'flights-airport.csv') };
  } catch (error) {
    throw noPackage(error);
  }
}

function noPackage(cause: unknown): DatabaseError {
  const message = `the demo expected the npm package ${PACKAGE} to be installed, got none`;
  return new DatabaseError(ErrorCode.NOT_FOUND, message, { cause });
}

/** A route whose end is unknown is reported; the rest is loaded. */
export async function loadDemo(
  space: Space,
  files: DemoFiles,
  options: { readonly actor: string },
): Promise<ImportResult> {
  const demo = new Demo(space, options);
  await locateMistakes(files.airports, () => demo.readAirports(files.airports));
  await demo.writer.finish();
  await locateMistakes(files.routes, () => demo.readRoutes(files.routes));
  await demo.writer.finish();
  return {
    nodes: demo.nodeCount,
    edges: demo.edgeCount,
    written: demo.writer.written,
    unchanged: demo.writer.unchanged,
    problemCount: demo.problems.count,
    problems: await demo.problems.locate(),
  };
}

class Demo {
  nodeCount = 0;
  edgeCount = 0;
  readonly problems = new ProblemList();
  readonly writer: RowWriter;
  readonly #space: Space;

  constructor(space: Space, options: { readonly actor: string }) {
    this.#space = space;
    this.writer = new RowWriter(space, options.actor);
  }

  async readAirports(file: string): Promise<void> {
    for await (const { fields, row } of readColumns(file, AIRPORT_COLUMNS)) {
      const [key = '', name = '', city = '', state = '', country = ''] = fields;
      const values: PathValue[] = [
        { path: 'name', value: name },
        { path: 'country', value: country },
        { path: 'location.latitude', value: readNumber({ fields, row }, 5, 'Float') },
        { path: 'location.longitude', value: readNumber({ fields, row }, 6, 'Float') },
      ];
      if (isKnown(city)) values.push({ path: 'city', value: city });
      if (isKnown(state)) values.push({ path: 'state', value: state });
      this.nodeCount += 1;
      await this.writer.add({
        apply: (draft) => writeNode(draft, { type: 'Airport', key, values }),
        refuse: (message) => {
          this.nodeCount -= 1;
          this.problems.add(file, { row, field: 0 }, message);
        },
      });
    }
  }

  async readRoutes(file: string): Promise<void> {
    for await (const { fields, row } of readColumns(file, ROUTE_COLUMNS)) {
      const ends = [0, 1].map((field) => this.#airport(file, { fields, row }, field));
      const [from, to] = ends;
      if (from === undefined || to === undefined) continue;
      const values = [{ path: 'flights', value: readNumber({ fields, row }, 2, 'Int') }];
      this.edgeCount += 1;
      await this.writer.add({
        apply: (draft) => writeEdge(draft, { name: { from, type: 'ROUTE', to }, values }),
        refuse: (message) => {
          this.edgeCount -= 1;
          this.problems.add(file, { row, field: 0 }, message);
        },
      });
    }
  }

  #airport(file: string, line: DemoRow, field: number): string | undefined {
    const code = line.fields[field] ?? '';
    const node = this.#space.graph.nodeByKey('Airport', code);
    if (node !== undefined) return this.#space.graph.nodeId(node);
    const message = `a route expected the code of an airport, got "${code}"`;
    this.problems.add(file, { row: line.row, field }, message);
    return undefined;
  }
}

interface DemoRow {
  readonly fields: readonly string[];
  readonly row: number;
}

async function* readColumns(file: string, columns: readonly string[]): AsyncGenerator<DemoRow> {
  let row = 0;
  for await (const fields of readCsvRows(file)) {
    if (row > 0) yield { fields, row };
    else if (fields.join() !== columns.join()) {
      const message = `the demo expected the columns ${columns.join()}, got ${fields.join()}`;
      throw new CsvMistake(message, { row: 0, field: 0 });
    }
    row += 1;
  }
}

function readNumber({ fields, row }: DemoRow, field: number, scalar: 'Int' | 'Float') {
  const text = fields[field] ?? '';
  const value = text === '' ? undefined : parseCsvValue(text, scalar);
  if (value !== undefined) return value;
  throw new CsvMistake(`a column expected a number, got "${text}"`, { row, field });
}

function isKnown(text: string): boolean {
  return text !== '' && text !== NOT_AVAILABLE;
}
