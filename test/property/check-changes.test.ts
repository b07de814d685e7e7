import { describe, expect, test } from 'vitest';
import { edgeElement, type ReferenceDelta } from '../reference/reference-delta.ts';
import { type NamedChange, type Visible, wrongChange } from './check-changes.ts';

const NODE = 'aaaaaaaaaaaaaaaa';
const OTHER = 'bbbbbbbbbbbbbbbb';
const EDGE = { from: NODE, type: 'WAY', to: OTHER, key: 0 };

function shown(elements: Readonly<Record<string, Readonly<Record<string, string>>>>): Visible {
  return new Map(
    Object.entries(elements).map(([name, values]) => [name, new Map(Object.entries(values))]),
  );
}

function created(element: string): NamedChange {
  return { element, path: undefined, exists: true, transaction: 'c:0' };
}

function deleted(element: string): NamedChange {
  return { element, path: undefined, exists: false, transaction: 'c:0' };
}

function written(element: string, path: string): NamedChange {
  return { element, path, exists: true, transaction: 'c:0' };
}

function set(element: string, path: string): ReferenceDelta {
  return { op: 'set', element, path, value: null };
}

function wrong(step: {
  readonly before: Visible;
  readonly after: Visible;
  readonly deltas: readonly ReferenceDelta[];
  readonly changes: readonly NamedChange[];
}): string | undefined {
  const stamp = { hlc: 1n, author: '', commit: 'c', position: 0 };
  return wrongChange({ ...step, transactions: [{ stamp, deltas: step.deltas }] });
}

const CREATE: ReferenceDelta = { op: 'createNode', id: NODE, type: 'Place' };
const DELETE: ReferenceDelta = { op: 'deleteNode', id: NODE };
const NOTHING = shown({});
const EMPTY_NODE = shown({ [NODE]: {} });

describe('a report of changes is found wrong', () => {
  test('when a node appears and is not named', () => {
    const step = { before: NOTHING, after: EMPTY_NODE, deltas: [CREATE], changes: [] };
    expect(wrong(step)).toMatch('expected a change, as it appeared');
  });

  test('when a node vanishes and is not named', () => {
    const step = { before: EMPTY_NODE, after: NOTHING, deltas: [DELETE], changes: [] };
    expect(wrong(step)).toMatch('expected a change, as it vanished');
  });

  test('when a node that was there is named as created', () => {
    const changes = [created(NODE)];
    const step = { before: EMPTY_NODE, after: EMPTY_NODE, deltas: [CREATE], changes };
    expect(wrong(step)).toMatch('got a repetition');
  });

  test('when an edge vanishes and neither it nor an end is named', () => {
    const before = shown({ [NODE]: {}, [OTHER]: {}, [edgeElement(EDGE)]: {} });
    const after = shown({ [NODE]: {}, [OTHER]: {} });
    const deltas: ReferenceDelta[] = [{ op: 'deleteEdge', edge: EDGE }];
    expect(wrong({ before, after, deltas, changes: [] })).toMatch('as it vanished');
  });

  test('when a value differs and its path is not named', () => {
    const after = shown({ [NODE]: { 'at.x': '1' } });
    const deltas = [set(NODE, 'atx'), set(NODE, 'at.y')];
    const changes = [written(NODE, 'atx'), written(NODE, 'at.y')];
    expect(wrong({ before: EMPTY_NODE, after, deltas, changes })).toMatch('at at.x expected');
  });

  test('when a value is named that no delta wrote', () => {
    const changes = [written(NODE, 'name')];
    const step = { before: EMPTY_NODE, after: EMPTY_NODE, deltas: [CREATE], changes };
    expect(wrong(step)).toMatch('a delta that causes it');
  });

  test('when a delete is named that no delta made', () => {
    const step = { before: EMPTY_NODE, after: NOTHING, deltas: [CREATE], changes: [deleted(NODE)] };
    expect(wrong(step)).toMatch('a delta that causes it');
  });
});

test('a value may be hidden by one above it that is named', () => {
  const before = shown({ [NODE]: { 'at.x': '1' } });
  const after = shown({ [NODE]: { at: '2' } });
  const step = { before, after, deltas: [set(NODE, 'at')], changes: [written(NODE, 'at')] };
  expect(wrong(step)).toBeUndefined();
});

test('an edge goes with an end that is named', () => {
  const before = shown({ [NODE]: {}, [OTHER]: {}, [edgeElement(EDGE)]: {} });
  const after = shown({ [OTHER]: {} });
  const step = { before, after, deltas: [DELETE], changes: [deleted(NODE)] };
  expect(wrong(step)).toBeUndefined();
});
