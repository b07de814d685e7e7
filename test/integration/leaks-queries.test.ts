import { testChannel } from '../fixture/leak-channel.ts';

testChannel('fields, by any name', [
  [
    '{ people { id email name salary badge bonus note home { city street } } }',
    'Ann',
    'NOT_GRANTED',
  ],
  ['{ people { pay: salary b1: badge b2: badge } teams { name budget } }', '"pay":null', 'red'],
  ['{ person(where: { email: { eq: "ann@x" } }) { salary home { street } } }', '"salary":null'],
  ['{ peopleConnection { edges { node { badge bonus } } } }', '"badge":null'],
  [
    'query ($is: Boolean = true) { people { salary @include(if: $is) name @skip(if: $is) } }',
    'null',
  ],
  [
    '{ vaults { code label } vaultsConnection { totalCount } teamsConnection { totalCount } }',
    '"vaults":\\[\\]',
  ],
  [
    `{ vault(where: { code: { eq: "v1" } }) { label } team(where: { name: { eq: "red" } }) {
      budget } }`,
    'null',
  ],
  // Through resolvers, which a field of the schema asks for.
  ['{ people { salary badge home { street } } __schema { queryType { name } } }', 'Query'],
]);

testChannel('computed fields', [
  ['{ people { email paid } }', '"relation":"read.salary"'],
  ['{ person(where: { email: { eq: "ann@x" } }) { p: paid home { street } } }', '"p":null'],
  [
    `{ peopleConnection(first: 9) { edges { node {
      teamsConnection { edges { properties { held since } node { budget } } } } } } }`,
    '"held":null,"since":2000',
  ],
  ['{ team(where: { name: { eq: "red" } }) { people { paid } } }', 'NOT_GRANTED'],
  ['{ node(id: "«hal»") { ... on Person { paid } } }', '"node":null'],
]);

testChannel('fragments and interfaces', [
  [
    `{ node(id: "«ann»") { id ... on Person { ...P } } } fragment P on Person { salary badge
      name }`,
    'Ann',
  ],
  ['{ people { ... on Node { id } ... { salary ... on Person { badge } } } }', '"salary":null'],
  ['{ node(id: "«hal»") { __typename } other: node(id: "«ida»") { __typename } }', 'null'],
  ['{ node(id: "«v1:Vault»") { __typename ... on Vault { label } } }', '"node":null'],
]);

testChannel('lists of interfaces and unions', [
  ['{ prizeds { id bonus __typename } }', '"bonus":null', 'NOT_GRANTED'],
  ['{ prizeds { ... on Person { email badge } ... on Vault { code } } }', '"badge":null'],
  ['{ knowns { __typename ... on Person { name salary } ... on Vault { label } } }', 'Ann'],
  ['{ prizeds(where: { bonus: { eq: 7 } }) { id } }', '\\[\\]'],
  ['{ prizeds(where: { NOT: { bonus: { gt: 0 } } }) { id } }', 'id'],
  ['{ prizeds(where: { typename: [Vault] }) { id } }', '"prizeds":\\[\\]'],
  ['{ prizeds(sort: [{ bonus: DESC }], limit: 2) { id } }', 'id'],
  ['{ prizeds(where: { id: { in: ["«hal»", "«v1:Vault»", "«ann»"] } }) { __typename } }', 'Person'],
  [
    `{ prizedsConnection(first: 2, sort: [{ bonus: ASC }]) { totalCount edges { cursor node {
      bonus } } pageInfo { hasNextPage } } }`,
    '"totalCount":4',
  ],
  [
    `{ prizedsConnection { aggregate { count { nodes } node { bonus { count max } } }
      groups(by: [bonus]) { values { bonus } count { nodes } } } }`,
    '"nodes":4',
  ],
  ['{ knowns(where: { Vault: { label: { eq: "gold" } } }) { __typename } }', '\\[\\]'],
  ['{ knowns(where: { Person: { salary: { gt: 0 } } }) { __typename } }', '\\[\\]'],
  ['{ people { email prized { id bonus } opens { __typename } } }', '"opens":\\[\\]'],
  [
    `{ people { prizedConnection { totalCount edges { node { bonus } } } opensConnection {
      totalCount aggregate { count { edges } } } } }`,
    '"totalCount":1',
  ],
  ['{ people(where: { prized: { some: { bonus: { gt: 0 } } } }) { email } }', '\\[\\]'],
  ['{ people(where: { prized: { single: {} } }) { email } }', 'cid@x'],
  ['{ people(where: { opens: { some: { Vault: {} } } }) { email } }', '\\[\\]'],
  ['{ people(where: { opensConnection: { none: { Vault: { node: {} } } } }) { email } }', 'ann@x'],
  // Through resolvers.
  ['{ prizeds { id bonus } knowns { __typename } __schema { queryType { name } } }', 'Query'],
]);

