/** What the transactions of a space's life are made of: few names, so that writes meet. */

import type { AddressedDelta, IncrementBase, Subject } from '../../src/delta/delta.ts';
import { nodeIdByKey, nodeIdByNumber } from '../../src/delta/node-id.ts';
import type { Value } from '../../src/delta/value.ts';
import type { Draft } from '../../src/space/space.ts';
import type { Seeded } from '../seeded.ts';

export const LIFE_SDL = `
  type City @node {
    code: ID! @id
    name: String @index
    people: BigInt @index
    height: Float
    place: Place
    roads: [City!]! @relationship(type: "ROAD", direction: OUT, properties: "Road")
  }
  type Note @node {
    text: String @index
    stars: BigInt
    about: [City!]! @relationship(type: "ABOUT", direction: OUT)
  }
  type Road @relationshipProperties { length: BigInt name: String }
  type Place { latitude: Float longitude: Float }
`;

export const NODE_PATHS = ['name', 'people', 'height', 'place.latitude', 'text', 'stars', 'place'];
export const EDGE_PATHS = ['length', 'name'];
/** Cities by key: about half of them exist at a time. */
const KEYS = 8_000;
/** Nodes that the other author creates, and ids that nobody does. */
const CLIENT_NUMBERS = 300;
const ABSENT = 50;
/** Nodes that a space is kept near. */
export const LIVE_NODES = 8_000;

/** A part of the nodes that a space begins with; all of them have one more edge. */
export function draftFirst(draft: Draft, first: number, count: number): void {
  for (let number = first; number < first + count; number++) {
    const city = draft.createNode('City', { key: `c${number}` });
    draft.setNodeValue(city, 'name', `name ${number % 500} `.padEnd((number % 200) + 10, 'x'));
    draft.setNodeValue(city, 'people', BigInt(number % 1_000));
    draft.createEdge({ from: draft.createNode('Note'), type: 'ABOUT', to: city });
  }
}

/** Nodes that exist, as the reference knew it before the round. */
export interface Live {
  readonly cities: readonly string[];
  readonly notes: readonly string[];
}

/** One transaction of the server's author: what it may not do it is refused. */
export function draftSome(draft: Draft, live: Live, random: Seeded): void {
  const isGrowing = live.cities.length + live.notes.length < LIVE_NODES;
  for (let left = random.between(1, 5); left > 0; left--) {
    const choice = random.below(20);
    if (choice < (isGrowing ? 9 : 5)) createSome(draft, live, random);
    else if (choice < 10)
      draft.deleteNode(random.pick(random.chance(0.5) ? live.cities : live.notes));
    else if (choice < 16) updateNode(draft, live, random);
    else updateEdge(draft, live, random);
  }
}

function createSome(draft: Draft, live: Live, random: Seeded): void {
  if (random.chance(0.5)) {
    const key = keyOf(random);
    if (draft.graph.nodeByKey('City', key) !== undefined) return;
    const city = draft.createNode('City', { key });
    draft.setNodeValue(city, 'name', nameOf(random));
    if (random.chance(0.7)) draft.setNodeValue(city, 'people', BigInt(random.below(1_000)));
    draft.createEdge({ from: city, type: 'ROAD', to: random.pick(live.cities) });
    draft.createEdge({ from: random.pick(live.cities), type: 'ROAD', to: city });
    const to = random.pick(live.cities);
    if (random.chance(0.3)) draft.createEdge({ from: to, type: 'ROAD', to: city, key: 7 });
    return;
  }
  const note = draft.createNode('Note');
  draft.setNodeValue(note, 'text', nameOf(random));
  for (let left = random.between(1, 3); left > 0; left--) {
    draft.createEdge({ from: note, type: 'ABOUT', to: random.pick(live.cities) });
  }
}

function updateNode(draft: Draft, live: Live, random: Seeded): void {
  const city = random.pick(live.cities);
  const choice = random.below(6);
  if (choice === 0) draft.setNodeValue(city, 'name', random.chance(0.2) ? null : nameOf(random));
  else if (choice === 1) draft.incrementNodeValue(city, 'people', BigInt(random.between(-5, 5)));
  else if (choice === 2) draft.setNodeValue(city, 'place.latitude', random.below(90));
  else if (choice === 3) draft.setNodeValue(city, 'height', random.chance(0.3) ? null : 0.5);
  else draft.incrementNodeValue(random.pick(live.notes), 'stars', 1n);
}

