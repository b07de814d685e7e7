/**
 * A space on a disk that is written through its API, by another author whose commits come late,
 * and under permissions that change; and ways to ask it, and a replica that knows less, the same.
 */

import { type DocumentNode, type GraphQLSchema, parse, print } from 'graphql';
import { parsePrincipal } from '../../src/access/principal.ts';
import { decodeRecord } from '../../src/authority/record.ts';
import { assert } from '../../src/base/assert.ts';
import { DatabaseError } from '../../src/base/errors.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { cidText } from '../../src/crypto/identifier.ts';
import { clockMilliseconds } from '../../src/delta/clock.ts';
import { decodeCommit, signCommit } from '../../src/delta/commit.ts';
import { nodeIdByKey } from '../../src/delta/node-id.ts';
import { PayloadWriter } from '../../src/delta/payload-writer.ts';
import { openChangeFeed } from '../../src/graphql/change-feed.ts';
import { CompiledOperations } from '../../src/graphql/compiled-operations.ts';
import { buildSchema } from '../../src/graphql/schema.ts';
import { EntryKind, type LogEntry } from '../../src/log/log.ts';
import { MemoryLog } from '../../src/log/memory-log.ts';
import { openLogToRead } from '../../src/log/open-log.ts';
import { createGraphqlEndpoint } from '../../src/server/graphql-endpoint.ts';
import type { CommitOutcome } from '../../src/space/commit-intake.ts';
import { openMemorySpace, openSpace } from '../../src/space/open.ts';
import type { Space } from '../../src/space/space.ts';
import { onNode } from '../fixture/door.ts';
import { Seeded } from '../seeded.ts';
import { type Asked, OPERATION } from './graphql-answers.ts';
import { GraphqlData } from './graphql-data.ts';
import { EVERYTHING, KEYS } from './graphql-definition.ts';
import { LEAK_CALLERS, LEAK_ROOT, randomLeakGrants, randomLeakModel } from './leak-model.ts';

const OTHER_SEED = new Uint8Array(32).fill(0x4e);
const OTHER = publicKeyOf(OTHER_SEED);
/** So that snapshots are taken while writing goes on, where a log grows long enough. */
const SNAPSHOT_LOG_BYTES = 20_000;
const GRANTS_TOGETHER = 200;
/** Of floats that come to no finite one, which resolvers cannot answer. */
const SUM_TOO_GREAT = /Float cannot represent non numeric value/;

/** A commit as the log has it. */
export interface LoggedCommit {
  readonly position: number;
  readonly clock: bigint;
  readonly cid: string;
}

export class HistoryWorld {
  readonly #directory: string;
  readonly #random: Seeded;
  readonly #clock = { milliseconds: 1_750_000_000_000, now: () => this.#clock.milliseconds };
  readonly commits: LoggedCommit[] = [];
  readonly #records: Uint8Array[] = [];
  /** Of the other author. */
  #last: { sequence: number; hash: Uint8Array; clock: bigint } | undefined;
  #length = 0;
  #opened: Opened;
  #granted: Parameters<Space['access']['grant']>[0] = [];

  private constructor(directory: string, seed: number, opened: Opened) {
    this.#directory = directory;
    this.#random = new Seeded(seed);
    this.#opened = opened;
  }

  static async open(directory: string, seed: number): Promise<HistoryWorld> {
    const clock = { now: () => 1_750_000_000_000 };
    const definition = { source: EVERYTHING };
    const space = await openSpace({ directory, definition, clock, random: new Seeded(seed) });
    await space.certifyAuthor(OTHER, 'other');
    await space[Symbol.asyncDispose]();
    const world = new HistoryWorld(directory, seed + 1, NOT_OPENED);
    await world.#reopen();
    return world;
  }

  get space(): Space {
    return this.#opened.space;
  }

  get schema(): GraphQLSchema {
    return this.#opened.schema();
  }

  get ids() {
    return this.#opened.data.ids;
  }

  get length(): number {
    return this.#length;
  }

  get hasModel(): boolean {
    return !this.space.access.isOpen;
  }

  async close(): Promise<void> {
    await this.#opened.close();
  }

  async restart(): Promise<void> {
    await this.close();
    await this.#reopen();
  }

  async #reopen(): Promise<void> {
    const space = await openSpace({
      directory: this.#directory,
      clock: this.#clock,
      random: new Seeded(this.#random.below(2 ** 32)),
      snapshotLogBytes: SNAPSHOT_LOG_BYTES,
    });
    this.#opened = serving(space, this.#clock, this.#random);
    await this.#catchUp();
  }

  async mutate(verbs: readonly string[]): Promise<void> {
    await this.#opened.data.mutate(verbs);
    await this.#catchUp();
  }

