/**
 * The first pass of an import: reads every file to its end, checks all that can be wrong with it,
 * and writes nothing. It also finds what only the whole can tell: which labels and columns there
 * are, for a definition to be inferred from, and which node each id names.
 */

import { resolve } from 'node:path';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { IMPORT_FILES_MAX } from '../base/limits.ts';
import type { Definition } from '../definition/definition.ts';
import type { InferredColumns } from '../definition/infer.ts';
import { digestRow, digestTexts } from './csv-digest.ts';
import { CsvEdges } from './csv-edges.ts';
import { EmptyColumns, FoundTypes } from './csv-found.ts';
import { type CsvHeader, type EdgeHeader, type NodeHeader, readHeader } from './csv-header.ts';
import {
  type NodePlan,
  planEdges,
  planNodes,
  type RowPlan,
  readValues,
  shown,
  splitLabels,
  unknownEdgeType,
} from './csv-match.ts';
import { CsvMistake, locateMistakes } from './csv-mistake.ts';
import { CsvNodes } from './csv-nodes.ts';
import { readCsvRows } from './csv-rows.ts';

export interface CsvSurvey {
  readonly nodeFiles: readonly NodeHeader[];
  readonly edgeFiles: readonly EdgeHeader[];
  readonly nodes: CsvNodes;
  readonly edges: CsvEdges;
  /** Rows of all files, headers left out. */
  readonly rowCount: number;
  /** What was found, for `inferDefinition`. */
  readonly columns: InferredColumns;
}

export interface SurveyOptions {
  /** Where it is known, labels and columns must match it. */
  readonly definition?: Definition | undefined;
  readonly onProgress?: (rows: number) => void;
}

/** The order of the files plays no part. */
export async function surveyCsv(
  files: readonly string[],
  options: SurveyOptions = {},
): Promise<CsvSurvey> {
  if (files.length > IMPORT_FILES_MAX) {
    const message = `an import expected at most ${IMPORT_FILES_MAX} files, got ${files.length}`;
    throw new DatabaseError(ErrorCode.LIMIT_EXCEEDED, message);
  }
  const distinct = new Map(files.map((file) => [resolve(file), file]));
  const headers: CsvHeader[] = [];
  for (const [, file] of [...distinct].sort(([left], [right]) => (left < right ? -1 : 1))) {
    headers.push(await locateMistakes(file, () => firstRow(file)));
  }
  const survey = new Survey(options);
  const nodeFiles = headers.filter((header) => header.kind === 'nodes');
  const edgeFiles = headers.filter((header) => header.kind === 'edges');
  for (const header of nodeFiles) {
    await locateMistakes(header.file, () => survey.readNodes(header));
  }
  for (const header of edgeFiles) {
    await locateMistakes(header.file, () => survey.readEdges(header));
  }
  const { nodes, edges, rowCount } = survey;
  return { nodeFiles, edgeFiles, nodes, edges, rowCount, columns: survey.columns() };
}

async function firstRow(file: string): Promise<CsvHeader> {
  for await (const fields of readCsvRows(file)) return readHeader(file, fields);
  throw new DatabaseError(ErrorCode.MALFORMED, `${file} expected a header, got none`);
}

class Survey {
  readonly nodes = new CsvNodes();
  readonly edges = new CsvEdges();
  rowCount = 0;
  readonly #options: SurveyOptions;
  readonly #nodeTypes = new FoundTypes();
  readonly #edgeTypes = new FoundTypes();

  constructor(options: SurveyOptions) {
    this.#options = options;
  }

  async readNodes(header: NodeHeader): Promise<void> {
    const file = { header, plans: new Map(), empty: new EmptyColumns(header.properties) };
    let row = 0;
    for await (const fields of readCsvRows(header.file)) {
      if (row > 0) this.#takeNode(file, { fields, row });
      row += 1;
    }
    file.empty.finish();
  }

  async readEdges(header: EdgeHeader): Promise<void> {
    const file = { header, plans: new Map(), empty: new EmptyColumns(header.properties) };
    let row = 0;
    for await (const fields of readCsvRows(header.file)) {
      if (row > 0) this.#takeEdge(file, { fields, row });
      row += 1;
    }
    file.empty.finish();
  }

