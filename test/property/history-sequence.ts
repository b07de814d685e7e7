/**
 * One random history: at points of it random queries are answered, and asked again later about
 * these points, when much else was written, sealed, granted and started again. While rights are as
 * they were the answers are the same, byte for byte; and whatever they are, those of a replica
 * that has all records of the authority chain, and no later commit.
 */

import { parse, print, validate } from 'graphql';
import { clockMilliseconds } from '../../src/delta/clock.ts';
import { Seeded } from '../seeded.ts';
import type { Asked } from './graphql-answers.ts';
import { firstPages, nextPages } from './graphql-cursors.ts';
import { CHANGES, CONNECTS, CREATES } from './graphql-data.ts';
import { randomQuery } from './graphql-query.ts';
import { askedAt, forResolvers, HistoryWorld, type LoggedCommit } from './history-world.ts';
import { LEAK_CALLERS, LEAK_ROOT } from './leak-model.ts';

const DOCUMENTS_MAX = 50;
const KEPT_MAX = 60;

export interface HistoryTally {
  /** Questions about the past, by what names the point, and how they were compared. */
  asked: Record<string, number>;
  /** Of these, answered otherwise than the same question now. */
  otherNow: number;
  /** Answered otherwise under the rights of then. */
  otherThen: number;
  restarts: number;
  seals: number;
  late: number;
  rights: number;
}

export function newTally(): HistoryTally {
  return { asked: {}, otherNow: 0, otherThen: 0, restarts: 0, seals: 0, late: 0, rights: 0 };
}

export interface HistoryOptions {
  readonly directory: string;
  readonly seed: number;
  readonly steps: number;
  readonly tally: HistoryTally;
  /** Asks about so many entries of the log more than it should: a wrong history. */
  readonly shift?: number;
}

/** A question as it was answered. */
interface Kept {
  readonly caller: string;
  readonly asked: Asked;
  readonly answer: string;
  /** By the name of an argument of `@at`. */
  readonly points: Map<string, string | number>;
  readonly time: Date;
  /** How often rights had changed. */
  readonly rights: number;
}

/** What differs is returned. */
export async function runHistory(options: HistoryOptions): Promise<string | undefined> {
  const world = await HistoryWorld.open(options.directory, options.seed);
  try {
    return await new HistorySequence(world, options).run();
  } finally {
    await world.close();
  }
}

class HistorySequence {
  readonly #world: HistoryWorld;
  readonly #random: Seeded;
  readonly #options: HistoryOptions;
  readonly #kept: Kept[] = [];
  readonly #isSealed: boolean;
  readonly #hasRights: boolean;
  #rights = 0;

  constructor(world: HistoryWorld, options: HistoryOptions) {
    this.#world = world;
    this.#options = options;
    this.#random = new Seeded(options.seed + 2);
    this.#isSealed = options.seed % 3 === 0;
    this.#hasRights = options.seed % 2 === 0;
  }

