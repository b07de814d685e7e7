/**
 * Who could read this field at that time? A replica that took a history, one that started again
 * from its log, and one from an image on the way are asked about every height, and answer as the
 * obvious evaluator does over the grants that held then.
 */

import { AccessError } from '../../src/access/access-error.ts';
import { contextAt } from '../../src/access/context-at.ts';
import type { CheckQuestion } from '../../src/access/question.ts';
import { formatSubject, parseSubject } from '../../src/access/tuple.ts';
import type { PermissionChain, PermissionVersion } from '../../src/authority/permission-chain.ts';
import { AuthorityReplica } from '../fixture/authority-replica.ts';
import type { ReferenceAccess } from '../reference/reference-access.ts';
import { ReferenceAuthority } from '../reference/reference-authority.ts';
import { Seeded } from '../seeded.ts';
import { type History, HistoryWriter, type Item } from './authority-history.ts';
import { rightsDifference } from './authority-rights.ts';
import { ACTORS, NODES, PATHS, START_MILLISECONDS, STEP_MILLISECONDS } from './authority-world.ts';

const ITEMS_MIN = 3;
const ITEMS_MAX = 25;
const QUESTIONS_PER_HEIGHT = 5;
const LAST_STEP = 130;
/** Below this many chance decides too much. */
const HISTORIES_MIN = 20;
const USERS = [...ACTORS.flat(), 'user:red/stranger', 'group:crew#member'];
const NODES_ASKED = NODES.slice(0, 4);
const USER_FILTER = { type: 'user' };

export class AnswerTally {
  histories = 0;
  heights = 0;
  checks = 0;
  granted = 0;
  failed = 0;
  lists = 0;
  /** Lists with somebody in them. */
  listed = 0;
  /** Questions of the past that are answered otherwise now. */
  otherwise = 0;
  /** Replicas whose state was made again on the way. */
  rebuilt = 0;
  starts = 0;
  /** Deltas whose rights were asked for, and those that are allowed. */
  rights = 0;
  allowed = 0;

  rare(): string[] {
    if (this.histories < HISTORIES_MIN) return [];
    const shares: readonly (readonly [string, number, number])[] = [
      ['granted', this.granted, this.checks * 0.1],
      ['denied', this.checks - this.granted, this.checks * 0.1],
      ['failed', this.failed, this.checks * 0.002],
      ['lists with somebody', this.listed, this.lists * 0.1],
      ['answered otherwise now', this.otherwise, this.checks * 0.02],
      ['deltas allowed', this.allowed, this.rights * 0.1],
      ['deltas forbidden', this.rights - this.allowed, this.rights * 0.1],
      ['made again', this.rebuilt, this.histories * 0.1],
    ];
    return shares.flatMap(([what, count, least]) => (count < least ? [`${what}: ${count}`] : []));
  }

  lines(): string[] {
    return [
      `${this.histories} histories, ${this.heights} heights, ${this.starts} starts`,
      `${this.checks} checks: ${this.granted} granted, ${this.failed} failed`,
      `${this.otherwise} of the past are answered otherwise now`,
      `${this.lists} lists of users, ${this.listed} with somebody`,
      `${this.rights} deltas of drafts, ${this.allowed} allowed`,
      `${this.rebuilt} replicas whose state was made again`,
    ];
  }
}

/** Returns the first answer that differs; undefined when none does. */
export async function runAnswers(seed: number, tally: AnswerTally): Promise<string | undefined> {
  const random = new Seeded(seed);
  const history = new HistoryWriter(random).history(random.between(ITEMS_MIN, ITEMS_MAX));
  const replicas = await replicasOf(history, random, tally);
  const taken = history.items.flatMap((item) => (item.kind === 'record' ? [item.record] : []));
  const records = [...history.founding, ...taken].map(({ body }) => body);
  const authority = new ReferenceAuthority(records.slice(0, (replicas[0]?.height ?? 0) + 1));
  for (let height = 0; height <= authority.height; height++) {
    tally.heights += 1;
    for (let count = 0; count < QUESTIONS_PER_HEIGHT; count++) {
      const asked = randomAsked(random, authority, height);
      if (asked === undefined) continue;
      const expected = [checkedBy(asked.reference, asked.question), usersBy(asked)];
      countAnswers(tally, authority, asked, expected);
      for (const { permissions } of replicas) {
        const rights = rightsDifference(random, { authority, permissions, height });
        if (rights.difference !== undefined) return rights.difference;
        tally.rights += 1;
        if (rights.isAllowed) tally.allowed += 1;
      }
      for (const [index, { permissions }] of replicas.entries()) {
        const found = answersOf(permissions, asked);
        if (String(found) === String(expected)) continue;
        const what = JSON.stringify({ ...asked.question, context: [...asked.question.context] });
        return `replica ${index} at height ${height}: ${what} expected ${expected}, got ${found}`;
      }
    }
  }
  tally.histories += 1;
  return undefined;
}

