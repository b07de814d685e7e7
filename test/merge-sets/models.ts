/** The reference without one merge rule each, loaded from copies, and what it answers of a set. */

import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { assert } from '../../src/base/assert.ts';
import { referenceTransactions } from '../property/graph-commits.ts';
import { valueText } from '../property/value-text.ts';
import { stampText } from '../property/writer-text.ts';
import {
  type ElementName,
  edgeElement,
  type ReferenceTransaction,
} from '../reference/reference-delta.ts';
import { ReferenceGraph } from '../reference/reference-graph.ts';
import { ReferenceView } from '../reference/reference-view.ts';
import { type KeptSet, planOf, SUBJECTS, type SubjectName } from './kept-set.ts';
import { REMOVALS, type Removal } from './merge-rules.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const VIEW = 'reference-view.ts';
export const PATHS = ['at', 'at.x', 'name'] as const;

export interface Model {
  readonly rule: string;
  readonly graph: () => ReferenceGraph;
  readonly view: (graph: ReferenceGraph) => ReferenceView;
}

/** By the place that each is about: an element and a path, or `*` for the element itself. */
export type Answers = ReadonlyMap<string, string>;

export const WHOLE: Model = {
  rule: 'none',
  graph: () => new ReferenceGraph(),
  view: (graph) => new ReferenceView(graph),
};

/** A model for each removal. */
export async function modelsWithout(): Promise<Model[]> {
  const folder = mkdtempSync(join(tmpdir(), 'massive-graph-models-'));
  try {
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    const models: Model[] = [];
    for (const [index, removal] of REMOVALS.entries()) {
      models.push(await modelWithout(removal, join(folder, `${index}`)));
    }
    return models;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function modelWithout({ rule, file, from, to }: Removal, folder: string): Promise<Model> {
  mkdirSync(join(folder, 'test'), { recursive: true });
  const reference = join(folder, 'test', 'reference');
  cpSync(join(ROOT, 'test', 'reference'), reference, { recursive: true });
  // By their real paths, so that values are of the same classes.
  for (const name of ['src', 'assembly']) symlinkSync(join(ROOT, name), join(folder, name));
  const text = readFileSync(join(reference, file), 'utf8');
  const count = text.split(from).length - 1;
  assert(count === 1, `${file} expected once "${from}", got it ${count} times`);
  writeFileSync(
    join(reference, file),
    text.replace(from, () => to),
  );
  const load = (name: string) => import(pathToFileURL(join(reference, name)).href);
  if (file === VIEW) {
    const { ReferenceView: View } = (await load(VIEW)) as { ReferenceView: typeof ReferenceView };
    return { ...WHOLE, rule, view: (graph) => new View(graph) };
  }
  const module = (await load('reference-graph.ts')) as { ReferenceGraph: typeof ReferenceGraph };
  return { ...WHOLE, rule, graph: () => new module.ReferenceGraph() };
}

/** The transactions of a set in its order, and the seals between them. */
export type Steps = readonly (ReferenceTransaction | 'seal')[];

export function stepsOf(set: KeptSet): Steps {
  let seals = 0;
  return planOf(set).flatMap((commit) => {
    const sealed = Array.from({ length: commit.seals - seals }, () => 'seal' as const);
    seals = commit.seals;
    return [...sealed, ...referenceTransactions(commit)];
  });
}

/** What shows after the steps. */
export function answersOf(model: Model, steps: Steps): Answers {
  const graph = model.graph();
  for (const step of steps) {
    if (step === 'seal') graph.seal();
    else graph.apply(step);
  }
  const answers = new Map<string, string>();
  const view = model.view(graph);
  for (const [name, subject] of Object.entries(SUBJECTS)) {
    const element = subject.element === 'edge' ? edgeElement(subject) : subject.id;
    const shows = subject.element === 'edge' ? graph.hasEdge(subject) : graph.exists(element);
    answers.set(`${name} *`, `${shows} ${stampText(graph.createdBy(element))}`);
    for (const path of PATHS) {
      const holders = subject.element === 'node' ? holdersOf(graph, view, { element, path }) : '';
      answers.set(`${name} ${path}`, `${cellText(graph, element, path)} ${holders}`);
    }
  }
  return answers;
}

function cellText(graph: ReferenceGraph, element: ElementName, path: string): string {
  const items = graph.itemWriters(element, path);
  return [
    valueText(graph.value(element, path)),
    stampText(graph.writtenBy(element, path)),
    ...items.map(({ value, writer }) => `${valueText(value)} ${stampText(writer)}`),
    ...graph.sequence(element, path).shown,
  ].join(' ');
}

/** The nodes that hold the value of this one, where there are others. */
function holdersOf(
  graph: ReferenceGraph,
  view: ReferenceView,
  { element, path }: { readonly element: ElementName; readonly path: string },
): string {
  const value = graph.value(element, path);
  if (value === null) return '';
  const type = graph.nodeFacts(element)?.type ?? '';
  const holders = view.nodesByValue(type, path, value).map((row) => view.nodeId(row));
  return holders.length > 1 ? holders.join() : '';
}

/** Where each rule of the models decides something in a set. */
export function placesByRule(set: KeptSet, models: readonly Model[]): Map<string, string[]> {
  const steps = stepsOf(set);
  const whole = [...answersOf(WHOLE, steps)];
  const places = new Map<string, string[]>();
  for (const model of models) {
    const answers = answersOf(model, steps);
    const decided = whole.flatMap(([place, text]) => (answers.get(place) === text ? [] : [place]));
    places.set(model.rule, [...(places.get(model.rule) ?? []), ...decided]);
  }
  return places;
}

/** How near to one another two rules decide: at one path, in one element, or not at all. */
export const Meeting = { NONE: 0, ELEMENT: 1, PATH: 2 } as const;
export type Meeting = (typeof Meeting)[keyof typeof Meeting];

/** An edge that ends hide is a matter of its ends, too. */
export function meetingOf(left: readonly string[], right: readonly string[]): Meeting {
  if (left.some((place) => right.includes(place))) return Meeting.PATH;
  const elements = new Set(left.flatMap(elementsOf));
  return right.flatMap(elementsOf).some((name) => elements.has(name))
    ? Meeting.ELEMENT
    : Meeting.NONE;
}

function elementsOf(place: string): SubjectName[] {
  if (place === 'w *') return ['p', 'q', 'w'];
  if (place === 'v *') return ['p', 'v'];
  return [place.split(' ')[0] as SubjectName];
}
