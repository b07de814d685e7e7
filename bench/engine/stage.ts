/** A graph of one size in the engine and its C++ version, and what rows are measured on it. */

import type { GroupCommit } from '../../src/engine/engine.ts';
import { CommitMaker } from './commit-maker.ts';
import type { Contender } from './contender.ts';
import { NativeContender } from './native-contender.ts';
import { RandomGraph } from './random-graph.ts';
import { SeededRandom } from './seeded-random.ts';
import { WasmContender } from './wasm-contender.ts';
import { countText, expectSame, type WindowSize } from './windows.ts';

const SEED = 42;
const COMMITS_TOGETHER = 256;

export interface GraphSize {
  readonly nodes: number;
  readonly edges: number;
}

export interface EngineBenchSize extends WindowSize {
  /** Where deltas are applied. */
  readonly large: GraphSize;
  /** What is loaded and read; its ids are inserted, and a space grows to its nodes. */
  readonly middle: GraphSize;
  readonly small: GraphSize;
  /** Nodes of one space as it grows, with twice as many edges. */
  readonly growth: readonly number[];
  /** Of one window of the mix, and edges of one window. */
  readonly deltas: number;
  /** Lookups, and nodes to expand, in one run. */
  readonly reads: number;
}

export class Stage implements AsyncDisposable {
  readonly size: EngineBenchSize;
  readonly maker = new CommitMaker(new SeededRandom(SEED));
  readonly graph: RandomGraph;
  readonly wasm = new WasmContender();
  /** The engine first; then what it is compared with, where that could be built. */
  readonly contenders: readonly [Contender, ...Contender[]];
  /** The C++ version, where that could be built. */
  readonly native: NativeContender | undefined;
  readonly #edges: number;

  /** `program` is the C++ version, compiled. */
  constructor(size: EngineBenchSize, { nodes, edges }: GraphSize, program: string | undefined) {
    this.size = size;
    this.graph = new RandomGraph(nodes, this.maker);
    this.native = program === undefined ? undefined : new NativeContender(program);
    this.contenders = this.native === undefined ? [this.wasm] : [this.wasm, this.native];
    this.#edges = edges;
  }

  /** As rows name it: nodes/edges of the base. */
  get text(): string {
    return `${countText(this.graph.nodes)}/${countText(this.#edges)}`;
  }

  get items(): number {
    return this.graph.nodes + this.#edges;
  }

  async start(): Promise<void> {
    for (const contender of this.contenders) await contender.start(this.maker.space);
  }

  /** Commits that bring the base, with so many fields of each node. */
  base(fields: number): Iterable<GroupCommit> {
    return this.graph.base(this.#edges, undefined, fields);
  }

  /** Loads the base, whose payloads are not kept. */
  async load(): Promise<void> {
    await this.start();
    let together: GroupCommit[] = [];
    for (const commit of this.base(1)) {
      together.push(commit);
      if (together.length < COMMITS_TOGETHER) continue;
      await this.#apply(together);
      together = [];
    }
    await this.#apply(together);
    await this.checkCounts();
  }

  async checkCounts(): Promise<void> {
    const { nodes, edges } = this.graph.counts();
    for (const contender of this.contenders) {
      const { answer } = await contender.apply([]);
      expectSame(answer, [0, nodes, edges]);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const contender of this.contenders) await contender.close();
  }

  async #apply(commits: readonly GroupCommit[]): Promise<void> {
    const answers: unknown[] = [];
    for (const contender of this.contenders) answers.push((await contender.apply(commits)).answer);
    for (const answer of answers) expectSame(answer, answers[0]);
  }
}
