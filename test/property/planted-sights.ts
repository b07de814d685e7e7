/**
 * The engine with one of the places left out that ask what a caller sees: random callers must find
 * it out.
 */

import { runAltered, type SourceSite, sitesOf } from './planted-build.ts';

/** What asks whether something is seen. */
const QUESTIONS = [
  ...['isNodeSeen', 'isEdgeSeen', 'isEndSeen', 'isWholeEdgeSeen', 'isElementSeen'],
  ...['isFieldSeen', 'isReadNodeSeen', 'isNodeFieldSeen', 'isPathSeen', 'arePathsSeen'],
  ...['areEdgesSeen', 'isNodeOfTypeSeen'],
];
/** A call of one, with its arguments. */
const CALL = new RegExp(`\\b(?:${QUESTIONS.join('|')})\\(([^()]*)\\)`, 'g');
const SITE = new RegExp(`^(?!export|import|/\\*\\*| \\*).*${CALL.source}`);
/** The questions themselves. */
const EXCEPT = ['query/sight.ts'];

export interface SightSite extends SourceSite {
  /** Which of the calls in its line, from 0. */
  readonly call: number;
}

export async function sightSites(): Promise<SightSite[]> {
  const sites = await sitesOf(SITE, { files: 'assembly/query/*.ts', except: EXCEPT });
  return sites.flatMap((site) => {
    const calls = [...site.text.matchAll(CALL)];
    return calls.map(([text], call) => ({ ...site, text: `${site.text} - ${text}`, call }));
  });
}

/** What the sequences find where a question is answered with yes; undefined for nothing. */
export function findBlind(
  site: SightSite,
  { seed, sequences }: { readonly seed: number; readonly sequences: number },
): Promise<string | undefined> {
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
  return findBlindBy(site, script);
}

/** What a script prints that asks the engine with a question answered with yes. */
export function findBlindBy(site: SightSite, script: string): Promise<string | undefined> {
  const leaveOut = (lines: string[]) => {
    let [number, parameters] = [0, ''];
    const line = lines[site.line] ?? '';
    lines[site.line] = line.replaceAll(CALL, (call, values: string) => {
      number += 1;
      if (number !== site.call + 1) return call;
      parameters = values
        .split(',')
        .map((_, index) => `_${index}: u32`)
        .join(', ');
      return call.replace(/^\w+/, 'seesAll');
    });
    lines.push('', `function seesAll(${parameters}): bool {`, '  return true;', '}', '');
  };
  return runAltered(site, leaveOut, script);
}
