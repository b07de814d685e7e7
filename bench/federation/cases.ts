/** What gateways ask of area `federation`: in each request other nodes, which a seed decides. */

import { SeededRandom } from '../engine/seeded-random.ts';
import { type Brand, brandAt, brandCount, type Product, productAt } from './products.ts';

const SEED = 20_261_127;

/** A node that is asked for, by its natural key; its values stand in the order of the selection. */
export type Asked =
  | { readonly type: 'Product'; readonly key: { readonly code: string }; readonly values: Product }
  | { readonly type: 'Brand'; readonly key: { readonly slug: string }; readonly values: Brand };

export interface Case {
  readonly name: string;
  readonly query: string;
  readonly requests: readonly (readonly Asked[])[];
  /** Whether nodes are named by the built-in id instead, of which each server has its own. */
  readonly isById: boolean;
  /** At least so many times the requests of plain Yoga with loaders. */
  readonly target?: number;
}

export interface CasesSize {
  readonly products: number;
  /** Nodes that all requests of a case name together. */
  readonly references: number;
  /** Nodes that one request names. */
  readonly few: number;
  readonly many: number;
}

const ON_PRODUCT = '...on Product{code name price stock brand}';
const ON_BRAND = '...on Brand{slug title country founded rating}';
const OVER_YOGA = 5;

export function casesOf({ products, references, few, many }: CasesSize): Case[] {
  const random = new SeededRandom(SEED);
  const product = () => productAsked(random.below(products));
  const brand = () => brandAsked(random.below(brandCount(products)));
  const requests = (each: number, draw: (at: number) => Asked) =>
    Array.from({ length: Math.ceil(references / each) }, () => distinct(each, draw));
  const byCode = { query: entitiesOf(ON_PRODUCT), isById: false, target: OVER_YOGA };
  return [
    { ...byCode, name: `${few} by key`, requests: requests(few, product) },
    { ...byCode, name: `${many} by key`, requests: requests(many, product) },
    {
      name: `${few} by a short key`,
      query: entitiesOf(ON_BRAND),
      requests: requests(few, brand),
      isById: false,
    },
    {
      name: `${few} by id`,
      query: entitiesOf(ON_PRODUCT),
      requests: requests(few, product),
      isById: true,
    },
    {
      name: `${few} of two types`,
      query: entitiesOf(`${ON_PRODUCT}${ON_BRAND}`),
      requests: requests(few, (at) => (at % 2 === 0 ? product() : brand())),
      isById: false,
    },
  ];
}

/** As gateways write it. */
export function entitiesOf(selection: string): string {
  const field = `_entities(representations:$representations){${selection}}`;
  return `query($representations:[_Any!]!){${field}}`;
}

function productAsked(index: number): Asked {
  const values = productAt(index);
  return { type: 'Product', key: { code: values.code }, values };
}

function brandAsked(index: number): Asked {
  const values = brandAt(index);
  return { type: 'Brand', key: { slug: values.slug }, values };
}

/** Gateways name a node once. */
function distinct(count: number, draw: (at: number) => Asked): Asked[] {
  const drawn = new Map<string, Asked>();
  while (drawn.size < count) {
    const each = draw(drawn.size);
    drawn.set(JSON.stringify(each.key), each);
  }
  return [...drawn.values()];
}
