/** The data of area `federation` as JavaScript objects in Maps, and resolvers that read them. */

import {
  type Brand,
  brandAt,
  brandCount,
  type Product,
  productAt,
} from '../federation/products.ts';

export interface SubgraphRequest {
  readonly products: number;
  /** Of products that are asked for by their ids: those, and their codes. */
  readonly ids: readonly (readonly [string, string])[];
}

export interface SubgraphData {
  readonly byCode: ReadonlyMap<string, Product>;
  readonly byId: ReadonlyMap<string, Product>;
  readonly bySlug: ReadonlyMap<string, Brand>;
}

/** What names a node here, by one of its keys. */
export interface Reference {
  readonly id?: string;
  readonly code?: string;
  readonly slug?: string;
}

export function subgraphData({ products, ids }: SubgraphRequest): SubgraphData {
  const all = Array.from({ length: products }, (_, index) => productAt(index));
  const brands = Array.from({ length: brandCount(products) }, (_, index) => brandAt(index));
  const byCode = new Map(all.map((product) => [product.code, product]));
  const byId = new Map<string, Product>();
  for (const [id, code] of ids) {
    const product = byCode.get(code);
    if (product !== undefined) byId.set(id, product);
  }
  return { byCode, byId, bySlug: new Map(brands.map((brand) => [brand.slug, brand])) };
}

/** Without loaders: each reference is looked up by itself. */
export function plainResolvers({ byCode, byId, bySlug }: SubgraphData) {
  return {
    Product: {
      __resolveReference: ({ code, id = '' }: Reference) =>
        (code === undefined ? byId.get(id) : byCode.get(code)) ?? null,
    },
    Brand: { __resolveReference: ({ slug = '' }: Reference) => bySlug.get(slug) ?? null },
  };
}

/** Of `dataloader`, as far as it is used. */
interface Loader<T> {
  load(key: string): Promise<T | null>;
}

export type LoaderClass = new <T>(
  load: (keys: readonly string[]) => Promise<readonly (T | null)[]>,
) => Loader<T>;

/** One of each in every request. */
export interface Loaders {
  readonly products: Loader<Product>;
  readonly productsById: Loader<Product>;
  readonly brands: Loader<Brand>;
}

export function loadersOver(data: SubgraphData, Loader: LoaderClass): Loaders {
  const over = <T>(all: ReadonlyMap<string, T>) =>
    new Loader<T>(async (keys) => keys.map((key) => all.get(key) ?? null));
  return {
    products: over(data.byCode),
    productsById: over(data.byId),
    brands: over(data.bySlug),
  };
}

export const LOADING_RESOLVERS = {
  Product: {
    __resolveReference: ({ code, id = '' }: Reference, { products, productsById }: Loaders) =>
      code === undefined ? productsById.load(id) : products.load(code),
  },
  Brand: {
    __resolveReference: ({ slug = '' }: Reference, { brands }: Loaders) => brands.load(slug),
  },
} as const;
