/**
 * Subscribers by what they are interested in: what is changed is told to these, and asks nobody
 * else, however many there are.
 */

import { KeyedSets } from '../base/keyed-sets.ts';
import type { GraphView, NodeRow } from '../engine/graph-view.ts';
import type { ChangeGroup, ChangeInterest } from '../space/space.ts';
import type { ElementChange } from './seen-changes.ts';

type Element = ChangeInterest['element'];

/** In the place of a type: any. */
const ANY = '*';

export class SubscriberIndex<Subscriber extends { readonly interest: ChangeInterest }> {
  readonly #byType = {
    node: new KeyedSets<string, Subscriber>(),
    edge: new KeyedSets<string, Subscriber>(),
  };
  readonly #byNode = new KeyedSets<string, Subscriber>();

  add(subscriber: Subscriber): void {
    this.#each(subscriber, (sets, key) => sets.add(key, subscriber));
  }

  remove(subscriber: Subscriber): void {
    this.#each(subscriber, (sets, key) => sets.remove(key, subscriber));
  }

  /** Those who are interested in the element of a change. */
  *of(change: ElementChange): Iterable<Subscriber> {
    const type = change.element === 'node' ? change.type : change.name.type;
    const byType = this.#byType[change.element];
    yield* byType.get(type) ?? [];
    yield* byType.get(ANY) ?? [];
    if (change.element === 'node') yield* this.#byNode.get(change.id) ?? [];
  }

  /** What is to be read of a group: of single nodes those that it touches. */
  interestsIn(group: ChangeGroup, graph: GraphView): readonly ChangeInterest[] {
    const interests = [...this.#interestsByType('node'), ...this.#interestsByType('edge')];
    if (this.#byNode.size === 0) return interests;
    const seen = new Set<NodeRow>();
    group.touch((touched) => {
      if (touched.element === 'edge' || seen.has(touched.row)) return;
      seen.add(touched.row);
      const node = graph.nodeId(touched.row);
      const subscribers = this.#byNode.get(node);
      if (subscribers === undefined) return;
      interests.push({ element: 'node', node, images: asksImages(subscribers) });
    });
    return interests;
  }

  *#interestsByType(element: Element): Iterable<ChangeInterest> {
    for (const [type, subscribers] of this.#byType[element]) {
      const images = asksImages(subscribers);
      yield { element, ...(type !== ANY && { types: new Set([type]) }), images };
    }
  }

  /** The places of a subscriber. */
  #each(
    { interest: { element, node, types } }: Subscriber,
    act: (sets: KeyedSets<string, Subscriber>, key: string) => void,
  ): void {
    if (node !== undefined) act(this.#byNode, node);
    else for (const type of types ?? [ANY]) act(this.#byType[element], type);
  }
}

function asksImages(subscribers: Iterable<{ readonly interest: ChangeInterest }>): boolean {
  for (const { interest } of subscribers) if (interest.images === true) return true;
  return false;
}
