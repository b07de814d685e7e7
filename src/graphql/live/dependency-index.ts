/**
 * Finds what a change touches, by dependencies. What is touched is taken out, and put in again once
 * it is answered anew: so a change costs no more than what it touches for the first time.
 */

import type { NodeRow } from '../../engine/graph-view.ts';
import { ElementKind } from '../../engine/plan.ts';
import type { Dependency, Ids } from './dependencies.ts';
import { KeyedSets } from './keyed-sets.ts';

/** A change of an element: of a property, or of whether the element is there. */
export interface Touch {
  readonly element: ElementKind;
  readonly type: string;
  readonly property: string | undefined;
  /** The node, or both ends of the edge. */
  readonly nodes: () => readonly NodeRow[];
}

/** The rows of the nodes of these ids; undefined where one of them is not there. */
export type RowsOf = (ids: Ids) => readonly NodeRow[] | undefined;

const ANY = '*';
/** In the place of a property. */
const EXISTENCE = '';

/** Takes a thing out of one of its places. */
type Leave = () => void;

export class DependencyIndex<Thing extends object> {
  readonly #byProperty = {
    [ElementKind.NODE]: new Map<string, KeyedSets<string, Thing>>(),
    [ElementKind.EDGE]: new Map<string, KeyedSets<string, Thing>>(),
  };
  readonly #byNode = {
    [ElementKind.NODE]: new KeyedSets<NodeRow, Thing>(),
    [ElementKind.EDGE]: new KeyedSets<NodeRow, Thing>(),
  };
  readonly #leaves = new Map<Thing, readonly Leave[]>();
  /** Those that depend on everything. */
  readonly #all = new Set<Thing>();

  /** Puts a thing in, by what it depends on: everything, where that is not known. */
  put(thing: Thing, dependencies: readonly Dependency[] | undefined, rowsOf: RowsOf): void {
    this.remove(thing);
    if (dependencies === undefined) {
      this.#all.add(thing);
      this.#leaves.set(thing, [() => this.#all.delete(thing)]);
      return;
    }
    this.#leaves.set(
      thing,
      dependencies.flatMap((each) => this.#enter(thing, each, rowsOf)),
    );
  }

  remove(thing: Thing): void {
    for (const leave of this.#leaves.get(thing) ?? []) leave();
    this.#leaves.delete(thing);
  }

  /** Takes all that a change touches out, and hands it over. */
  touch({ element, type, property = EXISTENCE, nodes }: Touch, hand: (thing: Thing) => void): void {
    const take = (things: ReadonlySet<Thing> | undefined) => {
      for (const thing of things ?? []) {
        this.remove(thing);
        hand(thing);
      }
    };
    const types = this.#byProperty[element];
    take(types.get(type)?.get(property));
    take(types.get(ANY)?.get(property));
    take(this.#all);
    const byNode = this.#byNode[element];
    if (byNode.size === 0) return;
    for (const node of nodes()) take(byNode.get(node));
  }

  /** Takes everything out, and hands it over. */
  touchAll(hand: (thing: Thing) => void): void {
    for (const thing of [...this.#leaves.keys()]) {
      this.remove(thing);
      hand(thing);
    }
  }

  #enter(thing: Thing, { element, type, property, at }: Dependency, rowsOf: RowsOf): Leave[] {
    const rows = at === undefined ? undefined : rowsOf(at);
    if (rows !== undefined) {
      const sets = this.#byNode[element];
      return rows.map((row) => enter(sets, row, thing));
    }
    return [enter(this.#setsOf(element, type ?? ANY), property ?? EXISTENCE, thing)];
  }

  #setsOf(element: ElementKind, type: string): KeyedSets<string, Thing> {
    const types = this.#byProperty[element];
    const known = types.get(type);
    if (known !== undefined) return known;
    const sets = new KeyedSets<string, Thing>();
    types.set(type, sets);
    return sets;
  }
}

function enter<Key, Thing>(sets: KeyedSets<Key, Thing>, key: Key, thing: Thing): Leave {
  sets.add(key, thing);
  return () => sets.remove(key, thing);
}
