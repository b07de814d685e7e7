/** Two replicas of one space in processes of their own, of which the second follows the first. */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toHex } from '../../src/base/bytes.ts';
import { writeKnownPeers } from '../../src/replication/known-peers.ts';
import { authorKeyIn, joinDirectory } from '../../src/space/join-directory.ts';
import { openSpace } from '../../src/space/open.ts';

const PROCESS = fileURLToPath(new URL('linked-process.ts', import.meta.url));
const SDL = 'type Place @node { code: ID! @id written: Float }';
/** Genesis, definition, the author of each. */
const RECORDS = 4;
const POLL_MILLISECONDS = 10;

export type LinkedRequest =
  | { readonly kind: 'know' | 'listen' | 'delays' | 'position' }
  | {
      readonly kind: 'write';
      readonly perSecond: number;
      readonly seconds: number;
      /** That are written in turns. */
      readonly nodes: number;
    };

interface LinkedAnswer {
  readonly error?: string;
  readonly delays?: readonly number[];
  readonly position?: number;
}

export class LinkedReplicas implements AsyncDisposable {
  readonly #folder: string;
  readonly #writer: ChildProcess;
  readonly #reader: ChildProcess;

  private constructor(folder: string, writer: ChildProcess, reader: ChildProcess) {
    this.#folder = folder;
    this.#writer = writer;
    this.#reader = reader;
  }

  static async open(): Promise<LinkedReplicas> {
    const folder = await mkdtemp(join(tmpdir(), 'massive-graph-bench-sync-'));
    const [first, second] = [join(folder, 'first'), join(folder, 'second')];
    const key = await authorKeyIn(second);
    const host = await makeReplicas(first, second, key.publicKey);
    const writer = fork(PROCESS, [first, '0']);
    const [{ syncPort }] = (await once(writer, 'message')) as [{ readonly syncPort: number }];
    await writeKnownPeers(second, [{ key: host, address: `ws://127.0.0.1:${syncPort}` }]);
    const reader = fork(PROCESS, [second, '0']);
    await once(reader, 'message');
    const linked = new LinkedReplicas(folder, writer, reader);
    await linked.#ask(writer, { kind: 'know' });
    await linked.#ask(reader, { kind: 'know' });
    await linked.#ask(reader, { kind: 'listen' });
    return linked;
  }

  /** Milliseconds from each write until it showed at the other one, where all of them did. */
  async propagate(request: Omit<Extract<LinkedRequest, { kind: 'write' }>, 'kind'>) {
    await this.#ask(this.#writer, { kind: 'write', ...request });
    await this.settled();
    const { delays = [] } = await this.#ask(this.#reader, { kind: 'delays' });
    const expected = request.perSecond * request.seconds;
    if (delays.length === expected) return delays;
    throw new Error(`a replica expected ${expected} changes, got ${delays.length}`);
  }

  /** Waits until both hold as much. */
  async settled(): Promise<void> {
    for (;;) {
      const [one, other] = await Promise.all(
        [this.#writer, this.#reader].map((each) => this.#ask(each, { kind: 'position' })),
      );
      if (one?.position === other?.position) return;
      await new Promise((next) => setTimeout(next, POLL_MILLISECONDS));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = [this.#writer, this.#reader].map((child) => once(child, 'exit'));
    for (const child of [this.#writer, this.#reader]) child.disconnect();
    await Promise.all(gone);
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #ask(child: ChildProcess, request: LinkedRequest): Promise<LinkedAnswer> {
    const answered = once(child, 'message');
    child.send(request);
    const [answer] = (await answered) as [LinkedAnswer];
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }
}

/** Answers the key of the first one, in hex. */
async function makeReplicas(first: string, second: string, key: Uint8Array): Promise<string> {
  await using space = await openSpace({ directory: first, definition: { source: SDL } });
  await space.certifyAuthor(key, 'second');
  const { replicated } = space;
  const heights = Array.from({ length: RECORDS }, (_, height) => height);
  await joinDirectory(
    second,
    heights.map((height) => replicated.record(height) ?? new Uint8Array(0)),
  );
  await writeKnownPeers(first, [{ key: toHex(key) }]);
  return toHex(replicated.key.publicKey);
}
