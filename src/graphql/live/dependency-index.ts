/**
 * Finds what a group of commits touches, by dependencies. What is touched is taken out, and put in
 * again once it is answered anew: so a change costs no more than what it is the first to touch.
 */

import type { EdgeRow, GraphView, NodeRow } from '../../engine/graph-view.ts';
import { type Inputs, Parameter } from '../../engine/parameter.ts';
import { ElementKind } from '../../engine/plan.ts';
import type { ChangeGroup, TouchedElement } from '../../space/space.ts';
import { type Dependency, type Ids, propertyOf } from './dependencies.ts';
import { KeyedSets } from './keyed-sets.ts';

const ANY = '*';
/** In the place of a property. */
const EXISTENCE = '';

/** Takes a thing out of one of its places. */
type Leave = () => void;

export class DependencyIndex<Thing extends object> {
  readonly #graph: GraphView;
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

  /** All of the graph, as it is now. */
  constructor(graph: GraphView) {
    this.#graph = graph;
  }

  /**
   * Puts a thing in, by what it depends on: everything, where that is not known. `inputs` are those
   * of its plan.
   */
  put(thing: Thing, dependencies: readonly Dependency[] | undefined, inputs: Inputs): void {
    this.remove(thing);
    if (dependencies === undefined) {
      this.#all.add(thing);
      this.#leaves.set(thing, [() => this.#all.delete(thing)]);
      return;
    }
    const leaves = dependencies.flatMap((each) => this.#enter(thing, each, inputs));
    this.#leaves.set(thing, leaves);
  }

  remove(thing: Thing): void {
    for (const leave of this.#leaves.get(thing) ?? []) leave();
    this.#leaves.delete(thing);
  }

  /** Takes all that a group touches out, and hands it over. */
  touch(group: ChangeGroup, hand: (thing: Thing) => void): void {
    if (this.#leaves.size === 0) return;
    const take = (things: ReadonlySet<Thing> | undefined) => {
      for (const thing of things ?? []) {
        this.remove(thing);
        hand(thing);
      }
    };
    group.touch((touched) => {
      const { element, type, path } = touched;
      const property = path === undefined ? EXISTENCE : propertyOf(path);
      const types = this.#byProperty[element];
      take(types.get(type)?.get(property));
      take(types.get(ANY)?.get(property));
      take(this.#all);
      const byNode = this.#byNode[element];
      if (byNode.size === 0) return;
      for (const node of this.#nodesOf(touched)) take(byNode.get(node));
    });
  }

  /** Takes everything out, and hands it over: rows may be others now. */
  touchAll(hand: (thing: Thing) => void): void {
    for (const thing of [...this.#leaves.keys()]) {
      this.remove(thing);
      hand(thing);
    }
  }

  #enter(thing: Thing, { element, type, property, at }: Dependency, inputs: Inputs): Leave[] {
    const rows = at === undefined ? undefined : this.#rowsOf(at, inputs);
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

  /** Undefined where a node is not there: it has no row that would stay its own. */
  #rowsOf(ids: Ids, inputs: Inputs): readonly NodeRow[] | undefined {
    const rows: NodeRow[] = [];
    for (const id of ids) {
      const row = this.#graph.nodeById(id instanceof Parameter ? id.read(inputs) : id);
      if (row === undefined) return undefined;
      rows.push(row);
    }
    return rows;
  }

  #nodesOf(touched: TouchedElement): readonly NodeRow[] {
    if (touched.element === ElementKind.NODE) return [touched.row];
    const { from, to } = this.#graph.edgeEnds(touched.row as EdgeRow);
    return [from, to];
  }
}

function enter<Key, Thing>(sets: KeyedSets<Key, Thing>, key: Key, thing: Thing): Leave {
  sets.add(key, thing);
  return () => sets.remove(key, thing);
}