/** What is asked about a field of a node. */
interface Asked {
  readonly height: number;
  readonly type: string;
  readonly path: string;
  readonly question: CheckQuestion;
  readonly reference: ReferenceAccess;
}

/** One as it took the items, then one from its log, and one from an image on the way. */
async function replicasOf(
  { founding, items }: History,
  random: Seeded,
  tally: AnswerTally,
): Promise<AuthorityReplica[]> {
  const replica = await AuthorityReplica.open(founding, random);
  const half = items.length >> 1;
  await takeAll(replica, items.slice(0, half));
  const image = replica.image();
  await takeAll(replica, items.slice(half));
  if (replica.rebuilds > 0) tally.rebuilt += 1;
  tally.starts += 2;
  return [replica, await replica.restarted(), await replica.restarted(image)];
}

async function takeAll(replica: AuthorityReplica, items: readonly Item[]): Promise<void> {
  for (const item of items) {
    if (item.kind === 'record') await replica.receiveRecord(item.record);
    else await replica.receive([item.commit]);
  }
}

/** Undefined where no model is in force, or nothing may be read. */
function randomAsked(
  random: Seeded,
  authority: ReferenceAuthority,
  height: number,
): Asked | undefined {
  const { type, id } = random.pick(NODES_ASKED);
  const [path, user] = [random.pick(PATHS), random.pick(USERS)];
  const milliseconds = START_MILLISECONDS + random.below(LAST_STEP) * STEP_MILLISECONDS;
  const reference = authority.accessAt(height);
  const relation = authority.readOf(type, path, height);
  if (reference === undefined || relation === undefined) return undefined;
  const given = { context: contextAt(milliseconds), contextualTuples: [] };
  const question = { object: { type, id }, relation, subject: parseSubject(user), ...given };
  return { height, type, path, question, reference };
}

function answersOf(chain: PermissionChain, { height, type, path, question }: Asked): string[] {
  const version = chain.at(height);
  if (version === undefined) return ['no model'];
  const relation = readOf(version, type, path);
  if (relation === undefined) return ['no relation'];
  const asOf = { model: version.model, height };
  const asked = { ...question, relation };
  const check = answered(() => String(chain.permissions.check(asked, asOf)));
  const { subject: _, ...list } = { ...asked, filter: USER_FILTER };
  const users = answered(() => textOf(chain.permissions.listUsers(list, asOf).map(formatSubject)));
  return [check, users];
}

/** As the rules of a version have it: of the nearest path above that has one. */
function readOf({ rules }: PermissionVersion, type: string, path: string): string | undefined {
  const ofType = rules.nodes.get(type);
  const segments = path.split('.');
  for (let count = segments.length; count > 0; count--) {
    const field = ofType?.fields.get(segments.slice(0, count).join('.'));
    if (field !== undefined) return field.read;
  }
  return ofType?.read;
}

function checkedBy(reference: ReferenceAccess, question: CheckQuestion): string {
  const verdict = reference.check(question);
  return verdict === 'error' ? verdict : String(verdict === 'granted');
}

function usersBy({ reference, question }: Asked): string {
  const { subject: _, ...list } = { ...question, filter: USER_FILTER };
  return answered(() => textOf(reference.listUsers(list)));
}

function answered(ask: () => string): string {
  try {
    return ask();
  } catch (error) {
    if (error instanceof AccessError) return 'error';
    throw error;
  }
}

function textOf(users: readonly string[]): string {
  return [...users].sort().join(' ');
}

function countAnswers(
  tally: AnswerTally,
  authority: ReferenceAuthority,
  { question }: Asked,
  [check, users]: readonly (string | undefined)[],
): void {
  tally.checks += 1;
  if (check === 'true') tally.granted += 1;
  if (check === 'error') tally.failed += 1;
  tally.lists += 1;
  if (users !== '' && users !== 'error') tally.listed += 1;
  const now = authority.accessAt(authority.height);
  if (now !== undefined && checkedBy(now, question) !== check) tally.otherwise += 1;
}
