/**
 * Random conflicts: two authors write unique values apart, of which many meet, and delete nodes
 * again. What the API lists of them, page by page, to everybody and to callers who see parts, is
 * held against all nodes and values that the API lists to the same caller, compared one by one.
 */

import { isDeepStrictEqual } from 'node:util';
import { type ExecutionResult, execute, type GraphQLSchema, parse } from 'graphql';
import { ANONYMOUS, type Principal, parsePrincipal } from '../../src/access/principal.ts';
import type { AddressedDelta } from '../../src/delta/delta.ts';
import { Timestamp, type Value } from '../../src/delta/value.ts';
import { compareValues } from '../../src/delta/value-order.ts';
import { openChangeFeed } from '../../src/graphql/change-feed.ts';
import { createContext, type Services } from '../../src/graphql/context.ts';
import { buildSchema } from '../../src/graphql/schema.ts';
import { AuthorsApart, set, type Who } from '../fixture/authors-apart.ts';
import { onNode } from '../fixture/door.ts';
import { Seeded } from '../seeded.ts';

const SDL = `
  type Place @node {
    code: ID! @id
    name: String @unique
    number: Int @unique
    state: State @unique
    note: String
  }
  type Thing @node {
    mark: ID @unique
    serial: BigInt @unique
    ratio: Float @unique
    at: DateTime @unique
    seal: Bytes @unique
  }
  enum State { OPEN CLOSED LOST }
`;
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  Place: ['name', 'number', 'state'],
  Thing: ['at', 'mark', 'ratio', 'seal', 'serial'],
};
const TYPES = Object.keys(FIELDS);
const LONG = 'a text that is longer than its key ';
const LISTED = `{
  Place: places(limit: 10000) { id name number state }
  Thing: things(limit: 10000) { id at mark ratio seal serial }
}`;
const QUERY = `query ($type: NodeTypeName, $first: Int, $after: String) {
  conflicts(type: $type, first: $first, after: $after) {
    totalCount
    edges { cursor node { type field value nodes(limit: 10000) { id } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;
const CALLERS = ['user:home/ann', 'user:home/bob', 'user:*'] as const;
const START = 1_750_000_000_000;

/** A value of a node: the one that was written last, and by which transaction. */
interface Written {
  readonly value: Value;
  readonly at: readonly [milliseconds: number, position: number];
}

interface ModelNode {
  readonly id: string;
  readonly type: string;
  readonly isDeleted: boolean;
  readonly values: ReadonlyMap<string, Written>;
}

/** A value that a caller reads of a node. */
export interface Holder extends Written {
  readonly id: string;
  readonly type: string;
  readonly field: string;
  /** As the API answers it. */
  readonly json: unknown;
  readonly isDeleted: boolean;
  readonly isSeen: boolean;
}

export interface Told {
  readonly type: string;
  readonly field: string;
  readonly value: unknown;
  readonly nodes: readonly { readonly id: string }[];
}

/** The conflicts among values, those of nodes included that are deleted or not seen. */
export type Reference = (holders: readonly Holder[]) => readonly Told[];

export interface ConflictsOptions {
  readonly seed: number;
  readonly reference: Reference;
  readonly hit: (what: string) => void;
}

interface Page {
  readonly totalCount: number;
  readonly edges: readonly { readonly cursor: string; readonly node: Told }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

/** What differs is returned. */
export async function runConflictsSequence(options: ConflictsOptions): Promise<string | undefined> {
  const world = await ConflictsWorld.open(options);
  await using _space = world.apart.door.space;
  for (let round = 0; round < 4; round++) {
    await world.writeSome();
    const difference = await world.walk(ANONYMOUS, { isWrittenBetween: round > 0 });
    if (difference !== undefined) return difference;
  }
  await world.installPermissions();
  for (const name of CALLERS) {
    const difference = await world.walk(parsePrincipal(name), { isWrittenBetween: false });
    if (difference !== undefined) return `${name}: ${difference}`;
  }
  world.services.feed.close();
  return undefined;
}

class ConflictsWorld {
  readonly apart: AuthorsApart;
  readonly services: Services;
  readonly #random: Seeded;
  readonly #options: ConflictsOptions;
  readonly #nodes = new Map<string, ModelNode>();
  /** Of no author one that the other has: who is later does not hang on their keys. */
  readonly #clocks = { server: START, other: START + 1 };
  #schema: GraphQLSchema;

  private constructor(apart: AuthorsApart, random: Seeded, options: ConflictsOptions) {
    const { space } = apart.door;
    this.apart = apart;
    this.services = { space, feed: openChangeFeed(space), clock: { now: () => START }, random };
    this.#random = random;
    this.#options = options;
    this.#schema = buildSchema(space.definition);
  }

  static async open(options: ConflictsOptions): Promise<ConflictsWorld> {
    const random = new Seeded(options.seed);
    const apart = await AuthorsApart.open({ sdl: SDL, seed: options.seed });
    return new ConflictsWorld(apart, random, options);
  }

  /** Commits of both, whose clocks run apart. */
  async writeSome(): Promise<void> {
    const random = this.#random;
    for (let count = random.between(2, 5); count > 0; count--) {
      const who: Who = random.pick(['server', 'other']);
      this.#clocks[who] += random.between(1, 20) * 2;
      const milliseconds = this.#clocks[who];
      const transactions = Array.from({ length: random.between(1, 3) }, (_, position) =>
        this.#transaction(who, [milliseconds, position]),
      );
      await this.apart.write(who, milliseconds, ...transactions);
    }
  }

  #transaction(who: Who, at: Written['at']): AddressedDelta[] {
    const random = this.#random;
    const deltas: AddressedDelta[] = [];
    const before = [...this.#nodes.values()].filter(({ isDeleted }) => !isDeleted);
    for (let count = random.between(1, 6); count > 0; count--) {
      const type = random.pick(TYPES);
      const alive = before.filter((node) => node.type === type);
      if (deltas.length === 0 || alive.length < 4 || random.chance(0.4)) {
        deltas.push(...this.#creation(who, type, at));
      } else if (random.chance(0.25) && this.#isNewest(at)) {
        const { id, values } = random.pick(alive);
        this.#nodes.set(id, { id, type, values, isDeleted: true });
        deltas.push(onNode(id, { operation: 'delete' }));
      } else deltas.push(...this.#sets(random.pick(alive).id, at));
    }
    return deltas;
  }

  #creation(who: Who, type: string, at: Written['at']): AddressedDelta[] {
    const { apart } = this;
    const key = `${this.#nodes.size}`;
    const { id, create } = type === 'Place' ? apart.keyed(type, key) : apart.numbered(who, type);
    this.#nodes.set(id, { id, type, isDeleted: false, values: new Map() });
    return [create, ...this.#sets(id, at)];
  }

  /** So that a delete hides all that was written before. */
  #isNewest([milliseconds]: Written['at']): boolean {
    return milliseconds >= Math.max(...Object.values(this.#clocks));
  }

  #sets(id: string, at: Written['at']): AddressedDelta[] {
    const random = this.#random;
    const node = this.#nodes.get(id);
    if (node === undefined || node.isDeleted) return [];
    const paths = (FIELDS[node.type] ?? []).filter(() => random.chance(0.6));
    return paths.map((path) => {
      const value = random.chance(0.1) ? null : randomValue(random, path);
      const before = node.values.get(path);
      if (before === undefined || compareStamps(before.at, at) <= 0) {
        const values = new Map(this.#nodes.get(id)?.values).set(path, { value, at });
        this.#nodes.set(id, { ...node, values });
      }
      return set(id, path, value);
    });
  }

  async installPermissions(): Promise<void> {
    const { access } = this.apart.door.space;
    const random = this.#random;
    const own = Object.values(FIELDS).flat();
    const ruled = own.filter(() => random.chance(0.4));
    const types = TYPES.map((type) => {
      const fields = (FIELDS[type] ?? []).filter((path) => ruled.includes(path));
      const relations = ['read', ...fields.map((path) => `read.${path}`)];
      const lines = relations.map((relation) => `    define ${relation}: [user, user:*]`);
      return [`type ${type}`, '  relations', ...lines].join('\n');
    });
    await access.installModel({
      source: ['model', '  schema 1.1', 'type user', ...types].join('\n'),
    });
    const { model } = access.version() ?? {};
    const grants = [...this.#nodes.values()].flatMap(({ id, type }) =>
      [...(model?.types.get(type)?.relations.keys() ?? [])].flatMap((relation) =>
        CALLERS.filter((_, index) => random.chance([0.9, 0.7, 0.3][index] ?? 0)).map((subject) => ({
          object: `${type}:${id}`,
          relation,
          subject,
        })),
      ),
    );
    for (let at = 0; at < grants.length; at += 200) await access.grant(grants.slice(at, at + 200));
    this.#schema = buildSchema(this.apart.door.space.definition, access.version()?.rules);
  }

  /** All pages, of random sizes, each held against what is there then. */
  async walk(
    caller: Principal,
    { isWrittenBetween }: { readonly isWrittenBetween: boolean },
  ): Promise<string | undefined> {
    const random = this.#random;
    const type = random.chance(0.5) ? undefined : random.pick(TYPES);
    let last: { readonly cursor: string; readonly place: Place } | undefined;
    for (;;) {
      if (isWrittenBetween && last !== undefined && random.chance(0.7)) await this.writeSome();
      const first = random.pick([undefined, 0, 1, 1, 2, 2, 3, 5]);
      const holders = await this.#holders(caller);
      const all = this.#options
        .reference(holders)
        .filter((each) => type === undefined || each.type === type);
      const places = all.map((each) => placeOf(holders, each));
      const { place } = last ?? {};
      const from = place === undefined ? 0 : places.filter((it) => compare(it, place) <= 0).length;
      if (place !== undefined && !places.some((it) => compare(it, place) === 0)) {
        this.#options.hit('a cursor whose conflict is gone');
      }
      const shown = all.slice(from, first === undefined ? undefined : from + first);
      const page = await this.#page(caller, { type, first, after: last?.cursor });
      const expected = {
        totalCount: all.length,
        told: shown,
        hasNextPage: from + shown.length < all.length,
        hasPreviousPage: from > 0,
      };
      const difference = differenceOf(page, expected);
      if (difference !== undefined) return difference;
      this.#tally(holders, shown);
      const [edge, at] = [page.edges.at(-1), places[from + shown.length - 1]];
      if (edge !== undefined && at !== undefined) last = { cursor: edge.cursor, place: at };
      if (!page.pageInfo.hasNextPage) return undefined;
    }
  }

  /** Each value that was written last, and whether the caller sees it. */
  async #holders(caller: Principal): Promise<Holder[]> {
    const seen = new Map<string, Readonly<Record<string, unknown>>>();
    const { data, errors } = await this.#run(caller, LISTED);
    if (data === null || data === undefined) throw new Error(errors?.[0]?.message);
    for (const each of Object.values(JSON.parse(JSON.stringify(data)) as object).flat()) {
      const node = each as Readonly<Record<string, unknown>>;
      seen.set(String(node.id), node);
    }
    return [...this.#nodes.values()].flatMap(({ id, type, isDeleted, values }) =>
      [...values].flatMap(([field, written]) => {
        const json = seen.get(id)?.[field] ?? null;
        if (written.value === null) return [];
        return [{ ...written, id, type, field, json, isDeleted, isSeen: json !== null }];
      }),
    );
  }

  async #page(caller: Principal, variables: object): Promise<Page> {
    const { data, errors } = await this.#run(caller, QUERY, { ...variables });
    if (errors !== undefined) throw new Error(errors[0]?.message, { cause: errors[0] });
    return JSON.parse(JSON.stringify(data?.conflicts)) as Page;
  }

  async #run(
    caller: Principal,
    text: string,
    variableValues: Record<string, unknown> = {},
  ): Promise<ExecutionResult> {
    const contextValue = createContext(this.services, { caller });
    const document = parse(text);
    return await execute({ schema: this.#schema, document, contextValue, variableValues });
  }

  #tally(holders: readonly Holder[], told: readonly Told[]): void {
    const { hit } = this.#options;
    for (const each of told) {
      const { length } = each.nodes;
      hit(length > 3 ? 'more than three nodes' : `${length} nodes`);
      hit(`of ${each.field}`);
      const own = holdersOf(holders, each);
      const ids = new Set(each.nodes.map(({ id }) => id));
      if (own.some(({ id, isDeleted }) => isDeleted && !ids.has(id))) hit('a deleted node less');
      if (own.some(({ id, isDeleted }) => !isDeleted && !ids.has(id))) hit('a hidden node less');
      const shown = own.filter(({ id }) => ids.has(id));
      if (new Set(shown.map(({ at }) => at.join())).size < shown.length) {
        hit('values of one transaction');
      }
    }
    const groups = Map.groupBy(holders, ({ type, field, value }) => {
      return JSON.stringify([type, field, textOf(value)]);
    });
    for (const group of groups.values()) {
      const alive = group.filter(({ isDeleted }) => !isDeleted);
      const seen = alive.filter(({ isSeen }) => isSeen);
      if (alive.length > 1 && seen.length === 1) hit('a conflict of which one node is seen');
      if (alive.length > 1 && seen.length === 0) hit('a conflict of which no node is seen');
    }
  }
}

