/** The limits in an authentication file: of everybody, and of some callers. */

import { expectOrganisation, formatPrincipal, parseUser } from '../../access/principal.ts';
import type { YamlFields } from '../../access/yaml-fields.ts';
import { LIMIT_SETS_MAX } from '../../base/limits.ts';
import {
  type CallerLimits,
  type CountedLimit,
  type LimitSets,
  NO_LIMIT_SETS,
} from '../caller-limits.ts';
import { atFields } from './file-fields.ts';

type Limits = Partial<CallerLimits>;

/** The most that may be configured: what the engine, the parser and the machine still carry. */
const MOST: Readonly<Record<CountedLimit, number>> = {
  depth: 64,
  cost: 100_000_000,
  rows: 1_000_000_000,
  items: 10_000_000,
  milliseconds: 60_000,
  bodyBytes: 67_108_864,
  requestsPerSecond: 1_000_000,
  requestsAtOnce: 10_000_000,
  costPerSecond: 1_000_000_000,
  costAtOnce: 10_000_000_000,
  webSockets: 10_000,
};
const NAMES = Object.keys(MOST) as CountedLimit[];

export function readLimits(fields: YamlFields): LimitSets {
  if (!fields.has('limits')) return NO_LIMIT_SETS;
  const section = fields.fields('limits');
  section.expectOnly('default', 'anonymous', 'organisations', 'roles', 'principals');
  const one = (name: string): Limits => (section.has(name) ? readSet(section.fields(name)) : {});
  return {
    default: one('default'),
    anonymous: one('anonymous'),
    organisations: readSets(section, 'organisations', expectOrganisation),
    roles: readSets(section, 'roles', (name) => name),
    principals: readSets(section, 'principals', (name) => formatPrincipal(parseUser(name))),
  };
}

function readSets(
  section: YamlFields,
  member: string,
  nameOf: (text: string) => string,
): ReadonlyMap<string, Limits> {
  if (!section.has(member)) return new Map();
  const fields = section.fields(member);
  const names = fields.names();
  if (names.length > LIMIT_SETS_MAX) {
    throw fields.malformed(`at most ${LIMIT_SETS_MAX} ${member}`, names.length);
  }
  return new Map(
    names.map((text) => [atFields(fields, text, () => nameOf(text)), readSet(fields.fields(text))]),
  );
}

function readSet(fields: YamlFields): Limits {
  fields.expectOnly(...NAMES, 'explain');
  const given = NAMES.filter((name) => fields.has(name));
  return {
    ...Object.fromEntries(given.map((name) => [name, readLimit(fields, name)])),
    ...(fields.has('explain') && { explain: fields.boolean('explain') }),
  };
}

function readLimit(fields: YamlFields, name: CountedLimit): number {
  const value = fields.integer(name);
  if (value >= 1 && value <= MOST[name]) return value;
  throw fields.malformed(`${name} from 1 to ${MOST[name]}`, value);
}
