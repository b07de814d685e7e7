/**
 * API keys as their file says them now. The file is looked at on each use, so that a key which
 * was revoked is refused from the next request on, and watched, so that connections which are
 * open hear of it too. A file that cannot be read gives nobody a right.
 */

import { timingSafeEqual } from 'node:crypto';
import { type BigIntStats, type FSWatcher, watch } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { DatabaseError, ErrorCode } from '../../base/errors.ts';
import { SHA256_BYTES } from '../../crypto/hash.ts';
import { hashApiKey, idOfApiKey } from './api-key.ts';
import { API_KEYS_BYTES_MAX, type ApiKeys, decodeApiKeys, isInForce } from './api-key-file.ts';
import { CredentialRefused, type Identity, Method } from './identity.ts';

/** Compared with where no key has the id, so that both ways take the same time. */
const NO_HASH = new Uint8Array(SHA256_BYTES);
const NO_KEYS: ApiKeys = new Map();

export interface ApiKeyStoreOptions {
  readonly clock: Clock;
  /** Hears why the file cannot be read or watched. */
  readonly onProblem: (error: unknown) => void;
  /** Hears that the file was read anew. */
  readonly onChange: () => void;
}

export class ApiKeyStore implements Disposable {
  readonly #path: string;
  readonly #options: ApiKeyStoreOptions;
  readonly #watcher: FSWatcher;
  #keys: ApiKeys = NO_KEYS;
  /** What the file was when it was last read; undefined where that failed. */
  #version: string | undefined;
  /** Readings follow one another, so that an older one never comes last. */
  #reading: Promise<void> = Promise.resolve();

  private constructor(path: string, options: ApiKeyStoreOptions) {
    this.#path = path;
    this.#options = options;
    // A change renames another file over it, so its directory is watched.
    this.#watcher = watch(dirname(path), { persistent: false }, (_event, name) => {
      if (name === null || name === basename(path)) this.#refresh().catch(options.onProblem);
    });
    this.#watcher.on('error', options.onProblem);
  }

  /** Throws where the file is missing or malformed: a server that starts says so. */
  static async open(path: string, options: ApiKeyStoreOptions): Promise<ApiKeyStore> {
    const { keys, version } = await readKeys(path);
    const store = new ApiKeyStore(path, options);
    store.#keys = keys;
    store.#version = version;
    return store;
  }

  [Symbol.dispose](): void {
    this.#watcher.close();
  }

  /** Throws CredentialRefused. */
  async identify(text: string): Promise<Identity> {
    await this.#refresh();
    const id = idOfApiKey(text) ?? '';
    const key = this.#keys.get(id);
    const isSame = timingSafeEqual(hashApiKey(text), key?.hash ?? NO_HASH);
    if (key === undefined) throw refused(id, 'is unknown');
    if (!isSame) throw refused(id, 'has another secret');
    if (!isInForce(key, this.#options.clock.now())) {
      throw refused(id, key.revoked === undefined ? 'has expired' : 'was revoked');
    }
    const { principal, expires } = key;
    return { principal, method: Method.API_KEY, endsAt: expires, keyId: id };
  }

  /** Whether a key that was in force still is, by what was last read. */
  isInForce(id: string): boolean {
    const key = this.#keys.get(id);
    return key !== undefined && isInForce(key, this.#options.clock.now());
  }

  /** Resolves once what is known is as new as the call. */
  async #refresh(): Promise<void> {
    const version = await stat(this.#path, { bigint: true }).then(versionOf, () => undefined);
    if (version !== undefined && version === this.#version) return;
    this.#reading = this.#reading.then(() => this.#read());
    await this.#reading;
  }

  async #read(): Promise<void> {
    const wasReadable = this.#version !== undefined;
    try {
      const { keys, version } = await readKeys(this.#path);
      this.#keys = keys;
      this.#version = version;
    } catch (error) {
      this.#keys = NO_KEYS;
      this.#version = undefined;
      // Told once, though each use tries again.
      if (wasReadable) this.#options.onProblem(error);
    }
    this.#options.onChange();
  }
}

async function readKeys(path: string): Promise<{ keys: ApiKeys; version: string }> {
  const file = await open(path);
  try {
    const stats = await file.stat({ bigint: true });
    if (stats.size > API_KEYS_BYTES_MAX) {
      const message = `${path} expected at most ${API_KEYS_BYTES_MAX} bytes, got ${stats.size}`;
      throw new DatabaseError(ErrorCode.LIMIT_EXCEEDED, message);
    }
    const keys = decodeApiKeys(new Uint8Array(await file.readFile()), path);
    return { keys, version: versionOf(stats) };
  } finally {
    await file.close();
  }
}

function versionOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join('-');
}

function refused(id: string, why: string): CredentialRefused {
  return new CredentialRefused(
    Method.API_KEY,
    id === '' ? 'is no API key' : `API key ${id} ${why}`,
  );
}
