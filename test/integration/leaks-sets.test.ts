/** What changes of sets of values, and reading them, tell of what is hidden. */

import { testChannel } from '../fixture/leak-channel.ts';

const ANN = 'where: { email: { eq: "ann@x" } }';

testChannel('values of sets', [
  ['{ people(sort: [{ name: ASC }]) { name labels } }', '"labels":null'],
  ['{ people(where: { labels: { includes: "l1" } }) { name } }', '"people":\\[\\]'],
  ['{ people(where: { labels: { eq: ["l1", "l2"] } }) { name } }', '"people":\\[\\]'],
  ['{ people(where: { labels: { eq: null } }) { email } }', 'ann@x'],
  ['{ peopleConnection { aggregate { node { labels { count } } } } }', '"count":0'],
  ['{ lineage(id: "«ann»", field: "labels", item: "l1") { actor } }', '"lineage":null'],
  [
    `mutation { updatePeople(${ANN}, update: { labels: { remove: ["l1"] } }) { people {
      labels } } }`,
    'FORBIDDEN',
  ],
  [
    `mutation { updatePeople(${ANN}, update: { labels: { add: ["l1"] } }) { people { labels } } }`,
    'FORBIDDEN',
  ],
  [
    `mutation { updatePeople(${ANN}, update: { labels: { add: ["l3"], remove: ["l2"] } }) { people {
      labels } } }`,
    'FORBIDDEN',
  ],
  [
    `mutation { updatePeople(${ANN}, update: { labels: { set: ["l1", "l4"] } }) { people {
      labels } } }`,
    '"labels":null',
  ],
  [
    `mutation { upsertPeople(input: [{ email: "bob@x", name: "Bob", salary: 1, labels: ["l1"] }]) {
      people { name labels } } }`,
    '"labels":null',
  ],
  [
    `mutation { updatePeople(where: { labels: { includes: "l1" } }, update: { note: { set: "n" } })
      { people { name } } }`,
    '"people":\\[\\]',
  ],
]);
