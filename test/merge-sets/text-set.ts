/**
 * A kept set whose sequences hold the updates of Yjs documents: each item that it inserts is the
 * update of an author who has received those of all commits that the author has seen, and writes
 * one letter, which no other does. The plain model of a text says which letters show: those of
 * updates that show, as far as all shows that was there when a letter was written beside it.
 */

import { assert } from '../../src/base/assert.ts';
import { mergedUpdate } from '../../src/text/yjs-updates.ts';
import { Editor } from '../fixture/yjs-editor.ts';
import { Seeded } from '../seeded.ts';
import {
  documentOf,
  type ItemAt,
  type ItemRef,
  type KeptDelta,
  type KeptSet,
  type RunRef,
  type SubjectName,
} from './kept-set.ts';

const A = 'a'.charCodeAt(0);

/** A letter, and those that it was written behind, before and after. */
interface Letter {
  readonly letter: string;
  readonly needs: readonly string[];
}

interface Written {
  readonly document: string;
  readonly place: number;
  readonly update: Uint8Array;
  readonly letters: readonly string[];
}

export interface TextSet {
  readonly set: KeptSet;
  readonly itemAt: ItemAt;
  /** Letters of an update; none of bytes that are no update of the set. */
  readonly lettersOf: (update: Uint8Array) => readonly string[];
  readonly letters: ReadonlyMap<string, Letter>;
  /** By element and path: the authors who have written to it, more than one of them somewhere. */
  readonly writers: ReadonlyMap<string, ReadonlySet<number>>;
  /** How many letters were written to a document. */
  readonly count: (document: string) => number;
  /** Documents in which a transaction puts one update in the place of others. */
  readonly merged: ReadonlySet<string>;
}

type Insert = Extract<KeptDelta, readonly ['insert', ...unknown[]]>;
type RemovalOfItems = Extract<KeptDelta, readonly ['removeItems', ...unknown[]]>;

/** With merges, what a transaction removes stands in one update that it inserts. */
export function textSetOf(set: KeptSet, { merges }: { readonly merges: boolean }): TextSet {
  return new TextSetWriter(set).written(merges);
}

/** The same without removals of items. */
export function withoutRemovals({ name, commits }: KeptSet): KeptSet {
  const kept = (deltas: readonly KeptDelta[]) => deltas.filter(([kind]) => kind !== 'removeItems');
  return {
    name,
    commits: commits.map((commit) => ({ ...commit, transactions: commit.transactions.map(kept) })),
  };
}

class TextSetWriter {
  readonly #set: KeptSet;
  readonly #written = new Map<string, Written>();
  readonly #letters = new Map<string, Letter>();
  readonly #lastOf = new Map<string, string>();
  readonly #editors = new Map<string, Editor>();
  readonly #writers = new Map<string, Set<number>>();
  readonly #merged = new Set<string>();

  constructor(set: KeptSet) {
    this.#set = set;
  }

