/** Writes what no caller sees: values, nodes and edges, at random. */

import { DatabaseError } from '../../src/base/errors.ts';
import type { ScalarField } from '../../src/definition/definition.ts';
import { scalarFields } from '../../src/definition/fields.ts';
import { nodeIdByKey } from '../../src/delta/node-id.ts';
import { isListItem, ListValue, Timestamp, type Value } from '../../src/delta/value.ts';
import type { ReadRights } from '../../src/space/read-rights.ts';
import type { SequenceChange } from '../../src/space/sequence-change.ts';
import type { Draft, Space } from '../../src/space/space.ts';
import type { Seeded } from '../seeded.ts';
import { LEAK_CALLERS, LEAK_ROOT } from './leak-model.ts';

const WRITES = 60;

/** How many changes of collections are written by operators of their own. */
export interface HiddenChanges {
  readonly setChanges: number;
  readonly sequenceChanges: number;
}

export async function writeHidden(space: Space, random: Seeded): Promise<HiddenChanges> {
  const rights = LEAK_CALLERS.map((caller) => space.access.readRights(caller)).filter(
    (each) => each !== undefined,
  );
  const hidden = new HiddenWriter(space, random, rights);
  for (let count = 0; count < WRITES; count++) {
    // Required values, ends and unique values may stand against it.
    await space
      .write({ actor: LEAK_ROOT }, (draft) => hidden.write(draft))
      .catch((error: unknown) => {
        if (!(error instanceof DatabaseError)) throw error;
      });
  }
  return hidden;
}

interface Named {
  readonly id: string;
  readonly type: string;
}

class HiddenWriter implements HiddenChanges {
  readonly #space: Space;
  readonly #random: Seeded;
  readonly #rights: readonly ReadRights[];
  setChanges = 0;
  sequenceChanges = 0;

  constructor(space: Space, random: Seeded, rights: readonly ReadRights[]) {
    this.#space = space;
    this.#random = random;
    this.#rights = rights;
  }

