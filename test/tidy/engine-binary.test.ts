import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { engineIsStale } from '../../assembly/build.js';
import { summariseWasm } from './wasm-binary.ts';

const ENGINE_BYTES_MAX = 200 * 1024;

describe('build/engine.wasm', () => {
  const read = (): Uint8Array<ArrayBuffer> =>
    new Uint8Array(readFileSync(new URL('../../build/engine.wasm', import.meta.url)));

  test('the engine is newer than its sources', async () => {
    expect(await engineIsStale()).toBe(false);
  });

  test('[P6] the engine imports its memory and the place where it works in it, no more', () => {
    // A number is taken for a global that never changes only.
    expect(summariseWasm(read()).imports).toEqual(['work.address', 'env.memory']);
  });

  test('[P6] no global of the engine is mutable, so all state is in its memory', () => {
    expect(summariseWasm(read()).mutableGlobals).toEqual([]);
  });

  test('the engine stays within its budget of bytes', () => {
    expect(read().length).toBeLessThanOrEqual(ENGINE_BYTES_MAX);
  });
});

describe('the reading of a binary', () => {
  const constantI32 = [0x7f, 0x00, 0x41, 0x2a, 0x0b];
  const mutableI32 = [0x7f, 0x01, 0x41, 0x80, 0x7f, 0x0b];
  const constantF32 = [0x7d, 0x00, 0x43, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b];
  const constantF64 = [0x7c, 0x00, 0x44, 0, 0, 0, 0, 0, 0, 0, 0x0b, 0x0b];
  const constantV128 = [0x7b, 0x00, 0xfd, 0x0c, ...new Array<number>(16).fill(0x0b), 0x0b];

  test('a mutable global is found among constant ones of every type', () => {
    const bytes = moduleOf([
      section(6, [
        5,
        ...constantI32,
        ...constantF32,
        ...constantF64,
        ...constantV128,
        ...mutableI32,
      ]),
    ]);
    expect(summariseWasm(bytes)).toEqual({ imports: [], globalCount: 5, mutableGlobals: [4] });
  });

  test('a module without a mutable global has none', () => {
    const bytes = moduleOf([section(6, [1, ...constantI32])]);
    expect(summariseWasm(bytes)).toEqual({ imports: [], globalCount: 1, mutableGlobals: [] });
  });

  test('an import is found', () => {
    const signature = section(1, [1, 0x60, 0, 0]);
    const bytes = moduleOf([signature, section(2, [1, 1, 0x61, 1, 0x62, 0, 0])]);
    expect(summariseWasm(bytes).imports).toEqual(['a.b']);
  });
});

function moduleOf(sections: readonly (readonly number[])[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections.flat()]);
}

function section(id: number, content: readonly number[]): number[] {
  return [id, content.length, ...content];
}