  written(hasMerges: boolean): TextSet {
    const commits = this.#set.commits.map((commit, place) => {
      const transactions = commit.transactions.map((deltas, position) => {
        // Behind the numbers that it takes, so that a merge takes another.
        let next = Math.max(0, ...deltas.map(numberBehind));
        return deltas.flatMap((delta): KeptDelta[] => {
          if (delta[0] === 'insert') this.#write(delta, place, position);
          if (delta[0] !== 'removeItems' || !hasMerges) return [delta];
          const merged = this.#merge(delta, [place, position, next]);
          next += merged.length;
          return [delta, ...merged];
        });
      });
      return { ...commit, transactions };
    });
    const updates = [...this.#written.values()];
    const lettersBy = new Map(updates.map(({ update, letters }) => [hexOf(update), letters]));
    return {
      set: { ...this.#set, commits },
      itemAt: (document, name) =>
        this.#written.get(nameOf(document, name))?.update ?? new Uint8Array(0),
      lettersOf: (update) => lettersBy.get(hexOf(update)) ?? [],
      letters: this.#letters,
      writers: this.#writers,
      count: (document) => {
        const own = updates.filter((update) => update.document === document);
        return new Set(own.flatMap((update) => update.letters)).size;
      },
      merged: this.#merged,
    };
  }

  #write([, subject, path, number, , ...items]: Insert, place: number, position: number): void {
    const document = documentOf(subject, path);
    const commit = this.#set.commits[place];
    assert(commit !== undefined, 'what is written is of a commit');
    const { author, seen } = commit;
    const writers = this.#writers.get(document) ?? new Set<number>();
    this.#writers.set(document, writers.add(author));
    for (const index of items.keys()) {
      const name = nameOf(document, [place, position, number + index]);
      // The first delta of that name stands [M22].
      if (this.#written.has(name)) continue;
      const known = [...this.#written.values()].filter(
        (other) =>
          other.document === document && (other.place === place || seen.includes(other.place)),
      );
      const editor = this.#editorOf(document, author);
      editor.receive(known.map(({ update }) => update));
      const before = editor.text;
      const at = new Seeded(this.#letters.size).below(before.length + 1);
      const letter = String.fromCharCode(A + this.#letters.size);
      editor.insert(at, letter);
      const own = `${document} ${author}`;
      const needs = [this.#lastOf.get(own), before[at - 1], before[at]];
      this.#letters.set(letter, { letter, needs: needs.filter((each) => each !== undefined) });
      this.#lastOf.set(own, letter);
      const [update] = editor.take();
      assert(update !== undefined, 'an editor makes an update of what is written');
      this.#written.set(name, { document, place, update, letters: [letter] });
    }
  }

  /** An insert of one update that says what the removed ones do; none where these say nothing. */
  #merge([, subject, path, ...runs]: RemovalOfItems, name: ItemRef): KeptDelta[] {
    const document = documentOf(subject, path);
    const removed = runs
      .flatMap((run) => namesIn(run))
      .flatMap((each) => this.#written.get(nameOf(document, each)) ?? []);
    if (removed.length === 0) return [];
    const update = mergedUpdate(removed.map((each) => each.update));
    const letters = removed.flatMap((each) => each.letters);
    this.#written.set(nameOf(document, name), { document, place: name[0], update, letters });
    this.#merged.add(document);
    return [['insert', subject, path, name[2], null, 'merged']];
  }

  #editorOf(document: string, author: number): Editor {
    const name = `${document} ${author}`;
    const editor = this.#editors.get(name) ?? new Editor(author + 1);
    this.#editors.set(name, editor);
    return editor;
  }
}

/** Letters of updates, as far as all shows that they need. */
export function lettersShown(
  { lettersOf, letters }: TextSet,
  updates: readonly Uint8Array[],
): ReadonlySet<string> {
  const shown = new Set(updates.flatMap(lettersOf));
  for (let before = -1; before !== shown.size; ) {
    before = shown.size;
    for (const letter of shown) {
      if (letters.get(letter)?.needs.every((each) => shown.has(each)) !== true)
        shown.delete(letter);
    }
  }
  return shown;
}

/**
 * Whether nothing but inserts, moves and removals of items comes to what a document stands in, so
 * that it is nothing but a sequence.
 */
export function isPlainText({ commits }: KeptSet, document: string): boolean {
  const [subject, path = ''] = document.split(' ') as [SubjectName, string?];
  const deltas = commits.flatMap(({ transactions }) => transactions.flat());
  const isMasked = commits.some((commit) => commit.isMasked);
  const isOther = (delta: KeptDelta) =>
    delta[1] === subject &&
    (delta[0] === 'delete' || (delta[0] !== 'create' && !isOfSequence(delta, path)));
  return !isMasked && !deltas.some(isOther);
}

function isOfSequence([kind, , path]: KeptDelta, document: string): boolean {
  return path === document && (kind === 'insert' || kind === 'move' || kind === 'removeItems');
}

function numberBehind(delta: KeptDelta): number {
  if (delta[0] === 'insert') return delta[3] + delta.length - 5;
  return delta[0] === 'move' ? delta[3] + 1 : 0;
}

function namesIn([commit, position, number, count]: RunRef): ItemRef[] {
  return Array.from({ length: count }, (_, index) => [commit, position, number + index] as const);
}

function nameOf(document: string, name: ItemRef): string {
  return `${document} ${name}`;
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
