/**
 * Random signatures of each class on which implementations of Ed25519 disagree, with the verdict
 * that follows from how they are built. The same seed gives the same signatures.
 */

import { type CraftedSignature, craftSignature } from '../fixture/craft-signature.ts';
import {
  type EdgePoint,
  EdgePoints,
  LARGE_Y,
  noPoint,
  SMALL_ORDER,
} from '../fixture/edge-points.ts';
import { Seeded } from '../seeded.ts';

export interface EdgeSignature extends CraftedSignature {
  readonly edge: Edge;
  /** Which of the class's combinations it is. */
  readonly combination: string;
}

export const Edge = {
  SMALL_KEY_AND_R: 'A and R of small order',
  SMALL_KEY: 'A of small order',
  SMALL_R: 'R of small order',
  MIXED: 'mixed orders, the equation holds',
  MIXED_COFACTOR: 'mixed orders, only with cofactor',
  LARGE_S: 'S plus a multiple of L',
  LARGE_Y_KEY: 'y of A from p on, not of small order',
  LARGE_Y_R: 'y of R from p on, not of small order',
  HASHED_CANONICAL: 'hashed as if it were canonical',
  NO_POINT: 'A or R is no point',
  FLIPPED: 'a valid one with a flipped bit',
  PRIME: 'prime orders, valid',
} as const;
export type Edge = (typeof Edge)[keyof typeof Edge];
export const EDGES = Object.values(Edge);

/** Signatures after which the points get other scalars. */
const POOL_SIGNATURES = 1_024;
const POOL_COUNT = 8;

const holds = ({ sent }: { readonly sent: number }) => sent === 0;
const holdsWithCofactor = ({ sent }: { readonly sent: number }) => sent !== 0;
const torsions = [0, 1, 2, 3, 4, 5, 6, 7];
/** Torsion of A and R: all 8 x 8, and which of them can hold, or fail. */
const pairs = torsions.flatMap((key) => torsions.map((r) => [key, r] as const));
export const PAIRS_THAT_HOLD = pairs.filter(([key, r]) => residues(key, r).includes(0));
export const PAIRS_THAT_FAIL = pairs.filter(([key, r]) => residues(key, r).some((it) => it > 0));
const loose = SMALL_ORDER.filter((point) => point.bytes !== point.canonical && point.torsion > 0);

/** The classes take turns, and each takes its combinations in turn. */
export function* edgeSignatures(options: {
  readonly seed: number;
  readonly count: number;
}): Generator<EdgeSignature> {
  const random = new Seeded(options.seed);
  let points = new EdgePoints(random, POOL_COUNT);
  for (let index = 0; index < options.count; index++) {
    if (index % POOL_SIGNATURES === POOL_SIGNATURES - 1)
      points = new EdgePoints(random, POOL_COUNT);
    const edge = EDGES[index % EDGES.length] as Edge;
    yield { edge, ...MAKERS[edge]({ random, points, turn: Math.floor(index / EDGES.length) }) };
  }
}

interface Turn {
  readonly random: Seeded;
  readonly points: EdgePoints;
  /** Counts the signatures of the class. */
  readonly turn: number;
}

type Made = Omit<EdgeSignature, 'edge'>;

