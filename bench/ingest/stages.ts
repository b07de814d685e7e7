/**
 * What each stage of a commit's way costs, in processor time of all threads: the same commits
 * through one stage after the other, in one process, without a network between.
 */

import { parseDefinition } from '../../src/definition/parse.ts';
import {
  checkHashes,
  checkSignature,
  decodeCommit,
  type VerifiedCommit,
} from '../../src/delta/commit.ts';
import { Engine, type GroupCommit } from '../../src/engine/engine.ts';
import { EXAMINER_SCRATCH_BYTES, PayloadExaminer } from '../../src/engine/payload-examiner.ts';
import { Staging } from '../../src/engine/staging.ts';
import { EngineView } from '../../src/engine/view.ts';
import { FileLog } from '../../src/log/file-log.ts';
import { EntryKind } from '../../src/log/log.ts';
import { encodeCommitFrame } from '../../src/replication/frame.ts';
import { FrameReader } from '../../src/replication/frame-reader.ts';
import { WebSocketReader } from '../../src/server/websocket-reader.ts';
import { AppliedChanges } from '../../src/space/changes.ts';
import { SeededRandom } from '../engine/seeded-random.ts';
import { type BenchRow, benchRow, cpuSecondsOf } from '../measure.ts';
import { CommitChain } from './commit-chain.ts';
import { maskedMessage } from './sync-client.ts';
import { INGEST_SDL, OPERATIONS_PER_COMMIT, Workload } from './workload.ts';

const SEED = 3;
/** As many as the door takes together. */
const GROUP_COMMITS = 17;
/** What a socket hands over at once. */
const CHUNK_BYTES = 65_536;

export interface StagesSize {
  readonly nodes: number;
  readonly commits: number;
}

export async function stageRows(
  directory: string,
  { nodes, commits: count }: StagesSize,
): Promise<BenchRow[]> {
  const random = new SeededRandom(SEED);
  const space = random.bytes(32);
  const chain = new CommitChain({ space, authority: random.bytes(32), seed: random.bytes(32) });
  const workload = new Workload({ space, author: chain.author, nodes, seed: SEED });
  const engine = await Engine.create(space, random);
  for (const payload of workload.base()) applyGroup(engine, [chain.sign(payload)]);
  const commits = Array.from({ length: count }, () => chain.sign(workload.mix()));
  const seconds = {
    ...(await verifySeconds(engine, commits)),
    ...(await writeSeconds(directory, engine, commits)),
  };
  const operations = count * OPERATIONS_PER_COMMIT;
  const rowOf = (name: string, value: number, baseline?: number) =>
    benchRow({
      name,
      value: (value / operations) * 1e9,
      unit: 'ns/operation',
      ...(baseline === undefined ? {} : { baseline: (baseline / operations) * 1e9 }),
    });
  const stages = Object.entries(seconds).map(([name, value]) => rowOf(`stage: ${name}`, value));
  const all = Object.values(seconds).reduce((sum, value) => sum + value, 0);
  const unsigned = all - seconds.signature - seconds.hashes;
  return [
    ...stages,
    rowOf('all stages, beside the same without signatures and hashes', all, unsigned),
  ];
}

async function verifySeconds(engine: Engine, commits: readonly VerifiedCommit[]) {
  const staging = new Staging();
  const { memory } = engine.memory;
  const examiner = await PayloadExaminer.create({
    memory,
    scratch: staging.reserve(EXAMINER_SCRATCH_BYTES),
    scratchBytes: EXAMINER_SCRATCH_BYTES,
  });
  const messages = commits.map(({ bytes }, index) =>
    maskedMessage(encodeCommitFrame(index, bytes)),
  );
  const stream = Buffer.concat(messages);
  let received = 0;
  const place = staging.take(1_048_576) as number;
  const frames = new FrameReader({
    place: ({ bodyBytes }) => engine.memory.shared(place, bodyBytes),
    frame: () => {
      received += 1;
    },
    malformed: () => {
      throw new Error('a frame expected its head');
    },
  });
  const reader = new WebSocketReader({
    data: (bytes) => frames.push(bytes),
    ping: () => undefined,
    close: () => undefined,
    breach: (code) => {
      throw new Error(`a stream expected frames, got ${code}`);
    },
  });
  const receive = await cpuSecondsOf(() => {
    for (let at = 0; at < stream.length; at += CHUNK_BYTES) {
      reader.push(stream.subarray(at, at + CHUNK_BYTES), 0);
    }
  });
  if (received !== commits.length)
    throw new Error(`${commits.length} frames expected, got ${received}`);
  const decode = await cpuSecondsOf(() => {
    for (const { bytes } of commits) decodeCommit(bytes);
  });
  const signature = await cpuSecondsOf(() => {
    for (const commit of commits) checkSignature(commit);
  });
  const hashes = await cpuSecondsOf(() => {
    for (const { header, payloadBytes } of commits) {
      engine.memory.shared(place, payloadBytes.length).set(payloadBytes);
      const hashed = examiner.hash({ address: place, bytes: payloadBytes.length });
      if (hashed === undefined) throw new Error('a payload expected to be hashed');
      checkHashes(header, hashed);
    }
  });
  return { receive, decode, signature, hashes };
}

async function writeSeconds(directory: string, engine: Engine, commits: readonly VerifiedCommit[]) {
  const view = new EngineView(engine);
  const definition = parseDefinition(INGEST_SDL);
  await using log = await FileLog.open(directory);
  const seconds = { prepare: 0, append: 0, apply: 0, publish: 0 };
  for (let at = 0; at < commits.length; at += GROUP_COMMITS) {
    const group = commits.slice(at, at + GROUP_COMMITS);
    seconds.prepare += await cpuSecondsOf(() => engine.prepare(group.map(groupCommit)));
    const entries = group.map(({ hash, bytes }) => ({ kind: EntryKind.COMMIT, hash, bytes }));
    seconds.append += await cpuSecondsOf(() => log.append(entries));
    let changeCount = 0;
    seconds.apply += await cpuSecondsOf(() => {
      changeCount = engine.apply();
    });
    seconds.publish += await cpuSecondsOf(() => {
      const changes = new AppliedChanges(
        { engine, view, definition },
        {
          commits: group,
          firstPosition: 1,
          changeCount,
        },
      );
      // A subscriber of something else: the changes are looked through, and none is decoded.
      const read = changes.read([{ element: 'node', types: new Set(['Other']) }]);
      if (read.length > 0) throw new Error('nobody asked for these changes');
    });
  }
  return seconds;
}

function applyGroup(engine: Engine, commits: readonly VerifiedCommit[]): void {
  engine.prepare(commits.map(groupCommit));
  engine.apply();
}

function groupCommit({ header, hash, payloadBytes }: VerifiedCommit): GroupCommit {
  const { author, clock, transactionCount } = header;
  return { payloadBytes, clock, author, hash, transactionCount };
}
