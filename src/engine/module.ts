/**
 * The engine's module, compiled once in a process, and the memory that its instances share: one
 * instance writes the graph, those of other threads hash and check what is to come, each in scratch
 * of its own and in the room behind the commits that it was given.
 */

import { readFile } from 'node:fs/promises';
import { IMAGE_HEAD_BYTES, IMAGE_START } from '../../assembly/abi.ts';
import { SPACE_MEMORY_BYTES_MAX } from '../base/limits.ts';
import type { EngineExports } from './exports.ts';

const ENGINE_URL = new URL('../../build/engine.wasm', import.meta.url);
export const PAGE_BYTES = 65_536;

let compiled: Promise<WebAssembly.Module> | undefined;

export function engineModule(): Promise<WebAssembly.Module> {
  compiled ??= readFile(ENGINE_URL).then((bytes) => WebAssembly.compile(new Uint8Array(bytes)));
  return compiled;
}

/** A fresh memory, zero, with room for the head of an image, that may grow to so many bytes. */
export function engineMemory(bytesMax: number = SPACE_MEMORY_BYTES_MAX): WebAssembly.Memory {
  const initial = (IMAGE_START + IMAGE_HEAD_BYTES) / PAGE_BYTES;
  return new WebAssembly.Memory({
    initial,
    maximum: Math.floor(bytesMax / PAGE_BYTES),
    shared: true,
  });
}

/**
 * An instance over a memory, with the address of a work area that no other instance has; `module`
 * where another thread has compiled it.
 */
export async function instantiateEngine(
  memory: WebAssembly.Memory,
  workArea: number,
  module?: WebAssembly.Module,
): Promise<EngineExports> {
  const instance = await WebAssembly.instantiate(module ?? (await engineModule()), {
    env: { memory },
    work: { address: workArea },
  });
  return instance.exports as unknown as EngineExports;
}
