/**
 * The operations of one connection, without a network: by the sync protocol (schema/sync.md), and
 * as graphql-transport-ws has them. They begin one after the other, and the next result of each is
 * asked for when what was sent before has been taken: a client that does not read holds no more
 * than was on its way to it.
 *
 *     waiting ── what was sent is taken ──▶ running ── its last result ──▶ complete
 *        └───────────────── is taken back ─────┴────────────────────────▶ stopped
 */

/** JSON, as text or as UTF-8. */
export type OperationResult = string | Uint8Array;

/** One operation under way. */
export interface Operation {
  /** Its next result; undefined after the last. Never rejects. */
  next(): Promise<OperationResult | undefined>;
  /** Whether it did not begin, and its one result says why. */
  readonly isRefused: boolean;
  /** Nobody waits for it any more. */
  stop(): void;
}

/** Who runs operations for one client, as it asks for them. */
export interface OperationSource<Asked> {
  /** Counts one more, with which so many are under way; answers why not, as a result. */
  refusal(count: number): OperationResult | undefined;
  /** Begins what is asked for, which it reads before it returns. */
  run(asked: Asked): Operation;
}

/** How a client, which gives each operation a name, is told of them. */
export interface OperationTeller<Id> {
  next(id: Id, result: OperationResult): void;
  /** It has not begun, and is over. */
  refused(id: Id, result: OperationResult): void;
  complete(id: Id): void;
  /** The client has taken it back. */
  stopped(id: Id): void;
  /** Whether what was sent has been taken, but for little. */
  readonly isTaken: boolean;
  /** Lets others run, and what they sent be counted. */
  turn(): Promise<void>;
}

interface Running<Id> {
  readonly id: Id;
  /** Once it has begun. */
  operation: Operation | undefined;
  isOver: boolean;
}

/** What is asked for, and what is called when that is needed no more. */
interface Asking<Asked> {
  readonly asked: Asked;
  readonly read: () => void;
}

export class ConnectionOperations<Id, Asked> {
  readonly #source: OperationSource<Asked>;
  readonly #teller: OperationTeller<Id>;
  readonly #running = new Map<Id, Running<Id>>();
  /** The last one to begin: as results that come at once are counted before the next are made. */
  #beginning: Promise<void> | undefined;
  readonly #waiting: (() => void)[] = [];
  #hasEnded = false;

  constructor(source: OperationSource<Asked>, teller: OperationTeller<Id>) {
    this.#source = source;
    this.#teller = teller;
  }

  /** Those that are not over. */
  get count(): number {
    return this.#running.size;
  }

  has(id: Id): boolean {
    return this.#running.has(id);
  }

  /** One that no operation under way has the name of. */
  begin(id: Id, asking: Asking<Asked>): void {
    const refusal = this.#source.refusal(this.#running.size + 1);
    if (refusal !== undefined) {
      asking.read();
      this.#teller.refused(id, refusal);
      return;
    }
    const running: Running<Id> = { id, operation: undefined, isOver: false };
    this.#running.set(id, running);
    const begun = this.#begin(running, asking, this.#beginning).finally(() => {
      if (this.#beginning === begun) this.#beginning = undefined;
    });
    this.#beginning = begun;
  }

  /** The client takes one back. One that is over already is none of its. */
  stop(id: Id): void {
    const running = this.#running.get(id);
    if (running === undefined) return;
    this.#finish(running);
    this.#teller.stopped(id);
    running.operation?.stop();
  }

  /** What was sent has been taken. */
  taken(): void {
    for (const resume of this.#waiting.splice(0)) resume();
  }

  /** Nobody hears of results any more. */
  end(): void {
    this.#hasEnded = true;
    for (const running of this.#running.values()) {
      running.isOver = true;
      running.operation?.stop();
    }
    this.#running.clear();
    this.taken();
  }

  async #begin(
    running: Running<Id>,
    { asked, read }: Asking<Asked>,
    before: Promise<void> | undefined,
  ): Promise<void> {
    await before;
    await this.#untilTaken();
    if (!running.isOver) running.operation = this.#source.run(asked);
    read();
    if (running.operation === undefined) return;
    void this.#follow(running, running.operation);
    await this.#teller.turn();
  }

  async #follow(running: Running<Id>, operation: Operation): Promise<void> {
    for (;;) {
      const result = await operation.next();
      if (running.isOver) return;
      if (result === undefined || operation.isRefused) return this.#last(running, result);
      this.#teller.next(running.id, result);
      await this.#untilTaken();
      if (running.isOver) return;
    }
  }

  #last(running: Running<Id>, refusal: OperationResult | undefined): void {
    this.#finish(running);
    if (refusal === undefined) this.#teller.complete(running.id);
    else this.#teller.refused(running.id, refusal);
  }

  #finish(running: Running<Id>): void {
    running.isOver = true;
    this.#running.delete(running.id);
  }

  async #untilTaken(): Promise<void> {
    while (!(this.#teller.isTaken || this.#hasEnded)) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }
}
