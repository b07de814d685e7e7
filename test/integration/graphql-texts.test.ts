/**
 * Texts that several edit at a time: editors with documents of Yjs, each bound to the server of its
 * own replica, and what queries read of them.
 */

import { beforeEach, describe, expect, test } from 'vitest';
import type { Api } from '../fixture/api.ts';
import { liveBySse } from '../fixture/live-client.ts';
import { type ServedReplicas, serveReplicas } from '../fixture/served-replicas.ts';
import { subscribed } from '../fixture/subscribers.ts';
import { Editor } from '../fixture/yjs-editor.ts';

const SDL = `type Note @node {
  code: ID! @id
  edits: [Bytes!] @updates
  body: String! @text(of: "edits")
  title: String @text(of: "edits", name: "title")
  next: [Note!]! @relationship(type: "NEXT", direction: OUT, properties: "Next")
}
type Next @relationshipProperties { edits: [Bytes!] @updates why: String @text(of: "edits") }`;
const FIRST = 'mutation { createNotes(input: [{ code: "a" }]) { info { nodesCreated } } }';

let red: Api;
let blue: Api;
let meet: ServedReplicas['meet'];

beforeEach(async () => {
  ({ red, blue, meet } = await serveReplicas({ sdl: SDL, first: FIRST }));
});

const updateText = (operators: string) => `mutation { updateNotes(where: { code: { eq: "a" } },
  update: { edits: { ${operators} } }) { notes { body edits } } }`;

/** Writes what an editor has made, all in one update of the API. */
async function save(api: Api, editor: Editor): Promise<void> {
  const updates = editor.take().map((update) => JSON.stringify(update.toBase64()));
  await api.data(updateText(`push: [${updates.join(' ')}]`));
}

async function noteOf(api: Api): Promise<{ body: string; edits: string[] | null }> {
  const { note } = await api.data('{ note(where: { code: { eq: "a" } }) { body edits } }');
  return note as { body: string; edits: string[] | null };
}

async function load(api: Api, editor: Editor): Promise<void> {
  const { edits } = await noteOf(api);
  editor.receive((edits ?? []).map((each) => Uint8Array.fromBase64(each)));
}

