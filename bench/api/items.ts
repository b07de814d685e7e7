/** The data and the operations of area `api`: a tree of items, 10 × 10 × 10. */

export const ITEMS_SDL = `
  type Item @node {
    key: ID! @id
    name: String!
    rank: Int!
    price: Float!
    isNew: Boolean!
    children: [Item!]! @relationship(type: "CHILD", direction: OUT)
  }`;

/** One item as both servers hold it; children by key, in the order that the graph answers. */
export interface Item {
  readonly key: string;
  readonly name: string;
  readonly rank: number;
  readonly price: number;
  readonly isNew: boolean;
  readonly children: readonly { readonly key: string }[];
}

export const BRANCHES = 10;
const ROOTS = Array.from({ length: BRANCHES }, (_, root) => `"item ${root}"`).join(', ');
const FIELDS = 'key name rank price isNew';

/** What the plain server is given, so that both hold the same in the same order. */
export const ALL_ITEMS = `{ items { ${FIELDS} children { key } } }`;

export interface Operation {
  readonly name: string;
  readonly query: string;
}

export const OPERATIONS: readonly Operation[] = [
  { name: 'one node, 5 fields', query: `{ item(where: { key: { eq: "item 3" } }) { ${FIELDS} } }` },
  { name: '100 nodes, 5 fields', query: `{ items(limit: 100) { ${FIELDS} } }` },
  {
    name: '10 x 10 x 10 nodes',
    query: `{ items(where: { key: { in: [${ROOTS}] } }) {
      name children(limit: 10) { name children(limit: 10) { name } }
    } }`,
  },
];
