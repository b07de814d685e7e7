/** Each rule is shown files that break it, and files that only look as if they did. */

import { describe, expect, test } from 'vitest';
import {
  badNames,
  importCycles,
  leftovers,
  longFiles,
  longFunctions,
  upwardImports,
  wideLines,
} from './rules.ts';
import { functionSpans, importPaths, maskText } from './source-text.ts';

describe('layers', () => {
  test('an import of a higher layer is found, a type too', () => {
    expect(upwardImports([file('src/base/a.ts', "import { b } from '../space/b.ts';")])).toEqual([
      'src/base/a.ts imports src/space/b.ts: space is above base',
    ]);
    expect(
      upwardImports([file('src/log/a.ts', "import type { B } from '../server/b.ts';")]),
    ).toHaveLength(1);
    expect(
      upwardImports([file('assembly/graph/a.ts', "import { b } from '../delta/b.ts';")]),
    ).toEqual(['assembly/graph/a.ts imports assembly/delta/b.ts: delta is above graph']);
    expect(upwardImports([file('assembly/abi.ts', "import './memory/b.ts';")])).toHaveLength(1);
  });

  test('imports of the same or a lower layer pass', () => {
    const text = "import '../base/a.ts'; import './b.ts'; import 'node:fs';";
    expect(upwardImports([file('src/space/a.ts', text)])).toEqual([]);
    expect(upwardImports([file('assembly/delta/a.ts', "import '../merkle/b.ts';")])).toEqual([]);
  });

  test('a folder that has no place among the layers is found', () => {
    expect(upwardImports([file('src/extra/a.ts', "import '../base/b.ts';")])).toHaveLength(1);
    expect(upwardImports([file('src/space/a.ts', "import '../extra/b.ts';")])).toHaveLength(1);
  });

  test('src and assembly share the numbers of abi.ts and nothing else', () => {
    const imports = (path: string, target: string): string[] =>
      upwardImports([file(path, `import '${target}';`)]);
    expect(imports('src/engine/a.ts', '../../assembly/abi.ts')).toEqual([]);
    expect(imports('src/engine/a.ts', '../../assembly/memory/b.ts')).toHaveLength(1);
    expect(imports('assembly/memory/a.ts', '../../src/base/b.ts')).toHaveLength(1);
    expect(imports('src/cli/massive-graph.js', '../../assembly/build.js')).toEqual([]);
    expect(imports('src/cli/main.ts', '../../assembly/build.js')).toHaveLength(1);
  });

  test('src imports neither tests nor benches', () => {
    expect(upwardImports([file('src/cli/a.ts', "import '../../test/b.ts';")])).toHaveLength(1);
    expect(upwardImports([file('src/cli/a.ts', "import '../../bench/b.ts';")])).toHaveLength(1);
  });
});

describe('cycles', () => {
  test('a cycle of three files is found once', () => {
    const cycle = [
      file('src/base/a.ts', "import './b.ts';"),
      file('src/base/b.ts', "import type { C } from './c.ts';"),
      file('src/base/c.ts', "export { a } from './a.ts';"),
    ];
    expect(importCycles(cycle)).toEqual([
      'src/base/a.ts -> src/base/b.ts -> src/base/c.ts -> src/base/a.ts',
    ]);
  });

  test('a file that imports itself is found', () => {
    expect(importCycles([file('test/a.ts', "import './a.ts';")])).toHaveLength(1);
  });

  test('two ways to one file are no cycle', () => {
    const diamond = [
      file('src/base/a.ts', "import './b.ts'; import './c.ts';"),
      file('src/base/b.ts', "import './d.ts';"),
      file('src/base/c.ts', "import './d.ts';"),
      file('src/base/d.ts', ''),
    ];
    expect(importCycles(diamond)).toEqual([]);
  });
});

