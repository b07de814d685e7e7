/**
 * Images of random groups: what showed before and after each transaction, as the engine finds out
 * by undoing the group, against a reference that takes the transactions one by one and looks at
 * each element before and after. A twin that keeps nothing must stay the same in state and memory.
 */

import * as abi from '../../assembly/abi.ts';
import { toHex } from '../../src/base/bytes.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { EdgeRow, NodeRow } from '../../src/engine/graph-view.ts';
import { dropUndo, isUndoKept } from '../../src/engine/undo.ts';
import { EngineView } from '../../src/engine/view.ts';
import {
  type ChangedElement,
  type ElementImage,
  type PicturedField,
  readImages,
} from '../../src/space/change-images.ts';
import { wrongSum } from '../fixture/memory-sum.ts';
import {
  type ElementName,
  edgeElement,
  edgeOfElement,
  type ReferenceTransaction,
} from '../reference/reference-delta.ts';
import { ReferenceGraph } from '../reference/reference-graph.ts';
import { Seeded } from '../seeded.ts';
import { groupCommit, referenceTransactions } from './graph-commits.ts';
import { INDEXABLE, PATHS, SPACE } from './graph-names.ts';
import { arrivalOrder, inGroups, type PlannedCommit, randomPlan } from './graph-plan.ts';
import { valueText } from './value-text.ts';

const KEY = 'key';
const FIELDS: readonly PicturedField[] = [
  { path: KEY, isKey: true },
  ...PATHS.map((path) => ({ path, isKey: false })),
];
const EDGE_FIELDS = FIELDS.filter(({ isKey }) => !isKey);
const CHANGE_WORDS = abi.CHANGE_BYTES / 4;

/** How often the paths that matter were met. */
export class ImagesTally {
  images = 0;
  /** Of elements that an earlier transaction of the group has changed. */
  imagesAgain = 0;
  /** With values before it and after it that differ. */
  imagesChanged = 0;
  created = 0;
  deleted = 0;
  /** Written by transactions of the group that changed nothing of it that shows. */
  writtenUnseen = 0;
  /** Groups that were prepared before images were asked for. */
  groupsBegunWithout = 0;
  seals = 0;
  edges = 0;
}

