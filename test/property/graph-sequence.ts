/**
 * One random sequence: commits arrive in groups at an engine and at the reference, which must
 * agree on every answer, on what changed, and that preparing changes nothing.
 */

import { IMAGE_START, ROW_BITS } from '../../assembly/abi.ts';
import { DatabaseError, ErrorCode } from '../../src/base/errors.ts';
import { Engine, type GroupCommit } from '../../src/engine/engine.ts';
import { EngineView } from '../../src/engine/view.ts';
import { wrongSum } from '../fixture/memory-sum.ts';
import { edgeElement } from '../reference/reference-delta.ts';
import { ReferenceGraph } from '../reference/reference-graph.ts';
import { Seeded } from '../seeded.ts';
import { namedChanges, visible, visibleText, wrongChange } from './check-changes.ts';
import { type Comparison, firstDifference } from './compare-graphs.ts';
import type { Coverage } from './coverage.ts';
import { groupCommit, referenceTransactions } from './graph-commits.ts';
import { INDEXABLE, SPACE } from './graph-names.ts';
import {
  arrivalOrder,
  describePlan,
  inGroups,
  type Plan,
  type PlannedCommit,
  randomPlan,
} from './graph-plan.ts';
import { wrongRows } from './sealed-rows.ts';
import { asStored } from './snapshot-sequence.ts';
import { namedEdges, survey, surveySeal, surveySealedBases } from './survey.ts';

/** Row numbers have a partition in their top bits, where the header page names one. */
const PARTITION = IMAGE_START + 8;
const PARTITIONS = 2 ** (32 - ROW_BITS);

export interface SequenceOptions {
  readonly seed: number;
  readonly coverage: Coverage;
  /** Another reference, to see that a wrong one is found out. */
  readonly reference?: ReferenceGraph;
}

/** Runs a sequence; what differs is returned with the commits that led there. */
export async function runSequence(options: SequenceOptions): Promise<string | undefined> {
  const { seed, coverage, reference = new ReferenceGraph() } = options;
  const random = new Seeded(seed);
  coverage.begin();
  const plan = randomPlan(
    random,
    random.chance(0.1) ? random.between(20, 40) : random.between(2, 12),
    random.chance(0.5) ? 0.25 : 0,
  );
  const order = arrivalOrder(plan, random);
  const partition = seed % PARTITIONS;
  const sequence = await Sequence.begin({ plan, random, coverage, reference, partition });
  let arrived = 0;
  for (const group of inGroups(order, random, random.between(1, 6))) {
    const difference = await sequence.take(group);
    arrived += group.length;
    if (difference === undefined) continue;
    return `${difference}\nafter\n${describePlan(order.slice(0, arrived))}`;
  }
  const difference = sequence.compare() ?? (random.chance(0.2) ? sequence.seal() : undefined);
  if (difference !== undefined) return `${difference}\nafter\n${describePlan(order)}`;
  survey(plan, reference, coverage);
  return undefined;
}

interface SequenceParts {
  readonly plan: Plan;
  readonly random: Seeded;
  readonly coverage: Coverage;
  readonly reference: ReferenceGraph;
  readonly partition: number;
}

class Sequence {
  readonly #random: Seeded;
  readonly #coverage: Coverage;
  readonly #reference: ReferenceGraph;
  readonly #edges: Comparison['edges'];
  readonly #declared: (typeof INDEXABLE)[number][] = [];
  readonly #arrived: GroupCommit[] = [];
  #seals = 0;
  #engine: Engine;
  #view: EngineView;

  private constructor(engine: Engine, { plan, random, coverage, reference }: SequenceParts) {
    this.#engine = engine;
    this.#view = new EngineView(engine);
    this.#random = random;
    this.#coverage = coverage;
    this.#reference = reference;
    this.#edges = namedEdges(plan);
    for (const index of INDEXABLE) if (random.chance(0.4)) this.#declare(index);
  }

  static async begin(parts: SequenceParts): Promise<Sequence> {
    const engine = await Engine.create(SPACE, parts.random);
    engine.memory.view.setUint32(PARTITION, parts.partition, true);
    return new Sequence(engine, parts);
  }

