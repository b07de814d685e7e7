/** Lists in the order of ids: answered from the first nodes of a type (assembly/graph/heads.ts). */

import { expect, test } from 'vitest';
import { GrantWriter } from '../../src/access/grants.ts';
import { parseModel } from '../../src/access/parse-model.ts';
import { parseDefinition } from '../../src/definition/parse.ts';
import type { AddressedDelta } from '../../src/delta/delta.ts';
import type { CallerView } from '../../src/engine/caller-view.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { Plan } from '../../src/engine/plan.ts';
import { EngineView } from '../../src/engine/view.ts';
import { applyDeltas, ENGINE_SPACE, itemId } from '../fixture/apply-deltas.ts';
import { callerAsOf } from '../fixture/caller-as-of.ts';
import { wrongSum } from '../fixture/memory-sum.ts';
import { NO_LIMITS } from '../fixture/plan-limits.ts';
import { Seeded } from '../seeded.ts';

const SEED = 20_261_127;
const ROUNDS = 60;
/** More than a head has, and each round as many more as make some of its nodes others. */
const ITEMS = 900;
/** Below, at and above what a head has, which is 252. */
const LIMITS = [1, 10, 100, 251, 252, 253, 400];
const DEFINITION = parseDefinition('type Item @node { name: String }');
const MODEL = parseModel(`model
  schema 1.1
type user
type Item
  relations
    define read: [user]
`);

test(`a list shows the first nodes that exist, as they come and go, seed ${SEED}`, async () => {
  const items = await Items.create(new Seeded(SEED));
  items.put(range(0, ITEMS));
  for (let round = 0; round < ROUNDS; round++) {
    const sorted = items.existing();
    for (const limit of LIMITS) {
      const skip = round % 3;
      expect(listed(items.view, { limit, skip })).toEqual(sorted.slice(skip, skip + limit));
      expect(paged(items.view, limit)).toEqual([sorted.length > limit, sorted.slice(0, limit)]);
    }
    items.change(round);
  }
  expect(wrongSum(items.engine)).toBeUndefined();
}, 60_000);

test('a few nodes among very many of another type are all of a list', async () => {
  const items = await Items.create(new Seeded(SEED + 1));
  items.put(range(0, 5));
  expect(listed(items.view, { limit: 3 })).toEqual(items.existing().slice(0, 3));
  items.put(range(5, 9));
  expect(listed(items.view, { limit: 100 })).toEqual(items.existing());
});

test('a caller sees its own first nodes, and what that took tells nothing of others', async () => {
  const all = await Items.create(new Seeded(SEED + 2));
  all.put(range(0, ITEMS));
  const some = await Items.create(new Seeded(SEED + 2));
  // Of these few are in the head of all; the others are behind it.
  const seen = range(0, ITEMS).filter((number) => number % 7 === 0);
  some.put(seen);
  const [sees, isAlone] = [all.seenBy('ida', seen), some.seenBy('ida', seen)];
  for (const limit of LIMITS) {
    for (const plan of [listPlan({ limit }), pagePlan(limit)]) {
      const answers = [sees, isAlone].map((view) => view.answer(plan, NO_LIMITS));
      expect(answers[0]).toEqual(answers[1]);
    }
    expect(listed(sees, { limit })).toEqual(some.existing().slice(0, limit));
  }
});

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

interface Limits {
  readonly limit: number;
  readonly skip?: number;
}

function listed(view: Pick<CallerView, 'answer'>, limits: Limits): string[] {
  const { items } = jsonOf(view, listPlan(limits)) as { items: { id: string }[] };
  return items.map(({ id }) => id);
}

/** Whether more follow, and the page. */
function paged(view: Pick<CallerView, 'answer'>, first: number): [boolean, string[]] {
  const { page } = jsonOf(view, pagePlan(first)) as {
    page: { more: boolean; items: { id: string }[] };
  };
  return [page.more, page.items.map(({ id }) => id)];
}

function jsonOf(view: Pick<CallerView, 'answer'>, plan: Plan): unknown {
  const answer = view.answer(plan, NO_LIMITS);
  if (answer.status !== 'ok') throw new Error(`a plan expected an answer, got ${answer.status}`);
  return JSON.parse(answer.json.toString());
}

const ITEM = {
  members: [{ name: 'id', shape: { kind: 'value', field: { kind: 'id' }, format: 'any' } }],
} as const;
const SOURCE = { kind: 'type', type: 'Item' } as const;

function listPlan({ limit, skip }: Limits): Plan {
  const rows = { source: SOURCE, limit, ...(skip !== undefined && { skip }) };
  return { members: [{ name: 'items', shape: { kind: 'list', rows, item: ITEM } }] };
}

function pagePlan(first: number): Plan {
  const members = [
    { name: 'more', shape: { kind: 'hasNextPage' } },
    { name: 'items', shape: { kind: 'items', item: ITEM } },
  ] as const;
  const page = { size: first, scope: 'items' };
  return {
    members: [{ name: 'page', shape: { kind: 'page', rows: { source: SOURCE }, page, members } }],
  };
}

class Items {
  readonly engine: Engine;
  readonly view: EngineView;
  readonly #random: Seeded;
  readonly #existing = new Set<string>();
  #groups = 0;
  #next = ITEMS;

  static async create(random: Seeded): Promise<Items> {
    return new Items(await Engine.create(ENGINE_SPACE, random), random);
  }

  private constructor(engine: Engine, random: Seeded) {
    this.engine = engine;
    this.view = new EngineView(engine);
    this.#random = random;
  }

  existing(): string[] {
    return [...this.#existing].sort();
  }

  put(numbers: readonly number[]): void {
    const deltas = numbers.map((number): AddressedDelta => {
      this.#existing.add(itemId(number));
      const subject = { element: 'node', id: itemId(number) } as const;
      return { subject, delta: { operation: 'createNode', type: 'Item', number: BigInt(number) } };
    });
    this.#apply(deltas);
  }

  #drop(ids: readonly string[]): void {
    const deltas = ids.map((id): AddressedDelta => {
      this.#existing.delete(id);
      return { subject: { element: 'node', id }, delta: { operation: 'delete' } };
    });
    this.#apply(deltas);
  }

  /** Takes away from the begin, from anywhere or nearly all, puts new ones in, or seals. */
  change(round: number): void {
    const sorted = this.existing();
    const next = this.#next;
    switch (round % 5) {
      case 0:
        this.#drop(sorted.slice(0, 20));
        break;
      case 1:
        this.#drop(sorted.filter(() => this.#random.chance(0.2)));
        break;
      case 2:
        this.#next += 150;
        this.put(range(next, this.#next));
        break;
      case 3:
        // Some that were there before come again, as they were.
        this.put(range(0, ITEMS).filter(() => this.#random.chance(0.3)));
        break;
      default:
        this.#drop(sorted.slice(0, round % 2 === 0 ? 200 : 0));
        this.engine.compact();
    }
  }

  seenBy(user: string, numbers: readonly number[]): CallerView {
    const writer = new GrantWriter(this.engine);
    writer.install(MODEL, DEFINITION, 1);
    const subject = { type: 'user', id: user };
    const grants = numbers.map((number) => ({
      object: { type: 'Item', id: itemId(number) },
      relation: 'read',
      subject,
    }));
    writer.make(grants, 2);
    return this.view.as(
      callerAsOf({ subject, model: MODEL, height: 2, now: '2026-07-01T00:00:00Z' }),
    );
  }

  #apply(deltas: readonly AddressedDelta[]): void {
    if (deltas.length === 0) return;
    this.#groups += 1;
    applyDeltas(this.engine, this.#groups, deltas);
  }
}