  /** The same beside others, which may share its commit: notes of several items each. */
  async mutateBeside(verbs: readonly string[]): Promise<void> {
    const others = Array.from({ length: this.#random.below(3) }, () => this.#writeNotes());
    await Promise.all([...others, this.#opened.data.mutate(verbs)]);
    await this.#catchUp();
  }

  async #writeNotes(): Promise<void> {
    const items = (this.ids.byType.get('Item') ?? []).filter(() => this.#random.chance(0.5));
    const note = `note ${this.#random.below(1_000)}`;
    await this.space
      .write({ actor: LEAK_ROOT }, (draft) => {
        for (const id of items) draft.setNodeValue(id, 'note', note);
      })
      .catch((error) => {
        // One is deleted by another one.
        if (!(error instanceof DatabaseError)) throw error;
      });
  }

  async seal(): Promise<void> {
    await this.space.seal();
    await this.#catchUp();
  }

  /** Whatever is written from now on has a later time than all that is here. */
  passTime(): Date {
    const time = Math.max(...this.commits.map(({ clock }) => clockMilliseconds(clock)));
    this.#clock.milliseconds = Math.max(this.#clock.now(), time) + this.#random.between(1, 5_000);
    return new Date(time);
  }

  /** A commit of the other author, which may be older than much that is here. */
  async receiveLate(): Promise<void> {
    const random = this.#random;
    const names = Buffer.from(this.space.id, 'hex');
    const key = random.pick(KEYS);
    const id = nodeIdByKey({ space: names, type: 'Part', key });
    const value = random.pick([1n, 2n, -7n]);
    const payload = new PayloadWriter();
    const deltas = [
      onNode(id, { operation: 'createNodeByKey', type: 'Part', key }),
      onNode(id, { operation: 'set', path: 'size', value }),
    ];
    const actor = this.hasModel ? random.pick([LEAK_ROOT, LEAK_CALLERS[0]]) : 'user:other';
    payload.add({ id: random.bytes(16), actor, deltas });
    const past = random.pick(this.commits).clock;
    const clock = past > (this.#last?.clock ?? 0n) ? past : (this.#last?.clock ?? 0n) + 1n;
    const sequence = (this.#last?.sequence ?? 0) + 1;
    const records = this.#records.slice(3);
    const commit = signCommit(
      {
        space: names,
        epoch: 0,
        author: OTHER,
        sequence,
        previous: this.#last?.hash,
        parents: [],
        authority: records.length > 0 ? random.pick(records) : this.space.authority,
        clock,
      },
      payload.finish(),
      OTHER_SEED,
    );
    const outcome = await submit(this.space, commit.bytes);
    assert(!(outcome instanceof DatabaseError), 'writing goes on');
    // A seal since may refuse it.
    if (outcome.kind === 'applied') this.#last = { sequence, hash: commit.hash, clock };
    await this.#catchUp();
  }

  /** A model where there is none yet, or other grants. */
  async changeRights(): Promise<void> {
    const random = this.#random;
    const { access } = this.space;
    const isFirst = !this.hasModel;
    if (isFirst) await access.installModel({ source: randomLeakModel(random) });
    const drawn = randomLeakGrants(random, this.space);
    const made = drawn.filter(
      (grant) => grant.subject === LEAK_ROOT || isFirst || random.chance(0.2),
    );
    const ended = this.#granted.filter(() => random.chance(0.2));
    for (let at = 0; at < made.length; at += GRANTS_TOGETHER) {
      await access.grant(made.slice(at, at + GRANTS_TOGETHER));
    }
    if (ended.length > 0) await access.revoke({ grants: ended });
    const held = made.filter(({ subject }) => subject !== LEAK_ROOT);
    this.#granted = uniqueGrants([
      ...this.#granted.filter((each) => !ended.includes(each)),
      ...held,
    ]);
    this.#opened.data.caller = parsePrincipal(LEAK_ROOT);
    await this.#catchUp();
  }

  answer(caller: string, asked: Asked): Promise<string> {
    return this.#opened.answer(caller, asked);
  }

  /** What a replica answers that has all records, and of the commits only some. */
  async answerKnowing(
    caller: string,
    asked: Asked,
    knows: (commit: LoggedCommit) => boolean,
  ): Promise<string> {
    const log = new MemoryLog();
    for (const entry of await this.#entries(1)) {
      if (entry.kind === EntryKind.AUTHORITY || knows(loggedCommit(entry)))
        await log.append([entry]);
    }
    const definition = { source: EVERYTHING };
    const clock = this.#clock;
    const space = await openMemorySpace({ definition, log, clock, isReadOnly: true });
    const opened = serving(space, clock, this.#random);
    try {
      return await opened.answer(caller, asked);
    } finally {
      await opened.close();
    }
  }

  async #catchUp(): Promise<void> {
    for (const entry of await this.#entries(this.#length + 1)) {
      this.#length = entry.position;
      if (entry.kind === EntryKind.COMMIT) this.commits.push(loggedCommit(entry));
      else this.#records.push(decodeRecord(entry.bytes).hash);
    }
  }

  async #entries(from: number): Promise<LogEntry[]> {
    await using log = await openLogToRead(this.#directory);
    return [...log.entries(from)];
  }
}

interface Opened {
  readonly space: Space;
  readonly data: GraphqlData;
  readonly schema: () => GraphQLSchema;
  readonly answer: (caller: string, asked: Asked) => Promise<string>;
  readonly close: () => Promise<void>;
}

/** Until the space is opened. */
const NOT_OPENED = {} as Opened;

function serving(space: Space, clock: { now: () => number }, random: Seeded): Opened {
  const feed = openChangeFeed(space);
  const services = { space, feed, clock, random: new Seeded(random.below(2 ** 32)) };
  const open = buildSchema(space.definition);
  let [rules, schema] = [space.access.version()?.rules, open];
  const schemaOfNow = () => {
    const { rules: now } = space.access.version() ?? {};
    if (now !== rules) [rules, schema] = [now, buildSchema(space.definition, now)];
    return schema;
  };
  if (rules !== undefined) schema = buildSchema(space.definition, rules);
  const unexpected: unknown[] = [];
  const endpoint = createGraphqlEndpoint({
    schema: schemaOfNow,
    services,
    operations: new CompiledOperations(),
    observe: () => undefined,
    onInternalError: (error) => {
      if (!SUM_TOO_GREAT.test(String(error))) unexpected.push(error);
    },
  });
  const data = new GraphqlData({ schema: open, services, random });
  if (rules !== undefined) data.caller = parsePrincipal(LEAK_ROOT);
  return {
    space,
    data,
    schema: schemaOfNow,
    answer: async (caller, { document, variables }) => {
      const body = JSON.stringify({ query: print(document), variables, operationName: OPERATION });
      const headers = { 'content-type': 'application/json' };
      const request = { method: 'POST', headers, body };
      const asking = { caller: parsePrincipal(caller) };
      const response = await endpoint.fetch('http://space/graphql', request, asking);
      if (unexpected.length > 0) throw unexpected[0];
      // Texts that differ have their mistakes at other places.
      return (await response.text()).replaceAll(/"locations":\[[^\]]*\],?/g, '');
    },
    close: async () => {
      feed.close();
      await space[Symbol.asyncDispose]();
    },
  };
}

/** The same question, for resolvers: no plan answers for the schema. */
export function forResolvers({ document, variables }: Asked): Asked {
  const [asked] = parse('{ __schema { queryType { name } } }').definitions;
  assert(asked?.kind === 'OperationDefinition', 'a query is an operation');
  return {
    document: mapOperation(document, (operation) => ({
      ...operation,
      selectionSet: {
        ...operation.selectionSet,
        selections: [...operation.selectionSet.selections, ...asked.selectionSet.selections],
      },
    })),
    variables,
  };
}

/** The same question, about a point. */
export function askedAt({ document, variables }: Asked, argument: string, given: unknown): Asked {
  const [head] = parse(
    `query ($point: ${TYPES[argument]}) @at(${argument}: $point) { id }`,
  ).definitions;
  assert(head?.kind === 'OperationDefinition', 'a query is an operation');
  const { directives = [], variableDefinitions = [] } = head;
  return {
    document: mapOperation(document, (operation) => ({
      ...operation,
      directives: [...(operation.directives ?? []), ...directives],
      variableDefinitions: [...(operation.variableDefinitions ?? []), ...variableDefinitions],
    })),
    variables: { ...variables, point: given },
  };
}

const TYPES: Readonly<Record<string, string>> = {
  commit: 'String',
  cursor: 'Int',
  time: 'DateTime',
};

type Operation = Extract<DocumentNode['definitions'][number], { kind: 'OperationDefinition' }>;

function mapOperation(
  document: DocumentNode,
  change: (operation: Operation) => Operation,
): DocumentNode {
  const definitions = document.definitions.map((definition) =>
    definition.kind === 'OperationDefinition' && definition.name?.value === OPERATION
      ? change(definition)
      : definition,
  );
  return { ...document, definitions } as DocumentNode;
}

function loggedCommit({ position, hash, bytes }: LogEntry): LoggedCommit {
  return { position, clock: decodeCommit(bytes).header.clock, cid: cidText(hash) };
}

function submit({ intake }: Space, bytes: Uint8Array): Promise<CommitOutcome> {
  const place = intake.room(bytes.length);
  assert(place !== undefined, 'a commit finds room when no other waits');
  place.set(bytes);
  return new Promise((resolve) => intake.submit(place, resolve));
}

function uniqueGrants<Grant extends object>(grants: readonly Grant[]): Grant[] {
  return [...new Map(grants.map((grant) => [JSON.stringify(grant), grant])).values()];
}