  columns(): InferredColumns {
    return { nodeTypes: this.#nodeTypes.nodeTypes(), edgeTypes: this.#edgeTypes.edgeTypes() };
  }

  #takeNode(file: SurveyedFile<NodeHeader, NodePlan>, line: CsvRow): void {
    const { header, plans, empty } = file;
    const { fields, row } = line;
    const text = readLabels(line, header.label);
    const id = readId(line, header.id.index);
    let plan = plans.get(text);
    if (plan === undefined) {
      const at = { label: text, place: { row, field: header.label } };
      plan = planNodes(header, at, this.#options.definition);
      plans.set(text, plan);
    }
    const [label = ''] = splitLabels(text);
    const key = readId(line, plan.key);
    const found = this.#nodeTypes.ofLabel(label);
    if (header.idName !== undefined) found.noteKey(header.idName, header.id.index);
    readValues(plan, fields, row);
    found.noteValues(plan, fields);
    empty.take(found, fields);
    const digest = digestRow(fields, plan.columns);
    const { space } = header.id;
    const node = this.nodes.add({ space, id, type: plan.type, label, key, digest });
    if (node.label !== label || node.key !== key || node.digest !== digest) {
      const message = `id ${shown(id)} expected one row, got another one that differs`;
      throw new CsvMistake(message, { row, field: header.id.index });
    }
    this.#count();
  }

  #takeEdge(file: SurveyedFile<EdgeHeader, RowPlan>, line: CsvRow): void {
    const { header, plans, empty } = file;
    const { fields, row } = line;
    const label = readLabel(line, header.label);
    const from = this.nodes.end(header.from.space, readId(line, header.from.index));
    const to = this.nodes.end(header.to.space, readId(line, header.to.index));
    const plan = plans.get(label) ?? planEdges(header, label, this.#options.definition);
    this.#count();
    if (plan === undefined) {
      // Where an end is not of the files it may be unknown, which is a problem of the row alone.
      if (from.label === undefined || to.label === undefined) return;
      throw new CsvMistake(unknownEdgeType(label), { row, field: header.label });
    }
    plans.set(label, plan);
    const found = this.#edgeTypes.ofLabel(label);
    readValues(plan, fields, row);
    found.noteValues(plan, fields);
    empty.take(found, fields);
    if (from.label !== undefined && to.label !== undefined) {
      const pair = { from: from.label, to: to.label };
      found.pairs.set(JSON.stringify(pair), pair);
    }
    const id = header.id === undefined ? '' : (fields[header.id] ?? '');
    const digest = id === '' ? digestRow(fields, plan.columns) : digestTexts([id]);
    this.edges.add({ from, to, type: plan.type, digest });
  }

  #count(): void {
    this.rowCount += 1;
    if (this.rowCount % ROWS_PER_PROGRESS === 0) this.#options.onProgress?.(this.rowCount);
  }
}

/** How often the passes of an import tell how far they are. */
export const ROWS_PER_PROGRESS = 1_000;

export interface CsvRow {
  readonly fields: readonly string[];
  readonly row: number;
}

interface SurveyedFile<Header, Plan> {
  readonly header: Header;
  /** By label. */
  readonly plans: Map<string, Plan>;
  readonly empty: EmptyColumns;
}

/** The labels of a node as they stand in its row. */
export function readLabels({ fields, row }: CsvRow, field: number): string {
  const text = fields[field] ?? '';
  if (splitLabels(text).length > 0) return text;
  throw new CsvMistake('a row expected a label, got none', { row, field });
}

/** The type of an edge. */
export function readLabel({ fields, row }: CsvRow, field: number): string {
  const label = (fields[field] ?? '').trim();
  if (label === '' || label.includes(';')) {
    const got = label === '' ? 'none' : `"${label}"`;
    throw new CsvMistake(`a row expected one label, got ${got}`, { row, field });
  }
  return label;
}

export function readId({ fields, row }: CsvRow, field: number): string {
  const id = fields[field] ?? '';
  if (id === '') throw new CsvMistake('a row expected an id, got none', { row, field });
  return id;
}
