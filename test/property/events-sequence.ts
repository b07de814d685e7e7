/**
 * A subscriber that keeps what it asks for by nothing but the events that it is told, against the
 * graph as it sees it: under random transactions, several of which share a commit, random changes
 * of permissions, filters, and queues so short that changes are joined and given up. Once all is
 * delivered, it must have what a fresh question would answer.
 */

import { scalarFields } from '../../src/definition/fields.ts';
import { IdValue, ListValue, Timestamp, type Value } from '../../src/delta/value.ts';
import { type ChangeFeed, openChangeFeed } from '../../src/graphql/change-feed.ts';
import { stateTest } from '../../src/graphql/change-filter.ts';
import type { ChangeEntry, NodeEvent } from '../../src/graphql/seen-changes.ts';
import type { SeenState } from '../../src/graphql/seen-state.ts';
import type { SightChange } from '../../src/graphql/sight-changes.ts';
import type { Delivery } from '../../src/graphql/told-changes.ts';
import { openMemorySpace } from '../../src/space/open.ts';
import type { Space } from '../../src/space/space.ts';
import { Seeded } from '../seeded.ts';

const DEFINITION = `
  type Person @node(plural: "people") {
    email: ID! @id
    note: String
    salary: Int
    home: Home
  }
  type Home { city: String street: String }
`;

const MODEL = `model
  schema 1.1
type user
type space
  relations
    define read: [user]
    define write: [user]
    define grant: [user]
type Person
  relations
    define read: [user]
    define read.salary: [user]
    define read.home.street: [user]
    define write: [user]
    define grant: [user]
`;

const EVE = 'user:eve';
const ROOT = 'user:root';
const KEYS = ['a', 'b', 'c', 'd', 'e', 'f'];
const PATHS = ['note', 'salary', 'home.city', 'home.street'] as const;
const RELATIONS = ['read', 'read.salary', 'read.home.street'] as const;

interface Filter {
  readonly where: Readonly<Record<string, unknown>>;
  readonly matches: (values: ReadonlyMap<string, Value>) => boolean;
}

const salaryOf = (values: ReadonlyMap<string, Value>) => values.get('salary');
/** Each with the same once more, in other words. */
const FILTERS: readonly Filter[] = [
  {
    where: { salary: { gte: 2 } },
    matches: (values) => typeof salaryOf(values) === 'bigint' && Number(salaryOf(values)) >= 2,
  },
  {
    where: { NOT: { salary: { gte: 2 } } },
    matches: (values) => !(Number(salaryOf(values) ?? -1n) >= 2),
  },
  { where: { note: { eq: null } }, matches: (values) => !values.has('note') },
  {
    where: { OR: [{ home: { street: { eq: 'x' } } }, { email: { eq: 'a' } }] },
    matches: (values) => values.get('home.street') === 'x' || values.get('email') === 'a',
  },
  {
    where: { note: { in: ['x', 'y'] }, home: { city: { startsWith: '' } } },
    matches: (values) => ['x', 'y'].includes(String(values.get('note'))) && values.has('home.city'),
  },
];

/** How often the paths that matter were met. */
export class EventsTally {
  events = 0;
  entered = 0;
  stayed = 0;
  left = 0;
  shown = 0;
  hidden = 0;
  joined = 0;
  resyncs = 0;
  /** Members that were compared at the end. */
  members = 0;
}

export async function runEvents(seed: number, tally: EventsTally): Promise<string | undefined> {
  const random = new Seeded(seed);
  let now = 1_750_000_000_000;
  const clock = { now: () => (now += 1) };
  const definition = { source: DEFINITION };
  await using space = await openMemorySpace({ definition, clock, random: new Seeded(seed) });
  const hasModel = random.chance(0.6);
  if (hasModel) await installModel(space);
  const limits = { changes: random.pick([1, 2, 3, 5, 1_000]), bytes: random.pick([1_500, 1e6]) };
  const feed = openChangeFeed(space, limits);
  const filters = [undefined, ...Array.from({ length: 3 }, () => random.pick(FILTERS))];
  const actor = hasModel ? EVE : undefined;
  const keepers = filters.map((filter) => new Keeper({ space, feed, filter, actor, tally }));
  for (let step = 0; step < 25; step++) {
    await writeSome(space, random);
    if (hasModel && random.chance(0.4)) await changeRights(space, random);
    for (const keeper of keepers) {
      if (random.chance(0.5)) await keeper.take(random.below(6));
      if (random.chance(0.05)) keeper.ask();
      if (!random.chance(0.1)) continue;
      const difference = await keeper.settle();
      if (difference !== undefined) return `${describe(keeper)}: ${difference}`;
    }
  }
  for (const keeper of keepers) {
    const difference = await keeper.settle();
    if (difference !== undefined) return `${describe(keeper)}: ${difference}`;
  }
  feed.close();
  return undefined;
}

function describe({ filter }: Keeper): string {
  return JSON.stringify(filter?.where ?? 'without a filter');
}

