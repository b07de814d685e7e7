import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  badNames,
  importCycles,
  leftovers,
  longFiles,
  longFunctions,
  upwardImports,
  wideLines,
} from './rules.ts';
import type { SourceFile } from './source-text.ts';

const FOLDERS = ['src', 'assembly', 'test', 'bench', 'examples'];
/** Made by a tool. */
const GENERATED = 'graphql-env.d.ts';
/** One state machine each, whole on purpose. */
const WHOLE_ON_PURPOSE: readonly string[] = ['assembly/index.ts'];

const root = new URL('../../', import.meta.url);
const files = FOLDERS.flatMap((folder) => readFiles(folder));
const code = files.filter((file) => !file.path.endsWith('.cpp'));

test('the source is found', () => {
  for (const folder of FOLDERS) {
    expect(files.some((file) => file.path.startsWith(`${folder}/`))).toBe(true);
  }
});

test('imports point down the layers', () => {
  expect(upwardImports(code)).toEqual([]);
});

test('no file imports itself through others', () => {
  expect(importCycles(code)).toEqual([]);
});

test('lines have at most 100 columns', () => {
  expect(wideLines(files)).toEqual([]);
});

test('functions have at most 70 lines', () => {
  expect(longFunctions(code)).toEqual([]);
});

test('files have at most 450 lines, but for those that are whole on purpose', () => {
  expect(longFiles(files, WHOLE_ON_PURPOSE)).toEqual([]);
});

test('no leftovers of the work: notes to self, printing', () => {
  expect(leftovers(code)).toEqual([]);
});

test('files are named for what is in them, in kebab-case', () => {
  expect(badNames(files)).toEqual([]);
});

function readFiles(folder: string): SourceFile[] {
  return readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
    .map((entry) => `${folder}/${entry.replaceAll('\\', '/')}`)
    .filter((path) => /\.(?:ts|js|cpp)$/.test(path) && !path.includes('/node_modules/'))
    .filter((path) => !path.endsWith(`/${GENERATED}`))
    .sort()
    .map((path) => ({ path, text: readFileSync(new URL(path, root), 'utf8') }));
}