describe('[D56] a text', () => {
  test('[B19] is what editors of two replicas have written, whatever they did apart', async () => {
    const [ann, ben] = [new Editor(1), new Editor(2)];
    expect(await noteOf(red)).toEqual({ body: '', edits: null });
    ann.insert(0, 'The cat sat.');
    await save(red, ann);
    await meet();
    await load(blue, ben);
    expect(ben.text).toBe('The cat sat.');
    ann.type(7, ' slowly');
    ben.delete(4, 3);
    ben.type(4, 'old dog');
    await save(red, ann);
    await save(blue, ben);
    expect([(await noteOf(red)).body, (await noteOf(blue)).body]).toEqual([
      'The cat slowly sat.',
      'The old dog sat.',
    ]);
    await meet();
    await load(red, ann);
    await load(blue, ben);
    expect(ann.text).toBe(ben.text);
    expect([...'old dog', ...' slowly'].every((letter) => ann.text.includes(letter))).toBe(true);
    expect(ann.text).toContain('old dog');
    expect(ann.text).toContain(' slowly');
    expect([(await noteOf(red)).body, (await noteOf(blue)).body]).toEqual([ann.text, ann.text]);
  });

  test('[D59] is the same after a merge, at which the other replica writes', async () => {
    const [ann, ben] = [new Editor(1), new Editor(2)];
    ann.type(0, 'abc');
    await save(red, ann);
    await meet();
    await load(blue, ben);
    ben.insert(3, '!');
    await save(blue, ben);
    await red.data(updateText('merge: true'));
    await blue.data(updateText('merge: true'));
    await meet();
    const note = await noteOf(red);
    expect(note).toMatchObject({ body: 'abc!' });
    expect(note).toEqual(await noteOf(blue));
    await blue.data(updateText('merge: true'));
    expect((await noteOf(blue)).edits).toHaveLength(1);
    await load(blue, ann);
    expect(ann.text).toBe('abc!');
  });

  test('of another root type is a text of its own', async () => {
    const [body, title] = [new Editor(1), new Editor(2, 'title')];
    body.insert(0, 'long');
    title.insert(0, 'short');
    await save(red, body);
    await save(red, title);
    const { note } = await red.data('{ note(where: { code: { eq: "a" } }) { body title } }');
    expect(note).toEqual({ body: 'long', title: 'short' });
  });

  test('is of edges as well, and of a create', async () => {
    const editor = new Editor(1);
    editor.insert(0, 'because');
    const [update] = editor.take().map((each) => each.toBase64());
    const create = `mutation { updateNotes(where: { code: { eq: "a" } }, update: { next: [{
      create: [{ node: { code: "b", edits: ["${update}"] }, edge: { edits: ["${update}"] } }]
    }] }) { notes { nextConnection { edges { node { body } properties { why edits } } } } } }`;
    expect(await red.data(create)).toEqual({
      updateNotes: {
        notes: [
          {
            nextConnection: {
              edges: [
                { node: { body: 'because' }, properties: { why: 'because', edits: [update] } },
              ],
            },
          },
        ],
      },
    });
    const upsert = `mutation { upsertNotes(input: [{ code: "b", edits: ["${update}"] }]) {
      notes { body edits } } }`;
    expect(await red.data(upsert)).toMatchObject({
      upsertNotes: { notes: [{ body: 'because', edits: [update, update] }] },
    });
  });

  test('is told to who subscribes, and shown by a live query', async () => {
    const query = 'subscription { noteChanges(fields: [edits]) { fields note { body edits } } }';
    const subscriber = await subscribed(red.server, query);
    const client = liveBySse(red.server, 'query @live { notes { code body } }');
    await client.revision(1);
    const ben = new Editor(2);
    ben.insert(0, 'told');
    await save(blue, ben);
    await meet();
    await subscriber.received(1);
    const [heard] = subscriber.results.map(({ data }) => data?.noteChanges);
    const { edits } = await noteOf(red);
    expect(heard).toEqual({ fields: ['edits'], note: { body: 'told', edits } });
    await client.revision(2);
    expect(client.data).toEqual({ notes: [{ code: 'a', body: 'told' }] });
    client.stop();
    subscriber.stop();
  });

  test('is what it was, as of an earlier commit', async () => {
    const ann = new Editor(1);
    ann.insert(0, 'one');
    await save(red, ann);
    const { note } = await red.data('{ note(where: { code: { eq: "a" } }) { id } }');
    const lineage = `lineage(id: "${(note as { id: string }).id}", field: "edits", at: 0)`;
    const { lineage: from } = await red.data(`{ ${lineage} { commit } }`);
    ann.insert(3, ' two');
    await save(red, ann);
    const { commit } = from as { commit: string };
    const then = await red.data(`query @at(commit: "${commit}") { notes { body } }`);
    expect(then).toEqual({ notes: [{ body: 'one' }] });
    expect((await noteOf(red)).body).toBe('one two');
  });
});

describe('[B17] updates', () => {
  test.each([
    ['bytes that are none', 'push: ["AQID"]', 'Note.edits expected updates of Yjs, got 3 other'],
    ['no base64', 'push: ["?"]', ''],
    ['null', 'push: null', 'push of edits expected a value, got null'],
    ['a merge that is none', 'merge: false', 'merge of edits expected true, got false'],
    ['both operators', 'push: [], merge: true', 'edits expected one operator'],
    ['a set', 'set: []', ''],
  ])('are refused: %s', async (_, operators, message) => {
    const error = await red.error(updateText(operators));
    expect(error).toMatchObject({ extensions: { code: 'INVALID_INPUT' } });
    expect(error.message).toContain(message);
  });

  test('[B18] and texts are in no filter, order, or input of what is computed', async () => {
    for (const query of [
      '{ notes(where: { body: { eq: "" } }) { code } }',
      '{ notes(sort: [{ body: ASC }]) { code } }',
      'mutation { createNotes(input: [{ code: "z", body: "" }]) { info { nodesCreated } } }',
    ]) {
      expect(await red.error(query)).toMatchObject({ extensions: { code: 'INVALID_INPUT' } });
    }
    const { notes } = await red.data('{ notes(where: { edits: { eq: null } }) { code } }');
    expect(notes).toEqual([{ code: 'a' }]);
  });
});
