/**
 * The nodes of an import as its first pass met them: ids within their id spaces, natural keys
 * within their types, and a digest per row by which a repeated row is told from another one with
 * the same name. Numbers stand for nodes in the names of edges, so that millions stay small.
 */

import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { IMPORT_ROWS_MAX } from '../base/limits.ts';
import { matchName } from './csv-match.ts';

export interface CsvNode {
  /** Counts from 0 in the order of appearance. */
  readonly index: number;
  /** Label and natural key; undefined for an end of an edge that no node file has. */
  readonly label: string | undefined;
  readonly key: string;
  readonly digest: number;
  /** Id of the node in the space, once it was looked up; null when there is none. */
  nodeId: string | null | undefined;
  /** Its node type, once the second pass has met its row. */
  type: string | undefined;
}

export class CsvNodes {
  #count = 0;
  readonly #bySpace = new Map<string, Map<string, CsvNode>>();
  readonly #byType = new Map<string, Map<string, CsvNode>>();
  readonly #typesBySpace = new Map<string, Set<string>>();

  /** Adds a node. The answer is that of an earlier row where one has this id or natural key. */
  add(row: {
    readonly space: string;
    readonly id: string;
    readonly type: string;
    readonly label: string;
    readonly key: string;
    readonly digest: number;
  }): CsvNode {
    const { label, key, digest } = row;
    const ids = entry(this.#bySpace, row.space);
    const keys = entry(this.#byType, row.type);
    const types = this.#typesBySpace.get(row.space) ?? new Set();
    this.#typesBySpace.set(row.space, types.add(row.type));
    const known = ids.get(row.id) ?? keys.get(key);
    if (known !== undefined) {
      ids.set(row.id, known);
      return known;
    }
    const node = this.#create({ label, key, digest });
    ids.set(row.id, node);
    keys.set(key, node);
    return node;
  }

  /** The node that an edge names as its end; asked only once all nodes are added. */
  end(space: string, id: string): CsvNode {
    const ids = entry(this.#bySpace, space);
    const known = ids.get(id);
    if (known !== undefined) return known;
    const create = (): CsvNode => this.#create({ label: undefined, key: id, digest: 0 });
    const node = this.#byKey(space, id) ?? create();
    ids.set(id, node);
    return node;
  }

  /**
   * The types among which an id that no file has is looked up as a natural key: those of its id
   * space in the files, else the one of the space's name, else all.
   */
  typesOf(space: string, types: readonly string[]): readonly string[] {
    const found = space === '' ? undefined : this.#typesBySpace.get(space);
    if (found !== undefined) return [...found].flatMap((type) => matchName(type, types) ?? []);
    const named = matchName(space, types);
    return named === undefined ? types : [named];
  }

  #byKey(space: string, key: string): CsvNode | undefined {
    const types = this.typesOf(space, [...this.#byType.keys()]);
    const nodes = types.flatMap((type) => this.#byType.get(type)?.get(key) ?? []);
    return nodes.length === 1 ? nodes[0] : undefined;
  }

  #create(facts: Pick<CsvNode, 'label' | 'key' | 'digest'>): CsvNode {
    checkImportRows(this.#count);
    const index = this.#count;
    this.#count += 1;
    return { index, ...facts, nodeId: undefined, type: undefined };
  }
}

export function entry<N, K, V>(maps: Map<N, Map<K, V>>, name: N): Map<K, V> {
  const known = maps.get(name);
  if (known !== undefined) return known;
  const map = new Map<K, V>();
  maps.set(name, map);
  return map;
}

export function checkImportRows(count: number): void {
  if (count < IMPORT_ROWS_MAX) return;
  const message = `an import expected at most ${IMPORT_ROWS_MAX} nodes and as many edges, got more`;
  throw new DatabaseError(ErrorCode.LIMIT_EXCEEDED, message);
}
