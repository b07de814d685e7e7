/** What texts of Yjs documents, and changes of their updates, tell of what is hidden. */

import { testChannel } from '../fixture/leak-channel.ts';
import { Editor } from '../fixture/yjs-editor.ts';

const editor = new Editor(2);
editor.insert(0, 'mine');
const UPDATE = editor.take().map((update) => JSON.stringify(update.toBase64()))[0];

const change = (operators: string) => `mutation { updatePeople(where: { email: { eq: "ann@x" } },
  update: { edits: { ${operators} } }) { people { letter edits } } }`;

testChannel('texts', [
  [
    '{ people(sort: [{ name: ASC }]) { name letter edits } }',
    '"letter":null,"edits":null',
    '"NOT_GRANTED"',
  ],
  ['{ people(where: { edits: { eq: null } }) { email } }', 'ann@x'],
  ['{ peopleConnection { aggregate { node { edits { count } } } } }', '"count":0'],
  ['{ lineage(id: "«ann»", field: "edits", at: 0) { actor } }', '"lineage":null'],
  [change(`push: [${UPDATE}]`), 'FORBIDDEN'],
  [change('push: []'), 'FORBIDDEN'],
  [change('merge: true'), 'FORBIDDEN'],
  [
    `mutation { upsertPeople(input: [{ email: "bob@x", name: "Bob", salary: 1,
      edits: [${UPDATE}] }]) { people { name letter } } }`,
    '"letter":null',
  ],
  ['{ people(sort: [{ name: ASC }]) { name letter } }', '"letter":null'],
]);