const ALL_OPERATORS = [
  'eq: 100',
  'in: [100, 200]',
  'gt: 150',
  'gte: 150',
  'lt: 250',
  'lte: 250',
  'eq: null',
];

testChannel('filters', [
  ...ALL_OPERATORS.map(
    (operator) => [`{ people(where: { salary: { ${operator} } }) { email } }`, 'people'] as const,
  ),
  ['{ people(where: { NOT: { salary: { gt: 150 } } }) { email } }', 'ann@x'],
  [
    '{ people(where: { OR: [{ badge: { eq: "b1" } }, { bonus: { eq: 7 } }] }) { email } }',
    '\\[\\]',
  ],
  ['{ people(where: { badge: { startsWith: "b" } }) { email } }', '\\[\\]'],
  ['{ people(where: { badge: { eq: null } }) { email } }', 'ann@x'],
  ['{ people(where: { home: { street: { contains: "Elm" } } }) { email } }', '\\[\\]'],
  ['{ person(where: { badge: { eq: "b1" } }) { email } }', 'null'],
  ['{ person(where: { name: { eq: "Ann" } }) { email } }', 'ann@x'],
  ['{ people(where: { knows: { some: { email: { eq: "hal@x" } } } }) { email } }', '\\[\\]'],
  ['{ people(where: { knows: { none: { name: { eq: "Bob" } } } }) { email } }', 'ann@x'],
  ['{ people(where: { knows: { all: { name: { eq: "Dan" } } } }) { email } }', 'ann@x'],
  ['{ people(where: { knows: { single: { salary: { gt: 0 } } } }) { email } }', '\\[\\]'],
  ['{ people(where: { vaults: { some: { label: { eq: "gold" } } } }) { email } }', '\\[\\]'],
  [
    '{ teams(where: { peopleConnection: { some: { edge: { share: { eq: 50 } } } } }) { name } }',
    '\\[\\]',
  ],
  ['{ teams(where: { people: { single: { name: { eq: "Ann" } } } }) { name } }', 'red'],
  [
    '{ peopleConnection(where: { salary: { lt: 250 } }) { totalCount edges { node { email } } } }',
    '0',
  ],
]);

testChannel('orders', [
  ['{ people(sort: [{ salary: ASC }]) { email } }', 'ann@x'],
  ['{ people(sort: [{ salary: DESC }, { name: ASC }], limit: 2) { email } }', 'ann@x'],
  ['{ people(sort: [{ badge: ASC }, { bonus: DESC }], offset: 1) { email } }', '@x'],
  ['{ people(sort: [{ name: ASC }], limit: 2) { email } }', 'ann@x.*bob@x'],
  [
    '{ teams(sort: [{ budget: DESC }]) { name people(sort: [{ salary: ASC }]) { email } } }',
    'ann@x',
  ],
  [
    '{ teams { peopleConnection(sort: [{ edge: { share: ASC } }]) { edges { node { email } } } } }',
    'bob@x',
  ],
  ['{ peopleConnection(sort: [{ salary: ASC }]) { edges { cursor node { email } } } }', 'ann@x'],
]);

