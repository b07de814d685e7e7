/**
 * Callers as the server counts them: by their principal, or where they are nobody by their
 * address. Each request and each operation is taken from what its caller may have.
 */

import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import { ANONYMOUS, formatPrincipal } from '../access/principal.ts';
import type { Clock } from '../base/clock.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { rememberLast } from '../base/remember-last.ts';
import type { AskedBy, Charge } from '../graphql/context.ts';
import { type Identity, Method } from './authentication/identity.ts';
import {
  type CallerLimits,
  type CountedLimit,
  type LimitSets,
  LimitsByCaller,
} from './caller-limits.ts';
import { RateLimits } from './rate-limits.ts';

export interface Caller extends AskedBy {
  readonly limits: CallerLimits;
  readonly charge: NonNullable<AskedBy['charge']>;
  /** Throws RATE_LIMITED where the caller may not ask now. */
  readonly takeRequest: () => void;
  /** Counts one more WebSocket, until the function is called that it returns, or refuses it. */
  readonly openWebSocket: () => (() => void) | undefined;
}

export interface CallersOptions {
  /** Absent where there is no authentication. */
  readonly limits: LimitSets | undefined;
  readonly clock: Clock;
  /** Hears of each refusal, with the name of the limit. */
  readonly onLimited: (limit: string) => void;
}

const NOBODY: Identity = { principal: ANONYMOUS, method: Method.NONE };

/** Groups of an IPv6 address that one subscriber of a network has to itself at least. */
const IPV6_GROUPS = 4;

export class Callers {
  readonly #limits: LimitsByCaller;
  readonly #rates: RateLimits;
  readonly #webSockets = new Map<string, number>();
  readonly #onLimited: (limit: string) => void;

  constructor({ limits, clock, onLimited }: CallersOptions) {
    this.#limits = new LimitsByCaller(limits);
    this.#rates = new RateLimits(clock);
    this.#onLimited = onLimited;
  }

  /** The most that any caller may have of one. */
  most(name: CountedLimit): number {
    return this.#limits.most(name);
  }

  /** Throws RATE_LIMITED where WebSockets are opened too often from an address. */
  takeUpgrade(request: IncomingMessage): void {
    const limits = this.#limits.of(NOBODY);
    const network = networkOf(request.socket.remoteAddress ?? '');
    this.#count(() => this.#rates.takeRequest(`upgrade ${network}`, limits));
  }

  of(identity: Identity, request: IncomingMessage): Caller {
    const limits = this.#limits.of(identity);
    const name = nameOf(identity, request);
    return {
      caller: identity.principal,
      limits,
      mayExplain: limits.explain,
      takeRequest: () => this.#count(() => this.#rates.takeRequest(name, limits)),
      charge: (cost, when) => {
        if (when === 'after') this.#rates.oweCost(name, limits, cost);
        else this.#count(() => this.#rates.takeCost(name, limits, cost));
      },
      openWebSocket: () => this.#openWebSocket(name, limits),
    };
  }

  #count(take: () => void): void {
    try {
      take();
    } catch (error) {
      if (error instanceof DatabaseError && error.code === ErrorCode.RATE_LIMITED) {
        this.#onLimited(String(error.facts.limit));
      }
      throw error;
    }
  }

  #openWebSocket(name: string, { webSockets }: CallerLimits): (() => void) | undefined {
    const count = this.#webSockets.get(name) ?? 0;
    if (count >= webSockets) {
      this.#onLimited('webSockets');
      return undefined;
    }
    this.#webSockets.set(name, count + 1);
    return () => {
      const left = (this.#webSockets.get(name) ?? 1) - 1;
      if (left > 0) this.#webSockets.set(name, left);
      else this.#webSockets.delete(name);
    };
  }
}

/**
 * For an operation that may be tried in two ways: what is taken before it runs is taken once, and
 * where that was refused it stays so.
 */
export function chargedOnce(charge: Charge): Charge {
  let answer: (() => void) | undefined;
  return (cost, when) => {
    if (when === 'after') return charge(cost, when);
    answer ??= outcomeOf(() => charge(cost, when));
    answer();
  };
}

function outcomeOf(run: () => void): () => void {
  try {
    run();
    return () => undefined;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

function nameOf({ principal }: Identity, { socket }: IncomingMessage): string {
  if (principal.kind !== 'anonymous') return formatPrincipal(principal);
  return networkOf(socket.remoteAddress ?? '');
}

/** An IPv4 address, or the network of an IPv6 one: who has one of these has 2^64. */
export const networkOf = rememberLast((address: string): string => {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.replace(/%.*$/, '').split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: Math.max(8 - front.length - back.length, 0) }, () => '0');
  const groups = tail === undefined ? front : [...front, ...zeros, ...back];
  return `${groups.slice(0, IPV6_GROUPS).join(':')}::/64`;
});
