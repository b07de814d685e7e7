/**
 * Kept sets whose sequences hold updates of texts, in orders of arrival: one state, one text of
 * each document, and that of the reference and of the plain model [M28].
 */

import { ListValue, type Value } from '../../src/delta/value.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { EngineView } from '../../src/engine/view.ts';
import { textOfUpdates } from '../../src/text/yjs-updates.ts';
import { arrive, hashesOf } from '../property/arrival.ts';
import { referenceTransactions } from '../property/graph-commits.ts';
import type { Plan } from '../property/graph-plan.ts';
import { edgeElement } from '../reference/reference-delta.ts';
import { ReferenceGraph } from '../reference/reference-graph.ts';
import { Seeded } from '../seeded.ts';
import { type KeptSet, planOf, SUBJECTS } from './kept-set.ts';
import type { Model } from './models.ts';
import { ordersOf } from './orders.ts';
import { isPlainText, lettersShown, type TextSet, textSetOf, withoutRemovals } from './text-set.ts';

const ROOT = 'text';

export class TextTally {
  sets = 0;
  orders = 0;
  /** Texts that are not empty and have several writers, one for each document of a set. */
  texts = 0;
  /** Of these, those in which an update of the set does not show, and in which one waits. */
  hidden = 0;
  waiting = 0;
  /** Texts with merges that were held against those of the same sets without. */
  merged = 0;
}

export interface TextOptions {
  readonly seed: number;
  readonly tally: TextTally;
  /** All orders that respect causes where absent. */
  readonly ordersMax?: number;
  /** Whether the model lets letters show that wait, to see that this is found out. */
  readonly waitsForNothing?: boolean;
}

/** Throws where few texts are those that this is about. */
export function expectEnoughTexts(tally: TextTally): void {
  const { sets, texts, hidden, waiting, merged } = tally;
  if (sets >= 60 && texts >= 30 && hidden >= 15 && waiting >= 4 && merged >= 4) return;
  throw new Error(`too few of what is to be tried: ${JSON.stringify(tally)}`);
}

/** The updates that show in each document. */
type Shown = ReadonlyMap<string, readonly Uint8Array[]>;

/** Returns what differs; undefined when nothing does. */
export async function runTextSet(kept: KeptSet, options: TextOptions): Promise<string | undefined> {
  for (const merges of [false, true]) {
    const texts = textSetOf(kept, { merges });
    if (!isOfSeveral(texts) || (merges && texts.merged.size === 0)) continue;
    options.tally.sets += 1;
    const difference = await runOrders(texts, options);
    if (difference !== undefined) return `${kept.name}: ${difference}`;
    if (merges) {
      const changed = mergeDifference(kept, texts, options.tally);
      if (changed !== undefined) return `${kept.name}: ${changed}`;
    }
  }
  return undefined;
}

/** Whether two authors write to one text. */
export function isOfSeveral({ writers }: TextSet): boolean {
  return [...writers.values()].some(({ size }) => size > 1);
}

async function runOrders(
  texts: TextSet,
  { seed, tally, ordersMax, waitsForNothing = false }: TextOptions,
): Promise<string | undefined> {
  const random = new Seeded(seed);
  const plan = planOf(texts.set, texts.itemAt);
  const reference = shownIn(plan, texts);
  const expected = [...reference].map(([name, updates]) => `${name}: ${textOf(updates)}`).join();
  let first: string | undefined;
  for (const order of ordersOf(plan, random, ordersMax)) {
    const engine = await arrive(order, random);
    const found = hashesOf(engine);
    first ??= found;
    tally.orders += 1;
    if (found !== first) return `${found} expected ${first}`;
    const shown = shownBy(engine, texts);
    const made = [...shown].map(([name, updates]) => `${name}: ${textOf(updates)}`).join();
    if (made !== expected) return `texts expected [${expected}], got [${made}]`;
  }
  for (const [name, updates] of reference) {
    const difference = modelDifference(texts, name, {
      ...{ updates, random, tally, waitsForNothing },
    });
    if (difference !== undefined) return difference;
  }
  return undefined;
}

