/** Turns the pages of a query: cursors of its answer go where its text has a place for them. */

import type { Seeded } from '../seeded.ts';
import type { RandomQuery } from './graphql-query.ts';

/**
 * Whether a cursor may name the key 0 of an edge, as none that was given does: resolvers compare
 * it as text, by which it is behind its element, and plans as the element's own place.
 */
export const FORGES_KEY_ZERO = true;

const PLACE = /, «\w+»|«\w+»/g;

/** The text without any cursor. */
export function firstPages({ text }: RandomQuery): string {
  return text.replaceAll(PLACE, '');
}

/** The text with cursors of the last answer; undefined where it has none. */
export function nextPages(
  { text, pages }: RandomQuery,
  data: unknown,
  { random, wrongShare = 0.15 }: { readonly random: Seeded; readonly wrongShare?: number },
): { readonly text: string; readonly ends: readonly string[] } | undefined {
  const ends: string[] = [];
  const all = pages.flatMap((page) => cursorsAt(data, page));
  if (all.length === 0) return undefined;
  const turned = text.replaceAll(PLACE, (place) => {
    const own = cursorsAt(data, place.replaceAll(/[«», ]/g, ''));
    const isOther = own.length === 0;
    if (isOther && (wrongShare === 0 || random.chance(0.9))) return '';
    const args = random.pick([['after'], ['after'], ['before'], ['after', 'before']]);
    ends.push(...args);
    const cursor = () => {
      if (random.chance(wrongShare)) return wrongCursor(random, random.pick(all));
      return random.pick(isOther ? all : own);
    };
    return args.map((name) => `, ${name}: ${JSON.stringify(cursor())}`).join('');
  });
  return { text: turned, ends };
}

/** Cursors of the pages of a name, wherever they are in an answer. */
function cursorsAt(value: unknown, page: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((each) => cursorsAt(each, page));
  return Object.entries(value).flatMap(([name, member]) => {
    return name === page ? cursorsWithin(member) : cursorsAt(member, page);
  });
}

function cursorsWithin(page: unknown): string[] {
  if (typeof page !== 'object' || page === null) return [];
  const { edges, pageInfo } = page as {
    readonly edges?: readonly { readonly cursor?: unknown }[];
    readonly pageInfo?: { readonly startCursor?: unknown; readonly endCursor?: unknown };
  };
  const cursors = [...(edges ?? []).map(({ cursor }) => cursor), pageInfo?.startCursor];
  return [...cursors, pageInfo?.endCursor].filter((cursor) => typeof cursor === 'string');
}

/** What no connection gave: another text, or a cursor in which something has been changed. */
function wrongCursor(random: Seeded, cursor: string): string {
  if (random.chance(0.3)) return random.pick(['', 'e30', 'not a cursor', 'W10', cursor.slice(1)]);
  const json = Buffer.from(cursor, 'base64url').toString();
  const parts = JSON.parse(json) as unknown[];
  const index = random.below(parts.length + 1);
  const identity = String(parts[2]).slice(0, 16);
  if (random.chance(0.3)) return encoded(parts.with(2, `${identity}${random.pick(EDGES)}`));
  const changed = parts.with(Math.min(index, parts.length - 1), random.pick(PARTS));
  const forged = index === parts.length ? [...parts, null] : changed;
  return encoded(forged);
}

function encoded(parts: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** Keys of edges, as a cursor names them. */
const KEY_ZERO = FORGES_KEY_ZERO ? ':0000000000' : '';
const EDGES = ['', KEY_ZERO, ':0000000001', ':1', ':4294967295', ':4294967296', ':'];

const PARTS: readonly unknown[] = [
  ...[null, true, '', 'a', 2, '0000000000000000', 'zzzzzzzzzzzzzzzz:0000000001', 'no id'],
  ...['0000000000000000:4294967296', { i: '1' }, { f: '0.1' }],
  ...[{ t: '0' }, { b: 'AA==' }, { n: '0000000000000000' }, { n: 'no id' }, { f: 'NaN' }],
  ...[{ i: '9999999999999999999' }, { t: '-9999999999999999999' }, { f: 'Infinity' }, '\ud83d'],
];
