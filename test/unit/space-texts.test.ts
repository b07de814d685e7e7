/** Updates of Yjs documents in drafts: what is taken, and how they become one. */

import { beforeEach, describe, expect, test } from 'vitest';
import { TEXT_UPDATE_BYTES_MAX } from '../../src/base/collection-limits.ts';
import type { AddressedDelta } from '../../src/delta/delta.ts';
import { ListValue } from '../../src/delta/value.ts';
import { draftTransaction } from '../../src/space/draft-transaction.ts';
import type { SequenceChange } from '../../src/space/sequence-change.ts';
import type { Draft } from '../../src/space/space.ts';
import { textOfUpdates } from '../../src/text/yjs-updates.ts';
import { AuthorsApart, set } from '../fixture/authors-apart.ts';
import { onNode } from '../fixture/door.ts';
import { append, deltasOf, insert, move, pop, remove } from '../fixture/sequence-changes.ts';
import { Editor } from '../fixture/yjs-editor.ts';

const SDL = `type Note @node { code: ID! @id
  edits: [Bytes!] @updates body: String! @text(of: "edits") steps: [Bytes!] @sequence }`;
const BY = { actor: 'user:test' };
const FUTURE = 1_750_000_000_000 + 20_000;
const MERGE: SequenceChange = { operation: 'merge' };
const ABSENT = new Uint8Array(0);

let apart: AuthorsApart;
let a: string;
let editor: Editor;

beforeEach(async () => {
  apart = await AuthorsApart.open({ sdl: SDL });
  editor = new Editor(1);
  editor.type(0, 'abc');
  a = await written((draft) => {
    const id = draft.createNode('Note', { key: 'a' });
    draft.setNodeValue(id, 'edits', new ListValue(editor.take()));
    return id;
  });
});

async function written<T>(build: (draft: Draft) => T): Promise<T> {
  return (await apart.door.space.write(BY, build)).result;
}

const changed = (change: SequenceChange, path = 'edits') =>
  written((draft) => draft.changeNodeSequence(a, path, change));

function updates(): readonly Uint8Array[] {
  const { graph } = apart.door.space;
  const node = graph.nodeById(a);
  const held = node === undefined ? null : graph.nodeValue(node, 'edits');
  const items = held instanceof ListValue ? held.items : [];
  return items.filter((item) => item instanceof Uint8Array);
}

const text = () => textOfUpdates(updates(), 'text');
const kinds = () => {
  const deltas = deltasOf(apart.door.commits().at(-1));
  return deltas.map((each) => each.split(/ |:/)[0]);
};

const other = (value: Uint8Array): AddressedDelta =>
  onNode(a, {
    ...{ operation: 'insert', path: 'edits', number: 0, place: undefined },
    values: [value],
  });

describe('[D57] updates', () => {
  test('are added, by whoever gives a list of them too', async () => {
    expect(kinds()).toEqual(['createNodeByKey', 'insert']);
    editor.insert(3, 'd');
    await changed(append(...editor.take()));
    editor.insert(4, 'e');
    await written((draft) => draft.setNodeValue(a, 'edits', new ListValue(editor.take())));
    expect(kinds()).toEqual(['insert']);
    expect([updates().length, text()]).toEqual([5, 'abcde']);
  });

  test('of another author are there as well, whatever it has written beside them', async () => {
    const second = new Editor(2);
    second.receive(updates());
    second.insert(0, '> ');
    const [update = ABSENT] = second.take();
    await apart.write('other', FUTURE, [other(update)], [other(Uint8Array.of(1, 2, 3))]);
    expect(text()).toBe('> abc');
    await changed(MERGE);
    expect([updates().length, text()]).toEqual([1, '> abc']);
  });

  test.each<[string, SequenceChange]>([
    ['bytes that are none', append(Uint8Array.of(1, 2, 3))],
    ['no bytes', append(ABSENT)],
    ['a value of another kind', append('text')],
    ['an insert', insert(0, Uint8Array.of(0, 0))],
    ['a removal', remove(0)],
    ['a pop', pop(1)],
    ['a move', move(0, 1)],
  ])('are not changed by %s', async (_, change) => {
    await expect(changed(change)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect([updates().length, text()]).toEqual([3, 'abc']);
  });

  test('are not taken back, and not merged where there is a sequence', async () => {
    const toNull = (draft: Draft) => draft.setNodeValue(a, 'edits', null);
    await expect(written(toNull)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(changed(MERGE, 'steps')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  test('have a limit, each of them', async () => {
    editor.insert(0, 'x'.repeat(TEXT_UPDATE_BYTES_MAX));
    const refused = { code: 'LIMIT_EXCEEDED', facts: { limit: TEXT_UPDATE_BYTES_MAX } };
    await expect(changed(append(...editor.take()))).rejects.toMatchObject(refused);
  });

  test('come by the transaction of a client, each checked', async () => {
    editor.insert(0, '!');
    const given = (value: Uint8Array) =>
      written((draft) => draftTransaction(draft, { deltas: [other(value)] }));
    await given(editor.take()[0] ?? ABSENT);
    expect(text()).toBe('!abc');
    await expect(given(Uint8Array.of(5))).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});

describe('[D59] a merge', () => {
  test('makes one of all, and writes nothing where there is one', async () => {
    await changed(MERGE);
    expect(kinds()).toEqual(['remove', 'insert']);
    expect([updates().length, text()]).toEqual([1, 'abc']);
    const again = await apart.door.space.write(BY, (draft) =>
      draft.changeNodeSequence(a, 'edits', MERGE),
    );
    expect(again.commit).toBeUndefined();
    editor.insert(3, 'd');
    await changed(append(...editor.take()));
    expect(text()).toBe('abcd');
  });

  test('keeps what comes later and was written before', async () => {
    const second = new Editor(2);
    second.receive(updates());
    second.insert(3, '!');
    await changed(MERGE);
    await apart.write('other', FUTURE - 30_000, [other(second.take()[0] ?? ABSENT)]);
    expect([updates().length, text()]).toEqual([2, 'abc!']);
  });

  test('is of what was set whole, too', async () => {
    await apart.write('other', FUTURE, [set(a, 'edits', new ListValue(updates()))]);
    editor.delete(1, 1);
    await changed(append(...editor.take()));
    expect([updates().length, text()]).toEqual([4, 'ac']);
    await changed(MERGE);
    expect([updates().length, text()]).toEqual([1, 'ac']);
  });
});