async function installModel(space: Space): Promise<void> {
  await space.access.installModel({ source: MODEL });
  const all = ['read', 'read.salary', 'read.home.street', 'write', 'grant'];
  await space.access.grant([
    ...all.map((relation) => ({ object: 'Person:*', relation, subject: ROOT })),
    ...['read', 'write', 'grant'].map((relation) => {
      return { object: 'space:this', relation, subject: ROOT };
    }),
  ]);
}

/** Transactions at one time: they share a commit. */
async function writeSome(space: Space, random: Seeded): Promise<void> {
  const writes = Array.from({ length: random.between(1, 3) }, () => {
    const changes = Array.from({ length: random.between(1, 3) }, () => randomChange(random));
    return space.write({ actor: ROOT }, (draft) => {
      for (const { key, isDeleted, values } of changes) {
        const known = draft.nodeByKey('Person', key);
        if (isDeleted) {
          if (known !== undefined) draft.deleteNode(known);
          continue;
        }
        const id = known ?? draft.createNode('Person', { key });
        for (const [path, value] of values) draft.setNodeValue(id, path, value);
      }
    });
  });
  // Of two that meet, one may be refused: it has written nothing.
  await Promise.allSettled(writes);
}

function randomChange(random: Seeded) {
  const values = PATHS.filter(() => random.chance(0.4)).map((path): [string, Value] => {
    if (random.chance(0.25)) return [path, null];
    return [path, path === 'salary' ? BigInt(random.below(4)) : random.pick(['x', 'y', 'z'])];
  });
  return { key: random.pick(KEYS), isDeleted: random.chance(0.25), values };
}

async function changeRights(space: Space, random: Seeded): Promise<void> {
  const key = random.pick(KEYS);
  const object = random.chance(0.2) ? 'Person:*' : `Person:${space.graph.idOfKey('Person', key)}`;
  const grant = (relation: string) => ({ object, relation, subject: EVE });
  if (random.chance(0.5)) {
    const relations = RELATIONS.filter(() => random.chance(0.7));
    if (relations.length > 0) await space.access.grant(relations.map(grant));
    return;
  }
  const grants = [grant(random.pick(random.chance(0.6) ? ['read'] : RELATIONS))];
  // What was not granted is refused.
  await space.access.revoke({ grants }).catch(() => undefined);
}

interface KeeperParts {
  readonly space: Space;
  readonly feed: ChangeFeed;
  readonly filter: Filter | undefined;
  readonly actor: string | undefined;
  readonly tally: EventsTally;
}

interface BeforeCheck {
  readonly id: string;
  readonly membership: string;
  readonly before: SeenState | undefined;
  readonly isJoined: boolean;
}

/** Values by path, by the id of each node that matches. */
type Members = Map<string, ReadonlyMap<string, Value>>;
type Told = Delivery<ChangeEntry>;

class Keeper {
  readonly filter: Filter | undefined;
  readonly #space: Space;
  readonly #actor: string | undefined;
  readonly #tally: EventsTally;
  readonly #events: AsyncIterator<Told>;
  #waiting: Promise<IteratorResult<Told>> | undefined;
  #members: Members = new Map();
  #wrong: string | undefined;
  /** It has asked anew, and what waits may be of before. */
  #isAhead = false;