testChannel('counts', [
  ['{ peopleConnection { totalCount } vaultsConnection { totalCount } }', '"totalCount":4'],
  ['{ people { email knowsConnection { totalCount } vaultsConnection { totalCount } } }', '1'],
  [
    '{ teams { name peopleConnection { totalCount } } teamsConnection { totalCount } }',
    '"totalCount":2',
  ],
  ['{ peopleConnection(where: { name: { eq: "Ann" } }) { totalCount } }', '"totalCount":1'],
]);

testChannel('cursors and pages', [
  [
    `{ peopleConnection(first: 2, sort: [{ salary: ASC }]) { edges { cursor } pageInfo {
      hasNextPage endCursor } } }`,
    '"hasNextPage":true',
  ],
  [
    `{ peopleConnection(last: 2, sort: [{ badge: DESC }]) { edges { cursor } pageInfo {
      hasPreviousPage startCursor } } }`,
    '"hasPreviousPage":true',
  ],
  [
    '{ peopleConnection(first: 4) { pageInfo { hasNextPage hasPreviousPage } } }',
    '"hasNextPage":false',
  ],
  [
    '{ vaultsConnection(first: 1) { edges { cursor } pageInfo { hasNextPage endCursor } } }',
    'false',
  ],
  ['{ teams { peopleConnection(first: 2) { pageInfo { hasNextPage endCursor } } } }', 'false'],
  [
    '{ teamsConnection(first: 1, sort: [{ budget: ASC }]) { pageInfo { endCursor hasNextPage } } }',
    'true',
  ],
]);

testChannel('relationships and their edges', [
  ['{ people(limit: 9) { email knows { email } vaults { code } teams { name } } }', 'dan@x'],
  [
    `{ teams { people { email salary } peopleConnection { edges { properties { since share } }
      } } }`,
    '2000',
  ],
  ['{ person(where: { email: { eq: "ann@x" } }) { knows { knows { email } } } }', '"knows":\\[\\]'],
  ['{ people(limit: 9) { email knows(maxDepth: 4, sort: { email: ASC }) { email } } }', 'dan@x'],
  ['{ person(where: { email: { eq: "ann@x" } }) { knows(maxDepth: 64) { email } } }', 'knows'],
  [
    '{ team(where: { name: { eq: "red" } }) { people { vaults { label } } } vaults { code } }',
    'vaults',
  ],
  [
    '{ peopleConnection { edges { node { knowsConnection { edges { node { email } } } } } } }',
    'dan@x',
  ],
  [
    `{ vaultsConnection { edges { node { code } } } teamsConnection { edges { node { name } }
      } vault(where: {}) { code } }`,
    'red',
  ],
]);

testChannel('shortest paths', [
  ['{ shortestPath(from: "«ann»", to: "«cid»", direction: BOTH) { length } }', '"length":2'],
  ['{ shortestPath(from: "«ann»", to: "«dan»", relationship: "KNOWS") { length } }', 'null'],
  [
    '{ shortestPath(from: "«ann»", to: "«bob»", direction: BOTH) { length nodes { id } } }',
    'shortestPath',
  ],
  [
    `{ shortestPath(from: "«ann»", to: "«bob»", relationship: "KNOWS", direction: BOTH) {
      length } }`,
    'null',
  ],
  ['{ shortestPath(from: "«ann»", to: "«hal»") { length } }', 'NOT_FOUND'],
  ['{ shortestPath(from: "«ida»", to: "«ann»") { length } }', 'NOT_FOUND'],
  [
    `{ shortestPath(from: "«ann»", to: "«red:Team»", relationship: "IN", weight: "share") {
      length weight } }`,
    'null|NOT_FOUND',
  ],
  [
    `{ shortestPath(from: "«dan»", to: "«ann»", relationship: "IN", direction: BOTH,
      weight: "since") { length weight nodes { id } } }`,
    'shortestPath|NOT_FOUND',
  ],
]);

