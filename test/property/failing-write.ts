/**
 * Random nested writes of books, of which one part is made to fail: any part, in any of the ways in
 * which a part can. Keys are fresh, so that nothing else fails.
 */

import type { Seeded } from '../seeded.ts';

export const DEFINITION = `
  type Book @node {
    isbn: ID! @id
    title: String @unique
    pages: Int!
    secret: String
    sequels: [Book!]! @relationship(type: "NEXT", direction: OUT, properties: "Next")
    shelves: [Shelf!]! @relationship(type: "ON", direction: OUT)
  }
  type Shelf @node { name: ID! @id books: [Book!]! @relationship(type: "ON", direction: IN) }
  type Next @relationshipProperties { rank: Int! }
`;
/** The book that holds a title for good; no random write is of it. */
export const HOLDER = { isbn: 'holder', title: 'taken', pages: 1 };
/** Pages that a book may have, to which nothing can be added then. */
const PAGES_MAX = 2_147_483_647;
const DEPTH_MAX = 2;

/** Ways to fail, and the codes that tell of them. */
export const FAILURES = {
  'a key that is taken': 'ALREADY_EXISTS',
  'a unique value that is taken': 'ALREADY_EXISTS',
  'a connect to nobody': 'NOT_FOUND',
  'more nodes than may be': 'LIMIT_EXCEEDED',
  'another version': 'CONFLICT',
  'a field without the right to it': 'FORBIDDEN',
  'a sum out of range': 'INVALID_INPUT',
} as const;
export type Failure = keyof typeof FAILURES;

type Part = Record<string, unknown>;
type Verb = 'create' | 'upsert' | 'update' | 'delete';

export interface RandomWrite {
  readonly verb: Verb;
  readonly args: Part;
}

/** Keys of books that are there, and fresh ones. */
export interface Books {
  readonly there: readonly string[];
  readonly fresh: () => string;
}

export function randomWrite(random: Seeded, books: Books, failure?: Failure): RandomWrite {
  const maker = new WriteMaker(random, books);
  for (;;) {
    const write = maker.write();
    if (failure === undefined || maker.spoil(write, failure)) return write;
  }
}

class WriteMaker {
  readonly #random: Seeded;
  readonly #books: Books;
  /** The inputs of the write that is made: of creates, and of updates. */
  #creates: Part[] = [];
  #updates: Part[] = [];
  /** Nested updates, which name the nodes that they pick. */
  #picks: Part[] = [];

  constructor(random: Seeded, books: Books) {
    this.#random = random;
    this.#books = books;
  }

  write(): RandomWrite {
    const random = this.#random;
    [this.#creates, this.#updates, this.#picks] = [[], [], []];
    const verb = random.pick(['create', 'upsert', 'update', 'update', 'update', 'delete'] as const);
    if (verb === 'create' || verb === 'upsert') {
      return { verb, args: { input: this.#some(() => this.#create(0)) } };
    }
    const where = { isbn: { in: this.#some(() => random.pick(this.#books.there)) } };
    return verb === 'delete'
      ? { verb, args: { where } }
      : { verb, args: { where, update: this.#update(0) } };
  }

  /** Makes one part fail; false where no part can in this way. */
  spoil({ verb, args }: RandomWrite, failure: Failure): boolean {
    const random = this.#random;
    const all = [...this.#creates, ...this.#updates];
    switch (failure) {
      case 'a key that is taken': {
        // An upsert takes it at its top.
        const tops = verb === 'upsert' ? (args.input as readonly Part[]) : [];
        const inner = this.#creates.filter((part) => !tops.includes(part));
        return change(random, inner, (part) => ({ ...part, isbn: HOLDER.isbn }));
      }
      case 'a unique value that is taken':
        return change(random, all, (part) => this.#set(part, 'title', HOLDER.title));
      case 'a field without the right to it':
        return change(random, all, (part) => this.#set(part, 'secret', 'told'));
      case 'a connect to nobody':
        return change(random, all, (part) => this.#connectNobody(part));
      case 'a sum out of range':
        return change(random, this.#updates, (part) => ({ ...part, pages: { add: PAGES_MAX } }));
      case 'more nodes than may be':
        if (verb !== 'update' && verb !== 'delete') return false;
        args.atMost = 0;
        return true;
      case 'another version': {
        const isTop = verb === 'delete' || (verb === 'update' && random.chance(0.5));
        const single = this.#picks.filter((part) => 'where' in part);
        if (!isTop) return change(random, single, (part) => ({ ...part, ifVersion: 'old' }));
        args.where = { isbn: { eq: random.pick(this.#books.there) } };
        args.ifVersion = 'old';
        return true;
      }
    }
  }

  #create(depth: number): Part {
    const random = this.#random;
    const isbn = this.#books.fresh();
    const part: Part = { isbn, title: `title of ${isbn}`, pages: random.between(1, 9) };
    if (depth < DEPTH_MAX && random.chance(0.7)) {
      part.sequels = { create: this.#some(() => this.#createPart(depth)) };
    }
    if (random.chance(0.4)) part.shelves = { create: [{ node: { name: this.#books.fresh() } }] };
    this.#creates.push(part);
    return part;
  }

  #createPart(depth: number): Part {
    return { node: this.#create(depth + 1), edge: { rank: 1 } };
  }

  #update(depth: number): Part {
    const random = this.#random;
    const part: Part = { pages: { add: 1 } };
    if (depth < DEPTH_MAX) part.sequels = this.#some(() => this.#sequels(depth));
    if (random.chance(0.3)) part.shelves = [{ create: [{ node: { name: this.#books.fresh() } }] }];
    this.#updates.push(part);
    return part;
  }

  #sequels(depth: number): Part {
    const random = this.#random;
    const there = () => ({ node: { isbn: { in: [random.pick(this.#books.there)] } } });
    switch (random.below(5)) {
      case 0:
        return { disconnect: [{ where: there() }] };
      case 1:
        return { delete: [{ where: there() }] };
      case 2:
        return { connect: [{ where: there(), edge: { rank: 2 } }] };
      case 3:
        return { create: this.#some(() => this.#createPart(depth)) };
      default: {
        const pick: Part = { node: this.#update(depth + 1), edge: { rank: { add: 1 } } };
        if (random.chance(0.5)) pick.where = there();
        this.#picks.push(pick);
        return { update: [pick] };
      }
    }
  }

  #set(part: Part, field: string, value: string): Part {
    return { ...part, [field]: this.#creates.includes(part) ? value : { set: value } };
  }

  #connectNobody(part: Part): Part {
    const nobody = { where: { node: { isbn: { eq: 'nobody' } } }, edge: { rank: 1 } };
    if (this.#updates.includes(part)) {
      return { ...part, sequels: [...((part.sequels as Part[]) ?? []), { connect: [nobody] }] };
    }
    return { ...part, sequels: { ...(part.sequels as Part), connect: [nobody] } };
  }

  #some<T>(make: () => T): T[] {
    return Array.from({ length: this.#random.between(1, 3) }, make);
  }
}

/** Changes one of the parts where it stands; false where there is none. */
function change(random: Seeded, parts: readonly Part[], make: (part: Part) => Part): boolean {
  if (parts.length === 0) return false;
  const part = random.pick(parts);
  Object.assign(part, make(part));
  return true;
}
