/**
 * What honest nodes do while faults strike: they write, each for a principal of its own, and the
 * owner grants and revokes. Each text that is set is of one transaction alone, so that whoever sees
 * it knows whose it is.
 */

import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { Seeded } from '../base/seeded.ts';
import type { Draft } from '../space/space.ts';
import type { SimulatedNode } from './node.ts';
import type { Tally } from './tally.ts';

export const SDL = `type Place @node {
  code: ID! @id
  name: String
  visits: Int
  roads: [Place!]! @relationship(type: "ROAD", direction: OUT)
}`;

export const MODEL = `model
  schema 1.1
type user
type Place
  relations
    define read: [user:*]
    define write: [user]
type ROAD
  relations
    define read: [user:*]
    define write: [user]`;

const PLACES = 12;
const LARGE_BYTES = 6_000;
const NOT_WRITTEN: ReadonlySet<ErrorCode> = new Set([
  // Its principal has no grant, or it has not heard of its own certification yet.
  ErrorCode.FORBIDDEN,
  ErrorCode.REFUSED,
  // The place was deleted meanwhile.
  ErrorCode.NOT_FOUND,
  ErrorCode.ALREADY_EXISTS,
]);

/** The principal that a node writes for. */
export function actorOf(node: number): string {
  return `user:node${node}`;
}

/** Grants of everything to the principal of a node. */
export function grantsTo(node: number) {
  return ['Place:*', 'ROAD:*'].map((object) => ({
    object,
    relation: 'write',
    subject: actorOf(node),
  }));
}

export interface Acknowledged {
  /** Hex id. */
  readonly transaction: string;
  readonly node: number;
}

export class Workload {
  readonly #random: Seeded;
  readonly #tally: Tally;
  /** Transactions that a node has acknowledged to its user. */
  readonly acknowledged: Acknowledged[] = [];
  /** Nodes whose principals were last granted everything. */
  readonly #granted: Set<number>;
  #text = 0;

  constructor(parts: { random: Seeded; tally: Tally; granted: readonly number[] }) {
    this.#random = parts.random;
    this.#tally = parts.tally;
    this.#granted = new Set(parts.granted);
  }

  /** Begins a transaction at a node, and hears what becomes of it. */
  write(node: SimulatedNode): void {
    const { space } = node;
    if (space === undefined) return this.#tally.add('writes at a node that is down');
    const change = this.#change();
    this.#tally.add('writes begun');
    space.write({ actor: actorOf(node.index) }, change).then(
      ({ commit, transaction }) => {
        if (commit === undefined) return;
        this.#tally.add('writes acknowledged');
        this.acknowledged.push({ transaction, node: node.index });
      },
      (error: unknown) => {
        if (!(error instanceof DatabaseError) || !NOT_WRITTEN.has(error.code)) throw error;
        this.#tally.add(`writes not admitted: ${error.code}`);
      },
    );
  }

  /** Grants everything to the principal of a node, or takes it away. */
  regrant(owner: SimulatedNode, node: number): void {
    const { space } = owner;
    if (space === undefined) return;
    const holds = this.#granted.has(node);
    if (holds) this.#granted.delete(node);
    else this.#granted.add(node);
    const grants = grantsTo(node);
    const act = holds ? space.access.revoke({ grants }) : space.access.grant(grants);
    void act.then(() => this.#tally.add(holds ? 'revocations' : 'grants'));
  }

  /** Fixes history as the owner has it; what others have written meanwhile is left out. */
  seal(owner: SimulatedNode): void {
    void owner.space?.seal().then((isNew) => {
      if (isNew) this.#tally.add('seals');
    });
  }

  /** Draws now what is done when its turn comes. */
  #change(): (draft: Draft) => void {
    const random = this.#random;
    const [key, other] = [placeKey(random), placeKey(random)];
    const draw = random.below(100);
    this.#text += 1;
    const size = random.chance(0.1) ? random.below(LARGE_BYTES) : 0;
    const text = `text ${this.#text} ${'x'.repeat(size)}`;
    const amount = BigInt(random.between(1, 9));
    return (draft) => {
      const id = draft.nodeByKey('Place', key) ?? draft.createNode('Place', { key });
      if (draw < 8) return draft.deleteNode(id);
      if (draw < 25) return draft.incrementNodeValue(id, 'visits', amount);
      if (draw < 30) return draft.setNodeValue(id, 'visits', amount);
      draft.setNodeValue(id, 'name', text);
      if (draw < 70) return;
      const to = draft.nodeByKey('Place', other);
      if (to === undefined || to === id) return;
      const edge = { from: id, type: 'ROAD', to };
      if (draw < 90) draft.createEdge(edge);
      else if (draft.graph.edgeByName(edge) !== undefined) draft.deleteEdge(edge);
    };
  }
}

export function placeKey(random: Seeded): string {
  return `place ${random.below(PLACES)}`;
}