function randomValue(random: Seeded, path: string): Value {
  const number = random.below(12);
  switch (path) {
    case 'number':
    case 'serial':
      return BigInt(number - 2);
    case 'state':
      return random.pick(['OPEN', 'CLOSED', 'LOST']);
    case 'ratio':
      return random.pick([0, -0, 0.5, -1.25, 2 ** 60, number / 8]);
    case 'at':
      return new Timestamp(BigInt(number) * 1_000_001n);
    case 'seal':
      return Uint8Array.from({ length: number * 3 }, () => number);
    default:
      return random.pick(['', 'a', 'Zürich', `${number}`, `${LONG}${number}`]);
  }
}

interface Place {
  readonly field: string;
  readonly value: Value;
}

function placeOf(holders: readonly Holder[], told: Told): Place {
  const [holder] = holdersOf(holders, told);
  return { field: `${told.type}.${told.field}`, value: holder?.value ?? null };
}

/** All that hold the value of a conflict. */
function holdersOf(holders: readonly Holder[], { type, field, nodes }: Told): readonly Holder[] {
  const own = holders.filter((holder) => holder.type === type && holder.field === field);
  const first = own.find(({ id }) => id === nodes[0]?.id);
  return own.filter(({ value }) => compareValues(value, first?.value ?? null) === 0);
}