const MAKERS: Readonly<Record<Edge, (turn: Turn) => Made>> = {
  [Edge.SMALL_KEY_AND_R]({ random, turn }) {
    const [key, r] = [at(SMALL_ORDER, turn), at(SMALL_ORDER, Math.floor(turn / 14))];
    return made(random, { key, r });
  },
  [Edge.SMALL_KEY]({ random, points, turn }) {
    const r = points.withTorsion(at(torsions, Math.floor(turn / 14)));
    return made(random, { key: at(SMALL_ORDER, turn), r });
  },
  [Edge.SMALL_R]({ random, points, turn }) {
    const key = points.withTorsion(at(torsions, Math.floor(turn / 14)));
    return made(random, { key, r: at(SMALL_ORDER, turn) });
  },
  [Edge.MIXED]({ random, points, turn }) {
    const [key, r] = at(PAIRS_THAT_HOLD, turn);
    return made(random, { key: points.withTorsion(key), r: points.withTorsion(r) });
  },
  [Edge.MIXED_COFACTOR]({ random, points, turn }) {
    const [key, r] = at(PAIRS_THAT_FAIL, turn);
    const recipe = { key: points.withTorsion(key), r: points.withTorsion(r) };
    const crafted = craftSignature(random, { ...recipe, wanted: holdsWithCofactor });
    return { ...crafted, combination: `${key} ${r}` };
  },
  [Edge.LARGE_S]({ random, points, turn }) {
    // 15 more orders still have 256 bits.
    const orders = 1 + (turn % 15);
    const recipe = { key: points.withTorsion(0), r: points.withTorsion(0), orders };
    return { ...craftSignature(random, { ...recipe, wanted: holds }), combination: `${orders}` };
  },
  [Edge.LARGE_Y_KEY]({ random, points, turn }) {
    return { ...valid(random, points), key: at(LARGE_Y, turn), ...refused(turn % LARGE_Y.length) };
  },
  [Edge.LARGE_Y_R]({ random, points, turn }) {
    return { ...valid(random, points), r: at(LARGE_Y, turn), ...refused(turn % LARGE_Y.length) };
  },
  [Edge.HASHED_CANONICAL]({ random, points, turn }) {
    const small = at(loose, turn);
    const isKey = Math.floor(turn / loose.length) % 2 === 0;
    const [key, r] = isKey ? [small, points.withTorsion(4)] : [points.withTorsion(1), small];
    const wanted = (left: { readonly sent: number; readonly canonical: number }) =>
      left.canonical === 0 && left.sent !== 0;
    const crafted = craftSignature(random, { key, r, wanted, hashesCanonical: true });
    return { ...crafted, combination: `${isKey ? 'A' : 'R'} ${turn % loose.length}` };
  },
  [Edge.NO_POINT]({ random, points, turn }) {
    const isKey = turn % 2 === 0;
    const wrong = isKey ? { key: noPoint(random) } : { r: noPoint(random) };
    return { ...valid(random, points), ...wrong, ...refused(isKey ? 0 : 1) };
  },
  [Edge.FLIPPED]({ random, points }) {
    const signature = valid(random, points);
    const part = random.pick(['key', 'message', 'r', 's'] as const);
    const bytes = signature[part].slice();
    const bit = random.below(bytes.length * 8);
    bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
    return { ...signature, [part]: bytes, isValid: false, combination: part };
  },
  [Edge.PRIME]({ random, points }) {
    return valid(random, points);
  },
};

function valid(random: Seeded, points: EdgePoints): Made {
  return made(random, { key: points.withTorsion(0), r: points.withTorsion(0) });
}

/** With the equation holding where the torsions let it, so that only the byte checks refuse. */
function made(random: Seeded, recipe: { readonly key: EdgePoint; readonly r: EdgePoint }): Made {
  const { key, r } = recipe;
  const canHold = residues(key.torsion, r.torsion).includes(0);
  const wanted = canHold ? holds : () => true;
  return { ...craftSignature(random, { ...recipe, wanted }), combination: nameOf(key, r) };
}

function nameOf(key: EdgePoint, r: EdgePoint): string {
  return [key, r].map((it) => (it.scalar === 0n ? SMALL_ORDER.indexOf(it) : it.torsion)).join(' ');
}

function refused(combination: number): { readonly isValid: false; readonly combination: string } {
  return { isValid: false, combination: `${combination}` };
}

/** What the torsions of R + kA can come to. */
function residues(key: number, r: number): number[] {
  return torsions.map((k) => (r + k * key) % 8);
}

function at<T>(items: readonly T[], turn: number): T {
  return items[turn % items.length] as T;
}
