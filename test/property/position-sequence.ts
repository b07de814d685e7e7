/**
 * Random changes of one sequence by position, on two replicas that meet now and then: each comes to
 * what the same change of an array does, whatever tree of places was made before.
 */

import { deepStrictEqual } from 'node:assert/strict';
import type { ListItem, Value } from '../../src/delta/value.ts';
import { ListValue } from '../../src/delta/value.ts';
import type { OpenSpace } from '../../src/space/open-space.ts';
import type { SequenceChange } from '../../src/space/sequence-change.ts';
import { ReplicaPair } from '../fixture/replica-pair.ts';
import { Seeded } from '../seeded.ts';

const SDL = 'type Book @node { code: ID! @id steps: [Int!]! @sequence }';
const BY = { actor: 'user:test' };
const ROUNDS = 12;
const TRANSACTIONS = 8;

/** How often each change was made, and what else was met. Throws where a list is another one. */
export type PositionTally = Map<string, number>;

/** What a change makes of an array. */
export type ArrayRule = (items: ListItem[], change: SequenceChange) => void;

export async function runPositions(options: {
  readonly seed: number;
  readonly tally: PositionTally;
  /** A wrong one is to be found out. */
  readonly rule?: ArrayRule;
}): Promise<void> {
  const { seed, tally, rule = applyTo } = options;
  const random = new Seeded(seed);
  await using pair = await ReplicaPair.open({ sdl: SDL, random });
  const [host] = pair.spaces;
  const { result: id } = await host.write(BY, (draft) => {
    const made = draft.createNode('Book', { key: 'a' });
    draft.setNodeValue(made, 'steps', new ListValue([]));
    return made;
  });
  const sequences = new Sequences({ random, pair, id, tally, rule });
  await sequences.meet();
  for (let round = 0; round < ROUNDS; round++) {
    for (const space of pair.spaces) {
      for (let count = 0; count < TRANSACTIONS; count++) await sequences.change(space);
    }
    await sequences.meet();
    if (round !== ROUNDS / 2) continue;
    // Of removed values no place is left then.
    await host.seal();
    await sequences.meet();
  }
}

interface SequencesParts {
  readonly random: Seeded;
  readonly pair: ReplicaPair;
  readonly id: string;
  readonly tally: PositionTally;
  readonly rule: ArrayRule;
}

class Sequences {
  readonly #parts: SequencesParts;
  #next = 0n;

  constructor(parts: SequencesParts) {
    this.#parts = parts;
  }

  /** What a replica shows. */
  shown(space: OpenSpace): readonly ListItem[] {
    const row = space.graph.nodeById(this.#parts.id);
    return row === undefined ? [] : itemsOf(space.graph.nodeValue(row, 'steps'));
  }

  /** Transactions of one moment, each of several changes; some of one commit. */
  async change(space: OpenSpace): Promise<void> {
    const builds = Array.from({ length: this.#parts.random.between(1, 3) }, () =>
      space.write(BY, (draft) => {
        const model = [...itemsOf(draft.nodeValue(this.#parts.id, 'steps'))];
        for (let count = this.#parts.random.between(1, 4); count > 0; count--) {
          if (this.#parts.random.chance(0.01)) {
            const given = [this.#item(), this.#item()];
            draft.setNodeValue(this.#parts.id, 'steps', new ListValue(given));
            model.splice(0, model.length, ...given);
            this.#count('set');
            continue;
          }
          const change = this.#random(model);
          draft.changeNodeSequence(this.#parts.id, 'steps', change);
          this.#parts.rule(model, change);
          this.#count(change.operation);
        }
        deepStrictEqual(itemsOf(draft.nodeValue(this.#parts.id, 'steps')), model);
        return model;
      }),
    );
    const done = await Promise.all(builds);
    deepStrictEqual(this.shown(space), done.at(-1)?.result);
    if (new Set(done.map(({ commit }) => commit)).size < done.length) this.#count('shared commit');
  }

  async meet(): Promise<void> {
    const { pair } = this.#parts;
    await pair.meet();
    const [one, other] = pair.spaces.map((space) => this.shown(space));
    deepStrictEqual(one, other);
    if ((one ?? []).length > 20) this.#count('long when met');
  }

  #random({ length }: readonly ListItem[]): SequenceChange {
    const { random } = this.#parts;
    const chosen = random.below(length > 30 ? 12 : 10);
    const values = Array.from({ length: random.between(1, 3) }, () => this.#item());
    if (length === 0 || chosen < 2) return { operation: 'append', values };
    // Near one another, so that both replicas write in one place.
    const near = random.chance(0.5) ? Math.min(length, random.below(4)) : random.below(length + 1);
    if (chosen < 7) return { operation: 'insert', at: near, values };
    if (chosen < 9) {
      return { operation: 'move', from: random.below(length), to: random.below(length) };
    }
    if (chosen === 9) return { operation: 'pop', count: 1 };
    const at = Math.min(near, length - 1);
    return { operation: 'remove', at, count: random.between(1, Math.min(4, length - at)) };
  }

  #item(): bigint {
    this.#next += 1n;
    return this.#next;
  }

  #count(what: string): void {
    const { tally } = this.#parts;
    tally.set(what, (tally.get(what) ?? 0) + 1);
  }
}

function itemsOf(value: Value): readonly ListItem[] {
  return value instanceof ListValue ? value.items : [];
}

export function applyTo(model: ListItem[], change: SequenceChange): void {
  if (change.operation === 'append') model.push(...change.values);
  if (change.operation === 'insert') model.splice(change.at, 0, ...change.values);
  if (change.operation === 'remove') model.splice(change.at, change.count);
  if (change.operation === 'pop') model.splice(model.length - change.count);
  if (change.operation === 'move') model.splice(change.to, 0, ...model.splice(change.from, 1));
}
