/**
 * cojson: each operation is a transaction, and those of a CoMap that are sent together have one
 * signature. So it does best where all ages stand in one CoMap, by the person's key; a CoMap for
 * each person is the form that is natural. Nothing is encrypted. A message is the JSON of what its
 * sync protocol sends.
 */

import { AGE_UNSET, keysOf, type SyncPeer, type SyncReplica } from './sync-peer.ts';
import type { SetAge, SyncWork } from './sync-work.ts';

const READABLE = 'trusting';
const AGE = 'age';

interface KnownState {
  readonly id: string;
  readonly sessions: Readonly<Record<string, number>>;
}

interface Core {
  readonly id: string;
  isAvailable(): boolean;
  knownState(): KnownState;
  newContentSince(known?: KnownState): readonly object[] | undefined;
  getCurrentContent(): CoMap;
}

interface CoMap {
  readonly core: Core;
  get(key: string): unknown;
  set(key: string, value: number, privacy: typeof READABLE): void;
}

interface Node {
  readonly syncManager: { handleNewContent(message: object, from: 'import'): void };
  createGroup(): { createMap(): CoMap };
  allCoValues(): Iterable<Core>;
  getCoValue(id: string): Core;
}

/** The part of the modules that is used here. */
export interface Cojson {
  readonly LocalNode: {
    withNewlyCreatedAccount(options: {
      readonly crypto: object;
      readonly creationProps: { readonly name: string };
      readonly peers: readonly never[];
    }): Promise<{ readonly node: Node }>;
  };
}

export interface CojsonParts {
  readonly cojson: Cojson;
  readonly crypto: object;
  /** Whether each person has a CoMap. */
  readonly hasMaps: boolean;
}

export class CojsonSync implements SyncPeer {
  readonly #parts: CojsonParts;
  readonly #keys: readonly string[];
  readonly #maps: readonly CoMap[];
  readonly #base: Uint8Array;
  readonly messages: readonly Uint8Array[];

  private constructor(parts: CojsonParts, node: Node, work: SyncWork) {
    this.#parts = parts;
    this.#keys = keysOf(work);
    const group = node.createGroup();
    const count = parts.hasMaps ? work.people : 1;
    this.#maps = Array.from({ length: count }, () => group.createMap());
    for (let person = 0; person < work.people; person++) this.#set({ person, age: AGE_UNSET });
    const cores = [...node.allCoValues()].filter((core) => core.isAvailable());
    this.#base = messageOf(cores);
    const known = new Map(this.#maps.map(({ core }) => [core, copyOf(core.knownState())]));
    this.messages = work.batches.map((batch) => {
      const changed = new Set(batch.map((each) => this.#set(each)));
      const message = messageOf(changed, known);
      for (const core of changed) known.set(core, copyOf(core.knownState()));
      return message;
    });
  }

  static async open(parts: CojsonParts, work: SyncWork): Promise<CojsonSync> {
    return new CojsonSync(parts, await nodeOf(parts), work);
  }

  async replica(): Promise<SyncReplica> {
    const node = await nodeOf(this.#parts);
    const take = (message: Uint8Array) => {
      for (const content of JSON.parse(Buffer.from(message).toString()) as object[]) {
        node.syncManager.handleNewContent(content, 'import');
      }
    };
    take(this.#base);
    const cores = this.#maps.map(({ core }) => node.getCoValue(core.id));
    const ageOf = (person: number) => {
      const { map, key } = this.#place(person, cores);
      return map?.getCurrentContent().get(key);
    };
    return { receive: (messages) => messages.forEach(take), ageOf };
  }

  #place<T>(person: number, maps: readonly T[]): { map: T | undefined; key: string } {
    if (this.#parts.hasMaps) return { map: maps[person], key: AGE };
    return { map: maps[0], key: this.#keys[person] as string };
  }

  #set({ person, age }: SetAge): Core {
    const { map, key } = this.#place(person, this.#maps);
    if (map === undefined) throw new Error(`person ${person} expected a CoMap`);
    map.set(key, age, READABLE);
    return map.core;
  }
}

async function nodeOf({ cojson, crypto }: CojsonParts): Promise<Node> {
  const options = { crypto, creationProps: { name: 'bench' }, peers: [] };
  return (await cojson.LocalNode.withNewlyCreatedAccount(options)).node;
}

/** What the cores have beyond what is known of them. */
function messageOf(cores: Iterable<Core>, known?: ReadonlyMap<Core, KnownState>): Uint8Array {
  const contents = [...cores].flatMap((core) => core.newContentSince(known?.get(core)) ?? []);
  return Buffer.from(JSON.stringify(contents));
}

/** The library goes on to change its own. */
function copyOf({ id, ...rest }: KnownState): KnownState {
  return structuredClone({ id, ...rest });
}
