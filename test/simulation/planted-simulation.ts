/** Mistakes in the product, each of which a few runs of the simulation must find. */

import { runInCopy } from '../property/planted-copy.ts';
import type { PlantedMistake } from '../property/planted-source.ts';

/** The last one is of the engine, which has to be compiled again for it. */
export const SIMULATION_MISTAKES: readonly PlantedMistake[] = [
  {
    name: 'an append is acknowledged before it is on disk',
    file: 'src/log/active-segment.ts',
    from: 'await this.#file.datasync();\n    this.#dirtyEnd = 0;\n    this.#faults',
    to: 'this.#dirtyEnd = 0;\n    this.#faults',
  },
  {
    name: 'a commit of a third replica is not handed on',
    file: 'src/replication/peer-sender.ts',
    from: 'else this.#relays.push({ position, due: now + PEER_RELAY_MILLISECONDS });',
    to: '',
  },
  {
    name: 'a commit is not judged again as of a later revocation',
    file: 'src/authority/narrowing.ts',
    from: 'heights.push(record.height);',
    to: '',
  },
  {
    name: 'what an author has signed after a number that it has signed twice counts',
    file: 'src/space/forks.ts',
    from: 'return from !== undefined && header.sequence >= from;',
    to: 'return from !== undefined && header.sequence === from;',
  },
  {
    name: 'a window without an end',
    file: 'src/replication/peer-sender.ts',
    from: 'this.#commitBytes < this.#windowBytes && ',
    to: '',
  },
  {
    name: 'a session is woken while answers are to come',
    file: 'src/replication/peer-sender.ts',
    from: 'const retry = this.#waits && !this.#isUnderWay ? ',
    to: 'const retry = this.#waits ? ',
  },
  {
    name: 'a signature that nobody looks at',
    file: 'src/delta/commit.ts',
    from: 'if (verifyEd25519(header.author, signedBytes(hash), signature)) return;',
    to: 'if (signature.length > 0) return;',
  },
  {
    name: 'past commits that nobody verifies',
    file: 'src/space/base/past-commits.ts',
    from: 'return verifyCommit(commit).hash;',
    to: 'return commit.hash;',
  },
  {
    name: 'a history that is not kept in its order',
    file: 'src/space/base/past-commits.ts',
    from: 'if (commit !== undefined) hashes.push(commit.hash);',
    to: 'if (commit !== undefined) hashes.unshift(commit.hash);',
  },
  {
    name: 'of two writes the one that came later wins',
    file: 'assembly/graph/writers.ts',
    from: 'if (leftCommit.clock != rightCommit.clock) return leftCommit.clock > rightCommit.clock;',
    to: 'if (leftCommit.clock != rightCommit.clock) return left > right;',
  },
];

/** What the command prints with a mistake in the product, and its exit code. */
export function simulateWith(
  { file, from, to }: PlantedMistake,
  words: readonly string[],
): Promise<string | undefined> {
  const change = (text: string) => text.replace(from, () => to);
  const script = `
    const { spawnSync } = await import('node:child_process');
    const words = ['src/cli/main.ts', 'simulate', ...${JSON.stringify(words)}];
    const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
    console.log('exit code ' + status + '\\n' + stdout + stderr);`;
  return runInCopy({ file, change, isOfEngine: file.startsWith('assembly/') }, script);
}

/** What some runs find with a mistake in the product; undefined where they find nothing. */
export function findInSimulation(
  { file, from, to }: PlantedMistake,
  { seed, runs }: { readonly seed: number; readonly runs: number },
): Promise<string | undefined> {
  const change = (text: string) => text.replace(from, () => to);
  const script = `
    const { simulate } = await import('./src/simulation/simulate.ts');
    const { harsh } = await import('./test/simulation/harsh.ts');
    const { problemsOf } = await import('./test/simulation/totals.ts');
    for (let seed = ${seed}; seed < ${seed + runs}; seed++) {
      const report = await simulate(harsh(seed));
      if (report.isSound) continue;
      console.log(\`seed \${seed}: \${problemsOf(report)[0]}\`);
      process.exit();
    }`;
  return runInCopy({ file, change, isOfEngine: file.startsWith('assembly/') }, script);
}
