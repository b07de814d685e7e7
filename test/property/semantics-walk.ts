/**
 * Walks through the pages of a connection while others write. Each page is what the reference says
 * at its moment. Over the whole walk an element that was there all the time, and stayed where it
 * stands in the order, is seen exactly once and in its order; and none is seen again unless it has
 * moved.
 */

import { parse } from 'graphql';
import { nodeTypeNamed, scalarsOf } from '../reference/query-definition.ts';
import type { Seeded } from '../seeded.ts';
import { OPERATION } from './graphql-answers.ts';
import { CursorBook } from './semantics-cursors.ts';
import {
  answerOfApi,
  answerOfReference,
  differenceOf,
  type Question,
} from './semantics-question.ts';
import type { SemanticsWorld } from './semantics-world.ts';

export interface WalkTally {
  walks: number;
  pages: number;
  /** Elements that were there all the time, and stayed. */
  stayed: number;
  /** Those that came, went or moved. */
  changed: number;
  /** Those that were seen again, as they had moved. */
  seenAgain: number;
  backwards: number;
  related: number;
}

export function emptyWalkTally(): WalkTally {
  return { walks: 0, pages: 0, stayed: 0, changed: 0, seenAgain: 0, backwards: 0, related: 0 };
}

/** How pages follow one another: by cursors, or by counting, which goes wrong as data changes. */
export type Turning = 'cursors' | 'offsets';

interface WalkOptions {
  readonly world: SemanticsWorld;
  readonly random: Seeded;
  readonly tally: WalkTally;
  readonly turning?: Turning;
}

/** Of all elements by their names: where each stands in the order. */
type Snapshot = ReadonlyMap<string, string>;

interface Connection {
  readonly edges: readonly { readonly cursor: string }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

const WRITES_MAX = 25;
const PAGES_MAX = 500;
const ALL = 10_000;
/** Of so many nodes the one that leads to most. */
const OWNERS = 4;

/** What is wrong with one walk. */
export async function walkPages(options: WalkOptions): Promise<string | undefined> {
  return await new PageWalk(options).run();
}

class PageWalk {
  readonly #options: WalkOptions;
  readonly #cursors = new CursorBook();
  readonly #caller: string;
  readonly #isBackward: boolean;
  readonly #size: number;
  readonly #text: string;
  readonly #sort: unknown;
  readonly #owner: string | undefined;
  readonly #snapshots: Snapshot[] = [];
  /** Names of what was seen, page by page. */
  readonly #pages: (readonly string[])[] = [];

  constructor(options: WalkOptions) {
    const { world, random, turning } = options;
    this.#options = options;
    this.#caller = random.pick(world.callers);
    this.#isBackward = turning !== 'offsets' && random.chance(0.5);
    this.#size = random.pick([1, 1, 2, 2, 3, 4]);
    const { text, sort, owner } = this.#list();
    this.#text = text;
    this.#sort = sort;
    this.#owner = owner;
  }

