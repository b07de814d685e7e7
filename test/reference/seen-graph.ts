/**
 * What one caller sees of the obvious graph, the obvious way: every node, edge and field is asked
 * about by itself, and what is hidden is left out. Whatever goes over it goes over nothing else.
 */

import { type ElementRules, elementRules, type TypeRules } from '../../src/access/element-rules.ts';
import type { Model } from '../../src/access/model.ts';
import type { ObjectName, Tuple } from '../../src/access/tuple.ts';
import type { ListItem, Value } from '../../src/delta/value.ts';
import type { EdgeName } from '../../src/engine/graph-view.ts';
import { ReferenceAccess } from './reference-access.ts';
import { type EdgeFacts, type ElementName, edgeElement, edgeOfElement } from './reference-delta.ts';
import { type NodeFacts, ReferenceGraph } from './reference-graph.ts';
import type { Stamp } from './reference-stamp.ts';

export interface SeenBy {
  readonly model: Model;
  /** What holds. */
  readonly tuples: readonly Tuple[];
  readonly subject: ObjectName;
  readonly now: string;
}

export class SeenGraph extends ReferenceGraph {
  readonly #graph: ReferenceGraph;
  readonly #access: ReferenceAccess;
  readonly #rules: ElementRules;
  readonly #by: SeenBy;
  readonly #verdicts = new Map<string, boolean>();

  constructor(graph: ReferenceGraph, by: SeenBy) {
    super();
    this.#graph = graph;
    this.#by = by;
    this.#access = new ReferenceAccess(by.model, by.tuples);
    this.#rules = elementRules(undefined, by.model);
  }

  override nodes(type?: string): NodeFacts[] {
    return this.#graph.nodes(type).filter(({ id }) => this.exists(id));
  }

  override nodeFacts(id: string): NodeFacts | undefined {
    return this.#graph.nodeFacts(id);
  }

  override nodeByKey(type: string, key: string): NodeFacts | undefined {
    const node = this.#graph.nodeByKey(type, key);
    return node !== undefined && this.exists(node.id) ? node : undefined;
  }

  override edges(end?: string): EdgeFacts[] {
    return this.#graph.edges(end).filter((edge) => this.hasEdge(edge));
  }

  override hasEdge(edge: EdgeName): boolean {
    return this.exists(edgeElement(edge)) && this.exists(edge.from) && this.exists(edge.to);
  }

  override exists(element: ElementName): boolean {
    return this.#graph.exists(element) && this.#reads(element, undefined);
  }

  override createdBy(element: ElementName): Stamp | undefined {
    return this.exists(element) ? this.#graph.createdBy(element) : undefined;
  }

  override value(element: ElementName, path: string): Value {
    return this.hides(element, path) ? null : this.#graph.value(element, path);
  }

  override writtenBy(element: ElementName, path: string): Stamp | undefined {
    return this.hides(element, path) ? undefined : this.#graph.writtenBy(element, path);
  }

  override itemWriters(element: ElementName, path: string): { value: ListItem; writer: Stamp }[] {
    return this.hides(element, path) ? [] : this.#graph.itemWriters(element, path);
  }

  override sequence(
    element: ElementName,
    path: string,
  ): Record<'places' | 'shown' | 'moved', string[]> {
    if (this.hides(element, path)) return { places: [], shown: [], moved: [] };
    return this.#graph.sequence(element, path);
  }

  override values(element: ElementName): Map<string, Value> {
    const values = [...this.#graph.values(element)];
    return new Map(values.filter(([path]) => !this.hides(element, path)));
  }

  /** Whether a rule holds back what an element that is seen has at a path. */
  override hides(element: ElementName, path: string): boolean {
    return !this.#reads(element, path);
  }

  #reads(element: ElementName, path: string | undefined): boolean {
    const edge = edgeOfElement(element);
    const type = edge?.type ?? this.#graph.nodeFacts(element)?.type;
    if (type === undefined) return false;
    const rules = (edge === undefined ? this.#rules.nodes : this.#rules.edges).get(type);
    const relation = rules && relationOf(rules, path);
    if (relation === undefined) return false;
    return this.#isGranted({ type, id: edge === undefined ? element : edgeId(edge) }, relation);
  }

  #isGranted(object: ObjectName, relation: string): boolean {
    const name = `${object.type}:${object.id}#${relation}`;
    const known = this.#verdicts.get(name);
    if (known !== undefined) return known;
    const { subject, now } = this.#by;
    const context = new Map([['now', now]]);
    const question = { object, relation, subject, context, contextualTuples: [] };
    const isGranted = this.#access.check(question) === 'granted';
    this.#verdicts.set(name, isGranted);
    return isGranted;
  }
}

/** By the longest path of a rule that is it or above it. */
function relationOf(rules: TypeRules, path: string | undefined): string | undefined {
  for (let above = path ?? ''; above !== ''; above = above.slice(0, above.lastIndexOf('.'))) {
    const field = rules.fields.get(above);
    if (field !== undefined) return field.read;
    if (!above.includes('.')) break;
  }
  return rules.read;
}

function edgeId({ from, to, key }: EdgeFacts): string {
  return key === 0 ? `${from}-${to}` : `${from}-${to}-${key}`;
}
