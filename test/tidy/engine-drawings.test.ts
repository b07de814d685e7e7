/** The numbers that assembly/README.md draws are those that the engine is built with. */

import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const ENGINE = new URL('../../assembly/', import.meta.url);

/** What the drawings say, and the constant of the engine that it has to equal. */
const DRAWN: readonly (readonly [drawn: RegExp, constant: string])[] = [
  [/constants of the compiler.*\n +([\d,]+) /, 'abi STAGING_START'],
  [/scratch of other threads.*\n +([\d,]+) /, 'abi SNAPSHOT_START'],
  [/running snapshot needs.*\n +([\d,]+) /, 'abi IMAGE_START'],
  [/slab directories.*\n +\+ ([\d,]+) /, 'abi IMAGE_HEAD_BYTES'],
  [/and (\d+) bits of row/, 'abi ROW_BITS'],
  [/ node (\d+) B /, 'elements NODE_BYTES'],
  [/ edge (\d+) B /, 'elements EDGE_BYTES'],
  [/ cell (\d+) B /, 'cells CELL_BYTES'],
  [/ 1 to (\d+) cells /, 'cells CELLS_MAX'],
  [/ transaction (\d+) B /, 'writers TRANSACTION_BYTES'],
  [/ commit (\d+) B /, 'writers COMMIT_BYTES'],
  [/ symbol (\d+) B /, 'symbols SYMBOL_BYTES'],
  [/ declared (\d+) B /, 'declared DECLARED_BYTES'],
  [/paths u32 × (\d+)/, 'abi INDEX_PATHS_MAX'],
  [/ object (\d+) B /, 'objects OBJECT_BYTES'],
  [/ set (\d+) B /, 'objects SET_BYTES'],
  [/ grant (\d+) B /, 'grants GRANT_BYTES'],
  [/for each of (\d+) pools/, 'pool POOL_COUNT'],
  [/ part (\d+) B /, 'hash-part PART_BYTES'],
  [/ addresses of (\d+) or 3 pages/, 'hash-part PART_PAGES_MIN'],
  [/ addresses of 2 or (\d+) pages/, 'hash-part PART_PAGES_MAX'],
  [/ bucket (\d+) B /, 'hash-part BUCKET_BYTES'],
  [/ (\d+) tags,/, 'hash-part BUCKET_SLOTS'],
  [/ (\d+) entries: row number/, 'hash-part BUCKET_SLOTS'],
  [/partition 4 bits, row (\d+) bits/, 'hash-index INDEXED_ROW_BITS'],
  [/forms 0 to 5: .* (\d+) B of entries/, 'edge-list SMALL_BYTES_MAX'],
  [/from (\d+) B doubling/, 'edge-list LONG_BYTES_MIN'],
  [/; (\d+) entries of 16 bytes/, 'sorted-index LEAF_ENTRIES'],
  [/; 63 entries of (\d+) bytes/, 'sorted-index ENTRY_BYTES'],
  [/; (\d+) and their children/, 'sorted-index INNER_ENTRIES'],
];

/** Rows whose drawing ends with its size: the number below the last line of the box. */
const BOXES = ['node', 'edge', 'cell'];

test('the drawings say the sizes that the build asserts', () => {
  expect(differencesOf(drawings())).toEqual([]);
});

test.each(DRAWN)('a drawing that says otherwise is found: %s', (drawn, constant) => {
  const altered = drawings().replace(drawn, (text, number: string) => {
    return text.replace(number, `${numberOf(number) + 1}`);
  });
  expect(differencesOf(altered).join()).toContain(constant);
});

function drawings(): string {
  return readFileSync(new URL('README.md', ENGINE), 'utf8');
}

function differencesOf(text: string): string[] {
  const constants = constantsOfTheEngine();
  const differences: string[] = [];
  for (const [drawn, constant] of DRAWN) {
    const number = drawn.exec(text)?.[1];
    const built = constants.get(constant);
    if (number === undefined || numberOf(number) !== built) {
      differences.push(`${constant} is ${built}, drawn as ${number}`);
    }
  }
  for (const name of BOXES) {
    const box = new RegExp(` ${name} (\\d+) B [^]*?\\n +(\\d+) └`).exec(text);
    if (box?.[1] !== box?.[2]) differences.push(`the box of a ${name} ends at ${box?.[2]}`);
  }
  return differences;
}

function numberOf(text: string): number {
  return Number(text.replaceAll(',', ''));
}

/** By the name of the file and the name of the constant. */
function constantsOfTheEngine(): Map<string, number> {
  const constants = new Map<string, number>();
  for (const path of readdirSync(ENGINE, { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.ts')) continue;
    const file = path.replace(/^.*\//, '').replace('.ts', '');
    const source = readFileSync(new URL(path, ENGINE), 'utf8');
    for (const [, name, value = ''] of source.matchAll(
      /^(?:export )?const (\w+): \w+ = (.+);$/gm,
    )) {
      const shift = /^1 << (\w+)$/.exec(value)?.[1];
      const number = shift ? 2 ** (constants.get(`${file} ${shift}`) ?? 0) : Number(value);
      if (!Number.isNaN(number)) constants.set(`${file} ${name}`, number);
    }
  }
  return constants;
}