  async run(): Promise<string | undefined> {
    const random = this.#random;
    for (let count = 0; count < 8; count++) await this.#write();
    for (let count = 0; count < this.#options.steps; count++) {
      await this.#write();
      if (random.chance(0.6)) await this.#keep();
      await this.#happen();
      const difference = random.chance(0.5) ? await this.#askAgain() : undefined;
      if (difference !== undefined) return difference;
    }
    for (const kept of this.#kept) {
      const difference = await this.#askAbout(kept);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }

  async #write(): Promise<void> {
    const verbs = this.#random.pick([CREATES, CREATES, CONNECTS, CHANGES, CHANGES]);
    await this.#world.mutate(verbs);
  }

  /** What may happen to a space beside its writes. */
  async #happen(): Promise<void> {
    const [random, world, { tally }] = [this.#random, this.#world, this.#options];
    if (random.chance(0.15)) {
      const count = world.commits.length;
      await world.receiveLate();
      const late = world.commits.at(-1);
      if (late !== undefined && world.commits.length > count) this.#hearLate(late);
      tally.late += world.commits.length - count;
    }
    if (this.#isSealed && random.chance(0.2)) {
      await world.seal();
      tally.seals += 1;
    }
    if (this.#hasRights && random.chance(0.08)) {
      await world.changeRights();
      this.#rights += 1;
      tally.rights += 1;
    }
    if (random.chance(0.05)) {
      await world.restart();
      tally.restarts += 1;
    }
  }

  /** It counts among the commits of its time from now on. */
  #hearLate({ clock }: LoggedCommit): void {
    const time = clockMilliseconds(clock);
    for (const kept of this.#kept) if (kept.time.getTime() >= time) kept.points.delete('time');
  }

  async #keep(): Promise<void> {
    const [random, world] = [this.#random, this.#world];
    const last = world.commits.at(-1);
    if (last === undefined || this.#kept.length >= KEPT_MAX) return;
    const time = world.passTime();
    const points = () =>
      new Map<string, string | number>([
        ['commit', last.cid],
        ['cursor', world.length],
        ['time', time.toISOString()],
      ]);
    const caller = world.hasModel ? random.pick([...LEAK_CALLERS, LEAK_ROOT]) : 'user:*';
    const query = this.#query();
    if (query === undefined) return;
    const { variables } = query;
    const keep = async (asked: Asked) => {
      const answer = await world.answer(caller, asked);
      this.#kept.push({ caller, asked, answer, points: points(), time, rights: this.#rights });
      return answer;
    };
    const first = { document: parse(firstPages(query)), variables };
    await keep(forResolvers(first));
    const { data } = JSON.parse(await keep(first));
    const next = nextPages(query, data, { random });
    if (next !== undefined) await keep({ document: parse(next.text), variables });
  }

  #query() {
    const { schema, ids } = this.#world;
    for (let count = 0; count < DOCUMENTS_MAX; count++) {
      const query = randomQuery({ schema, random: this.#random, ids });
      if (validate(schema, parse(firstPages(query))).length === 0) return query;
    }
    return undefined;
  }

  async #askAgain(): Promise<string | undefined> {
    if (this.#kept.length === 0) return undefined;
    const random = this.#random;
    const kept = random.pick(this.#kept);
    const isDeep = !this.#isSealed && random.chance(0.3);
    return isDeep ? await this.#askReplica(kept) : await this.#askAbout(kept);
  }

  /** By one of its points, of which those of the past that is asked about are all the same. */
  async #askAbout(kept: Kept): Promise<string | undefined> {
    const { caller, asked, answer, points, rights } = kept;
    if (rights !== this.#rights || points.size === 0) return undefined;
    const [argument, given] = this.#random.pick([...points]);
    const again = await this.#world.answer(caller, askedAt(asked, argument, this.#wrong(given)));
    await this.#count(kept, `by ${argument}`, again);
    return again === answer
      ? undefined
      : difference(kept, `@at(${argument}: ${given})`, [answer, again]);
  }

  /** About any point, under the rights of now. */
  async #askReplica(kept: Kept): Promise<string | undefined> {
    const random = this.#random;
    const { caller, asked } = kept;
    const { position, clock } = random.pick(this.#world.commits);
    const isTime = random.chance(0.5);
    const time = clockMilliseconds(clock);
    const [argument, given] = isTime
      ? ['time', new Date(time).toISOString()]
      : ['cursor', this.#wrong(position)];
    const again = await this.#world.answer(caller, askedAt(asked, argument, given));
    const expected = await this.#world.answerKnowing(caller, asked, (commit) =>
      isTime ? clockMilliseconds(commit.clock) <= time : commit.position <= position,
    );
    await this.#count(kept, `a replica by ${argument}`, again);
    return again === expected
      ? undefined
      : difference(kept, `@at(${argument}: ${given})`, [expected, again]);
  }

  #wrong<Given>(given: Given): Given | number {
    const { shift = 0 } = this.#options;
    return typeof given === 'number' ? Math.min(given + shift, this.#world.length) : given;
  }

  async #count({ caller, asked, answer }: Kept, how: string, again: string): Promise<void> {
    const { tally } = this.#options;
    tally.asked[how] = (tally.asked[how] ?? 0) + 1;
    if (again !== answer) tally.otherThen += 1;
    if (again !== (await this.#world.answer(caller, asked))) tally.otherNow += 1;
  }
}

function difference({ caller, asked }: Kept, at: string, answers: readonly string[]): string {
  const [expected, got] = answers;
  const { document, variables } = asked;
  return [
    `${caller} ${at} expected\n${expected}\ngot\n${got}`,
    `to ${document.loc?.source.body ?? print(document)}`,
    `with ${JSON.stringify(variables)}`,
  ].join('\n');
}