  /** Applies a group on both sides and compares; returns what differs. */
  async take(group: readonly PlannedCommit[]): Promise<string | undefined> {
    for (; this.#seals < (group[0]?.seals ?? 0); this.#seals++) {
      const wrong = this.seal();
      if (wrong !== undefined) return `after a seal, ${wrong}`;
    }
    await this.#disturb();
    const commits = group.map(groupCommit);
    const changed = this.#prepare(commits);
    if (changed !== undefined) return changed;
    const before = visible(this.#reference);
    const contentHash = this.#engine.stateHash(true);
    const changeCount = this.#engine.apply();
    const changes = namedChanges(this.#engine, this.#view, changeCount);
    this.#arrived.push(...commits);
    const transactions = group.flatMap(referenceTransactions);
    if (this.#seals > 0) surveySealedBases(transactions, this.#reference, this.#coverage);
    for (const transaction of transactions) this.#reference.apply(transaction);
    if (this.#random.chance(0.3)) {
      const difference = this.compare();
      if (difference !== undefined) return difference;
    }
    const after = visible(this.#reference);
    const isSameContent = this.#engine.stateHash(true) === contentHash;
    if (isSameContent !== (visibleText(before) === visibleText(after))) {
      return `the content hash expected to ${isSameContent ? 'change' : 'stay'}, as what shows did`;
    }
    return wrongChange({ before, after, changes, transactions }) ?? wrongSum(this.#engine);
  }

  /** Seals all that arrived on both sides: nothing that shows changes, and no row stays in vain. */
  seal(): string | undefined {
    const shown = this.#engine.stateHash(true);
    surveySeal(this.#reference, this.#coverage);
    this.#engine.compact();
    this.#reference.seal();
    if (this.#engine.stateHash(true) !== shown) return 'what shows expected to stay, and changed';
    const wrong = this.#wrongRows();
    if (wrong !== undefined || this.#random.chance(0.5)) return wrong;
    const image = this.#engine.image();
    this.#engine.compact();
    if (!asStored(image).equals(asStored(this.#engine.image()))) {
      return 'a second seal expected no change, got one';
    }
    return this.compare();
  }

  #wrongRows(): string | undefined {
    const [engine, reference] = [this.#engine, this.#reference];
    return wrongRows({ engine, reference }) ?? wrongSum(engine);
  }

  compare(): string | undefined {
    for (const edge of this.#edges) {
      const element = edgeElement(edge);
      if (!this.#reference.exists(element)) continue;
      this.#coverage.seeEdge(element, !this.#reference.hasEdge(edge));
    }
    return firstDifference({
      engine: this.#engine,
      view: this.#view,
      reference: this.#reference,
      edges: this.#edges,
      declared: this.#declared,
      random: this.#random,
      coverage: this.#coverage,
    });
  }

  /** Sometimes declares an index over what is there, or goes on from an image. */
  async #disturb(): Promise<void> {
    const random = this.#random;
    if (random.chance(0.15)) {
      const index = random.pick(INDEXABLE);
      if (!this.#declared.includes(index)) this.#coverage.hit('indexes declared midway');
      this.#declare(index);
    }
    if (random.chance(0.03)) {
      this.#engine = await Engine.fromImage(this.#engine.image(), SPACE);
      this.#view = new EngineView(this.#engine);
      this.#coverage.hit('images restored');
    }
  }

  /**
   * Prepares a group for apply, sometimes after one that is dropped or refused, and sometimes with
   * questions before the apply: none of it may change an answer.
   */
  #prepare(commits: readonly GroupCommit[]): string | undefined {
    const random = this.#random;
    if (random.chance(0.12)) {
      const hash = this.#engine.stateHash(false);
      const accepted = this.#prepareTwice(commits);
      this.#prepareInVain(commits);
      if (accepted !== undefined) return accepted;
      if (this.#engine.stateHash(false) !== hash) return 'prepare expected no change, got one';
      const difference = this.compare();
      if (difference !== undefined) return `after a prepare alone, ${difference}`;
    }
    this.#engine.prepare(commits);
    if (!random.chance(0.12)) return undefined;
    this.#engine.stateHash(random.chance(0.5));
    const difference = this.compare();
    return difference === undefined ? undefined : `between prepare and apply, ${difference}`;
  }

  #prepareInVain(commits: readonly GroupCommit[]): void {
    const isMutated = this.#random.chance(0.7);
    const group = isMutated ? commits.map((commit) => this.#mutated(commit)) : commits;
    const isRefused = this.#refusal(group) !== undefined;
    this.#coverage.hit(isRefused ? 'groups refused' : 'groups prepared and dropped');
  }

  /** A commit that is here, or that comes twice in one group, is refused whatever is around it. */
  #prepareTwice(commits: readonly GroupCommit[]): string | undefined {
    const [first] = commits;
    const known = this.#arrived.length === 0 ? first : this.#random.pick(this.#arrived);
    if (first === undefined || known === undefined) return undefined;
    const refusal = this.#refusal([first, known]);
    if (refusal?.code === ErrorCode.ALREADY_EXISTS) return undefined;
    return `a commit that is known expected a refusal, got ${refusal?.message ?? 'none'}`;
  }

  #refusal(group: readonly GroupCommit[]): DatabaseError | undefined {
    try {
      this.#engine.prepare(group);
      return undefined;
    } catch (error) {
      if (error instanceof DatabaseError) return error;
      throw error;
    }
  }

  #mutated(commit: GroupCommit): GroupCommit {
    const random = this.#random;
    const payloadBytes = Uint8Array.from(commit.payloadBytes);
    const at = random.below(payloadBytes.length);
    payloadBytes[at] = random.below(256);
    if (random.chance(0.7)) return { ...commit, payloadBytes };
    return { ...commit, payloadBytes: payloadBytes.subarray(0, at) };
  }

  #declare(index: (typeof INDEXABLE)[number]): void {
    if (this.#declared.includes(index)) return;
    const [type, path] = index;
    this.#engine.declareIndex(type, path);
    this.#declared.push(index);
  }
}
