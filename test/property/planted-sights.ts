/**
 * The engine with one of the places left out that ask what a caller sees: random callers must find
 * it out.
 */

import { runAltered, type SourceSite, sitesOf } from './planted-build.ts';

/** What asks whether something is seen. */
const QUESTIONS = [
  ...['isNodeSeen', 'isEdgeSeen', 'isEndSeen', 'isWholeEdgeSeen', 'isElementSeen'],
  ...['isFieldSeen', 'isPathSeen', 'arePathsSeen'],
];
/** A call of one, with its arguments. */
const CALL = new RegExp(`\\b(?:${QUESTIONS.join('|')})\\(([^()]*)\\)`);
const SITE = new RegExp(`^(?!export|import|/\\*\\*| \\*).*${CALL.source}`);
/** The questions themselves. */
const EXCEPT = ['query/sight.ts'];

export function sightSites(): Promise<SourceSite[]> {
  return sitesOf(SITE, { files: 'assembly/query/*.ts', except: EXCEPT });
}

/** What the sequences find where a question is answered with yes; undefined for nothing. */
export function findBlind(
  site: SourceSite,
  { seed, sequences }: { readonly seed: number; readonly sequences: number },
): Promise<string | undefined> {
  const leaveOut = (lines: string[]) => {
    const line = lines[site.line] ?? '';
    const count = (CALL.exec(line)?.[1] ?? '').split(',').length;
    const parameters = Array.from({ length: count }, (_, index) => `_${index}: u32`).join(', ');
    lines[site.line] = line.replace(CALL, (call) => call.replace(/^\w+/, 'seesAll'));
    lines.push('', `function seesAll(${parameters}): bool {`, '  return true;', '}', '');
  };
  const script = `
    const { runSightSequence } = await import('./test/property/sight-sequence.ts');
    const { SightCoverage } = await import('./test/property/sight-coverage.ts');
    const coverage = new SightCoverage();
    for (let seed = ${seed}; seed < ${seed + sequences}; seed++) {
      const difference = await runSightSequence({ seed, coverage });
      if (difference === undefined) continue;
      console.log(\`seed \${seed}: \${difference}\`);
      process.exit();
    }`;
  return runAltered(site, leaveOut, script);
}
