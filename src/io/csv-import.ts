/**
 * The second pass of an import: writes what the first has checked, nodes before edges. Rows whose
 * node or edge and values are there already become no delta, so a second run writes no commit.
 */

import type { Clock } from '../base/clock.ts';
import { sameValue, Timestamp, type Value } from '../delta/value.ts';
import type { EdgeName } from '../engine/graph-view.ts';
import type { Space } from '../space/space.ts';
import { digestTexts } from './csv-digest.ts';
import type { EdgeHeader, NodeHeader } from './csv-header.ts';
import {
  type NodePlan,
  type PathValue,
  planEdges,
  planNodes,
  type RowPlan,
  readValues,
  shown,
  unknownEdgeType,
} from './csv-match.ts';
import { type ImportProblem, locateMistakes, ProblemList } from './csv-mistake.ts';
import type { CsvNode } from './csv-nodes.ts';
import { readCsvRows } from './csv-rows.ts';
import {
  type CsvRow,
  type CsvSurvey,
  ROWS_PER_PROGRESS,
  readId,
  readLabel,
  readLabels,
} from './csv-survey.ts';
import { RowWriter } from './row-writer.ts';
import { writeEdge, writeNode } from './write-row.ts';

const MICROSECONDS_PER_MILLISECOND = 1_000n;

export interface ImportOptions {
  /** The principal for whom it is written. */
  readonly actor: string;
  /** For fields that hold the time of writing. */
  readonly clock: Clock;
  readonly onProgress?: (rows: number) => void;
}

export interface ImportResult {
  /** Distinct nodes and edges of the files that are in the space now. */
  readonly nodes: number;
  readonly edges: number;
  /** How many of them this import changed or created, and how many were there as they are. */
  readonly written: number;
  readonly unchanged: number;
  readonly problemCount: number;
  /** The first of them; the limit is `IMPORT_PROBLEMS_MAX`. */
  readonly problems: readonly ImportProblem[];
}

export async function importCsv(
  space: Space,
  survey: CsvSurvey,
  options: ImportOptions,
): Promise<ImportResult> {
  const load = new Load(space, survey, options);
  for (const header of survey.nodeFiles) {
    await locateMistakes(header.file, () => load.readNodes(header));
  }
  await load.writer.finish();
  for (const header of survey.edgeFiles) {
    await locateMistakes(header.file, () => load.readEdges(header));
  }
  await load.writer.finish();
  return {
    nodes: load.nodeCount,
    edges: load.edgeCount,
    written: load.writer.written,
    unchanged: load.writer.unchanged,
    problemCount: load.problems.count,
    problems: await load.problems.locate(),
  };
}

class Load {
  nodeCount = 0;
  edgeCount = 0;
  readonly problems = new ProblemList();
  readonly writer: RowWriter;
  readonly #space: Space;
  readonly #survey: CsvSurvey;
  readonly #options: ImportOptions;
  /** Names of edges alone that a row with parallel ones was found to be. */
  readonly #claimed = new Set<string>();
  #rows = 0;

  constructor(space: Space, survey: CsvSurvey, options: ImportOptions) {
    this.#space = space;
    this.#survey = survey;
    this.#options = options;
    this.writer = new RowWriter(space, options.actor);
  }

  async readNodes(header: NodeHeader): Promise<void> {
    const plans = new Map<string, NodePlan>();
    let row = 0;
    for await (const fields of readCsvRows(header.file)) {
      if (row > 0) await this.#takeNode(header, plans, { fields, row });
      row += 1;
    }
  }

  async readEdges(header: EdgeHeader): Promise<void> {
    const plans = new Map<string, RowPlan>();
    let row = 0;
    for await (const fields of readCsvRows(header.file)) {
      if (row > 0) await this.#takeEdge(header, plans, { fields, row });
      row += 1;
    }
  }

