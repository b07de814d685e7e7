/**
 * Callers as the server counts them: by their principal, or where they are nobody by their
 * address. Each request and each operation is taken from what its caller may have.
 */

import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import { ANONYMOUS, formatPrincipal, type Principal } from '../access/principal.ts';
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

/** Connections hold theirs: a few fields, no closures. */
export class Caller {
  readonly principal: Principal;
  readonly limits: CallerLimits;
  readonly #name: string;
  readonly #counts: CallerCounts;

  constructor(counts: CallerCounts, identity: Identity, name: string) {
    this.principal = identity.principal;
    this.limits = counts.limits.of(identity);
    this.#name = name;
    this.#counts = counts;
  }

  /** As an operation of it is asked for. */
  asking(charge: Charge = (cost, when) => this.charge(cost, when)) {
    const { principal, limits } = this;
    return { caller: principal, limits, mayExplain: limits.explain, charge } satisfies AskedBy;
  }

  /** Throws RATE_LIMITED where the caller may not ask now. */
  takeRequest(): void {
    this.#counts.count(() => this.#counts.rates.takeRequest(this.#name, this.limits));
  }

  /** Throws RATE_LIMITED where it may not have what is charged before it runs. */
  charge(cost: number, when: 'before' | 'after'): void {
    const { rates } = this.#counts;
    if (when === 'after') rates.oweCost(this.#name, this.limits, cost);
    else this.#counts.count(() => rates.takeCost(this.#name, this.limits, cost));
  }

  /** Counts one more WebSocket, until it is closed; false where it may have no more. */
  openWebSocket(): boolean {
    const { webSockets, onLimited } = this.#counts;
    const count = webSockets.get(this.#name) ?? 0;
    if (count >= this.limits.webSockets) {
      onLimited('webSockets');
      return false;
    }
    webSockets.set(this.#name, count + 1);
    return true;
  }

  closeWebSocket(): void {
    const { webSockets } = this.#counts;
    const left = (webSockets.get(this.#name) ?? 1) - 1;
    if (left > 0) webSockets.set(this.#name, left);
    else webSockets.delete(this.#name);
  }
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

/** What is known of all callers. */
class CallerCounts {
  readonly limits: LimitsByCaller;
  readonly rates: RateLimits;
  /** Open WebSockets, by the name of their caller. */
  readonly webSockets = new Map<string, number>();
  readonly onLimited: (limit: string) => void;

  constructor({ limits, clock, onLimited }: CallersOptions) {
    this.limits = new LimitsByCaller(limits);
    this.rates = new RateLimits(clock);
    this.onLimited = onLimited;
  }

  count(take: () => void): void {
    try {
      take();
    } catch (error) {
      if (error instanceof DatabaseError && error.code === ErrorCode.RATE_LIMITED) {
        this.onLimited(String(error.facts.limit));
      }
      throw error;
    }
  }
}

export class Callers {
  readonly #counts: CallerCounts;

  constructor(options: CallersOptions) {
    this.#counts = new CallerCounts(options);
  }

  /** The most that any caller may have of one. */
  most(name: CountedLimit): number {
    return this.#counts.limits.most(name);
  }

  /** Throws RATE_LIMITED where WebSockets are opened too often from an address. */
  takeUpgrade(request: IncomingMessage): void {
    const { limits, rates } = this.#counts;
    const network = networkOf(request.socket.remoteAddress ?? '');
    this.#counts.count(() => rates.takeRequest(`upgrade ${network}`, limits.of(NOBODY)));
  }

  of(identity: Identity, request: IncomingMessage): Caller {
    return new Caller(this.#counts, identity, nameOf(identity, request));
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
