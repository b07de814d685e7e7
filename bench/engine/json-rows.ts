/** JSON of nodes by id: the engine writes it in one call, or JavaScript makes objects of values. */

import { assert } from '../../src/base/assert.ts';
import { utf8 } from '../../src/base/bytes.ts';
import type { AddressedDelta } from '../../src/delta/delta.ts';
import { nodeIdByNumber } from '../../src/delta/node-id.ts';
import { PayloadWriter } from '../../src/delta/payload-writer.ts';
import type { Value } from '../../src/delta/value.ts';
import type { Engine, GroupCommit } from '../../src/engine/engine.ts';
import type { Plan } from '../../src/engine/plan.ts';
import { EngineView } from '../../src/engine/view.ts';
import type { BenchRow } from '../measure.ts';
import type { CommitMaker } from './commit-maker.ts';
import { answerOf, callOf, propertyMember, type Runner, runnerOf } from './plan-runner.ts';
import type { Stage } from './stage.ts';
import { WasmContender } from './wasm-contender.ts';
import { expectSame, measureRepeated } from './windows.ts';

const TYPE = 'City';
const NODES = 1_000;
const TIMES = 20;
const JAVASCRIPT_RATIO_MIN = 10;
const JAVASCRIPT = 'objects of values and JSON.stringify';

/** Two texts, an int64, a float64 and a boolean. */
const FIELDS: Readonly<Record<string, (number: number) => Value>> = {
  name: (number) => `City ${number}`,
  country: (number) => `a country with a longer name, ${number % 200}`,
  population: (number) => BigInt(number * 7_919),
  latitude: (number) => (number * 1_237) / 1_000 - 90,
  isCapital: (number) => number % 7 === 0,
};
const NAMES = Object.keys(FIELDS);

/** In a space of their own: last on a stage, whose C++ version gives its graph up for it. */
export async function measureJson({ maker, native, size }: Stage): Promise<BenchRow[]> {
  const wasm = new WasmContender();
  const cities = citiesOf(maker);
  for (const contender of [wasm, ...(native === undefined ? [] : [native])]) {
    await contender.start(maker.space);
    await contender.apply([cities.commit]);
  }
  const { engine } = wasm;
  const { ids } = cities;
  const plan = planOf(ids);
  const javaScript = runnerOf(JAVASCRIPT, { times: TIMES, bytes: bytesByObjects(engine, ids) });
  const runners: Runner[] = [
    runnerOf('engine', { times: TIMES, bytes: callOf(engine, plan) }),
    javaScript,
  ];
  if (native !== undefined) {
    const query = { ids: utf8(ids.join('')), times: TIMES };
    runners.push({ name: native.name, run: () => native.cities(query) });
  }
  const [json, expected] = [callOf(engine, plan)(), bytesByObjects(engine, ids)()];
  expectSame(Buffer.from(json).toString(), Buffer.from(expected).toString());
  const operations = NODES * NAMES.length * TIMES;
  const work = { operations, run: (runner: Runner) => runner.run() };
  const windows = await measureRepeated(runners, size, work);
  const name = `JSON of ${NODES} nodes x ${NAMES.length} fields`;
  const written = [runnerOf('engine', { times: TIMES, bytes: answerOf(engine, plan) }), javaScript];
  return [
    ...windows.rows(`${name}: fields`, { ratios: { [JAVASCRIPT]: JAVASCRIPT_RATIO_MIN } }),
    ...(await measureRepeated(written, size, work)).rows(`${name}, the plan written too: fields`),
  ];
}

interface CitiesCommit {
  readonly ids: string[];
  readonly commit: GroupCommit;
}

function citiesOf(maker: CommitMaker): CitiesCommit {
  const { space, author } = maker;
  const ids: string[] = [];
  const deltas: AddressedDelta[] = [];
  for (let number = 0; number < NODES; number += 1) {
    const id = nodeIdByNumber({ space, author, type: TYPE, number: BigInt(number) });
    const subject = { element: 'node', id } as const;
    ids.push(id);
    deltas.push({
      subject,
      delta: { operation: 'createNode', type: TYPE, number: BigInt(number) },
    });
    for (const [path, valueFor] of Object.entries(FIELDS)) {
      deltas.push({ subject, delta: { operation: 'set', path, value: valueFor(number) } });
    }
  }
  const payload = new PayloadWriter();
  payload.add({ id: maker.random.bytes(16), actor: 'user:bench', deltas });
  return { ids, commit: maker.commit(payload.finish(), payload.transactionCount) };
}

function planOf(ids: readonly string[]): Plan {
  const item = { members: NAMES.map((name) => propertyMember(name)) };
  const rows = { source: { kind: 'ids', ids }, keepsOrder: true } as const;
  return { members: [{ name: 'cities', shape: { kind: 'list', rows, item } }] };
}

/** What a resolver would do with the same engine. */
function bytesByObjects(engine: Engine, ids: readonly string[]): () => Uint8Array {
  const view = new EngineView(engine);
  return () => {
    const cities = ids.map((id) => {
      const node = view.nodeById(id);
      assert(node !== undefined, 'a city of a bench is there');
      return {
        name: view.nodeValue(node, 'name'),
        country: view.nodeValue(node, 'country'),
        population: Number(view.nodeValue(node, 'population')),
        latitude: view.nodeValue(node, 'latitude'),
        isCapital: view.nodeValue(node, 'isCapital'),
      };
    });
    return Buffer.from(JSON.stringify({ cities }));
  };
}