export async function runImages(seed: number, tally: ImagesTally): Promise<string | undefined> {
  const random = new Seeded(seed);
  const plan = randomPlan(random, random.between(2, 16), random.chance(0.3) ? 0.2 : 0);
  const order = arrivalOrder(plan, random);
  const run = new Run({
    random,
    tally,
    engine: await Engine.create(SPACE, new Seeded(seed)),
    twin: await Engine.create(SPACE, new Seeded(seed)),
  });
  for (const group of inGroups(order, random, random.between(1, 6))) {
    const difference = run.take(group);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

interface RunParts {
  readonly random: Seeded;
  readonly tally: ImagesTally;
  readonly engine: Engine;
  /** It applies the same and keeps nothing. */
  readonly twin: Engine;
}

class Run {
  readonly #random: Seeded;
  readonly #tally: ImagesTally;
  readonly #engine: Engine;
  readonly #twin: Engine;
  readonly #view: EngineView;
  readonly #reference = new ReferenceGraph();
  #seals = 0;
  #isKept = false;

  constructor({ random, tally, engine, twin }: RunParts) {
    this.#random = random;
    this.#tally = tally;
    this.#engine = engine;
    this.#twin = twin;
    this.#view = new EngineView(engine);
    for (const [type, path] of INDEXABLE) {
      if (!random.chance(0.4)) continue;
      engine.declareIndex(type, path);
      twin.declareIndex(type, path);
    }
  }

  take(group: readonly PlannedCommit[]): string | undefined {
    for (; this.#seals < (group[0]?.seals ?? 0); this.#seals++) this.#seal();
    const random = this.#random;
    if (random.chance(0.3)) this.#keep(random.chance(0.8));
    const commits = group.map(groupCommit);
    this.#engine.prepare(commits);
    if (!this.#isKept && random.chance(0.5)) {
      this.#keep(true);
      this.#tally.groupsBegunWithout += 1;
    }
    const changeCount = this.#engine.apply();
    if (isUndoKept(this.#engine) !== this.#isKept) return 'expected to keep what was asked for';
    const told = this.#isKept ? this.#images(changeCount) : undefined;
    const expected = this.#expected(group.flatMap(referenceTransactions));
    this.#twin.prepare(commits);
    this.#twin.apply();
    return (told && this.#compare(told, expected)) ?? this.#compareTwin();
  }

  #keep(isKept: boolean): void {
    this.#isKept = isKept;
    this.#engine.keepUndo(isKept);
  }

  #seal(): void {
    for (const engine of [this.#engine, this.#twin]) engine.compact();
    this.#reference.seal();
    this.#tally.seals += 1;
  }

  /** By transaction and element, as text. */
  #images(changeCount: number): Map<string, string> {
    const words = this.#engine.changeWords(changeCount);
    const pictured = new Map<number, Map<ChangedElement, readonly PicturedField[]>>();
    const names = new Map<ChangedElement, string>();
    const known = new Set<string>();
    for (let at = 0; at < words.length; at += CHANGE_WORDS) {
      const [transaction = 0, row = 0, , kind = 0] = words.subarray(at, at + CHANGE_WORDS);
      const element = { isNode: kind <= abi.CHANGE_NODE_VALUE, row };
      const name = `${this.#transactionName(transaction)} ${this.#name(element)}`;
      if (known.has(name)) continue;
      known.add(name);
      const own = pictured.get(transaction) ?? new Map();
      pictured.set(transaction, own.set(element, element.isNode ? FIELDS : EDGE_FIELDS));
      names.set(element, name);
    }
    const images = readImages({ engine: this.#engine, view: this.#view }, pictured);
    return new Map(
      Array.from(images, ([element, { before, after }]) => {
        const name = names.get(element) ?? '';
        return [name, `${imageText(before)} → ${imageText(after)}`];
      }),
    );
  }

  #transactionName(transaction: number): string {
    const { commit, position } = this.#view.writerOf(transaction);
    return `${toHex(commit)}:${position}`;
  }

  #name({ isNode, row }: ChangedElement): ElementName {
    if (isNode) return this.#view.nodeId(row as NodeRow);
    const { from, to } = this.#view.edgeEnds(row as EdgeRow);
    const type = this.#view.edgeType(row as EdgeRow);
    const key = this.#view.edgeKey(row as EdgeRow);
    return edgeElement({ from: this.#view.nodeId(from), type, to: this.#view.nodeId(to), key });
  }

  /** Of every element that a delta names, whether it changed or not. */
  #expected(transactions: readonly ReferenceTransaction[]): Map<string, string> {
    const expected = new Map<string, string>();
    for (const transaction of transactions) {
      const { stamp, deltas } = transaction;
      const elements = new Set(deltas.map(elementOf));
      const before = new Map([...elements].map((name) => [name, this.#shown(name)]));
      this.#reference.apply(transaction);
      for (const name of elements) {
        const text = `${before.get(name)} → ${this.#shown(name)}`;
        expected.set(`${stamp.commit}:${stamp.position} ${name}`, text);
      }
    }
    return expected;
  }

  #shown(name: ElementName): string {
    const edge = edgeOfElement(name);
    const reference = this.#reference;
    const shows = edge === undefined ? reference.exists(name) : reference.hasEdge(edge);
    if (!shows) return 'nothing';
    const key = reference.nodeFacts(name)?.key;
    const values = [...reference.values(name)].map(([path, value]) => [path, valueText(value)]);
    return textOf([...(key === undefined ? [] : [[KEY, valueText(key)]]), ...values]);
  }

  #compare(told: ReadonlyMap<string, string>, expected: ReadonlyMap<string, string>) {
    const seen = new Set<string>();
    for (const [name, text] of told) {
      if (expected.get(name) !== text) {
        return `${name} expected ${expected.get(name)}, got ${text}`;
      }
      const [before, after] = text.split(' → ');
      const element = name.slice(name.indexOf(' ') + 1);
      const tally = this.#tally;
      tally.images += 1;
      if (seen.has(element)) tally.imagesAgain += 1;
      seen.add(element);
      if (before !== after && before !== 'nothing' && after !== 'nothing') tally.imagesChanged += 1;
      if (before === 'nothing' && after !== 'nothing') tally.created += 1;
      if (before !== 'nothing' && after === 'nothing') tally.deleted += 1;
      if (edgeOfElement(element) !== undefined) tally.edges += 1;
    }
    return this.#unnamed(told, expected);
  }

  /** What differs must be told; edges that come and go with an end are not. */
  #unnamed(told: ReadonlyMap<string, string>, expected: ReadonlyMap<string, string>) {
    for (const [name, text] of expected) {
      if (told.has(name) || isImplied(name, told)) continue;
      const [before, after] = text.split(' → ');
      if (before !== after) return `${name} expected images, as it changed ${text}`;
      this.#tally.writtenUnseen += 1;
    }
    return undefined;
  }

  #compareTwin(): string | undefined {
    const [engine, twin] = [this.#engine, this.#twin];
    const isSame = engine.stateHash(false) === twin.stateHash(false);
    if (!isSame) return 'the state expected to be that of an engine that keeps nothing';
    const isDropped = this.#random.chance(0.7);
    if (isDropped) dropUndo(engine);
    const [own, other] = [engine, twin].map((each) => each.stats().purposes.blobs.bytes);
    const isHeld = own !== other && (own ?? 0) < (other ?? 0);
    if (isHeld || (isDropped && own !== other)) {
      return `blobs expected ${other} bytes as without images, got ${own}`;
    }
    return wrongSum(engine);
  }
}

function elementOf(delta: ReferenceTransaction['deltas'][number]): ElementName {
  if (delta.op === 'createNode' || delta.op === 'deleteNode') return delta.id;
  if (delta.op === 'createEdge' || delta.op === 'deleteEdge') return edgeElement(delta.edge);
  return delta.element;
}

function isImplied(name: string, told: ReadonlyMap<string, string>): boolean {
  const at = name.indexOf(' ');
  const edge = edgeOfElement(name.slice(at + 1));
  if (edge === undefined) return false;
  return [edge.from, edge.to].some((end) => told.has(`${name.slice(0, at)} ${end}`));
}

function imageText(image: ElementImage | undefined): string {
  if (image === undefined) return 'nothing';
  return textOf(Array.from(image.values, ([path, value]) => [path, valueText(value)]));
}

function textOf(values: readonly (readonly string[])[]): string {
  return JSON.stringify(values.map(([path, value]) => `${path}=${value}`).sort());
}
