/**
 * The write barrier with one of its places left out: run under the same random sequences, which
 * must find it out.
 */

import { runAltered, type SourceSite, sitesOf } from './planted-build.ts';

export type GuardSite = SourceSite;

/** A whole statement; the barrier itself is left alone. */
const SITE = /^\s*(?:if \(isSnapshotRunning\(\)\) )?(?:guard|keep)\(.*\);$/;
const BARRIER = 'memory/guard.ts';

/** Places where a write is guarded, in the order of the files. */
export function guardSites(): Promise<GuardSite[]> {
  return sitesOf(SITE, { files: 'assembly/**/*.ts', except: [BARRIER] });
}

/** What the sequences find without a guard; undefined when they find nothing. */
export function findWithout(
  site: GuardSite,
  { seed, sequences }: { readonly seed: number; readonly sequences: number },
): Promise<string | undefined> {
  const leaveOut = (lines: string[]) => {
    lines[site.line] = '  ;';
  };
  const script = `
    const { runSnapshots, SnapshotTally } = await import('./test/property/snapshot-sequence.ts');
    for (let seed = ${seed}; seed < ${seed + sequences}; seed++) {
      const difference = await runSnapshots(seed, new SnapshotTally());
      if (difference === undefined) continue;
      console.log(\`seed \${seed}: \${difference}\`);
      process.exit();
    }
    const { GrowthTally, runGrowth } = await import('./test/property/snapshot-growth.ts');
    const { OrderTally, runOrder } = await import('./test/property/snapshot-order.ts');
    const { ListTally, runLists } = await import('./test/property/snapshot-lists.ts');
    const { GrantTally, runGrants } = await import('./test/property/snapshot-grants.ts');
    console.log(
      (await runGrowth(${seed}, new GrowthTally())) ??
        (await runOrder(${seed}, new OrderTally())) ??
        (await runLists(${seed}, new ListTally())) ??
        (await runGrants(${seed}, new GrantTally())) ??
        '',
    );`;
  return runAltered(site, leaveOut, script);
}
