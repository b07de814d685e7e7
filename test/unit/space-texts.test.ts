/** Updates of Yjs documents in drafts: what is taken, and how they become one. */

import { beforeEach, describe, expect, test } from 'vitest';
import { TEXT_UPDATE_BYTES_MAX } from '../../src/base/collection-limits.ts';
import { draftTransaction } from '../../src/space/draft-transaction.ts';
import type { SequenceChange } from '../../src/space/sequence-change.ts';
import type { Draft } from '../../src/space/space.ts';
import { textOfUpdates } from '../../src/text/yjs-updates.ts';
import { set } from '../fixture/authors-apart.ts';
import { DraftedNode, FUTURE, list } from '../fixture/drafted-node.ts';
import { append, insert, move, pop, remove } from '../fixture/sequence-changes.ts';
import { Editor } from '../fixture/yjs-editor.ts';

const SDL = `type Note @node { code: ID! @id
  edits: [Bytes!] @updates body: String! @text(of: "edits") steps: [Bytes!] @sequence }`;
const MERGE: SequenceChange = { operation: 'merge' };
const ABSENT = new Uint8Array(0);

let note: DraftedNode;
let editor: Editor;

beforeEach(async () => {
  editor = new Editor(1);
  editor.type(0, 'abc');
  const value = list(...editor.take());
  note = await DraftedNode.create({ sdl: SDL, type: 'Note', path: 'edits', value });
});

const updates = () => (note.items() ?? []).filter((item) => item instanceof Uint8Array);
const text = () => textOfUpdates(updates(), 'text');
const kinds = () => note.deltas().map((each) => each.split(/ |:/)[0]);

describe('[D57] updates', () => {
  test('are added, by whoever gives a list of them too', async () => {
    expect(kinds()).toEqual(['createNodeByKey', 'insert']);
    editor.insert(3, 'd');
    await note.change(append(...editor.take()));
    editor.insert(4, 'e');
    await note.write((draft) => draft.setNodeValue(note.id, 'edits', list(...editor.take())));
    expect(kinds()).toEqual(['insert']);
    expect([updates().length, text()]).toEqual([5, 'abcde']);
  });

  test('of another author are there as well, whatever it has written beside them', async () => {
    const second = new Editor(2);
    second.receive(updates());
    second.insert(0, '> ');
    const [update = ABSENT] = second.take();
    await note.writeApart(
      FUTURE,
      [note.inserted([update])],
      [note.inserted([Uint8Array.of(1, 2, 3)])],
    );
    expect(text()).toBe('> abc');
    await note.change(MERGE);
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
    await expect(note.change(change)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect([updates().length, text()]).toEqual([3, 'abc']);
  });

  test('are not taken back, and not merged where there is a sequence', async () => {
    const toNull = (draft: Draft) => draft.setNodeValue(note.id, 'edits', null);
    const mergeSteps = (draft: Draft) => draft.changeNodeSequence(note.id, 'steps', MERGE);
    await expect(note.write(toNull)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(note.write(mergeSteps)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  test('have a limit, each of them', async () => {
    editor.insert(0, 'x'.repeat(TEXT_UPDATE_BYTES_MAX));
    const refused = { code: 'LIMIT_EXCEEDED', facts: { limit: TEXT_UPDATE_BYTES_MAX } };
    await expect(note.change(append(...editor.take()))).rejects.toMatchObject(refused);
  });

  test('come by the transaction of a client, each checked', async () => {
    editor.insert(0, '!');
    const given = (value: Uint8Array) =>
      note.write((draft) => draftTransaction(draft, { deltas: [note.inserted([value])] }));
    await given(editor.take()[0] ?? ABSENT);
    expect(text()).toBe('!abc');
    await expect(given(Uint8Array.of(5))).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});

describe('[D59] a merge', () => {
  test('makes one of all, and writes nothing where there is one', async () => {
    await note.change(MERGE);
    expect(kinds()).toEqual(['remove', 'insert']);
    expect([updates().length, text()]).toEqual([1, 'abc']);
    const again = await note.transact((draft) => draft.changeNodeSequence(note.id, 'edits', MERGE));
    expect(again.commit).toBeUndefined();
    editor.insert(3, 'd');
    await note.change(append(...editor.take()));
    expect(text()).toBe('abcd');
  });

  test('keeps what comes later and was written before', async () => {
    const second = new Editor(2);
    second.receive(updates());
    second.insert(3, '!');
    await note.change(MERGE);
    await note.writeApart(FUTURE - 30_000, [note.inserted([second.take()[0] ?? ABSENT])]);
    expect([updates().length, text()]).toEqual([2, 'abc!']);
  });

  test('is of what was set whole, too', async () => {
    await note.writeApart(FUTURE, [set(note.id, 'edits', list(...updates()))]);
    editor.delete(1, 1);
    await note.change(append(...editor.take()));
    expect([updates().length, text()]).toEqual([4, 'ac']);
    await note.change(MERGE);
    expect([updates().length, text()]).toEqual([1, 'ac']);
  });
});
