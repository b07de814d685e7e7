/** The data of area `api` as JavaScript objects in Maps, and the resolvers that read them. */

import { allItems, type Item, type Product, productAt } from '../api/items.ts';

interface ItemArguments {
  readonly where?: { readonly key?: { readonly eq?: string; readonly in?: readonly string[] } };
  readonly limit?: number;
}

interface ProductArguments {
  readonly where?: {
    readonly isNew?: { readonly eq?: boolean };
    readonly price?: { readonly lt?: number };
  };
  readonly limit?: number;
}

export interface DataRequest {
  readonly products: number;
  /** Keys of items in the order of answers, children as well. */
  readonly order: readonly string[];
}

/** Linked once, and in the order of answers: a resolver looks up, cuts and filters. */
export function resolversOver({ products: count, order }: DataRequest) {
  const places = new Map(order.map((key, place) => [key, place]));
  const placeOf = ({ key }: { readonly key: string }) => places.get(key) ?? 0;
  const items = allItems().sort((left, right) => placeOf(left) - placeOf(right));
  const byKey = new Map(items.map((item) => [item.key, item]));
  const there = (keys: readonly string[]) =>
    keys.map((key) => byKey.get(key)).filter((item) => item !== undefined);
  const inOrder = (keys: readonly string[]) =>
    there(keys).sort((left, right) => placeOf(left) - placeOf(right));
  const children = new Map(items.map((item) => [item, inOrder(item.children)]));
  const byRank = Array.from({ length: count }, (_, index) => productAt(index, count)).sort(
    (left, right) => right.rank - left.rank,
  );
  return {
    Query: {
      item: (_: unknown, { where }: ItemArguments) => byKey.get(where?.key?.eq ?? '') ?? null,
      items: (_: unknown, { where, limit }: ItemArguments) => {
        const among = where?.key?.in;
        return among === undefined ? items.slice(0, limit) : inOrder(among);
      },
      products: (_: unknown, args: ProductArguments) => productPage(byRank, args),
    },
    Item: {
      children: (item: Item, { limit }: ItemArguments) => children.get(item)?.slice(0, limit) ?? [],
    },
  };
}

function productPage(
  sorted: readonly Product[],
  { where = {}, limit = sorted.length }: ProductArguments,
) {
  const { isNew, price } = where;
  const page: Product[] = [];
  for (const product of sorted) {
    if (page.length === limit) break;
    if (isNew?.eq !== undefined && product.isNew !== isNew.eq) continue;
    if (price?.lt !== undefined && product.price >= price.lt) continue;
    page.push(product);
  }
  return page;
}