  async #takeNode(header: NodeHeader, plans: Map<string, NodePlan>, line: CsvRow): Promise<void> {
    this.#count();
    const node = this.#survey.nodes.end(header.id.space, readId(line, header.id.index));
    if (node.type !== undefined) return;
    const label = readLabels(line, header.label);
    let plan = plans.get(label);
    if (plan === undefined) {
      const at = { label, place: { row: line.row, field: header.label } };
      plan = planNodes(header, at, this.#space.definition);
      plans.set(label, plan);
    }
    const { type, generated } = plan;
    node.type = type;
    const key = readId(line, plan.key);
    const values = readValues(plan, line.fields, line.row);
    this.nodeCount += 1;
    await this.writer.add({
      apply: (draft) => writeNode(draft, { type, key, values, generated, now: this.#now() }),
      refuse: (message) => {
        this.nodeCount -= 1;
        node.nodeId = null;
        this.problems.add(header.file, { row: line.row, field: header.id.index }, message);
      },
    });
  }

  async #takeEdge(header: EdgeHeader, plans: Map<string, RowPlan>, line: CsvRow): Promise<void> {
    this.#count();
    const { row } = line;
    const from = this.#survey.nodes.end(header.from.space, readId(line, header.from.index));
    const to = this.#survey.nodes.end(header.to.space, readId(line, header.to.index));
    const label = readLabel(line, header.label);
    const fromId = this.#nodeId(from, header.from.space);
    const toId = this.#nodeId(to, header.to.space);
    if (fromId === null || toId === null) {
      const { index } = fromId === null ? header.from : header.to;
      const end = fromId === null ? 'start' : 'end';
      const key = fromId === null ? from.key : to.key;
      const message = `the ${end} of ${label} expected the id of one node, got ${shown(key)}`;
      this.problems.add(header.file, { row, field: index }, message);
      return;
    }
    const plan = plans.get(label) ?? planEdges(header, label, this.#space.definition);
    if (plan === undefined) {
      this.problems.add(header.file, { row, field: header.label }, unknownEdgeType(label));
      return;
    }
    plans.set(label, plan);
    const { type, generated } = plan;
    const values = readValues(plan, line.fields, row);
    const id = header.id === undefined ? '' : (line.fields[header.id] ?? '');
    const valuesDigest = digestTexts(textsOf(values));
    const digest = id === '' ? valuesDigest : digestTexts([id]);
    const edge = this.#survey.edges.take({ from, to, type, digest }, valuesDigest);
    if (edge.kind === 'differs') {
      const message = `edge id ${shown(id)} expected one row, got another one that differs`;
      this.problems.add(header.file, { row, field: header.id ?? 0 }, message);
    }
    if (edge.kind !== 'new') return;
    const place = { from: fromId, type, to: toId };
    const name = this.#edgeName(place, { ...edge, isNamed: id !== '', plan, values });
    this.edgeCount += 1;
    await this.writer.add({
      apply: (draft) => writeEdge(draft, { name, values, generated, now: this.#now() }),
      refuse: (message) => {
        this.edgeCount -= 1;
        this.problems.add(header.file, { row, field: header.from.index }, message);
      },
    });
  }

  /**
   * The edge that a row is. One that was there before the import keeps its key, though its row had
   * parallel ones then and has none now, or the reverse.
   */
  #edgeName(alone: EdgeName, row: EdgeRowFacts): EdgeName {
    const { graph } = this.#space;
    const keyed = { ...alone, key: row.key };
    const edge = graph.edgeByName(keyed);
    if (!row.isParallel) {
      if (edge === undefined) return alone;
      return row.isNamed || holdsValues(row, (path) => graph.edgeValue(edge, path)) ? keyed : alone;
    }
    const other = edge === undefined ? graph.edgeByName(alone) : undefined;
    const claim = `${alone.from} ${alone.type} ${alone.to}`;
    if (other === undefined || this.#claimed.has(claim)) return keyed;
    if (!holdsValues(row, (path) => graph.edgeValue(other, path))) return keyed;
    this.#claimed.add(claim);
    return alone;
  }

  /** The node of the space that an id of the files names; null where there is none, or several. */
  #nodeId(node: CsvNode, space: string): string | null {
    node.nodeId ??= this.#findNode(node, space);
    return node.nodeId;
  }

  #findNode(node: CsvNode, space: string): string | null {
    const { graph, definition } = this.#space;
    if (node.type !== undefined) {
      const row = graph.nodeByKey(node.type, node.key);
      return row === undefined ? null : graph.nodeId(row);
    }
    // An end that no file has may be in the space since before: there its id is its natural key.
    const keyed = [...definition.nodeTypes.values()].filter((type) => type.key !== undefined);
    const types = this.#survey.nodes.typesOf(
      space,
      keyed.map((type) => type.name),
    );
    const rows = types.flatMap((type) => graph.nodeByKey(type, node.key) ?? []);
    const [row] = rows;
    return row === undefined || rows.length > 1 ? null : graph.nodeId(row);
  }

  #now(): Timestamp {
    return new Timestamp(BigInt(this.#options.clock.now()) * MICROSECONDS_PER_MILLISECOND);
  }

  #count(): void {
    this.#rows += 1;
    if (this.#rows % ROWS_PER_PROGRESS === 0) this.#options.onProgress?.(this.#rows);
  }
}

interface EdgeRowFacts {
  readonly isParallel: boolean;
  readonly key: number;
  /** Whether the row has an id of its own. */
  readonly isNamed: boolean;
  readonly plan: RowPlan;
  readonly values: readonly PathValue[];
}

/** Whether an edge has the values of a row, and none at the other columns. */
function holdsValues({ plan, values }: EdgeRowFacts, read: (path: string) => Value): boolean {
  return plan.columns.every(({ path }) => {
    if (path === undefined) return true;
    const value = values.find((given) => given.path === path)?.value ?? null;
    return sameValue(read(path), value);
  });
}

/** What tells values apart; a path has values of one kind. */
function textsOf(values: readonly PathValue[]): string[] {
  return values.flatMap(({ path, value }) => [path, textOf(value)]);
}

function textOf(value: Value): string {
  if (value instanceof Timestamp) return String(value.microseconds);
  return value instanceof Uint8Array ? value.toHex() : String(value);
}