testChannel('neighbourhoods', [
  [
    `{ neighbourhood(of: "«ann»", maxDepth: 64, limit: 10) {
      isComplete nodes { distance node { id __typename ... on Person { salary } } }
      relationships { type from to } } }`,
    '"isComplete":true',
    '"salary":null',
    '"type":"IN"',
  ],
  [
    '{ neighbourhood(of: "«ann»", relationships: [OPENS, KNOWS]) { nodes { distance } } }',
    '"nodes":\\[{"distance":0}\\]',
  ],
  [
    '{ neighbourhood(of: "«ann»", maxDepth: 2, limit: 2) { nodes { node { id } } isComplete } }',
    '"isComplete":false',
  ],
  [
    `{ neighbourhood(of: "«bob»", maxDepth: 9, relationships: [KNOWS], limit: 1) {
      nodes { node { id } } isComplete } }`,
    '"isComplete":true',
  ],
  ['{ neighbourhood(of: "«hal»") { isComplete } }', 'NOT_FOUND'],
  ['{ neighbourhood(of: "«ida»", maxDepth: 0) { isComplete } }', 'NOT_FOUND'],
]);

/** Where a conflict of badges is, which Eve may not read. */
const BEHIND_BADGES = Buffer.from('[1,"conflicts +value","Person.badge","b2"]').toString(
  'base64url',
);

testChannel('conflicts', [
  [
    `{ conflicts { totalCount edges { cursor node { type field value nodes { id } } } pageInfo {
      hasNextPage hasPreviousPage endCursor } } }`,
    '"totalCount":1',
    '"field":"seat","value":"s1"',
  ],
  [
    `{ conflicts(type: Person, first: 1) { edges { node { nodes(limit: 2, offset: 1) {
      id ... on Person { email badge } } } } pageInfo { hasNextPage } } }`,
    '"hasNextPage":false',
    '\\[\\{"id":"\\w*","email":"ann@x","badge":null\\}\\]',
  ],
  ['{ conflicts(type: Vault) { totalCount } }', '"totalCount":0'],
  ['{ conflicts(first: 0) { pageInfo { hasNextPage } } }', '"hasNextPage":true'],
  [
    `{ conflicts(first: 1, after: "${BEHIND_BADGES}") { edges { node { value } }
      pageInfo { hasNextPage hasPreviousPage } } }`,
    '"value":"s1".*"hasNextPage":false,"hasPreviousPage":false',
  ],
]);

testChannel('ids', [
  [
    '{ node(id: "«hal»") { id } b: node(id: "«ida»") { id } c: node(id: "«nobody»") { id } }',
    'null',
  ],
  ['{ person(where: { id: { eq: "«hal»" } }) { id } }', '"person":null'],
  [
    '{ people(where: { id: { in: ["«hal»", "«ida»", "«ann»"] } }) { id } }',
    '"people":\\[\\{"id":"[^"]*"\\}\\]',
  ],
  ['{ person(where: { email: { eq: "ida@x" } }) { id } }', '"person":null'],
  [
    `{ vault(where: { id: { eq: "«v1:Vault»" } }) { id } team(where: { id: { eq: "«red:Team»"
      } }) { id } }`,
    'null',
  ],
]);

testChannel('texts of errors in queries', [
  ['{ person(where: { name: { in: ["Ann", "Bob"] } }) { email } }', 'INVALID_INPUT'],
  ['{ person(where: { badge: { startsWith: "b" } }) { email } }', 'null'],
  ['{ person(where: { salary: { gt: 0 } }) { email } }', '"person":null'],
  ['{ vault(where: { label: { eq: "gold" } }) { code } }', '"vault":null'],
  ['{ lineage(id: "«hal»", field: "nothing") { time } }', 'null'],
  ['{ lineage(id: "«ann»", field: "nothing") { time } }', 'salary'],
  ['{ peopleConnection(first: 1, after: "AAAA") { totalCount } }', 'errors'],
  ['{ people { wages } }', 'wages'],
  ['{ people(where: { salary: { eq: "x" } }) { email } }', 'errors'],
]);

