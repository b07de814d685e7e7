/**
 * The bytes of a base while they come, in a file of the directory that is to hold the space: an end
 * of the connection costs none of them. They are believed to be nothing but bytes.
 *
 *     base.download             the outline and the state behind it, as far as they have come
 *     base.download.offer       JSON: what was offered
 */

import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { toHex, utf8 } from '../base/bytes.ts';
import { BASE_STATE_BYTES_MAX, BASE_STATE_CHUNK_BYTES_MAX } from '../base/connection-limits.ts';
import { readIfThere, replaceFile } from '../base/durable-file.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { OUTLINE_BYTES_MAX } from '../base/limits.ts';
import { u32At } from '../base/little-endian.ts';
import type { BaseOffer } from './base-frame.ts';

const FILE = 'base.download';
const OFFER_FILE = 'base.download.offer';
const FILE_MODE = 0o600;
const LENGTH_BYTES = 4;

export class BaseDownload implements AsyncDisposable {
  readonly #directory: string;
  readonly #descriptor: number;
  /** Of the offer that the bytes are of, as JSON; undefined where there are none. */
  #offered: string | undefined;
  #bytes: number;
  #restarts = 0;
  #saving: Promise<void> = Promise.resolve();

  private constructor(directory: string, descriptor: number, offered: string | undefined) {
    this.#directory = directory;
    this.#descriptor = descriptor;
    this.#offered = offered;
    this.#bytes = fstatSync(descriptor).size;
  }

  /** In a directory that is there: with what an earlier one has left. */
  static async open(directory: string): Promise<BaseDownload> {
    const offered = await readIfThere(join(directory, OFFER_FILE));
    const descriptor = openSync(
      join(directory, FILE),
      offered === undefined ? 'w+' : 'a+',
      FILE_MODE,
    );
    return new BaseDownload(directory, descriptor, offered && new TextDecoder().decode(offered));
  }

  /** Bytes that are here. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How often what had come was of no use, since something else was offered. */
  get restarts(): number {
    return this.#restarts;
  }

  /** Answers how many bytes of what is offered are here; throws LIMIT_EXCEEDED. */
  begin(offer: BaseOffer): number {
    expectFitting('an outline', offer.outlineBytes, OUTLINE_BYTES_MAX);
    expectFitting('a state', offer.stateBytes, BASE_STATE_BYTES_MAX);
    const text = JSON.stringify({ ...offer, digest: toHex(offer.digest) });
    const isSame = text === this.#offered && this.#bytes <= offer.outlineBytes + offer.stateBytes;
    if (isSame) return this.#bytes;
    onDisk(() => ftruncateSync(this.#descriptor));
    if (this.#bytes > 0) this.#restarts += 1;
    this.#bytes = 0;
    this.#offered = text;
    this.#saving = replaceFile(join(this.#directory, OFFER_FILE), utf8(text));
    // Asked for before the file is read.
    this.#saving.catch(() => undefined);
    return 0;
  }

  add(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const [from, count] = [this.#bytes + at, bytes.length - at];
      at += onDisk(() => writeSync(this.#descriptor, bytes, at, count, from));
    }
    this.#bytes += bytes.length;
  }

  outline({ outlineBytes }: BaseOffer): Uint8Array {
    return this.#read(0, outlineBytes);
  }

  /** Throws MALFORMED where a chunk is longer than what has come, or than any may be. */
  *chunks({ outlineBytes, stateBytes }: BaseOffer): Generator<Uint8Array> {
    const end = outlineBytes + stateBytes;
    for (let at = outlineBytes; at < end; ) {
      const begins = at + LENGTH_BYTES;
      const length = begins > end ? 0 : u32At(this.#read(at, LENGTH_BYTES), 0);
      const most = Math.min(BASE_STATE_CHUNK_BYTES_MAX, end - begins);
      if (length < 1 || length > most) {
        const message = `a chunk of a state expected 1 to ${most} bytes, got ${length}`;
        throw new DatabaseError(ErrorCode.MALFORMED, message);
      }
      yield this.#read(begins, length);
      at = begins + length;
    }
  }

  /** What has come is of no use any more. */
  async remove(): Promise<void> {
    await this.#saving.catch(() => undefined);
    await rm(join(this.#directory, OFFER_FILE), { force: true });
    await rm(join(this.#directory, FILE), { force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#saving.catch(() => undefined);
    closeSync(this.#descriptor);
  }

  #read(from: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; ) {
      const left = length - at;
      const count = onDisk(() => readSync(this.#descriptor, bytes, at, left, from + at));
      if (count === 0) {
        const message = `${FILE} expected ${length} bytes at ${from}, got ${at}`;
        throw new DatabaseError(ErrorCode.CORRUPT, message);
      }
      at += count;
    }
    return bytes;
  }
}

/** Whether it is this side's disk that failed: to connect again would not help. */
export function isOfDisk({ facts }: DatabaseError): boolean {
  return facts.reason === 'disk';
}

function onDisk<T>(act: () => T): T {
  try {
    return act();
  } catch (cause) {
    throw failedDisk(cause);
  }
}

function failedDisk(cause: unknown): DatabaseError {
  const code = (cause as Partial<NodeJS.ErrnoException>).code ?? 'a failure';
  const message = `what is sealed expected to be kept in the data directory, got ${code}`;
  return new DatabaseError(ErrorCode.UNAVAILABLE, message, { cause, facts: { reason: 'disk' } });
}

function expectFitting(what: string, bytes: number, most: number): void {
  if (bytes <= most) return;
  const message = `${what} of a new replica expected at most ${most} bytes, got ${bytes}`;
  throw new DatabaseError(ErrorCode.LIMIT_EXCEEDED, message, { facts: { limit: most } });
}
