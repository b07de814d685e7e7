/** Yjs, a document in this process: a map of records, each a map. A change is a transaction. */

import { type EventPeer, HeardNumbers, UNSET } from './event-work.ts';

interface SharedMap {
  get(key: string): unknown;
  set(key: string, value: unknown): unknown;
  observe(listener: (event: MapEvent) => void): void;
  observeDeep(listener: (events: readonly MapEvent[]) => void): void;
}

interface MapEvent {
  readonly target: SharedMap;
}

/** The part of the module that is used here. */
export interface Yjs {
  readonly Doc: new () => {
    getMap(name: string): SharedMap;
    transact(work: () => void): void;
  };
  readonly Map: new () => SharedMap;
}

export class YjsPeer implements EventPeer {
  readonly #all: SharedMap;
  readonly #changed: readonly SharedMap[];
  readonly #heard = new HeardNumbers();
  #made = 0;

  private constructor(all: SharedMap, changed: readonly SharedMap[]) {
    this.#all = all;
    this.#changed = changed;
  }

  /** Observes one of the records, which alone is changed. */
  static ofOne(yjs: Yjs, count: number): YjsPeer {
    const { all, records } = recordsOf(yjs, count);
    const observed = records.slice(0, 1);
    const peer = new YjsPeer(all, observed);
    for (const record of observed) record.observe((event) => peer.#take(event));
    return peer;
  }

  /** Observes all records, which are changed in turn. */
  static ofAll(yjs: Yjs, count: number): YjsPeer {
    const { all, records } = recordsOf(yjs, count);
    const peer = new YjsPeer(all, records);
    peer.#all.observeDeep((events) => {
      for (const event of events) peer.#take(event);
    });
    return peer;
  }

  change(count: number): void {
    for (const end = this.#made + count; this.#made < end; this.#made++) {
      this.#changed[this.#made % this.#changed.length]?.set('hits', this.#made);
    }
    this.#heard.expect(this.#made);
  }

  #take({ target }: MapEvent): void {
    this.#heard.take(target.get('hits'));
  }
}

function recordsOf(yjs: Yjs, count: number): { all: SharedMap; records: readonly SharedMap[] } {
  const document = new yjs.Doc();
  const all = document.getMap('records');
  const records = Array.from({ length: count }, () => new yjs.Map());
  document.transact(() => {
    for (const [index, record] of records.entries()) {
      record.set('hits', UNSET);
      all.set(`k${index}`, record);
    }
  });
  return { all, records };
}