function updateEdge(draft: Draft, live: Live, random: Seeded): void {
  const from = random.pick(live.cities);
  const node = draft.graph.nodeById(from);
  const edges = node === undefined ? [] : draft.graph.edges(node, 'ROAD', 'OUT');
  const [first] = edges;
  if (first === undefined) {
    draft.createEdge({ from, type: 'ROAD', to: random.pick(live.cities) });
    return;
  }
  const to = draft.graph.nodeId(draft.graph.edgeEnds(first).to);
  const name = { from, type: 'ROAD', to, key: draft.graph.edgeKey(first) };
  if (random.chance(0.3)) draft.deleteEdge(name);
  else if (random.chance(0.5)) draft.incrementEdgeValue(name, 'length', 2n);
  else draft.setEdgeValue(name, 'name', nameOf(random));
}

export interface ClientNames {
  readonly space: Uint8Array;
  readonly author: Uint8Array;
}

/** A set of the other author's that a later increment of it may name. */
export interface ClientSet {
  readonly subject: Subject;
  readonly path: string;
  readonly base: IncrementBase;
}

/** Deltas of the other author, who asks nobody whether they fit. */
export function clientDeltas(
  names: ClientNames,
  live: Live,
  random: Seeded,
  sets: readonly ClientSet[],
): AddressedDelta[] {
  return Array.from({ length: random.between(1, 12) }, () => {
    const choice = random.below(10);
    if (choice < 2) return clientCreate(names, random);
    if (choice < 3)
      return { subject: nodeSubject(names, live, random), delta: { operation: 'delete' } };
    if (choice < 5) {
      const operation = random.chance(0.8) ? 'createEdge' : 'delete';
      return { subject: edgeSubject(names, live, random), delta: { operation } };
    }
    if (choice < 8 || sets.length === 0) return clientSet(names, live, random);
    const { subject, path, base } = random.pick(sets);
    return { subject, delta: { operation: 'increment', path, base, amount: 3n } };
  });
}

function clientCreate({ space, author }: ClientNames, random: Seeded): AddressedDelta {
  if (random.chance(0.5)) {
    const key = keyOf(random);
    const id = nodeIdByKey({ space, type: 'City', key });
    return {
      subject: { element: 'node', id },
      delta: { operation: 'createNodeByKey', type: 'City', key },
    };
  }
  const number = BigInt(random.below(CLIENT_NUMBERS));
  const id = nodeIdByNumber({ space, author, type: 'Note', number });
  return {
    subject: { element: 'node', id },
    delta: { operation: 'createNode', type: 'Note', number },
  };
}

function clientSet(names: ClientNames, live: Live, random: Seeded): AddressedDelta {
  if (random.chance(0.3)) {
    const subject = edgeSubject(names, live, random);
    return { subject, delta: { operation: 'set', path: random.pick(EDGE_PATHS), value: 4n } };
  }
  const subject = nodeSubject(names, live, random);
  const path = random.pick(NODE_PATHS);
  const value: Value = random.pick([null, 5n, 6n, nameOf(random), 0.25]);
  if (random.chance(0.2)) {
    return { subject, delta: { operation: 'increment', path, base: { kind: 'none' }, amount: 1n } };
  }
  return { subject, delta: { operation: 'set', path, value } };
}

function nodeSubject({ space, author }: ClientNames, live: Live, random: Seeded): Subject {
  const choice = random.below(10);
  if (choice < 5) return { element: 'node', id: random.pick(live.cities) };
  if (choice < 6) return { element: 'node', id: absentId(random) };
  if (choice < 8) {
    return { element: 'node', id: nodeIdByKey({ space, type: 'City', key: keyOf(random) }) };
  }
  const number = BigInt(random.below(CLIENT_NUMBERS));
  return { element: 'node', id: nodeIdByNumber({ space, author, type: 'Note', number }) };
}

function edgeSubject(names: ClientNames, live: Live, random: Seeded): Subject {
  const [from, to] = [nodeSubject(names, live, random), nodeSubject(names, live, random)];
  const ends = { from: idOf(from), to: idOf(to) };
  return { element: 'edge', ...ends, type: 'ROAD', key: random.pick([0, 0, 7]) };
}

function idOf(subject: Subject): string {
  return subject.element === 'node' ? subject.id : subject.from;
}

function absentId(random: Seeded): string {
  return String(random.below(ABSENT)).padStart(16, '0');
}

function keyOf(random: Seeded): string {
  return `c${random.below(KEYS)}`;
}

function nameOf(random: Seeded): string {
  return `name ${random.below(500)} `.padEnd(random.between(5, 300), 'x');
}
