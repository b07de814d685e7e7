/** A build that tells what is hidden, by one altered line: random queries must find it out. */

import { runAltered, sitesOf } from './planted-build.ts';
import { findBlindBy, type SightSite } from './planted-sights.ts';

export interface LeakSearch {
  readonly seed: number;
  readonly sequences: number;
  readonly queries: number;
}

/** Where resolvers and plans get the graph of the caller, they get all of it. */
export async function findSourceLeak(search: LeakSearch): Promise<string | undefined> {
  const line = /^\s*if \(version === undefined\) return view;/;
  const [site] = await sitesOf(line, { files: 'src/space/seen-graph.ts', except: [] });
  if (site === undefined) throw new Error('the line that is altered was expected');
  const alter = (lines: string[]) => {
    lines[site.line] = (lines[site.line] ?? '').replace(
      'if (version === undefined) ',
      'if (version === undefined || clock.now() > 0) ',
    );
  };
  return await runAltered(site, alter, scriptOf(search));
}

/** Where the engine asks whether something is seen, it takes it for seen. */
export function findEngineLeak(site: SightSite, search: LeakSearch): Promise<string | undefined> {
  return findBlindBy(site, scriptOf(search));
}

function scriptOf({ seed, sequences, queries }: LeakSearch): string {
  return `
    const { runLeakSequence } = await import('./test/property/leak-sequence.ts');
    const tally = { queries: 0, answered: 0, plans: 0, telling: 0 };
    for (let seed = ${seed}; seed < ${seed + sequences}; seed++) {
      const difference = await runLeakSequence({ seed, queries: ${queries}, tally });
      if (difference === undefined) continue;
      console.log(\`seed \${seed}: \${difference}\`);
      process.exit();
    }`;
}
