/**
 * What one caller may ask for at once, and how fast (schema/authentication.md, U22 to U25): by the
 * principal, its role, its organisation, or whether it is nobody. What none of these says is said
 * by the default.
 */

import { formatPrincipal } from '../access/principal.ts';
import {
  ANONYMOUS_BODY_BYTES,
  ANONYMOUS_COST_AT_ONCE,
  ANONYMOUS_COST_PER_SECOND,
  ANONYMOUS_REQUESTS_AT_ONCE,
  ANONYMOUS_REQUESTS_PER_SECOND,
  ANONYMOUS_ROWS,
  ANONYMOUS_WEBSOCKETS,
  CALLER_COST_AT_ONCE,
  CALLER_COST_PER_SECOND,
  CALLER_REQUESTS_AT_ONCE,
  CALLER_REQUESTS_PER_SECOND,
  CALLER_WEBSOCKETS,
  GRAPHQL_BODY_BYTES_MAX,
} from '../base/limits.ts';
import { OPERATION_LIMITS, type OperationLimits } from '../graphql/operation-limits.ts';
import type { Identity } from './authentication/identity.ts';

export interface CallerLimits extends OperationLimits {
  readonly bodyBytes: number;
  readonly requestsPerSecond: number;
  readonly requestsAtOnce: number;
  readonly costPerSecond: number;
  readonly costAtOnce: number;
  readonly webSockets: number;
  /** Whether it may ask how an operation is answered. */
  readonly explain: boolean;
}

export type CountedLimit = Exclude<keyof CallerLimits, 'explain'>;

/** Of a configuration, as far as it says something. */
export interface LimitSets {
  readonly default: Partial<CallerLimits>;
  readonly anonymous: Partial<CallerLimits>;
  readonly organisations: ReadonlyMap<string, Partial<CallerLimits>>;
  readonly roles: ReadonlyMap<string, Partial<CallerLimits>>;
  readonly principals: ReadonlyMap<string, Partial<CallerLimits>>;
}

/** Whoever is on this machine: nobody else can come in then. */
const LOCAL: CallerLimits = {
  ...OPERATION_LIMITS,
  bodyBytes: GRAPHQL_BODY_BYTES_MAX,
  requestsPerSecond: Infinity,
  requestsAtOnce: Infinity,
  costPerSecond: Infinity,
  costAtOnce: Infinity,
  webSockets: Infinity,
  explain: true,
};

const NAMED: CallerLimits = {
  ...LOCAL,
  requestsPerSecond: CALLER_REQUESTS_PER_SECOND,
  requestsAtOnce: CALLER_REQUESTS_AT_ONCE,
  costPerSecond: CALLER_COST_PER_SECOND,
  costAtOnce: CALLER_COST_AT_ONCE,
  webSockets: CALLER_WEBSOCKETS,
  explain: false,
};

const ANONYMOUS: Partial<CallerLimits> = {
  rows: ANONYMOUS_ROWS,
  bodyBytes: ANONYMOUS_BODY_BYTES,
  requestsPerSecond: ANONYMOUS_REQUESTS_PER_SECOND,
  requestsAtOnce: ANONYMOUS_REQUESTS_AT_ONCE,
  costPerSecond: ANONYMOUS_COST_PER_SECOND,
  costAtOnce: ANONYMOUS_COST_AT_ONCE,
  webSockets: ANONYMOUS_WEBSOCKETS,
  explain: false,
};

export const NO_LIMIT_SETS: LimitSets = {
  default: {},
  anonymous: {},
  organisations: new Map(),
  roles: new Map(),
  principals: new Map(),
};

/** Remembers what it has merged: callers of one kind share their limits. */
export class LimitsByCaller {
  readonly #sets: LimitSets | undefined;
  readonly #named: CallerLimits;
  readonly #anonymous: CallerLimits;
  readonly #merged = new Map<Partial<CallerLimits>, CallerLimits>();

  /** Without sets there is no authentication, and no limit but those of every operation. */
  constructor(sets: LimitSets | undefined) {
    this.#sets = sets;
    this.#named = sets === undefined ? LOCAL : { ...NAMED, ...sets.default };
    this.#anonymous =
      sets === undefined ? LOCAL : { ...this.#named, ...ANONYMOUS, ...sets.anonymous };
  }

  of({ principal, role }: Identity): CallerLimits {
    if (this.#sets === undefined) return LOCAL;
    if (principal.kind === 'anonymous') return this.#anonymous;
    const { principals, roles, organisations } = this.#sets;
    const own =
      principals.get(formatPrincipal(principal)) ??
      (role === undefined ? undefined : roles.get(role)) ??
      organisations.get(principal.organisation);
    return own === undefined ? this.#named : this.#merge(own);
  }

  /** The most that any caller may have of one. */
  most(name: CountedLimit): number {
    const { principals, roles, organisations } = this.#sets ?? NO_LIMIT_SETS;
    const sets = [principals, roles, organisations].flatMap((each) => [...each.values()]);
    const values = [this.#named, this.#anonymous, ...sets].map((set) => set[name] ?? 0);
    return Math.max(...values);
  }

  #merge(own: Partial<CallerLimits>): CallerLimits {
    const known = this.#merged.get(own);
    if (known !== undefined) return known;
    const merged = { ...this.#named, ...own };
    this.#merged.set(own, merged);
    return merged;
  }
}
