/** A peer of bench/peers in a process of its own. */

import { type ChildProcess, execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { PlainGraph } from '../peers/peer.ts';
import type { Question, Reply } from '../peers/peer-process.ts';
import type { Around, Timed, ValueReader } from './contender.ts';

export const SQLITE = 'node:sqlite';
/** Of bench/peers/package.json; SQLite comes with Node. */
const PACKAGES = ['graphology', 'ngraph.graph'];
const FOLDER = new URL('../peers/', import.meta.url);
/** The larger graphs take gigabytes of objects. */
const HEAP_MEBIBYTES = 12_288;

/** Installs the packages of the peers, unless they are there; says so where that fails. */
export async function installPeers(): Promise<void> {
  if ((await knownPeers()).length > PACKAGES.length) return;
  const options = ['ci', '--no-audit', '--no-fund', '--ignore-scripts'];
  await promisify(execFile)('npm', options, { cwd: fileURLToPath(FOLDER) }).catch(() => undefined);
  if ((await knownPeers()).length > PACKAGES.length) return;
  process.stderr.write(`bench: ${PACKAGES.join(', ')} could not be installed and are left out\n`);
}

/** SQLite, and the packages that are installed. */
export async function knownPeers(): Promise<string[]> {
  const isThere = await Promise.all(
    PACKAGES.map((name) =>
      stat(new URL(`node_modules/${name}/package.json`, FOLDER)).then(
        () => true,
        () => false,
      ),
    ),
  );
  return [SQLITE, ...PACKAGES.filter((_, index) => isThere[index])];
}

export class PeerContender implements ValueReader {
  readonly name: string;
  readonly #child: ChildProcess;

  private constructor(name: string, child: ChildProcess) {
    this.name = name;
    this.#child = child;
  }

  static async start(name: string): Promise<PeerContender> {
    const child = fork(fileURLToPath(new URL('peer-process.ts', FOLDER)), [name], {
      serialization: 'advanced',
      execArgv: [`--max-old-space-size=${HEAP_MEBIBYTES}`],
    });
    const contender = new PeerContender(name, child);
    await contender.#message();
    return contender;
  }

  load(graph: PlainGraph): Promise<Reply> {
    return this.#ask({ ask: 'load', graph });
  }

  lookUp(ids: Uint8Array): Promise<Timed> {
    return this.#ask({ ask: 'lookUp', ids });
  }

  readValues(rows: Uint32Array): Promise<Timed> {
    return this.#ask({ ask: 'readValues', rows });
  }

  around({ rows, hops }: Around): Promise<Timed> {
    return this.#ask({ ask: 'around', rows, hops });
  }

  async close(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }

  async #ask(question: Question): Promise<Reply> {
    const reply = this.#message();
    this.#child.send(question);
    return (await reply) as Reply;
  }

  async #message(): Promise<unknown> {
    const ended = new AbortController();
    const stop = () => ended.abort(new Error(`${this.name} expected to answer, got its end`));
    this.#child.once('exit', stop);
    const [message] = await once(this.#child, 'message', { signal: ended.signal });
    this.#child.off('exit', stop);
    return message;
  }
}
