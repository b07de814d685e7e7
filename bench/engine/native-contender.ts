/** The C++ version of the engine's work, as a process that takes commands on standard input. */

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import * as abi from '../../assembly/abi.ts';
import { ByteWriter } from '../../src/base/byte-writer.ts';
import { concatBytes } from '../../src/base/bytes.ts';
import type { GroupCommit } from '../../src/engine/engine.ts';
import type { Around, Contender, Timed } from './contender.ts';
import { SeededRandom } from './seeded-random.ts';

const SECRET_SEED = 11;
const HEAD_BYTES = 8;
const GROUPS_TOGETHER = 1_024;

/** The first nodes by flights, from a value of it on, of those whose delay is greater. */
export interface PageQuery {
  readonly flights: number;
  readonly delay: number;
  readonly limit: number;
  readonly times: number;
}

export class NativeContender implements Contender {
  readonly name = 'C++';
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: Interface;

  /** `program` is bench/native/engine.cpp, compiled. */
  constructor(program: string) {
    this.#child = spawn(program, [], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface(this.#child.stdout);
  }

  async start(space: Uint8Array): Promise<void> {
    const secret = new SeededRandom(SECRET_SEED).bytes(16);
    await this.#ask('S', [concatBytes(space, secret)]);
  }

  /** In pieces, since a command has less than 4 GiB. */
  async apply(commits: Iterable<GroupCommit>): Promise<Timed> {
    let seconds = 0;
    let [changes, nodes, edges] = [0, 0, 0];
    const flush = async (groups: readonly Uint8Array[]) => {
      const timed = await this.#time('A', groups);
      const [more = 0, ...counts] = timed.answer;
      seconds += timed.seconds;
      changes += more;
      [nodes = 0, edges = 0] = counts;
    };
    let groups: Uint8Array[] = [];
    for (const commit of commits) {
      groups.push(groupOf(commit));
      if (groups.length < GROUPS_TOGETHER) continue;
      await flush(groups);
      groups = [];
    }
    await flush(groups);
    return { seconds, answer: [changes, nodes, edges] };
  }

  lookUp(ids: Uint8Array): Promise<Timed> {
    return this.#time('G', [ids]);
  }

  async sumOfRows(ids: Uint8Array): Promise<number> {
    return Number(await this.#ask('R', [ids]));
  }

  expand(rows: Uint32Array): Promise<Timed> {
    return this.#time('E', [bytesOf(rows)]);
  }

  around({ rows, hops }: Around): Promise<Timed> {
    return this.#time('N', [bytesOf(Uint32Array.of(hops)), bytesOf(rows)]);
  }

  findPath({ from, to }: { from: number; to: number }): Promise<Timed> {
    return this.#time('P', [bytesOf(Uint32Array.of(from, to))]);
  }

  /** Counts the nodes whose delay is greater. */
  countDelays({ delay, times }: { delay: number; times: number }): Promise<Timed> {
    return this.#time('V', [bytesOf(Uint32Array.of(times, 0)), floatBytes(delay)]);
  }

  /** Answers the bytes of the page's JSON and their checksum (checksumOfBytes). */
  page({ flights, delay, limit, times }: PageQuery): Promise<Timed> {
    const head = bytesOf(Uint32Array.of(times, limit));
    return this.#time('J', [head, bytesOf64(BigInt(flights)), floatBytes(delay)]);
  }

  /** Cities by id, 16 bytes each, as JSON. Answers its bytes and their checksum. */
  cities({ ids, times }: { ids: Uint8Array; times: number }): Promise<Timed> {
    return this.#time('O', [bytesOf(Uint32Array.of(times)), ids]);
  }

  async checksum(): Promise<number> {
    return Number(await this.#ask('C', []));
  }

  stateHash(): Promise<string> {
    return this.#ask('H', []);
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'close');
    this.#child.stdin.end();
    await ended;
  }

  async #time(command: string, parts: readonly Uint8Array[]): Promise<Timed> {
    const [seconds = Number.NaN, ...answer] = (await this.#ask(command, parts))
      .split(' ')
      .map(Number);
    return { seconds, answer };
  }

  async #ask(command: string, parts: readonly Uint8Array[]): Promise<string> {
    const head = new DataView(new ArrayBuffer(HEAD_BYTES));
    head.setUint8(0, command.charCodeAt(0));
    head.setUint32(
      4,
      parts.reduce((sum, part) => sum + part.length, 0),
      true,
    );
    const ended = new AbortController();
    const answer = once(this.#lines, 'line', { signal: ended.signal });
    const stopped = () => ended.abort(new Error('the C++ version expected to answer, got its end'));
    this.#child.once('close', stopped);
    this.#child.stdin.write(new Uint8Array(head.buffer));
    for (const part of parts) this.#child.stdin.write(part);
    const [line] = (await answer) as [string];
    this.#child.off('close', stopped);
    return line;
  }
}

/**
 * A group of one commit after its length: the engine's layout, with the payload's offset in place
 * of its address, the length again in the reserved word, and nothing masked.
 */
function groupOf(commit: GroupCommit): Uint8Array {
  const head = new ByteWriter(128);
  const payloadAt = abi.GROUP_HEADER_BYTES + abi.DESCRIPTOR_BYTES;
  const total = payloadAt + commit.payloadBytes.length;
  head.u32(total);
  head.u32(1);
  head.u32(total);
  head.u32(payloadAt);
  head.u32(commit.payloadBytes.length);
  head.i64(commit.clock);
  head.bytes(commit.author);
  head.bytes(commit.hash);
  head.u32(commit.transactionCount);
  head.bytes(new Uint8Array(abi.DESCRIPTOR_BYTES - abi.DESCRIPTOR_CHECK));
  return concatBytes(head.written(), commit.payloadBytes);
}

function bytesOf(words: Uint32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

function bytesOf64(value: bigint): Uint8Array {
  return new Uint8Array(BigInt64Array.of(value).buffer);
}

function floatBytes(value: number): Uint8Array {
  return new Uint8Array(Float64Array.of(value).buffer);
}
