/** Two replicas of one space in processes of their own, of which the second follows the first. */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toHex } from '../../src/base/bytes.ts';
import { writeKnownPeers } from '../../src/replication/known-peers.ts';
import { authorKeyIn, joinDirectory } from '../../src/space/join-directory.ts';
import { openSpace } from '../../src/space/open.ts';
import type { Space } from '../../src/space/space.ts';
import { ADDRESSES, NetworkLink } from '../../test/network/network-link.ts';
import { PEOPLE_SDL } from './graph-author.ts';

const PROCESS = fileURLToPath(new URL('linked-process.ts', import.meta.url));
const SDL = `type Place @node { code: ID! @id written: Float }
${PEOPLE_SDL}`;
/** Genesis, definition, the author of each. */
const RECORDS = 4;
const POLL_MILLISECONDS = 10;
/** In a namespace. */
const PORT = 18_082;

export type LinkedRequest =
  | { readonly kind: 'know' | 'listen' | 'delays' | 'position' | 'hash' | 'records' }
  | {
      readonly kind: 'write';
      readonly perSecond: number;
      readonly seconds: number;
      /** That are written in turns. */
      readonly nodes: number;
    }
  /** Waits until so many entries are there. */
  | { readonly kind: 'reach'; readonly position: number }
  | {
      readonly kind: 'revoke';
      /** Hex of keys. */
      readonly authors: readonly string[];
      readonly everyMilliseconds: number;
    };

/** Milliseconds of the time of day at which a record was asked for, or was there. */
export interface RecordTime {
  readonly height: number;
  readonly at: number;
}

export interface LinkedAnswer {
  readonly error?: string;
  readonly delays?: readonly number[];
  readonly position?: number;
  readonly height?: number;
  readonly hash?: string;
  readonly at?: number;
  readonly records?: readonly RecordTime[];
}

export interface LinkedOptions {
  /** What the first one holds before the second one comes. */
  readonly prepare?: (space: Space) => Promise<void>;
  /** One way, in network namespaces; over loopback where absent. */
  readonly delayMilliseconds?: number;
}

export class LinkedReplicas implements AsyncDisposable {
  readonly writer: ChildProcess;
  readonly reader: ChildProcess;
  readonly #owned: AsyncDisposableStack;

  private constructor(writer: ChildProcess, reader: ChildProcess, owned: AsyncDisposableStack) {
    this.writer = writer;
    this.reader = reader;
    this.#owned = owned;
  }

  /** They do not know one another before `connect`. */
  static async open({ prepare, delayMilliseconds }: LinkedOptions = {}): Promise<LinkedReplicas> {
    await using owned = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'massive-graph-bench-sync-'));
    owned.defer(() => rm(folder, { recursive: true, force: true }));
    const [first, second] = [join(folder, 'first'), join(folder, 'second')];
    const key = await authorKeyIn(second);
    const host = await makeReplicas([first, second], key.publicKey, prepare);
    const isApart = delayMilliseconds !== undefined;
    const link = isApart
      ? owned.use(await NetworkLink.open({ delayMilliseconds, loss: 0, seed: 1 }))
      : undefined;
    const authentication = join(folder, 'authentication.json');
    if (isApart) await writeFile(authentication, JSON.stringify({ anonymous: true }));
    const start = (index: 0 | 1, directory: string) => {
      const child =
        link?.start(index, [PROCESS, directory, `${PORT}`, authentication]) ??
        fork(PROCESS, [directory, '0']);
      owned.defer(async () => {
        const gone = once(child, 'exit');
        child.disconnect();
        await gone;
      });
      return child;
    };
    const writer = start(0, first);
    const [{ syncPort }] = (await once(writer, 'message')) as [{ readonly syncPort: number }];
    const address = `ws://${isApart ? ADDRESSES[0] : '127.0.0.1'}:${syncPort}`;
    await writeKnownPeers(second, [{ key: host, address }]);
    const reader = start(1, second);
    await once(reader, 'message');
    return new LinkedReplicas(writer, reader, owned.move());
  }

  async connect(): Promise<void> {
    await this.ask(this.writer, { kind: 'know' });
    await this.ask(this.reader, { kind: 'know' });
  }

  /** Milliseconds from each write until it showed at the other one, where all of them did. */
  async propagate(request: Omit<Extract<LinkedRequest, { kind: 'write' }>, 'kind'>) {
    await this.ask(this.writer, { kind: 'write', ...request });
    await this.settled();
    const { delays = [] } = await this.ask(this.reader, { kind: 'delays' });
    const expected = request.perSecond * request.seconds;
    if (delays.length === expected) return delays;
    throw new Error(`a replica expected ${expected} changes, got ${delays.length}`);
  }

  /** Waits until both hold as much. */
  async settled(): Promise<void> {
    for (;;) {
      const [one, other] = await Promise.all(
        [this.writer, this.reader].map((each) => this.ask(each, { kind: 'position' })),
      );
      if (one?.position === other?.position) return;
      await new Promise((next) => setTimeout(next, POLL_MILLISECONDS));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned[Symbol.asyncDispose]();
  }

  /** One question at a time of each. */
  async ask(child: ChildProcess, request: LinkedRequest): Promise<LinkedAnswer> {
    const answered = once(child, 'message');
    child.send(request);
    const [answer] = (await answered) as [LinkedAnswer];
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }
}

/** Answers the key of the first one, in hex. */
async function makeReplicas(
  [first, second]: readonly [string, string],
  key: Uint8Array,
  prepare?: LinkedOptions['prepare'],
): Promise<string> {
  await using space = await openSpace({ directory: first, definition: { source: SDL } });
  await space.certifyAuthor(key, 'second');
  await prepare?.(space);
  const { replicated } = space;
  const heights = Array.from({ length: RECORDS }, (_, height) => height);
  await joinDirectory(
    second,
    heights.map((height) => replicated.record(height) ?? new Uint8Array(0)),
  );
  await writeKnownPeers(first, [{ key: toHex(key) }]);
  return toHex(replicated.key.publicKey);
}
