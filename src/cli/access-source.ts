/** Where the commands about permissions find a model and grants: a file of a store. */

import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { Model } from '../access/model.ts';
import type { Engine } from '../engine/engine.ts';
import { checkFiles } from './arguments.ts';
import { UsageError } from './usage-error.ts';

export interface SourceOptions {
  readonly store?: string;
}

/** Grants in the memory of an engine, and the models that were in force. */
export interface AccessSource {
  readonly engine: Engine;
  /** The newest of the authority chain. */
  readonly height: number;
  /** Undefined where none is in force. */
  readonly modelAt: (height: number) => Model | undefined;
}

/** Of a file the model stands at height 1, and each tuple one higher than the one before. */
const MODEL_HEIGHT = 1;

export function addSourceOptions(command: Command): Command {
  return command.addOption(
    new Option('--store <file>', 'model and tuples, as OpenFGA stores them (.fga.yaml)'),
  );
}

export async function openSource({ store }: SourceOptions, what: string): Promise<AccessSource> {
  if (store !== undefined) return openStore(store, what);
  const advice = 'Name a file with --store FILE.';
  throw new UsageError(`${what} expected a model and grants, got no --store`, advice);
}

async function openStore(file: string, what: string): Promise<AccessSource> {
  await checkFiles([file], what);
  const { GrantWriter } = await import('../access/grants.ts');
  const { parseStore } = await import('../access/store-file.ts');
  const { systemRandom } = await import('../base/random.ts');
  const { Engine } = await import('../engine/engine.ts');
  const readBeside = (path: string) => readFileSync(resolve(dirname(file), path), 'utf8');
  const store = parseStore(await readFile(file, 'utf8'), { file, readFile: readBeside });
  const engine = await Engine.create(new Uint8Array(32), systemRandom);
  const writer = new GrantWriter(engine);
  writer.install(store.model, undefined, MODEL_HEIGHT);
  let height = MODEL_HEIGHT;
  for (const tuple of store.tuples) {
    height += 1;
    writer.make([tuple], height);
  }
  const modelAt = (at: number) => (at < MODEL_HEIGHT ? undefined : store.model);
  return { engine, height, modelAt };
}
