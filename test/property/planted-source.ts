/** A mistake: one text of the source in the place of another. Random sequences must find it out. */

import { runInCopy } from './planted-copy.ts';

export interface PlantedMistake {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** A file of this folder, and what it exports: a sequence and what counts for it. */
export interface MistakeSearch {
  readonly file: string;
  readonly run: string;
  readonly tally: string;
  readonly seed: number;
  readonly sequences: number;
}

/** What the sequences find; undefined when they find nothing. */
export function findMistake(
  { file, from, to }: PlantedMistake,
  { seed, sequences, ...search }: MistakeSearch,
): Promise<string | undefined> {
  const change = (text: string) => text.replace(from, () => to);
  const script = `
    const { ${search.tally}, ${search.run} } = await import('./test/property/${search.file}');
    for (let seed = ${seed}; seed < ${seed + sequences}; seed++) {
      const difference = await ${search.run}(seed, new ${search.tally}()).catch(String);
      if (difference === undefined) continue;
      console.log(\`seed \${seed}: \${difference}\`);
      process.exit();
    }`;
  return runInCopy({ file, change, isOfEngine: file.startsWith('assembly/') }, script);
}
