/**
 * One random history: from random points of its log on its changes are told again, to several at
 * a time, while much else is written, sealed, granted and started again. What each is told is what
 * those who watched were told live, in the same order, each transaction once.
 */

import type {
  ChangeInterest,
  SinceEnd,
  SincePoint,
  Space,
  TransactionChanges,
} from '../../src/space/space.ts';
import { Seeded } from '../seeded.ts';
import { CHANGES, CONNECTS, CREATES } from './graphql-data.ts';
import { HistoryWorld } from './history-world.ts';

export interface SinceTally {
  /** Listeners that were told all, and that left before. */
  asked: number;
  left: number;
  /** Transactions that they were told. */
  told: number;
  /** Of these, such with a deletion, and of another author's late commits. */
  deletions: number;
  late: number;
  /** Points before and behind a transaction of several in a commit. */
  within: number;
  restarts: number;
  seals: number;
  rights: number;
}

export function newSinceTally(): SinceTally {
  const counts = { asked: 0, left: 0, told: 0, deletions: 0, late: 0, within: 0 };
  return { ...counts, restarts: 0, seals: 0, rights: 0 };
}

/** Ways in which a history would be told wrongly. */
export const WRONG_TELLINGS = {
  'one is lost': (heard: readonly Told[]) => heard.slice(1),
  'one comes twice': (heard: readonly Told[]) => [...heard.slice(0, 1), ...heard],
  'two change places': (heard: readonly Told[]) => [
    ...heard.slice(1, 2),
    ...heard.slice(0, 1),
    ...heard.slice(2),
  ],
};

export interface SinceOptions {
  readonly directory: string;
  readonly seed: number;
  readonly steps: number;
  readonly tally: SinceTally;
  readonly wrong?: keyof typeof WRONG_TELLINGS;
}

/** What differs is returned. */
export async function runSince(options: SinceOptions): Promise<string | undefined> {
  const world = await HistoryWorld.open(options.directory, options.seed);
  try {
    return await new SinceSequence(world, options).run();
  } finally {
    await world.close();
  }
}

/** A transaction as it is compared, and what it touches. */
interface Told {
  readonly position: number;
  readonly index: number;
  readonly text: string;
  readonly changes: TransactionChanges['changes'];
}

class SinceSequence {
  readonly #world: HistoryWorld;
  readonly #random: Seeded;
  readonly #options: SinceOptions;
  /** What was told live, of the whole log. */
  readonly #live: Told[] = [];
  readonly #late = new Set<number>();
  readonly #isSealed: boolean;
  readonly #hasRights: boolean;
  #difference: string | undefined;

  constructor(world: HistoryWorld, options: SinceOptions) {
    this.#world = world;
    this.#options = options;
    this.#random = new Seeded(options.seed + 2);
    this.#isSealed = options.seed % 3 === 0;
    this.#hasRights = options.seed % 2 === 0;
  }

  async run(): Promise<string | undefined> {
    this.#watch();
    for (let count = 0; count < this.#options.steps; count++) {
      const asking = this.#random.chance(0.3) ? this.#askMany() : undefined;
      await this.#write();
      await this.#happen();
      await asking;
      if (this.#difference !== undefined) return this.#difference;
      if (this.#random.chance(0.06)) await this.#restart();
    }
    await this.#askMany();
    return this.#difference;
  }

  #watch(): void {
    this.#world.space.watch((transaction) => this.#live.push(toldOf(transaction)));
  }

  async #write(): Promise<void> {
    const verbs = this.#random.pick([CREATES, CREATES, CONNECTS, CHANGES, CHANGES]);
    await this.#world.mutateBeside(verbs);
  }

  async #happen(): Promise<void> {
    const [random, world, { tally }] = [this.#random, this.#world, this.#options];
    if (random.chance(0.2) && world.commits.length > 0) {
      const before = world.commits.length;
      await world.receiveLate();
      for (const { position } of world.commits.slice(before)) this.#late.add(position);
    }
    if (this.#isSealed && random.chance(0.2)) {
      await world.seal();
      tally.seals += 1;
    }
    if (this.#hasRights && random.chance(0.1)) {
      await world.changeRights();
      tally.rights += 1;
    }
  }

