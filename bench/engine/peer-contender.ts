/** A graph of bench/peers, in a process of its own. */

import { ForkedPeer } from '../forked-peer.ts';
import * as packages from '../peer-packages.ts';
import type { PlainGraph } from '../peers/peer.ts';
import type { Question, Reply } from '../peers/peer-process.ts';
import type { Around, Timed, ValueReader } from './contender.ts';

export const SQLITE = 'node:sqlite';
/** Of bench/peers/package.json; SQLite comes with Node. */
const PACKAGES = ['graphology', 'ngraph.graph'];
/** The larger graphs take gigabytes of objects. */
const HEAP_MEBIBYTES = 12_288;

/** Installs the packages of the peers, unless they are there; says so where that fails. */
export async function installPeers(): Promise<void> {
  await packages.installPeers().catch(() => undefined);
  if ((await knownPeers()).length > PACKAGES.length) return;
  process.stderr.write(`bench: ${PACKAGES.join(', ')} could not be installed and are left out\n`);
}

/** SQLite, and the packages that are installed. */
export async function knownPeers(): Promise<string[]> {
  const versions = await Promise.all(PACKAGES.map((name) => packages.installedVersion(name)));
  return [SQLITE, ...PACKAGES.filter((_, index) => versions[index] !== undefined)];
}

export class PeerContender implements ValueReader {
  readonly name: string;
  readonly #peer: ForkedPeer<Question, Reply>;

  private constructor(name: string, peer: ForkedPeer<Question, Reply>) {
    this.name = name;
    this.#peer = peer;
  }

  static async start(name: string): Promise<PeerContender> {
    const peer = await ForkedPeer.start<Question, Reply>({
      file: 'peers/peer-process.ts',
      args: [name],
      serialization: 'advanced',
      execArgv: [`--max-old-space-size=${HEAP_MEBIBYTES}`],
    });
    return new PeerContender(name, peer);
  }

  load(graph: PlainGraph): Promise<Reply> {
    return this.#peer.ask({ ask: 'load', graph });
  }

  lookUp(ids: Uint8Array): Promise<Timed> {
    return this.#peer.ask({ ask: 'lookUp', ids });
  }

  readValues(rows: Uint32Array): Promise<Timed> {
    return this.#peer.ask({ ask: 'readValues', rows });
  }

  around({ rows, hops }: Around): Promise<Timed> {
    return this.#peer.ask({ ask: 'around', rows, hops });
  }

  async close(): Promise<void> {
    await this.#peer[Symbol.asyncDispose]();
  }
}