/** A text, against the plain model, and against the same updates in another order, some twice. */
function modelDifference(
  texts: TextSet,
  name: string,
  made: {
    readonly updates: readonly Uint8Array[];
    readonly random: Seeded;
    readonly tally: TextTally;
    readonly waitsForNothing: boolean;
  },
): string | undefined {
  const { updates, random, tally, waitsForNothing } = made;
  const text = textOf(updates);
  const left = [...updates, ...updates.filter(() => random.chance(0.5))];
  const again = textOf(left.splice(0).sort(() => random.between(-1, 1)));
  if (again !== text) return `${name} in another order expected ${text}, got ${again}`;
  const told = new Set(updates.flatMap(texts.lettersOf));
  const expected = waitsForNothing ? told : lettersShown(texts, updates);
  const letters = [...expected].sort().join('');
  const actual = [...text].sort().join('');
  if (actual !== letters) return `${name} expected the letters ${letters}, got ${actual}`;
  if (text === '' || (texts.writers.get(name)?.size ?? 0) < 2) return undefined;
  tally.texts += 1;
  if (told.size < texts.count(name)) tally.hidden += 1;
  if (told.size > letters.length) tally.waiting += 1;
  return undefined;
}

/** To put one update in the place of others changes no text that is nothing but a sequence. */
function mergeDifference(kept: KeptSet, texts: TextSet, tally: TextTally): string | undefined {
  const plain = textSetOf(withoutRemovals(kept), { merges: false });
  const without = shownIn(planOf(plain.set, plain.itemAt), plain);
  for (const [name, updates] of shownIn(planOf(texts.set, texts.itemAt), texts)) {
    if (!isPlainText(kept, name)) continue;
    const [text, expected] = [textOf(updates), textOf(without.get(name) ?? [])];
    if (text !== expected) return `${name} with merges expected ${expected}, got ${text}`;
    if (text !== '' && texts.merged.has(name)) tally.merged += 1;
  }
  return undefined;
}

/** The texts of a set, by document, as a model says: the reference, or it without a rule. */
export function textsIn(texts: TextSet, { graph }: Model): string {
  const shown = shownIn(planOf(texts.set, texts.itemAt), texts, graph());
  return [...shown].map(([name, updates]) => `${name}: ${textOf(updates)}`).join();
}

/** A text to which several write, where it is not empty. */
export interface SharedText {
  readonly document: string;
  /** Whether an update shows nothing yet, since it waits for others. */
  readonly isWaiting: boolean;
}

export function sharedTexts(texts: TextSet): SharedText[] {
  const shown = shownIn(planOf(texts.set, texts.itemAt), texts);
  return [...shown].flatMap(([document, updates]) => {
    const isShared = (texts.writers.get(document)?.size ?? 0) > 1;
    const told = new Set(updates.flatMap(texts.lettersOf));
    const { size } = lettersShown(texts, updates);
    return isShared && size > 0 ? [{ document, isWaiting: told.size > size }] : [];
  });
}

/** As the reference says. */
function shownIn(plan: Plan, texts: TextSet, graph = new ReferenceGraph()): Shown {
  let seals = 0;
  for (const commit of plan) {
    for (; seals < commit.seals; seals++) graph.seal();
    for (const transaction of referenceTransactions(commit)) graph.apply(transaction);
  }
  return documentsOf(texts, (subject, path) => {
    const isEdge = subject.element === 'edge';
    const shows = isEdge ? graph.hasEdge(subject) : graph.exists(subject.id);
    return shows ? graph.value(isEdge ? edgeElement(subject) : subject.id, path) : null;
  });
}

function shownBy(engine: Engine, texts: TextSet): Shown {
  const view = new EngineView(engine);
  return documentsOf(texts, (subject, path) => {
    if (subject.element === 'edge') {
      const row = view.edgeByName(subject);
      return row === undefined ? null : view.edgeValue(row, path);
    }
    const row = view.nodeById(subject.id);
    return row === undefined ? null : view.nodeValue(row, path);
  });
}

function documentsOf(
  { writers }: TextSet,
  heldAt: (subject: (typeof SUBJECTS)[keyof typeof SUBJECTS], path: string) => Value,
): Shown {
  return new Map(
    [...writers.keys()].map((name) => {
      const [subject = '', path = ''] = name.split(' ');
      const value = heldAt(SUBJECTS[subject as keyof typeof SUBJECTS], path);
      const items = value instanceof ListValue ? value.items : [];
      return [name, items.filter((item) => item instanceof Uint8Array)];
    }),
  );
}

function textOf(updates: readonly Uint8Array[]): string {
  return textOfUpdates(updates, ROOT);
}
