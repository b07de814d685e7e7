import { expect, test } from 'vitest';
import { parseDefinition } from '../../src/definition/parse.ts';

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])';

test('a key of an interface has its values in one order, however its types are indexed', () => {
  const { federation, nodeTypes } = parseDefinition(`${LINK}
    interface Place @key(fields: "name rank") { name: String rank: Int }
    type City implements Place @node @key(fields: "name rank") { name: String rank: Int @index }
    type Town implements Place @node @key(fields: "rank name") { name: String @index rank: Int }
    type Port implements Place @node(indexes: [["rank", "name"]]) @key(fields: "name rank") {
      name: String
      rank: Int
    }`);
  const ways = federation?.entities.get('Place')?.keys.flatMap((key) => key.ways);
  const paths = ['name', 'rank'];
  expect(ways).toEqual([
    { type: 'City', by: 'index', paths, index: paths },
    { type: 'Town', by: 'index', paths, index: ['name'] },
    { type: 'Port', by: 'index', paths, index: paths },
  ]);
  // A type's own key takes what is there.
  const own = ['City', 'Town', 'Port'].map((name) => federation?.entities.get(name)?.keys[0]);
  expect(own.map((key) => key?.ways[0]?.index)).toEqual([['rank'], ['name'], ['rank', 'name']]);
  expect(nodeTypes.get('Town')?.compoundIndexes).toEqual([]);
});
