/** The engine with a mistake in what it keeps for images, which random groups must find out. */

import { runInCopy } from './planted-copy.ts';

export interface ImageSite {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const MERGE = 'assembly/delta/merge.ts';
const UNDO = 'assembly/delta/undo.ts';

export function imageSites(): readonly ImageSite[] {
  return [
    { name: 'where a blob is freed at once', file: MERGE, from: 'row.fill(', to: 'row.put(' },
    {
      name: 'where a create is not undone',
      file: MERGE,
      from: 'if (subject.undo != 0) noteExistence(subject, false, 0);',
      to: '',
    },
    {
      name: 'where a delete is not undone',
      file: MERGE,
      from: 'if (subject.undo != 0) noteExistence(subject, true, known);',
      to: '',
    },
    {
      name: 'where an increment is not undone',
      file: MERGE,
      from: 'if (subject.undo != 0 && !isNew) noteCell(subject, path, cell);',
      to: '',
    },
    {
      name: 'where replaced blobs are never freed',
      file: UNDO,
      from: 'freeBlob(<u32>undo.value);',
      to: '{}',
    },
    {
      name: 'where an edge shows without its ends',
      file: UNDO,
      from: 'return isNodeVisible(edge.from) && isNodeVisible(edge.to);',
      to: 'return true;',
    },
  ];
}

/** What the sequences find; undefined when they find nothing. */
export function findImages(
  { file, from, to }: ImageSite,
  { seed, sequences }: { readonly seed: number; readonly sequences: number },
): Promise<string | undefined> {
  const change = (text: string) => text.replace(from, () => to);
  const script = `
    const { ImagesTally, runImages } = await import('./test/property/images-sequence.ts');
    for (let seed = ${seed}; seed < ${seed + sequences}; seed++) {
      const difference = await runImages(seed, new ImagesTally()).catch(String);
      if (difference === undefined) continue;
      console.log(\`seed \${seed}: \${difference}\`);
      process.exit();
    }`;
  return runInCopy({ file, change, isOfEngine: true }, script);
}
