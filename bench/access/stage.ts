/** An engine with the documents of a company and its grants, for callers to read. */

import { callerOf } from '../../src/access/caller.ts';
import { GrantWriter } from '../../src/access/grants.ts';
import { utf8 } from '../../src/base/bytes.ts';
import type { AddressedDelta } from '../../src/delta/delta.ts';
import { PayloadWriter } from '../../src/delta/payload-writer.ts';
import type { CallerView } from '../../src/engine/caller-view.ts';
import { Engine } from '../../src/engine/engine.ts';
import { EngineView } from '../../src/engine/view.ts';
import { SeededRandom } from '../engine/seeded-random.ts';
import { AUTHOR, type Company, MODEL, SPACE, userOf } from './company.ts';

const GRANTS_TOGETHER = 50_000;
const TRANSACTION_DELTAS = 10_000;
const NOW = '2026-07-01T00:00:00Z';

export class AccessStage {
  readonly company: Company;
  readonly engine: Engine;
  readonly view: EngineView;
  readonly writer: GrantWriter;
  /** Of what was granted last. */
  height = 1;

  private constructor(company: Company, engine: Engine) {
    this.company = company;
    this.engine = engine;
    this.view = new EngineView(engine);
    this.writer = new GrantWriter(engine);
    this.writer.install(MODEL, undefined, this.height);
  }

  static async load(company: Company): Promise<AccessStage> {
    const engine = await Engine.create(SPACE, new SeededRandom(7));
    applyAll(engine, [...company.deltas()]);
    const stage = new AccessStage(company, engine);
    const tuples = [...company.tuples()];
    for (let first = 0; first < tuples.length; first += GRANTS_TOGETHER) {
      stage.writer.make(tuples.slice(first, first + GRANTS_TOGETHER), stage.height);
    }
    return stage;
  }

  /** The graph as a user sees it now. */
  as(user: number): CallerView {
    const subject = userOf(user);
    return this.view.as(
      callerOf({
        subject,
        inForce: () => ({ model: MODEL, height: this.height }),
        milliseconds: Date.parse(NOW),
      }),
    );
  }
}

function applyAll(engine: Engine, deltas: readonly AddressedDelta[]): void {
  for (let at = 0; at < deltas.length; at += TRANSACTION_DELTAS) {
    const payload = new PayloadWriter();
    const id = Buffer.from(`${at}`.padStart(16, '0'));
    payload.add({ id, actor: 'user:a', deltas: deltas.slice(at, at + TRANSACTION_DELTAS) });
    const hash = new Uint8Array(32);
    hash.set(utf8(`${at}`));
    const clock = BigInt(at + 1) << 16n;
    const payloadBytes = payload.finish();
    engine.prepare([{ payloadBytes, clock, author: AUTHOR, hash, transactionCount: 1 }]);
    engine.apply();
  }
}
