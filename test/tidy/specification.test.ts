/** Rules of schema/*.md have one meaning each, and tests name rules that there are. */

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DEFINED = /\*\*\[([A-Z]{1,2}\d+)\]\*\*/g;
/** A text that begins with rules is the name of a test or of a group. */
const NAMED = /\(\s*['"`]((?:\[[A-Z]{1,2}\d+\][–, ]*)+)/g;

function matches(text: string, form: RegExp): string[] {
  return [...text.matchAll(form)].map(([, found = '']) => found);
}

function textsOf(pattern: string): [string, string][] {
  const paths = globSync(pattern, { cwd: ROOT }).sort();
  return paths.map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]);
}

/** Rules that are defined more than once. */
function doubled(specifications: readonly string[]): string[] {
  const rules = specifications.flatMap((text) => matches(text, DEFINED));
  return rules.filter((rule, index) => rules.indexOf(rule) !== index);
}

/** Rules that names of tests begin with, and that no specification has. */
function unknown(specifications: readonly string[], tests: string): string[] {
  const rules = new Set(specifications.flatMap((text) => matches(text, DEFINED)));
  const named = matches(tests, NAMED).flatMap((names) => matches(names, /\[([A-Z]{1,2}\d+)\]/g));
  return named.filter((rule) => !rules.has(rule));
}

describe('the rules of the specifications', () => {
  const specifications = textsOf('schema/*.md').map(([, text]) => text);

  test('have numbers of their own', () => {
    expect(specifications.flatMap((text) => matches(text, DEFINED)).length).toBeGreaterThan(150);
    expect(doubled(specifications)).toEqual([]);
    expect(doubled(['- **[A1]** one', '- **[A2]** two\n- **[A1]** another'])).toEqual(['A1']);
  });

  test('are there where a test names them', () => {
    const tests = textsOf('test/**/*.ts');
    expect(tests.flatMap(([, text]) => matches(text, NAMED)).length).toBeGreaterThan(200);
    const wrong = tests.flatMap(([path, text]) =>
      unknown(specifications, text).map((rule) => `${path}: ${rule}`),
    );
    expect(wrong).toEqual([]);
    const planted = `${'test'}('[A1] [A3]–[A9] holds', () => {});`;
    expect(unknown(['- **[A1]** one\n- **[A3]** three'], planted)).toEqual(['A9']);
  });
});