  write(draft: Draft): void {
    const random = this.#random;
    const writes = [this.#setValue, this.#setValue, this.#setValue, this.#create, this.#connect];
    const others = [this.#changeSet, this.#changeSequence, this.#connect, this.#delete];
    random.pick([...writes, ...others]).call(this, draft);
  }

  #setValue(draft: Draft): void {
    const node = this.#anyNode();
    if (node === undefined) return;
    const field = this.#random.pick(this.#fieldsOf(node).filter(({ isKey }) => !isKey));
    if (this.#isRead(node, field)) return;
    draft.setNodeValue(node.id, field.path, randomValue(this.#random, field));
  }

  /** Adds to a set of values, or removes from it. */
  #changeSet(draft: Draft): void {
    const node = this.#anyNode();
    if (node === undefined) return;
    const sets = this.#fieldsOf(node).filter(({ collection }) => collection === 'set');
    const hidden = sets.filter((field) => !this.#isRead(node, field));
    if (hidden.length === 0) return;
    const field = this.#random.pick(hidden);
    const items = Array.from({ length: 2 }, () => randomItem(this.#random, field));
    const values = items.filter(isListItem);
    if (this.#random.chance(0.6)) draft.addToNodeSet(node.id, field.path, values);
    else draft.removeFromNodeSet(node.id, field.path, values);
    this.setChanges += 1;
  }

  /** Changes a sequence by position. */
  #changeSequence(draft: Draft): void {
    const node = this.#anyNode();
    if (node === undefined) return;
    const random = this.#random;
    const sequences = this.#fieldsOf(node).filter(({ collection }) => collection === 'sequence');
    const hidden = sequences.filter((field) => !this.#isRead(node, field));
    if (hidden.length === 0) return;
    const field = random.pick(hidden);
    const held = draft.nodeValue(node.id, field.path);
    const length = held instanceof ListValue ? held.items.length : 0;
    const values = [randomItem(random, field)].filter(isListItem);
    const at = random.below(length + 1);
    const changes: readonly SequenceChange[] = [
      { operation: 'append', values },
      { operation: 'insert', at, values },
      { operation: 'remove', at, count: at < length ? 1 : 0 },
      { operation: 'move', from: Math.min(at, length - 1), to: 0 },
    ];
    draft.changeNodeSequence(node.id, field.path, random.pick(changes));
    this.sequenceChanges += 1;
  }

  #fieldsOf({ type }: Named): ScalarField[] {
    return scalarFields(this.#space.definition.nodeTypes.get(type)?.fields ?? []);
  }

  /** Whether anybody may read it. */
  #isRead({ type, id }: Named, { path }: ScalarField): boolean {
    return this.#rights.some((each) => each.seesNode(type, id) && each.readsNode(type, id, path));
  }

  #create(draft: Draft): void {
    const key = `hidden ${this.#random.below(1000)}`;
    const space = Buffer.from(this.#space.id, 'hex');
    const id = nodeIdByKey({ space, type: 'Part', key });
    if (this.#rights.some((each) => each.seesNode('Part', id))) return;
    draft.createNode('Part', { key });
  }

  /** Makes an edge of some relationship, or takes away one that is there. */
  #connect(draft: Draft): void {
    const random = this.#random;
    const { definition } = this.#space;
    const from = this.#anyNode();
    const relationships = definition.nodeTypes.get(from?.type ?? '')?.relationships ?? [];
    const leading = relationships.filter(({ direction }) => direction === 'OUT');
    if (from === undefined || leading.length === 0) return;
    const { edgeType: type, target } = random.pick(leading);
    const to = this.#anyNode(target);
    if (to === undefined) return;
    const edge = { from: from.id, type, to: to.id, key: 0 };
    const ends = { fromType: from.type, toType: to.type };
    if (this.#rights.some((each) => each.seesEdge({ name: edge, ...ends }))) return;
    if (draft.graph.edgeByName(edge) !== undefined) {
      draft.deleteEdge(edge);
      return;
    }
    draft.createEdge(edge);
    for (const field of definition.edgeTypes.get(type)?.properties?.fields ?? []) {
      if (field.kind === 'scalar' && field.required) {
        draft.setEdgeValue(edge, field.path, randomValue(random, field));
      }
    }
  }

  #delete(draft: Draft): void {
    const node = this.#anyNode();
    if (node === undefined) return;
    if (this.#rights.some((each) => each.seesNode(node.type, node.id))) return;
    draft.deleteNode(node.id);
  }

  #anyNode(wanted?: string): Named | undefined {
    const { graph, definition } = this.#space;
    const types = wanted === undefined ? [...definition.nodeTypes.keys()] : [wanted];
    const rows = types.flatMap((type) => graph.nodesOfType(type));
    if (rows.length === 0) return undefined;
    const row = this.#random.pick(rows);
    return { id: graph.nodeId(row), type: graph.nodeType(row) };
  }
}

function randomValue(random: Seeded, field: ScalarField): Value {
  if (!field.required && random.chance(0.2)) return null;
  if (!field.isList) return randomItem(random, field);
  const items = Array.from({ length: random.below(3) }, () => randomItem(random, field));
  return new ListValue(items.filter(isListItem));
}

function randomItem(random: Seeded, { scalar, enumType }: ScalarField): Value {
  if (enumType !== undefined) return random.pick(enumType.names);
  switch (scalar) {
    case 'JSON':
      return random.pick(['1', '"a"', '[]', '{"a":[1]}']);
    case 'Duration':
      return random.pick(['PT0S', 'P1Y', 'PT36H', '-P1M']);
    case 'Int':
    case 'BigInt':
      return BigInt(random.between(-3, 10));
    case 'Float':
      return random.pick([0, 0.1, -1.5, 2, 100]);
    case 'Boolean':
      return random.chance(0.5);
    case 'DateTime':
      return new Timestamp(BigInt(random.between(0, 5)) * 1_000_000n);
    case 'Bytes':
      return random.bytes(random.below(3));
    default:
      return random.pick(['', 'a', 'A', 'ab', 'b', 'zebra', 'k1', 'k2']);
  }
}
