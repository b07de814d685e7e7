/**
 * The data and the operations of area `api`: a tree of items, 10 x 10 x 10, and products, of which
 * there are many. Imports nothing, as the peers do so too.
 */

export const ITEMS_SDL = `
  type Item @node {
    key: ID! @id
    name: String!
    rank: Int!
    price: Float!
    isNew: Boolean!
    children: [Item!]! @relationship(type: "CHILD", direction: OUT)
  }
  type Product @node {
    sku: ID! @id
    name: String!
    rank: Int! @index
    price: Float!
    isNew: Boolean!
  }`;

/** The same API by hand, as far as the operations ask. */
export const PLAIN_SDL = `
  type Item {
    key: ID!
    name: String!
    rank: Int!
    price: Float!
    isNew: Boolean!
    children(limit: Int): [Item!]!
  }
  type Product {
    sku: ID!
    name: String!
    rank: Int!
    price: Float!
    isNew: Boolean!
  }
  input IDScalarFilters { eq: ID, in: [ID!] }
  input FloatScalarFilters { lt: Float }
  input BooleanScalarFilters { eq: Boolean }
  input ItemWhere { key: IDScalarFilters }
  input ProductWhere { price: FloatScalarFilters, isNew: BooleanScalarFilters }
  enum SortDirection { ASC DESC }
  input ProductSort { rank: SortDirection }
  type Query {
    item(where: ItemWhere!): Item
    items(where: ItemWhere, limit: Int): [Item!]!
    products(where: ProductWhere, sort: [ProductSort!], limit: Int): [Product!]!
  }`;

export interface Item {
  readonly key: string;
  readonly name: string;
  readonly rank: number;
  readonly price: number;
  readonly isNew: boolean;
  readonly children: readonly string[];
}

export interface Product {
  readonly sku: string;
  readonly name: string;
  readonly rank: number;
  readonly price: number;
  readonly isNew: boolean;
}

export const BRANCHES = 10;
const LEVELS = 3;

/** Each item before its children. */
export function allItems(): Item[] {
  const items: Item[] = [];
  const plant = (key: string, level: number) => {
    const below = level < LEVELS ? Array.from({ length: BRANCHES }, (_, at) => `${key}.${at}`) : [];
    const rank = key.length * 7;
    const values = { name: `The name of ${key}`, rank, price: rank / 8, isNew: rank % 2 === 0 };
    items.push({ key, ...values, children: below });
    for (const child of below) plant(child, level + 1);
  };
  for (let root = 0; root < BRANCHES; root++) plant(`item ${root}`, 1);
  return items;
}

/** Ranks are mixed up, and each product has its own. */
export function productAt(index: number, count: number): Product {
  const rank = (index * 7_919) % count;
  return {
    sku: `product ${index}`,
    name: `The name of product ${index}`,
    rank,
    price: ((index * 31) % 4_000) / 8,
    isNew: index % 2 === 0,
  };
}

/** No multiple of the prime that mixes the ranks. */
export const PRODUCTS = { full: 1_000_000, quick: 20_000 } as const;

export interface Operation {
  readonly name: string;
  readonly query: string;
  /** What it is asked with, in turns. */
  readonly variables: readonly Readonly<Record<string, unknown>>[];
}

const FIELDS = 'key name rank price isNew';
const ROOTS = Array.from({ length: BRANCHES }, (_, root) => `item ${root}`);

export const OPERATIONS: readonly Operation[] = [
  {
    name: 'one node, 5 fields',
    query: `query One($key: ID!) { item(where: { key: { eq: $key } }) { ${FIELDS} } }`,
    variables: ROOTS.flatMap((root) => [
      { key: root },
      { key: `${root}.3` },
      { key: `${root}.5.7` },
    ]),
  },
  {
    name: '100 nodes, 5 fields',
    query: `query List($limit: Int) { items(limit: $limit) { ${FIELDS} } }`,
    variables: [{ limit: 100 }],
  },
  {
    name: '10 x 10 x 10 nodes',
    query: `query Tree($keys: [ID!]) { items(where: { key: { in: $keys } }) {
      name children(limit: 10) { name children(limit: 10) { name } }
    } }`,
    variables: [{ keys: ROOTS }],
  },
  {
    name: 'a page of 20, filtered and sorted',
    query: `query Page($isNew: Boolean!, $price: Float!) {
      products(
        where: { isNew: { eq: $isNew }, price: { lt: $price } }, sort: [{ rank: DESC }], limit: 20
      ) { sku name rank price isNew }
    }`,
    variables: [200, 220, 240, 260, 280, 300].flatMap((price) => [
      { isNew: true, price },
      { isNew: false, price: price + 1 },
    ]),
  },
];