describe('size', () => {
  test('a line of 101 columns is found, one of 100 is not', () => {
    expect(wideLines([file('src/base/a.ts', `\n${'x'.repeat(101)}`)])).toEqual([
      'src/base/a.ts:2: 101 columns, at most 100',
    ]);
    expect(wideLines([file('src/base/a.ts', 'é'.repeat(100))])).toEqual([]);
  });

  test.each([
    ['a function', 'export function a(b: number): Promise<{ c: number }> {', '}'],
    [
      'a method',
      'class A {\n  async a<T>(b: (c: T) => void): Promise<Map<string, () => T>> {',
      '}}',
    ],
    ['an arrow function', 'const a = async (b: string): Promise<void> => {', '};'],
    ['an arrow function with a bracketed result', 'const a = () => (', ');'],
    ['a callback', "test('name', async () => {", '});'],
    ['a getter', 'const a = { get b(): number {', '} };'],
  ])('%s of 71 lines is found, one of 70 is not', (_name, head, tail) => {
    const withLines = (count: number): string => `${head}\n${'// line\n'.repeat(count - 2)}${tail}`;
    expect(longFunctions([file('src/base/a.ts', withLines(71))])).toHaveLength(1);
    expect(longFunctions([file('src/base/a.ts', withLines(70))])).toEqual([]);
  });

  test('blocks, classes and the callbacks of describe are no functions', () => {
    const lines = 'b();\n'.repeat(100);
    const texts = [
      `if (a(b)) {\n${lines}}`,
      `for await (const a of b) {\n${lines}}`,
      `class A extends B {\n${lines.replaceAll('()', '')}}`,
      `describe('a (b) {', () => {\n${lines}});`,
      `describe.skip('a', async () => {\n${lines}});`,
      `const a = b ? c(d) : { e: [\n${lines.replaceAll(';', ',')}] };`,
    ];
    for (const text of texts) expect(longFunctions([file('test/a.ts', text)])).toEqual([]);
  });

  test('a long test within describe is found', () => {
    const text = `describe('a', () => {\n  test('b', () => {\n${'c();\n'.repeat(70)}  });\n});`;
    expect(longFunctions([file('test/a.ts', text)])).toEqual(['test/a.ts:2: 72 lines, at most 70']);
  });

  test('a file of 451 lines is found unless it is listed, and a stale listing too', () => {
    const long = file('src/base/a.ts', 'b();\n'.repeat(451));
    expect(longFiles([long])).toHaveLength(1);
    expect(longFiles([long], ['src/base/a.ts'])).toEqual([]);
    expect(longFiles([file('src/base/a.ts', '')], ['src/base/a.ts'])).toHaveLength(1);
  });
});

describe('leftovers and names', () => {
  test('a note to self is found in comments too', () => {
    const word = ['TO', 'DO'].join('');
    expect(leftovers([file('bench/a.ts', `a();\n// ${word}: b`)])).toEqual([
      `bench/a.ts:2: ${word}`,
    ]);
  });

  test('printing is found outside the command line and the benches', () => {
    const text = 'console.log(1);\n// console.log(2)';
    expect(leftovers([file('src/space/a.ts', text)])).toEqual(['src/space/a.ts:1: console.log']);
    expect(leftovers([file('src/cli/a.ts', text), file('bench/a.ts', text)])).toEqual([]);
  });

  test.each([
    'src/base/someName.ts',
    'src/base/some_name.ts',
    'src/Base/name.ts',
    'src/base/utils.ts',
    'src/base/index.ts',
  ])('%s is a bad name', (path) => {
    expect(badNames([file(path, '')])).toHaveLength(1);
  });

  test.each(['src/base/some-name.ts', 'assembly/index.ts', 'test/unit/a-b.test.ts'])(
    '%s is a good name',
    (path) => {
      expect(badNames([file(path, '')])).toEqual([]);
    },
  );
});

describe('reading of the source', () => {
  test('all forms of import are seen, and none in comments or strings', () => {
    const text = `import a from './a.ts';\nimport {\n  b,\n} from "./b.ts";\nimport './c.ts';
export { d } from './d.ts';\nconst e = await import('./e.ts');\n// import './no.ts'
const f = "import './no.ts'"; const g = \`import './no.ts'\`;`;
    expect(importPaths(text)).toEqual(['./a.ts', './b.ts', './c.ts', './d.ts', './e.ts']);
  });

  test('code within templates is code, and text around it is not', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text, not a template.
    const masked = maskText('`a ${b({ c: `d` })} }` + e');
    expect(masked).toBe('     b({ c: ` ` })     + e');
  });

  test('patterns are told from divisions', () => {
    expect(maskText('a / b / c')).toBe('a / b / c');
    expect(maskText('(a) / b; return /["{]/g')).toBe('(a) / b; return        ');
    expect(maskText('f(/[/"]\\//, 1)')).toBe('f(        , 1)');
  });

  test('a function is counted from its parameters to its end', () => {
    expect(functionSpans('\nfunction a(\n  b: number,\n): void {\n  c("}");\n}\n')).toEqual([
      { line: 2, lineCount: 5 },
    ]);
  });
});

function file(path: string, text: string): { path: string; text: string } {
  return { path, text };
}
