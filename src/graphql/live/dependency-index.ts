/**
 * Finds what a group of commits touches, by dependencies. What is touched is taken out, and put in
 * again once it is answered anew: so a change costs no more than what it is the first to touch.
 */

import { KeyedSets } from '../../base/keyed-sets.ts';
import { Timestamp, type Value } from '../../delta/value.ts';
import type { EdgeRow, GraphView, NodeRow } from '../../engine/graph-view.ts';
import { type Inputs, Parameter } from '../../engine/parameter.ts';
import { ElementKind } from '../../engine/plan.ts';
import type { ChangeGroup, TouchedElement } from '../../space/space.ts';
import { type Dependency, type Ids, propertyOf } from './dependencies.ts';

const ANY = '*';
/** In the place of a property. */
const EXISTENCE = '';

/** In the place of a property and a value: that a node is not there any more. */
const GONE = 'gone';

/** Where one thing is found by a dependency. */
interface Place {
  readonly enter: () => void;
  readonly leave: () => void;
}

interface Placed {
  readonly dependencies: readonly Dependency[] | undefined;
  readonly places: readonly Place[];
}

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
  /** By type, then by path: things that depend on nodes with certain values there. */
  readonly #byValue = new Map<string, Map<string, KeyedSets<string, Thing>>>();
  /** Things that are in. */
  readonly #placed = new Map<Thing, Placed>();
  /** Those that were taken out: most are put in again where they were. */
  readonly #taken = new WeakMap<Thing, Placed>();
  /** Those that depend on everything. */
  readonly #all = new Set<Thing>();

  /** All of the graph, as it is now. */
  constructor(graph: GraphView) {
    this.#graph = graph;
  }

  /**
   * Puts a thing in, by what it depends on: everything, where that is not known. `inputs` are those
   * of its plan, the same each time.
   */
  put(thing: Thing, dependencies: readonly Dependency[] | undefined, inputs: Inputs): void {
    this.remove(thing);
    const known = this.#taken.get(thing);
    const isKnown = known !== undefined && known.dependencies === dependencies;
    const placed = isKnown ? known : this.#place(thing, dependencies, inputs);
    for (const place of placed.places) place.enter();
    this.#placed.set(thing, placed);
  }

  remove(thing: Thing): void {
    const placed = this.#placed.get(thing);
    if (placed === undefined) return;
    for (const place of placed.places) place.leave();
    this.#placed.delete(thing);
    // Where nodes are named, their rows may be others by then.
    const isLasting = placed.dependencies?.every(({ at }) => at === undefined) ?? true;
    if (isLasting) this.#taken.set(thing, placed);
    else this.#taken.delete(thing);
  }

  /** Takes all that a group touches out, and hands it over. */
  touch(group: ChangeGroup, hand: (thing: Thing) => void): void {
    if (this.#placed.size === 0) return;
    const take = (things: Iterable<Thing> | undefined) => {
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
      if (touched.element === ElementKind.NODE) this.#touchByValue(touched, property, take);
      const byNode = this.#byNode[element];
      if (byNode.size === 0) return;
      for (const node of this.#nodesOf(touched)) take(byNode.get(node));
    });
  }

  /** Takes everything out, and hands it over: rows may be others now. */
  touchAll(hand: (thing: Thing) => void): void {
    for (const thing of [...this.#placed.keys()]) {
      this.remove(thing);
      hand(thing);
    }
  }

  #touchByValue(
    { row, type }: Extract<TouchedElement, { readonly element: 'node' }>,
    property: string,
    take: (things: Iterable<Thing> | undefined) => void,
  ): void {
    for (const [path, sets] of this.#byValue.get(type) ?? []) {
      if (sets.size === 0) continue;
      const value = this.#graph.nodeValue(row, path);
      // What a node had that is gone is not known any more.
      if (value === null) take(property === EXISTENCE ? sets.get(GONE) : undefined);
      else take(sets.get(`${property} ${valueKey(value)}`));
    }
  }

  #place(thing: Thing, dependencies: readonly Dependency[] | undefined, inputs: Inputs): Placed {
    if (dependencies === undefined) {
      const place = {
        enter: () => this.#all.add(thing),
        leave: () => this.#all.delete(thing),
      };
      return { dependencies, places: [place] };
    }
    const places = dependencies.flatMap((each) => this.#placesOf(thing, each, inputs));
    return { dependencies, places };
  }

  #placesOf(thing: Thing, dependency: Dependency, inputs: Inputs): Place[] {
    const { element, type, property = EXISTENCE, at, within } = dependency;
    const rows = at === undefined ? undefined : this.#rowsOf(at, inputs);
    if (rows !== undefined) {
      const sets = this.#byNode[element];
      return rows.map((row) => placeIn(sets, row, thing));
    }
    const keys = within?.values.map((operand) => valueKey(toldOf(operand, inputs)));
    if (within === undefined || type === undefined || keys?.includes(undefined) !== false) {
      return [placeIn(this.#setsOf(element, type ?? ANY), property, thing)];
    }
    const sets = this.#valueSetsOf(type, within.path);
    const places = keys.map((key) => placeIn(sets, `${property} ${key}`, thing));
    return property === EXISTENCE ? [...places, placeIn(sets, GONE, thing)] : places;
  }

  #valueSetsOf(type: string, path: string): KeyedSets<string, Thing> {
    const paths = this.#byValue.get(type) ?? new Map<string, KeyedSets<string, Thing>>();
    this.#byValue.set(type, paths);
    const sets = paths.get(path) ?? new KeyedSets<string, Thing>();
    paths.set(path, sets);
    return sets;
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
      const row = this.#graph.nodeById(toldOf(id, inputs));
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

function placeIn<Key, Thing extends object>(
  sets: KeyedSets<Key, Thing>,
  key: Key,
  thing: Thing,
): Place {
  return { enter: () => sets.add(key, thing), leave: () => sets.remove(key, thing) };
}

function toldOf<Told>(told: Told | Parameter<Told>, inputs: Inputs): Told {
  return told instanceof Parameter ? told.read(inputs) : told;
}

/** The same for values that are equal; undefined for those of which that is not known. */
function valueKey(value: Value): string | undefined {
  if (value instanceof Timestamp) return `timestamp ${value.microseconds}`;
  return value === null || typeof value === 'object' ? undefined : `${typeof value} ${value}`;
}