  async #restart(): Promise<void> {
    await this.#world.restart();
    this.#options.tally.restarts += 1;
    this.#watch();
  }

  async #askMany(): Promise<void> {
    const count = this.#random.between(1, 6);
    await Promise.all(Array.from({ length: count }, () => this.#ask(this.#point())));
  }

  #point(): SincePoint {
    const random = this.#random;
    const position = random.below(this.#world.space.position + 1);
    const of = this.#live.filter((told) => told.position === position);
    if (of.length === 0 || random.chance(0.4)) return { position };
    this.#options.tally.within += of.length > 1 ? 1 : 0;
    return { position, index: random.pick(of).index };
  }

  #interest(): ChangeInterest {
    const random = this.#random;
    const element = random.pick(['node', 'edge'] as const);
    if (random.chance(0.4)) return { element };
    if (element === 'edge') return { element, types: new Set([random.pick(['NEXT', 'MADE'])]) };
    if (random.chance(0.7)) return { element, types: new Set([random.pick(['Item', 'Part'])]) };
    const ids = [...this.#world.ids.byType.values()].flat();
    return ids.length === 0 ? { element } : { element, node: random.pick(ids) };
  }

  /** Some leave on the way, and ask again from where they were. */
  async #ask(point: SincePoint): Promise<void> {
    const { tally } = this.#options;
    const random = new Seeded(this.#random.below(2 ** 32));
    const interest = this.#interest();
    const heard: Told[] = [];
    const head = this.#world.space.position;
    let end: SinceEnd;
    for (let from = point; ; ) {
      const leavesAfter = random.chance(0.3) ? random.below(8) : Infinity;
      end = await this.#hearSome(from, { interest, heard, leavesAfter });
      if (end.kind !== 'left') break;
      tally.left += 1;
      const last = heard.at(-1);
      // The one that it heard last is told again.
      if (last !== undefined) from = heard.pop() as SincePoint;
    }
    tally.asked += 1;
    if (end.kind === 'gone') return this.#differ(`${at(point)} is told, got ${end.reason}`);
    if (end.position < head) return this.#differ(`${at(point)} is told up to ${head}, got less`);
    this.#compare(point, { interest, upTo: end.position, heard: this.#wrong(heard) });
  }

  async #hearSome(
    from: SincePoint,
    options: {
      readonly interest: ChangeInterest;
      readonly heard: Told[];
      readonly leavesAfter: number;
    },
  ): Promise<SinceEnd> {
    const { interest, heard } = options;
    const space: Space = this.#world.space;
    let left = options.leavesAfter;
    return await space.changesSince(
      { position: from.position, ...(from.index !== undefined && { index: from.index }) },
      {
        interest,
        isGone: false,
        hear: (transaction) => {
          heard.push(toldOf(transaction));
          left -= 1;
          return left >= 0;
        },
      },
    );
  }

  #compare(
    point: SincePoint,
    { interest, upTo, heard }: { interest: ChangeInterest; upTo: number; heard: readonly Told[] },
  ): void {
    const { tally } = this.#options;
    const isAsked = (told: Told) => isBehind(told, point) && touches(told, interest);
    const expected = this.#live.filter((told) => told.position <= upTo && isAsked(told));
    // Beside what was asked for others' transactions may be heard.
    const got = heard.filter(isAsked);
    tally.told += got.length;
    tally.deletions += got.filter(({ text }) => text.includes('DELETED')).length;
    tally.late += got.filter(({ position }) => this.#late.has(position)).length;
    const texts = (list: readonly Told[]) => list.map(({ text }) => text).join('\n');
    if (texts(got) === texts(expected)) return;
    const asked = `${at(point)} for ${JSON.stringify(interest)} up to ${upTo}`;
    this.#differ(`${asked} expected\n${texts(expected)}\ngot\n${texts(got)}`);
  }

  #wrong(heard: readonly Told[]): readonly Told[] {
    const { wrong } = this.#options;
    return wrong === undefined ? heard : WRONG_TELLINGS[wrong](heard);
  }

  #differ(difference: string): void {
    this.#difference ??= difference;
  }
}

function at({ position, index }: SincePoint): string {
  return index === undefined ? `what is behind ${position}` : `${position} from ${index} on`;
}

function isBehind({ position, index }: Told, point: SincePoint): boolean {
  if (position !== point.position) return position > point.position;
  return point.index !== undefined && index >= point.index;
}

function touches({ changes }: Told, interest: ChangeInterest): boolean {
  return changes.some((change) => {
    if (change.element !== interest.element) return false;
    if (interest.node !== undefined)
      return change.element === 'node' && change.id === interest.node;
    const type = change.element === 'node' ? change.type : change.name.type;
    return interest.types?.has(type) ?? true;
  });
}

/** Without rows, which are of the graph that was read. */
function toldOf(transaction: TransactionChanges): Told {
  const { position, index, changes } = transaction;
  const isRow = (key: string) => key === 'node' || key === 'edge';
  const text = JSON.stringify(transaction, (key, value) => (isRow(key) ? undefined : value));
  return { position, index, text, changes };
}