  async run(): Promise<string | undefined> {
    const { world, random, tally } = this.#options;
    let cursor: string | null = null;
    for (let count = 0; count < PAGES_MAX; count++) {
      this.#snapshots.push(this.#snapshot());
      const page = await this.#page(cursor);
      // Its owner is gone.
      if (page === undefined || typeof page === 'string') return page;
      this.#pages.push(page.edges.map((edge) => this.#nameOf(edge.cursor)));
      tally.pages += 1;
      const { hasNextPage, hasPreviousPage, startCursor, endCursor } = page.pageInfo;
      cursor = this.#isBackward ? startCursor : endCursor;
      if (!(this.#isBackward ? hasPreviousPage : hasNextPage) || cursor === null) break;
      const writes = count < WRITES_MAX ? random.between(1, 6) : 0;
      for (let left = writes; left > 0; left--) await world.change();
    }
    return this.#verdict();
  }

  /** What the API answers, once the reference says the same; a text says what is wrong. */
  async #page(cursor: string | null): Promise<Connection | string | undefined> {
    const { turning = 'cursors' } = this.#options;
    const count = this.#pages.flat().length;
    const isCounted = turning === 'offsets' && count > 0;
    const question = this.#question(
      isCounted ? count + this.#size : this.#size,
      isCounted ? null : cursor,
    );
    const answer = await answerOfApi(question);
    const difference = differenceOf(answerOfReference(question), answer, this.#cursors);
    if (difference !== undefined) return `${difference}\nto ${this.#text}`;
    const page = connectionOf(answer.data);
    // Without cursors, what is behind as many elements as were seen.
    return isCounted && page !== undefined ? { ...page, edges: page.edges.slice(count) } : page;
  }

  #question(size: number, cursor: string | null): Question {
    const { world } = this.#options;
    const end = this.#isBackward ? { last: size, before: cursor } : { first: size, after: cursor };
    const variables = { sort: this.#sort, id: this.#owner, ...end };
    return {
      world,
      caller: this.#caller,
      document: parse(this.#text),
      variables,
      cursors: this.#cursors,
    };
  }

  /** All that is there now. */
  #snapshot(): Snapshot {
    const page = connectionOf(answerOfReference(this.#question(ALL, null)).data);
    return new Map(
      (page?.edges ?? []).map(({ cursor }) => [this.#nameOf(cursor), cursor] as const),
    );
  }

  #nameOf(cursor: string): string {
    const place = this.#cursors.knownPlace(cursor);
    if (place === undefined) throw new Error(`a known cursor was expected, got ${cursor}`);
    return `${place.id}:${place.key}`;
  }

  #verdict(): string | undefined {
    const { tally } = this.#options;
    const names = new Set(this.#snapshots.flatMap((snapshot) => [...snapshot.keys()]));
    const stayed = [...names].filter((name) => {
      return new Set(this.#snapshots.map((snapshot) => snapshot.get(name))).size === 1;
    });
    const seen = (this.#isBackward ? this.#pages.toReversed() : this.#pages).flat();
    const seenStayed = seen.filter((name) => stayed.includes(name));
    const inOrder = [...(this.#snapshots.at(-1) ?? [])].map(([name]) => name);
    const wanted = inOrder.filter((name) => stayed.includes(name));
    if (JSON.stringify(seenStayed) !== JSON.stringify(wanted)) {
      return `what stayed, ${wanted}, expected once and in order, got ${seen}\nto ${this.#text}`;
    }
    for (const name of names) {
      const places = new Set(this.#snapshots.flatMap((snapshot) => snapshot.get(name) ?? []));
      const times = seen.filter((each) => each === name).length;
      if (times > 1 && places.size === 1) return `${name} is seen ${times} times, and never moved`;
      if (times > 1) tally.seenAgain += 1;
    }
    tally.walks += 1;
    tally.stayed += stayed.length;
    tally.changed += names.size - stayed.length;
    tally.backwards += Number(this.#isBackward);
    tally.related += Number(this.#owner !== undefined);
    return undefined;
  }

  /** Of all of a type, or of what one node leads to. */
  #list(): { readonly text: string; readonly sort: unknown; readonly owner: string | undefined } {
    const { world, random } = this.#options;
    const some = world.data.nodes.length > 0 ? random.pick(world.data.nodes).type : 'Alpha';
    const type = nodeTypeNamed(world.definition, some);
    const end = this.#isBackward ? 'last: $last, before: $before' : 'first: $first, after: $after';
    const args = `(sort: $sort, ${end})`;
    const page = `{ edges { cursor } totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }`;
    const declared = this.#isBackward
      ? '$last: Int, $before: String'
      : '$first: Int, $after: String';
    const owner = this.#owned(type.name);
    if (owner === undefined || random.chance(0.6)) {
      const head = `query ${OPERATION}(${declared}, $sort: [${type.name}Sort!])`;
      const text = `${head} { c: ${type.plural}Connection${args} ${page} }`;
      return { text, sort: this.#sortBy(type.name), owner: undefined };
    }
    const { relationship, id } = owner;
    const { name, target, properties, declaredIn } = relationship;
    const prefix = `${declaredIn}${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
    const head = `query ${OPERATION}(${declared}, $id: ID, $sort: [${prefix}ConnectionSort!])`;
    const text = `${head} { n: ${type.singular}(where: { id: { eq: $id } }) {
      c: ${name}Connection${args} ${page} } }`;
    const isByEdge = properties !== undefined && random.chance(0.5);
    const sort = isByEdge ? [{ edge: { strength: random.pick(['ASC', 'DESC']) } }] : [];
    return { text, sort: [...sort, ...this.#sortBy(target).map((node) => ({ node }))], owner: id };
  }

  /** A node that leads to several others. */
  #owned(type: string) {
    const { world, random } = this.#options;
    // Of a union nothing is sorted by.
    const relationships = nodeTypeNamed(world.definition, type).relationships.filter(
      ({ target }) => world.definition.abstracts.get(target)?.kind !== 'union',
    );
    if (relationships.length === 0) return undefined;
    const relationship = random.pick(relationships);
    const near = relationship.direction === 'OUT' ? 'from' : 'to';
    const edges = world.data.edges.filter((edge) => {
      return edge.type === relationship.edgeType && edge[near].type === type;
    });
    if (edges.length === 0) return undefined;
    const count = (id: string) => edges.filter((edge) => edge[near].id === id).length;
    const ids = Array.from({ length: OWNERS }, () => random.pick(edges)[near].id);
    const [id = ''] = ids.toSorted((left, right) => count(right) - count(left));
    return { relationship, id };
  }

  #sortBy(type: string): Readonly<Record<string, unknown>>[] {
    const { world, random } = this.#options;
    const { abstracts } = world.definition;
    const { fields } = abstracts.get(type) ?? nodeTypeNamed(world.definition, type);
    const plain = scalarsOf(fields).filter(({ path }) => !path.includes('.'));
    const count = plain.length === 0 ? 0 : random.pick([0, 1, 1, 2]);
    return Array.from({ length: count }, () => {
      return { [random.pick(plain).name]: random.pick(['ASC', 'DESC']) };
    });
  }
}

function connectionOf(data: unknown): Connection | undefined {
  const { c, n } = data as {
    readonly c?: Connection;
    readonly n?: { readonly c: Connection } | null;
  };
  return c ?? n?.c;
}