testChannel('groups and aggregates', [
  [
    `{ peopleConnection { aggregate { count { nodes } node { name { count }
      salary { count min max sum average } badge { count min max } bonus { count }
      home { street { count max } } } } } }`,
    '"salary":\\{"count":0,"min":null,"max":null,"sum":null,"average":null\\}',
  ],
  [
    '{ peopleConnection { groups(by: [salary]) { values { salary } count { nodes } } } }',
    '"groups":\\[\\{"values":\\{"salary":null\\}',
  ],
  [
    `{ peopleConnection(where: { badge: { eq: "b1" } }) { aggregate { count { nodes } }
      groups(by: [badge, home_street]) { count { nodes } } } }`,
    '"nodes":0\\}\\},"groups":\\[\\]',
  ],
  [
    `{ teams(limit: 9) { name peopleConnection { aggregate { count { nodes edges }
      node { salary { sum } } edge { since { count max } share { sum } } }
      groups(byEdge: [share]) { edgeValues { share } count { edges } } } } }`,
    '"sum":null',
  ],
  // Through resolvers.
  [
    `{ peopleConnection { aggregate { node { salary { sum } } } groups(by: [badge]) {
      values { badge } count { nodes } } } __schema { queryType { name } } }`,
    '"sum":null',
  ],
  [
    '{ people { email } peopleConnection(where: { salary: { gt: 150 } }) { totalCount } }',
    '"totalCount":0',
  ],
]);

testChannel('questions about permissions', [
  ['{ viewer { subject can(relation: "read", object: "Person:«hal»") } }', '"can":false'],
  ['{ viewer { can(relation: "read.salary", object: "Person:«ann»") } }', '"can":false'],
  ['{ viewer { can(relation: "read", object: "«hal»") } }', 'NOT_FOUND'],
  ['{ check(object: "«ida»", relation: "read") }', 'NOT_FOUND'],
  ['{ check(object: "«ann»", relation: "read") }', 'true'],
  ['{ check(object: "Person:«hal»", relation: "read", subject: "user:acme/root") }', 'FORBIDDEN'],
  ['{ explain(object: "«hal»", relation: "read") { verdict } }', 'NOT_FOUND'],
  [
    '{ explain(object: "Person:«hal»", relation: "read") { verdict lacking findings { text } } }',
    'DENIED',
  ],
  ['{ explain(object: "«ann»", relation: "read") { verdict findings { text } } }', 'GRANTED'],
  ['{ listObjects(type: "Person", relation: "read") }', 'Person:'],
  ['{ listUsers(object: "«hal»", relation: "read", type: "user") }', 'NOT_FOUND'],
  ['{ listUsers(object: "«ann»", relation: "read", type: "user") }', 'user:acme/eve'],
  ['{ permissionModel { text } }', 'FORBIDDEN'],
  ['{ previewModel(model: "model\\n  schema 1.1\\ntype user") { lostCount } }', 'FORBIDDEN'],
]);

testChannel(
  'how operations are answered',
  [
    ['{ people { email salary } }', '"plan":\\["people: list scan of Person', '"rows":4,'],
    ['{ people(where: { salary: { gt: 150 } }) { email } }', 'index Person', '"rows":'],
    ['{ people(sort: [{ salary: ASC }], limit: 2) { email } }', 'in order of salary', '"rows":'],
    ['{ vault(where: { code: { eq: "v1" } }) { label } }', 'by ids of Vault', '"rows":'],
    ['{ peopleConnection { totalCount } teams { people { email } } }', 'edges IN IN', '"rows":'],
    ['{ people { knows(where: { name: { eq: "Ann" } }) { email } } }', 'where name equal', 'rows'],
    // What resolvers count has bytes of the log in it.
    ['{ lineage(id: "«ann»", field: "name") { commit } }', 'RESOLVERS'],
    ['{ people { email salary } __schema { queryType { name } } }', 'no plan'],
    ['mutation { deletePeople(where: { salary: { gt: 1 } }) { nodesDeleted } }', 'no query'],
  ],
  { explain: true },
);
