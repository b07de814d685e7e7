/**
 * The replicas that a served data directory knows: the file that names them is read again whenever
 * it has changed, and what they did wrong is kept beside it.
 */

import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { toHex, utf8 } from '../base/bytes.ts';
import { replaceFile } from '../base/durable-file.ts';
import { DatabaseError } from '../base/errors.ts';
import { systemRandom } from '../base/random.ts';
import { sha256 } from '../crypto/hash.ts';
import { PEERS_FILE, readKnownPeers } from '../replication/known-peers.ts';
import type { Evidence } from '../replication/peer-parts.ts';
import { Peers } from '../replication/peers.ts';
import type { Space } from '../space/space.ts';
import type { Terminal } from './terminal.ts';

const LOOK_MILLISECONDS = 1_000;
const EVIDENCE_FOLDER = 'evidence';
/** Of a run of a server: whoever is cut off comes again, and a disk has an end. */
const EVIDENCE_FILES_MAX = 256;
/** Of what waits for its turn to be written. */
const EVIDENCE_WAITING_BYTES_MAX = 33_554_432;

export function followPeers(
  terminal: Terminal,
  directory: string,
  space: Space,
): Disposable & { readonly all: Peers } {
  const note = (text: string) => terminal.notes(`${directory}: ${text}\n`);
  let [kept, waitingBytes] = [0, 0];
  let writing = Promise.resolve();
  const onEvidence = (evidence: Evidence) => {
    const { length } = evidence.bytes;
    if (kept === EVIDENCE_FILES_MAX || waitingBytes + length > EVIDENCE_WAITING_BYTES_MAX) return;
    kept += 1;
    waitingBytes += length;
    const peer = toHex(evidence.peer);
    note(`replica ${peer} sent what is refused: ${evidence.error.message}`);
    // One by one: whoever sends much of it is to keep no more than one thread from the log.
    writing = writing
      .then(() => keep(directory, evidence))
      .catch((error: unknown) => note(`the evidence was not kept: ${String(error)}`))
      .finally(() => {
        waitingBytes -= length;
      });
  };
  const all = new Peers({ space: space.replicated, random: systemRandom, onEvidence });
  let known = '';
  const look = async () => {
    const found = await stat(join(directory, PEERS_FILE)).catch(() => undefined);
    const version = found === undefined ? '' : `${found.ino} ${found.mtimeMs}`;
    if (version === known) return;
    known = version;
    try {
      all.know((await readKnownPeers(directory)) ?? []);
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      note(error.message);
    }
  };
  const looking = setInterval(() => void look(), LOOK_MILLISECONDS);
  looking.unref();
  void look();
  return {
    all,
    [Symbol.dispose]: () => {
      clearInterval(looking);
      all.close();
    },
  };
}

/** The bytes as they came, under their hash, and a line that says what is wrong with them. */
async function keep(directory: string, { peer, error, bytes }: Evidence): Promise<void> {
  const folder = join(directory, EVIDENCE_FOLDER);
  await mkdir(folder, { recursive: true });
  const name = join(folder, toHex(sha256(bytes)));
  const { code, message, facts } = error;
  await replaceFile(`${name}.bytes`, bytes);
  const line = JSON.stringify({ peer: toHex(peer), code, message, ...facts });
  await replaceFile(`${name}.json`, utf8(`${line}\n`));
}