function compare(left: Place, right: Place): number {
  if (left.field !== right.field) return left.field < right.field ? -1 : 1;
  return compareValues(left.value, right.value);
}

function textOf(value: Value): string {
  if (value instanceof Timestamp) return String(value.microseconds);
  return value instanceof Uint8Array ? value.toHex() : String(value);
}

function differenceOf(
  { totalCount, edges, pageInfo }: Page,
  expected: {
    readonly totalCount: number;
    readonly told: readonly Told[];
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
  },
): string | undefined {
  const told = edges.map(({ node }) => node);
  const { hasNextPage, hasPreviousPage, startCursor, endCursor } = pageInfo;
  const got = { totalCount, told, hasNextPage, hasPreviousPage };
  if (!isDeepStrictEqual(got, expected)) {
    return `expected ${JSON.stringify(expected)}\n     got ${JSON.stringify(got)}`;
  }
  const cursors = [edges[0]?.cursor ?? null, edges.at(-1)?.cursor ?? null];
  if (isDeepStrictEqual([startCursor, endCursor], cursors)) return undefined;
  return `expected the cursors ${cursors}, got ${startCursor} and ${endCursor}`;
}

function compareStamps([left, first]: Written['at'], [right, second]: Written['at']): number {
  return left - right || first - second;
}

/** Every value compared with every other. */
export function compared(holders: readonly Holder[]): Told[] {
  const seen = holders.filter(({ isDeleted, isSeen }) => isSeen && !isDeleted);
  const left = seen.toSorted(
    (one, other) =>
      compare(
        { field: `${one.type}.${one.field}`, value: one.value },
        { field: `${other.type}.${other.field}`, value: other.value },
      ) ||
      compareStamps(one.at, other.at) ||
      (one.id < other.id ? -1 : 1),
  );
  const told: Told[] = [];
  while (left.length > 0) {
    const [first] = left;
    if (first === undefined) break;
    const { type, field, json } = first;
    const isSame = (each: Holder) =>
      each.type === type && each.field === field && compareValues(each.value, first.value) === 0;
    const nodes = left.filter(isSame).map(({ id }) => ({ id }));
    left.splice(0, nodes.length);
    if (nodes.length > 1) told.push({ type, field, value: json, nodes });
  }
  return told;
}