  constructor({ space, feed, filter, actor, tally }: KeeperParts) {
    this.filter = filter;
    this.#space = space;
    this.#actor = actor;
    this.#tally = tally;
    const { definition, graph } = space;
    const type = definition.nodeTypes.get('Person');
    if (type === undefined) throw new Error('the definition has people');
    const wants = (entry: ChangeEntry): entry is NodeEvent | SightChange =>
      entry.element === 'node' || entry.element === 'sight';
    this.#events = feed.subscribe({
      interest: { element: 'node', types: new Set(['Person']), images: true },
      wants,
      test: filter && stateTest({ definition, graph }, type, filter.where),
      ...(actor !== undefined && { actor }),
    });
  }

  /** Some of what waits; one that does not come yet is waited for the next time. */
  async take(count: number): Promise<number> {
    for (let taken = 0; taken < count; taken++) {
      this.#waiting ??= this.#events.next().then((told) => this.#judge(told));
      const next = await Promise.race([this.#waiting, nextTurn()]);
      if (next === undefined) return taken;
      this.#waiting = undefined;
      if (!next.done) this.#hear(next.value);
    }
    return count;
  }

  /** What waits may be of before, or else is told once more. */
  ask(): void {
    this.#members = this.#fresh();
    this.#isAhead = true;
  }

  /** Of the moment of delivery: nothing is told that may not be read then. */
  #judge(told: IteratorResult<Told>): IteratorResult<Told> {
    if (told.done || this.#actor === undefined) return told;
    const { entry, before, after } = told.value;
    const rights = this.#space.access.readRights(this.#actor);
    const id = entry.element === 'node' ? entry.id : entry.element === 'sight' && entry.node?.id;
    if (typeof id !== 'string' || rights === undefined) return told;
    // What is hidden by this very change is told as it was seen until then.
    const states = entry.event === 'HIDDEN' ? [after] : [before, after];
    for (const state of states) {
      for (const path of state === undefined ? [] : this.#valuesOf(state).keys()) {
        const mayRead = path === 'email' || rights.readsNode('Person', id, path);
        if (!mayRead || !rights.seesNode('Person', id)) this.#wrong ??= `${path} is hidden`;
      }
    }
    return told;
  }

  /** All that waits; answers what differs from the graph then. */
  async settle(): Promise<string | undefined> {
    while ((await this.take(1)) > 0);
    if (this.#wrong !== undefined) return this.#wrong;
    this.#isAhead = false;
    const expected = textOf(this.#fresh());
    this.#tally.members += this.#members.size;
    const kept = textOf(this.#members);
    return kept === expected ? undefined : `expected ${expected}, got ${kept}`;
  }

  #hear({ entry, membership, before, after, coalesced }: Told): void {
    const tally = this.#tally;
    tally.events += 1;
    if (coalesced > 1) tally.joined += 1;
    if (membership === undefined) {
      tally.resyncs += 1;
      this.ask();
      return;
    }
    const id =
      entry.element === 'node' ? entry.id : entry.element === 'sight' ? entry.node?.id : '';
    if (id === undefined) return;
    if (entry.event === 'SHOWN') tally.shown += 1;
    if (entry.event === 'HIDDEN') tally.hidden += 1;
    const isOfRights = entry.event === 'SHOWN' || entry.event === 'HIDDEN';
    if (isOfRights && this.#actor === undefined) this.#wrong ??= 'nobody has changed rights';
    // Rights may have changed between, so that it was told otherwise.
    if (this.#actor === undefined && !this.#isAhead)
      this.#checkBefore({ id, membership, before, isJoined: coalesced > 1 });
    if (membership === 'LEFT') {
      tally.left += 1;
      this.#members.delete(id);
      return;
    }
    tally[membership === 'ENTERED' ? 'entered' : 'stayed'] += 1;
    this.#checkFields(entry, before, after);
    if (after !== undefined) this.#members.set(id, this.#valuesOf(after));
  }

  /** What was told last is what showed before. */
  #checkBefore({ id, membership, before, isJoined }: BeforeCheck): void {
    const known = this.#members.get(id);
    // It came and went.
    if (known === undefined && membership === 'LEFT' && isJoined) return;
    if ((known === undefined) !== (membership === 'ENTERED')) {
      this.#wrong ??= `${id} expected another membership than ${membership}`;
    }
    const text = before && valuesText(this.#valuesOf(before));
    if (known === undefined || valuesText(known) === text) return;
    this.#wrong ??= `${id} expected ${valuesText(known)} before, got ${text}`;
  }

  /** What differs was told as written, unless the node was made anew. */
  #checkFields(entry: ChangeEntry, before?: SeenState, after?: SeenState): void {
    if (entry.element !== 'node' || entry.event !== 'UPDATED' || entry.isRemade) return;
    if (before === undefined || after === undefined) return;
    const [old, now] = [this.#valuesOf(before), this.#valuesOf(after)];
    for (const path of PATHS) {
      if (valueText(old.get(path)) === valueText(now.get(path))) continue;
      if (!entry.paths.includes(path)) this.#wrong ??= `${path} expected to be among the fields`;
    }
  }

  #valuesOf(state: SeenState): ReadonlyMap<string, Value> {
    const fields = scalarFields(this.#space.definition.nodeTypes.get('Person')?.fields ?? []);
    const values = fields.map((field) => [field.path, state.value(field)] as const);
    return new Map(values.filter(([, value]) => value !== null));
  }

  #fresh(): Members {
    const graph = this.#actor === undefined ? this.#space.graph : this.#space.graphOf(this.#actor);
    const members: Members = new Map();
    for (const node of graph.nodesOfType('Person')) {
      const values = PATHS.map((path) => [path, graph.nodeValue(node, path)] as const);
      const shown = new Map<string, Value>(values.filter(([, value]) => value !== null));
      shown.set('email', graph.nodeKey(node) ?? null);
      if (this.filter?.matches(shown) ?? true) members.set(graph.nodeId(node), shown);
    }
    return members;
  }
}

function textOf(members: Members): string {
  const lines = Array.from(members, ([id, values]) => `${id} ${valuesText(values)}`);
  return lines.sort().join('; ');
}

function valuesText(values: ReadonlyMap<string, Value>): string {
  const texts = Array.from(values, ([path, value]) => `${path}=${valueText(value)}`);
  return texts.sort().join(' ');
}

function valueText(value: Value | undefined): string {
  if (value instanceof Timestamp || value instanceof IdValue || value instanceof ListValue) {
    throw new Error('people have no such values');
  }
  return String(value ?? null);
}

/** Whatever is there already comes first. */
function nextTurn(): Promise<undefined> {
  return new Promise((resolve) => setImmediate(resolve, undefined));
}
