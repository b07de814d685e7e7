/** Random writes to the world of test/fixture/leak-world.ts: what Eve may not see is a secret. */

import { ListValue } from '../../src/delta/value.ts';
import type { Draft, Space } from '../../src/space/space.ts';
import { EVE, type LeakWorld, PEOPLE, ROOT, TEAMS } from '../fixture/leak-world.ts';
import type { Seeded } from '../seeded.ts';
import { SECRET_DIGITS, SECRET_TEXT } from './secret-search.ts';

/** Nodes that are hidden as a whole, at once. */
const HIDDEN_NODES_MAX = 12;
const RECORD_SHARE = 0.02;

export class SecretWriter {
  readonly #space: Space;
  readonly #random: Seeded;
  readonly #ids: ReadonlyMap<string, string>;
  /** Of all nodes that were ever hidden. */
  readonly hiddenIds = new Set<string>();
  /** Of those that are there. */
  readonly #people: string[] = [];
  readonly #vaults: string[] = [];
  #count = 0;
  #isBobShown = true;

  constructor({ space, ids }: LeakWorld, random: Seeded) {
    this.#space = space;
    this.#ids = ids;
    this.#random = random;
    this.hiddenIds.add(idOf(ids, 'hal@x'));
  }

  /** Writes by root. */
  async write(): Promise<void> {
    if (this.#random.chance(RECORD_SHARE)) return await this.#turnBob();
    await this.#space.write({ actor: ROOT }, (draft) => {
      // Two of one kind might be about the same edge, of which a draft shows what it was.
      const kinds = new Set(Array.from({ length: 1 + this.#random.below(3) }, () => this.#kind()));
      for (const change of kinds) change.call(this, draft);
    });
  }

  /** So many changes at once that queues cannot hold them, none of them secret but its budget. */
  async writeMany(count: number): Promise<void> {
    const ids: string[] = [];
    await this.#space.write({ actor: ROOT }, (draft) => {
      for (let index = 0; index < count; index++) {
        const id = draft.createNode('Team', { key: `many ${this.#count++}` });
        draft.setNodeValue(id, 'budget', this.#number());
        ids.push(id);
      }
    });
    await this.#space.write({ actor: ROOT }, (draft) => {
      for (const id of ids) draft.deleteNode(id);
    });
  }

  /** Whether Eve sees one who never has a secret that she would see then. */
  async #turnBob(): Promise<void> {
    const object = `Person:${idOf(this.#ids, 'bob@x')}`;
    const grants = [{ object, relation: 'read', subject: EVE }];
    this.#isBobShown = !this.#isBobShown;
    if (this.#isBobShown) await this.#space.access.grant(grants);
    else await this.#space.access.revoke({ grants });
  }

  #kind(): (draft: Draft) => void {
    const hidden = [this.#hiddenValue, this.#hiddenPerson, this.#vault, this.#changeHidden];
    const other = [this.#openValue, this.#edge, this.#hiddenValue];
    return this.#random.pick([...hidden, ...other, ...other]);
  }

  #text(): string {
    return `${SECRET_TEXT}-${this.#count++}`;
  }

  #number(): bigint {
    return BigInt(`${SECRET_DIGITS}${String(this.#count++ % 1_000).padStart(3, '0')}`);
  }

  #somebody(): string {
    return idOf(this.#ids, this.#random.pick(PEOPLE));
  }

  #team(): string {
    return idOf(this.#ids, this.#random.pick(TEAMS));
  }

  #openValue(draft: Draft): void {
    const path = this.#random.pick(['name', 'note', 'home.city']);
    draft.setNodeValue(this.#somebody(), path, `open ${this.#count++}`);
  }

  #hiddenValue(draft: Draft): void {
    const id = this.#somebody();
    switch (this.#random.below(10)) {
      case 0:
        return draft.setNodeValue(id, 'salary', this.#number());
      case 1:
        return draft.setNodeValue(id, 'badge', this.#text());
      case 2:
        return draft.setNodeValue(id, 'bonus', this.#number());
      case 3:
        return draft.setNodeValue(id, 'marks', new ListValue([this.#text(), this.#text()]));
      case 4:
        return draft.setNodeValue(id, 'home.street', this.#text());
      case 5:
        return draft.addToNodeSet(id, 'labels', [this.#text(), this.#text()]);
      case 6: {
        const held = draft.nodeValue(id, 'labels');
        const items = held instanceof ListValue ? held.items : [];
        return draft.removeFromNodeSet(id, 'labels', items.slice(0, 1));
      }
      case 7: {
        const values = [this.#text(), this.#text()];
        return draft.changeNodeSequence(id, 'steps', { operation: 'insert', at: 0, values });
      }
      case 8: {
        const held = draft.nodeValue(id, 'steps');
        const from = held instanceof ListValue ? held.items.length - 1 : -1;
        if (from < 0) return;
        draft.changeNodeSequence(id, 'steps', { operation: 'move', from, to: 0 });
        return draft.changeNodeSequence(id, 'steps', { operation: 'pop', count: 1 });
      }
      default:
        return draft.setNodeValue(this.#team(), 'budget', this.#number());
    }
  }

  /** Comes, with edges to teams that Eve sees, or goes. */
  #hiddenPerson(draft: Draft): void {
    if (this.#people.length >= HIDDEN_NODES_MAX)
      return draft.deleteNode(this.#people.shift() ?? '');
    const id = draft.createNode('Person', { key: `${this.#text()}@x` });
    draft.setNodeValue(id, 'name', this.#text());
    draft.setNodeValue(id, 'salary', this.#number());
    draft.setNodeValue(id, 'note', this.#text());
    const edge = { from: id, type: 'IN', to: this.#team() };
    draft.createEdge(edge);
    draft.setEdgeValue(edge, 'since', this.#number());
    draft.createEdge({ from: this.#somebody(), type: 'KNOWS', to: id });
    this.hiddenIds.add(id);
    this.#people.push(id);
  }

  #vault(draft: Draft): void {
    if (this.#vaults.length >= HIDDEN_NODES_MAX)
      return draft.deleteNode(this.#vaults.shift() ?? '');
    const id = draft.createNode('Vault', { key: this.#text() });
    draft.setNodeValue(id, 'label', this.#text());
    draft.createEdge({ from: this.#somebody(), type: 'OPENS', to: id });
    this.hiddenIds.add(id);
    this.#vaults.push(id);
  }

  #changeHidden(draft: Draft): void {
    const id = this.#people.at(-1);
    if (id === undefined) return;
    draft.setNodeValue(id, this.#random.pick(['name', 'note', 'home.city']), this.#text());
  }

  /** Of somebody whom Eve sees: one property of it is open. */
  #edge(draft: Draft): void {
    const [from, to] = [this.#somebody(), this.#team()];
    const edge = { from, type: 'IN', to };
    if (draft.graph.edgeByName({ ...edge, key: 0 }) === undefined) draft.createEdge(edge);
    else if (this.#random.chance(0.1)) return draft.deleteEdge(edge);
    if (this.#random.chance(0.5)) draft.setEdgeValue(edge, 'share', this.#number());
    else draft.setEdgeValue(edge, 'since', BigInt(2_000 + this.#random.below(50)));
  }
}

function idOf(ids: ReadonlyMap<string, string>, key: string): string {
  const id = ids.get(key);
  if (id === undefined) throw new Error(`a world expected a node by its key, got none for ${key}`);
  return id;
}
