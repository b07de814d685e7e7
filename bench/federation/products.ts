/**
 * The data of area `federation`: products, of which there are many, and brands. Imports nothing, as
 * the peers do so too.
 */

const LINK = `
  extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])`;

export const PRODUCTS_SDL = `${LINK}
  type Product @node @key(fields: "code") @key(fields: "id") {
    code: ID! @id
    name: String!
    price: Float!
    stock: Int!
    brand: String!
  }
  type Brand @node @key(fields: "slug") {
    slug: ID! @id
    title: String!
    country: String!
    founded: Int!
    rating: Float!
  }`;

/** The same subgraph by hand. */
export const PLAIN_PRODUCTS_SDL = `${LINK}
  type Query {
    products: [Product!]!
  }
  type Product @key(fields: "code") @key(fields: "id") {
    id: ID!
    code: ID!
    name: String!
    price: Float!
    stock: Int!
    brand: String!
  }
  type Brand @key(fields: "slug") {
    slug: ID!
    title: String!
    country: String!
    founded: Int!
    rating: Float!
  }`;

export interface Product {
  readonly code: string;
  readonly name: string;
  readonly price: number;
  readonly stock: number;
  readonly brand: string;
}

export interface Brand {
  readonly slug: string;
  readonly title: string;
  readonly country: string;
  readonly founded: number;
  readonly rating: number;
}

const PRODUCTS_PER_BRAND = 10;
const COUNTRIES = ['Denmark', 'Ghana', 'Japan', 'Peru', 'Portugal'];

export function productAt(index: number): Product {
  return {
    code: `product ${index}`,
    name: `The name of product ${index}`,
    price: ((index * 31) % 4_000) / 8,
    stock: (index * 7) % 1_000,
    brand: `Brand ${Math.floor(index / PRODUCTS_PER_BRAND)}`,
  };
}

export function brandCount(products: number): number {
  return Math.ceil(products / PRODUCTS_PER_BRAND);
}

/** JSON.parse keeps texts of up to 10 characters in a table of V8, which takes it longer. */
export function brandAt(index: number): Brand {
  return {
    slug: `brand${index}`,
    title: `Brand ${index}`,
    country: COUNTRIES[index % COUNTRIES.length] ?? '',
    founded: 1_850 + (index % 170),
    rating: (index % 41) / 8,
  };
}
