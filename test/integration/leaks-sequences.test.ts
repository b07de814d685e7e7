/** What changes of sequences, and reading them, tell of what is hidden. */

import { testChannel } from '../fixture/leak-channel.ts';

const change = (change: string) => `mutation { updatePeople(where: { email: { eq: "ann@x" } },
  update: { steps: { ${change} } }) { people { steps } } }`;

testChannel('sequences', [
  ['{ people(sort: [{ name: ASC }]) { name steps } }', '"steps":null'],
  ['{ people(where: { steps: { includes: "s1" } }) { name } }', '"people":\\[\\]'],
  ['{ people(where: { steps: { eq: ["s1", "s2", "s1"] } }) { name } }', '"people":\\[\\]'],
  ['{ people(where: { steps: { eq: null } }) { email } }', 'ann@x'],
  ['{ peopleConnection { aggregate { node { steps { count } } } } }', '"count":0'],
  ['{ lineage(id: "«ann»", field: "steps", at: 0) { actor } }', '"lineage":null'],
  ['{ lineage(id: "«ann»", field: "steps", at: 9) { actor } }', '"lineage":null'],
  [change('push: ["s1"]'), 'FORBIDDEN'],
  [change('insert: { at: 0, values: ["s1"] }'), 'FORBIDDEN'],
  // Whether there are as many is not told.
  [change('insert: { at: 1, values: ["s1"] }'), 'FORBIDDEN'],
  [change('remove: { at: 2 }'), 'FORBIDDEN'],
  [change('pop: 1'), 'FORBIDDEN'],
  [change('move: { from: 2, to: 0 }'), 'FORBIDDEN'],
  [change('changes: [{ push: ["s1"] }, { pop: 9 }]'), 'FORBIDDEN'],
  [change('set: ["s1", "s4"]'), '"steps":null'],
  [
    `mutation { upsertPeople(input: [{ email: "bob@x", name: "Bob", salary: 1, steps: ["s1"] }]) {
      people { name steps } } }`,
    '"steps":null',
  ],
  [
    `mutation { updatePeople(where: { steps: { includes: "s1" } }, update: { note: { set: "n" } })
      { people { name } } }`,
    '"people":\\[\\]',
  ],
]);
