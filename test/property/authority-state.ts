/** Whether an engine shows, and keeps, what the reference does, in the world of authority. */

import { ELEMENT_EDGE, ELEMENT_NODE } from '../../assembly/abi.ts';
import type { EngineView } from '../../src/engine/view.ts';
import { edgeElement } from '../reference/reference-delta.ts';
import type { ReferenceGraph } from '../reference/reference-graph.ts';
import { EDGE_TYPES, KEYED, NODE_TYPES, NODES, PATHS } from './authority-world.ts';
import { valueText } from './value-text.ts';
import { stampText, storedText, writerText } from './writer-text.ts';

/** The first answer that differs; undefined when all are the same. */
export function stateDifference(view: EngineView, reference: ReferenceGraph): string | undefined {
  for (const { question, answers } of questions(view, reference)) {
    const [engine, expected] = answers.map(String);
    if (engine !== expected) return `${question} expected ${expected}, got ${engine}`;
  }
  return undefined;
}

interface Question {
  readonly question: string;
  /** Of the engine, then of the reference. */
  readonly answers: readonly [unknown, unknown];
}

function* questions(view: EngineView, reference: ReferenceGraph): Generator<Question> {
  const { nodes, edges } = view.counts();
  yield { question: 'nodes', answers: [nodes, reference.nodes().length] };
  yield { question: 'edges', answers: [edges, reference.edges().length] };
  for (const { id } of NODES) yield* nodeQuestions(view, reference, id);
  for (const { type, key, id } of KEYED) {
    const row = view.nodeByKey(type, key);
    const found = row === undefined ? undefined : view.nodeId(row);
    const expected = reference.exists(id) ? id : undefined;
    yield { question: `the node with key ${key}`, answers: [found, expected] };
  }
  for (const type of NODE_TYPES) {
    const found = view.nodesOfType(type).map((row) => view.nodeId(row));
    const expected = reference.nodes(type).map(({ id }) => id);
    yield { question: `nodes of type ${type}`, answers: [found.sort(), expected.sort()] };
    yield* indexQuestions(view, reference, type);
  }
  const ends = NODES.slice(0, 4);
  for (const { id: from } of ends) {
    for (const { id: to } of ends) {
      for (const type of EDGE_TYPES) {
        for (const key of [0, 7]) yield* edgeQuestions(view, reference, { from, type, to, key });
      }
    }
  }
}

function* nodeQuestions(
  view: EngineView,
  reference: ReferenceGraph,
  id: string,
): Generator<Question> {
  const row = view.nodeById(id);
  yield { question: `whether ${id} exists`, answers: [row !== undefined, reference.exists(id)] };
  const deleted = [view.wasNodeDeleted(id), reference.wasDeleted(id)] as const;
  yield { question: `whether ${id} was deleted`, answers: deleted };
  for (const path of PATHS) {
    const stored = storedText(view.storedNodeCell(id, path));
    const kept = stampText(reference.winningSet(id, path));
    yield { question: `the winning set of ${id} at ${path}`, answers: [stored, kept] };
  }
  if (row === undefined) return;
  const facts = reference.nodeFacts(id);
  yield { question: `the type of ${id}`, answers: [view.nodeType(row), facts?.type] };
  yield { question: `the key of ${id}`, answers: [view.nodeKey(row), facts?.key] };
  const creator = writerText(view.creator(ELEMENT_NODE, row));
  yield {
    question: `who created ${id}`,
    answers: [creator, stampText(reference.createdBy(id))],
  };
  for (const path of PATHS) {
    const value = valueText(view.nodeValue(row, path));
    const expected = valueText(reference.value(id, path));
    yield { question: `${id} at ${path}`, answers: [value, expected] };
    const writer = writerText(view.valueWriter(ELEMENT_NODE, row, path));
    const stamp = stampText(reference.writtenBy(id, path));
    yield { question: `the writer of ${id} at ${path}`, answers: [writer, stamp] };
  }
}

function* edgeQuestions(
  view: EngineView,
  reference: ReferenceGraph,
  edge: { readonly from: string; readonly type: string; readonly to: string; readonly key: number },
): Generator<Question> {
  const element = edgeElement(edge);
  const row = view.edgeByName(edge);
  const shows = [row !== undefined, reference.hasEdge(edge)] as const;
  yield { question: `whether ${element} shows`, answers: shows };
  for (const path of PATHS) {
    const stored = storedText(view.storedEdgeCell(edge, path));
    const kept = stampText(reference.winningSet(element, path));
    yield { question: `the winning set of ${element} at ${path}`, answers: [stored, kept] };
    if (row === undefined) continue;
    const value = valueText(view.edgeValue(row, path));
    const expected = valueText(reference.value(element, path));
    yield { question: `${element} at ${path}`, answers: [value, expected] };
    const writer = writerText(view.valueWriter(ELEMENT_EDGE, row, path));
    const stamp = stampText(reference.writtenBy(element, path));
    yield { question: `the writer of ${element} at ${path}`, answers: [writer, stamp] };
  }
}

/** `name` and `visits` of a place are indexed, and `name` of a note. */
function* indexQuestions(
  view: EngineView,
  reference: ReferenceGraph,
  type: string,
): Generator<Question> {
  for (const path of type === 'Place' ? ['name', 'visits'] : ['name']) {
    for (const value of ['red', 'green', 1n, 2n, 4n]) {
      const found = view.nodesByValue(type, path, value).map((row) => view.nodeId(row));
      const expected = reference.nodes(type).filter(({ id }) => {
        return valueText(reference.value(id, path)) === valueText(value);
      });
      const ids = expected.map(({ id }) => id);
      const question = `${type} with ${value} at ${path}`;
      yield { question, answers: [found.sort(), ids.sort()] };
    }
  }
}
