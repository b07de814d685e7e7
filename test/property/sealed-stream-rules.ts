/**
 * The rules of schema/sealed-state.md (O2 to O7), said once more over the records of a stream: one
 * that an engine has taken breaks none of them.
 */

import { SYMBOL_EDGE_TYPE, SYMBOL_NODE_TYPE, SYMBOL_PATH, VALUE_NULL } from '../../assembly/abi.ts';
import { VALUE_PLACES } from '../../assembly/abi-collections.ts';
import { nodeIdByKey } from '../../src/delta/node-id.ts';
import {
  type EdgeRecord,
  type ElementRecord,
  isCollection,
  type NodeRecord,
  type StreamRecord,
} from '../fixture/sealed-stream.ts';

interface Stream {
  readonly space: Uint8Array;
  readonly commits: number;
  readonly records: readonly StreamRecord[];
}

interface Seen {
  readonly space: Uint8Array;
  readonly names: { readonly symbol: number; readonly text: string }[];
  readonly known: Set<string>;
  transactions: number;
  readonly sent: Set<number>;
  nodes: number;
  edges: number;
}

/** The first rule that is broken; undefined where none is. */
export function brokenRule({ space, commits, records }: Stream): string | undefined {
  const names: Seen['names'] = [];
  const counts = { transactions: 0, sent: new Set<number>(), nodes: 0, edges: 0 };
  const seen: Seen = { space, names, known: new Set(), ...counts };
  for (const [index, record] of records.entries()) {
    const broken = brokenBy(seen, record, commits);
    if (broken !== undefined) return `${broken} by record ${index}`;
  }
  return records.at(-1)?.kind === 'end' ? undefined : 'O1';
}

function brokenBy(seen: Seen, record: StreamRecord, commits: number): string | undefined {
  switch (record.kind) {
    case 'transactions': {
      const { commit, positions } = record;
      const isNext = commit >= 1 && commit <= commits && !seen.sent.has(commit);
      const ascend = positions.every(
        (position, at) => at === 0 || position > (positions[at - 1] ?? 0),
      );
      seen.sent.add(commit);
      seen.transactions += positions.length;
      return isNext && ascend && positions.length > 0 ? undefined : 'O2';
    }
    case 'name': {
      const { symbol, text } = record;
      seen.names.push({ symbol, text: text.toString() });
      const isKind = symbol >= SYMBOL_NODE_TYPE && symbol <= SYMBOL_PATH;
      return isKind && isNew(seen, `name ${symbol} ${text.toString('hex')}`) ? undefined : 'O3';
    }
    case 'node':
      seen.nodes += 1;
      return brokenByNode(seen, record) ?? brokenByElement(seen, record);
    case 'edge':
      seen.edges += 1;
      return brokenByEdge(seen, record) ?? brokenByElement(seen, record);
    case 'end': {
      const { transactions, nodes, edges } = seen;
      const counts = [transactions, seen.names.length, nodes, edges];
      return counts.join() === record.counts.join() ? undefined : 'O1';
    }
  }
}

function brokenByNode(seen: Seen, { id, type, created, key }: NodeRecord): string | undefined {
  if (!/^[0-9A-Za-z]{16}$/.test(id) || !isNew(seen, `node ${id}`)) return 'O4';
  if (type === 0) return created === 0 && key === undefined ? undefined : 'O5';
  const name = nameOf(seen, type, SYMBOL_NODE_TYPE);
  if (name === undefined) return 'O3';
  if (key === undefined) return undefined;
  return nodeIdByKey({ space: seen.space, type: name, key: key.toString() }) === id
    ? undefined
    : 'O5';
}

function brokenByEdge(seen: Seen, { from, to, type, key = 0 }: EdgeRecord): string | undefined {
  if (nameOf(seen, type, SYMBOL_EDGE_TYPE) === undefined) return 'O3';
  if (from < 1 || to < 1 || Math.max(from, to) > seen.nodes) return 'O4';
  return isNew(seen, `edge ${from} ${to} ${type} ${key}`) ? undefined : 'O4';
}

function brokenByElement(seen: Seen, { created, cells }: ElementRecord): string | undefined {
  if (created > seen.transactions) return 'O2';
  const paths = new Set(cells.map(({ path }) => path));
  if (paths.size !== cells.length) return 'O6';
  for (const { path, kind, writer, pieces } of cells) {
    if (nameOf(seen, path, SYMBOL_PATH) === undefined) return 'O3';
    if (kind === VALUE_NULL) return 'O6';
    const writers = isCollection(kind) ? pieces.map((piece) => piece.writer) : [writer];
    if (writers.length === 0) return 'O7';
    if (writers.some((each) => each < 1 || each > seen.transactions)) return 'O2';
    const isSequence = kind === VALUE_PLACES;
    const pieceNames = pieces.map((piece) =>
      isSequence
        ? `${piece.writer} ${piece.number}`
        : `${piece.writer} ${piece.value.toString('hex')}`,
    );
    if (new Set(pieceNames).size !== pieces.length) return 'O7';
  }
  return undefined;
}

/** Each element in one form, without the numbers of the stream, and in one order. */
export function sortedLines(records: readonly StreamRecord[]): string[] {
  const writers: string[] = ['nobody'];
  const nodes: string[] = [''];
  const names: string[] = [''];
  const lines: string[] = [];
  const textOf = ({ type, created, cells }: ElementRecord) => {
    const values = cells.map(({ path, kind, content, writer, pieces }) => {
      const parts = pieces.map((piece) => {
        return `${writers[piece.writer]} ${piece.number} ${piece.value.toString('hex')}`;
      });
      const by = isCollection(kind) ? parts.join() : writers[writer];
      return `${names[path]} ${kind} ${content.toString('hex')} ${by}`;
    });
    return `${names[type]} ${writers[created]} ${values.sort().join(' | ')}`;
  };
  for (const record of records) {
    if (record.kind === 'transactions') {
      writers.push(...record.positions.map((position) => `${record.commit}:${position}`));
    } else if (record.kind === 'name') names.push(record.text.toString());
    else if (record.kind === 'node') {
      nodes.push(record.id);
      lines.push(`${record.id} ${record.key?.toString() ?? ''} ${textOf(record)}`);
    } else if (record.kind === 'edge') {
      const { from, to, key = 0 } = record;
      lines.push(`${nodes[from]} ${nodes[to]} ${key} ${textOf(record)}`);
    }
  }
  return lines.sort();
}

function nameOf(seen: Seen, number: number, symbol: number): string | undefined {
  const name = seen.names[number - 1];
  return name?.symbol === symbol ? name.text : undefined;
}

function isNew(seen: Seen, name: string): boolean {
  const isThere = seen.known.has(name);
  seen.known.add(name);
  return !isThere;
}
