/** What a definition without mistakes becomes, and the limits at which it stops being one. */

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DatabaseError, describeError } from '../../src/base/errors.ts';
import {
  DEFINITION_BYTES_MAX,
  DEFINITION_TYPES_MAX,
  TYPE_PATHS_MAX,
} from '../../src/base/limits.ts';
import type { Field, NodeType } from '../../src/definition/definition.ts';
import { typeNameOf } from '../../src/definition/fields.ts';
import { parseDefinition } from '../../src/definition/parse.ts';
import { ListValue, Timestamp } from '../../src/delta/value.ts';

const DEMO = readFileSync(
  new URL('../../schema/us-flights/graph.graphql', import.meta.url),
  'utf8',
);

describe('the demo', () => {
  const definition = parseDefinition(DEMO);
  const airport = definition.nodeTypes.get('Airport');

  test('[D3] it has one node type and one edge type', () => {
    expect([...definition.nodeTypes.keys()]).toEqual(['Airport']);
    expect([...definition.edgeTypes.keys()]).toEqual(['ROUTE']);
    expect(definition.source).toBe(DEMO);
    expect(airport?.plural).toBe('airports');
  });

  test('[D10] its fields have the declared types, in order', () => {
    expect(airport?.fields.map(summary)).toEqual([
      'code: String! key',
      'name: String!',
      'city: String index',
      'state: String index',
      'country: String!',
      'location: Point',
    ]);
    expect(airport?.key?.path).toBe('code');
  });

  test('[D11] its location is two paths', () => {
    const location = airport?.fields.find(({ name }) => name === 'location');
    expect(location?.kind === 'nested' && location.fields.map(summary)).toEqual([
      'location.latitude: Float!',
      'location.longitude: Float!',
    ]);
  });

  test('[D17] [D19] its routes are one edge type seen from both ends', () => {
    const edge = { edgeType: 'ROUTE', target: 'Airport', properties: 'Route' };
    expect(airport?.relationships).toMatchObject([
      { name: 'routes', direction: 'OUT', ...edge },
      { name: 'arrivals', direction: 'IN', ...edge },
    ]);
    const properties = definition.edgeTypes.get('ROUTE')?.properties;
    expect(properties?.name).toBe('Route');
    expect(properties?.fields.map(summary)).toEqual(['flights: Int!']);
  });

  test('[D16] its descriptions are kept', () => {
    expect(airport?.description).toMatch(/^A place/);
    expect(airport?.fields[0]?.description).toMatch(/^Code/);
    expect(airport?.relationships[0]?.description).toMatch(/^Where one can fly/);
    expect(definition.edgeTypes.get('ROUTE')?.properties?.description).toMatch(/^All flights/);
  });
});

describe('directives', () => {
  test.each([
    ['Int', '-2147483648', -2147483648n],
    ['BigInt', '9223372036854775807', 9223372036854775807n],
    ['Float', '1', 1],
    ['Float', '-2.5e3', -2500],
    ['Boolean', 'false', false],
    ['String', '"ä"', 'ä'],
    ['ID', '""', ''],
    ['DateTime', '"1969-12-31T23:59:59.000001Z"', new Timestamp(-999_999n)],
    ['DateTime', '"2026-03-01T00:30:00+01:00"', new Timestamp(1_772_321_400_000_000n)],
    ['DateTime', '"0001-01-01T00:00:00Z"', new Timestamp(-62_135_596_800_000_000n)],
    ['Bytes', '"AP8="', new Uint8Array([0, 255])],
  ])('[D14] a default of %s can be %s', (scalar, literal, value) => {
    const type = onlyType(`type A @node { n: ${scalar} @default(value: ${literal}) }`);
    expect(type.fields[0]).toMatchObject({ defaultValue: value });
  });

  test.each([
    ['Int', '2147483648', 'an integer of 32 bits'],
    ['Int', '1.0', 'an integer of 32 bits'],
    ['Int', '"1"', 'an integer of 32 bits'],
    ['BigInt', '-9223372036854775809', 'an integer of 64 bits'],
    ['Float', '1e999', 'a finite number'],
    ['Float', '"1"', 'a finite number'],
    ['Boolean', '1', 'true or false'],
    ['String', '1', 'a string'],
    ['String', 'null', 'a string'],
    ['ID', 'x', 'a string'],
    ['String', '["x"]', 'a string'],
    ['DateTime', '"2026-01-31"', 'a string like "2026-01-31T12:00:00Z"'],
    ['DateTime', '"2026-01-31T12:00:00"', 'a string like "2026-01-31T12:00:00Z"'],
    ['DateTime', '"2026-02-29T12:00:00Z"', 'a string like "2026-01-31T12:00:00Z"'],
    ['DateTime', '"2026-01-31T24:00:00Z"', 'a string like "2026-01-31T12:00:00Z"'],
    ['DateTime', '"2026-01-31T12:00:00.0000001Z"', 'a string like "2026-01-31T12:00:00Z"'],
    ['Bytes', '"AP8"', 'a string of base64'],
    ['Bytes', '"AP9="', 'a string of base64'],
    ['Bytes', '"AP-_"', 'a string of base64'],
  ])('[D14] a default of %s cannot be %s', (scalar, literal, expected) => {
    const error = refusal(`type A @node {\n n: ${scalar} @default(value: ${literal}) }`);
    const column = ` n: ${scalar} @default(value: `.length + 1;
    const what = `@default of ${scalar} field n`;
    expect(error).toBe(`2:${column}: ${what} expected ${expected}, got ${literal}`);
  });

  test('[D15] a timestamp is set at both operations unless it names one', () => {
    const text = `type A @node {
      n: Int
      both: DateTime! @timestamp
      made: DateTime! @timestamp(operations: [CREATE])
      changed: DateTime! @timestamp(operations: UPDATE)
    }`;
    const fields = onlyType(text).fields.slice(1);
    expect(fields.map((field) => field.kind === 'scalar' && field.timestamp)).toEqual([
      { onCreate: true, onUpdate: true },
      { onCreate: true, onUpdate: false },
      { onCreate: false, onUpdate: true },
    ]);
  });

  test('[D16] a deprecation has a reason, given or not', () => {
    const text = `type A @node {
      a: Int @deprecated
      b: Point @deprecated(reason: "Moved.")
      c: Int
    }`;
    const reasons = onlyType(text).fields.map(({ deprecated }) => deprecated);
    expect(reasons).toEqual(['No longer supported', 'Moved.', undefined]);
  });

  test('[D5] a plural can be given', () => {
    expect(onlyType('type Person @node(plural: "people") { n: Int }').plural).toBe('people');
  });

  test('[D13] a field can be unique and indexed', () => {
    const [field] = onlyType('type A @node { n: Int @unique @index }').fields;
    expect(field).toMatchObject({ isUnique: true, isIndexed: true });
  });
});

describe('types', () => {
  test('[D11] nested types at several depths become paths', () => {
    const text = `type A @node { m: M! }
      type M { n: N, q: Int }
      type N { at: Point, p: String! }`;
    const [m] = onlyType(text).fields;
    expect(m?.kind === 'nested' && m.fields.map(summary)).toEqual(['m.n: N', 'm.q: Int']);
    const n = m?.kind === 'nested' ? m.fields[0] : undefined;
    expect(n?.kind === 'nested' && n.fields.map(summary)).toEqual([
      'm.n.at: Point',
      'm.n.p: String!',
    ]);
  });

  test('[D18] one edge type can lead to several node types, under any name', () => {
    const edge = '@relationship(type: "lives in", direction: OUT)';
    const definition = parseDefinition(`
      type A @node { bs: [B!]! ${edge} cs: [C!]! ${edge} }
      type B @node { n: Int }
      type C @node { n: Int }`);
    expect([...definition.edgeTypes]).toEqual([
      ['lives in', { name: 'lives in', properties: undefined }],
    ]);
  });

  test('[D8] edge properties and nested types can have a field named id', () => {
    const text =
      'type A @node { n: N }\ntype N { id: ID }\ntype P @relationshipProperties { id: ID }';
    expect(parseDefinition(text).nodeTypes.size).toBe(1);
  });
});

describe('limits', () => {
  test('[D1] a text of too many bytes is refused', () => {
    const text = `# ${'ä'.repeat(DEFINITION_BYTES_MAX / 2)}`;
    const got = DEFINITION_BYTES_MAX + 2;
    expect(refusal(text)).toBe(
      `1:1: definition expected at most ${DEFINITION_BYTES_MAX} bytes, got ${got}`,
    );
  });

  test('[D1] brackets that would exhaust the stack of the parser are refused', () => {
    const text = `type A @node {\n  n: ${'['.repeat(100_000)}`;
    expect(refusal(text)).toBe('2:37: definition expected at most 32 open brackets, got 33');
  });

  test('[D11] a definition of too many types is refused', () => {
    const types = (count: number) =>
      Array.from({ length: count }, (_, index) => `type A${index} @node { n: Int }`).join('\n');
    expect(parseDefinition(types(DEFINITION_TYPES_MAX)).nodeTypes.size).toBe(1024);
    expect(refusal(types(DEFINITION_TYPES_MAX + 1))).toBe(
      '1025:6: definition expected at most 1024 types, got more',
    );
  });

  test('[D11] a type of too many fields is refused', () => {
    const type = (count: number) => {
      const fields = Array.from({ length: count }, (_, index) => `n${index}: Int`);
      return `type A @node {\n${fields.join('\n')}\n}`;
    };
    expect(onlyType(type(TYPE_PATHS_MAX)).fields).toHaveLength(1024);
    expect(refusal(type(TYPE_PATHS_MAX + 1))).toBe(
      '1026:1: type A expected at most 1024 fields, got more',
    );
  });

  test('[D11] a short text that nests into very many paths is refused', () => {
    const types = ['type A @node { a: N1 }'];
    for (let depth = 1; depth < 7; depth++) {
      const fields = Array.from({ length: 100 }, (_, index) => `f${index}: N${depth + 1}`);
      types.push(`type N${depth} { ${fields.join(' ')} }`);
    }
    types.push('type N7 { n: Int }');
    expect(refusal(types.join('\n'))).toBe(
      '1:6: type A expected at most 1024 property paths, got more',
    );
  });

  test('[D11] types that come to too many paths together are refused', () => {
    const fields = Array.from({ length: 1000 }, (_, index) => `f${index}: Int`).join(' ');
    const types = Array.from({ length: 66 }, (_, index) => `type A${index} @node { n: N }`);
    expect(refusal(`type N { ${fields} }\n${types.join('\n')}`)).toBe(
      '67:6: definition expected at most 65536 property paths, got more',
    );
  });
});

describe('enums', () => {
  const text = `type A @node { e: E! @default(value: Y) @index at: N }
    type N { e: E }
    "of some kind"
    enum E { "first" X Y @deprecated Z @deprecated(reason: "no more") }`;
  const [first, nested] = onlyType(text).fields;

  test('[D26] a field of an enum holds text, its values in declared order', () => {
    if (first?.kind !== 'scalar' || nested?.kind !== 'nested') throw new Error('fields of A');
    expect([summary(first), ...nested.fields.map(summary)]).toEqual(['e: E! index', 'at.e: E']);
    expect([first.scalar, first.defaultValue]).toEqual(['String', 'Y']);
    expect(first.enumType).toEqual({
      name: 'E',
      description: 'of some kind',
      names: ['X', 'Y', 'Z'],
      values: [
        { name: 'X', description: 'first', deprecated: undefined },
        { name: 'Y', description: undefined, deprecated: 'No longer supported' },
        { name: 'Z', description: undefined, deprecated: 'no more' },
      ],
    });
  });

  test('[D26] names that begin alike are no collision', () => {
    const types = 'type A @node { e: Status } type StatusList @node { n: Int }';
    expect(refusal(`${types} type StatusEnum { n: Int } enum Status { X }`)).toBe('no error');
  });
});

test('[D29] defaults of JSON and durations are kept in their one form', () => {
  const [data, took] = onlyType(`type A @node {
    data: JSON @default(value: { b: [1.50, -0.0], a: null, __proto__: "x" })
    took: Duration @default(value: "PT90M")
  }`).fields;
  if (data?.kind !== 'scalar' || took?.kind !== 'scalar') throw new Error('fields of A');
  expect(data.defaultValue).toBe('{"__proto__":"x","a":null,"b":[1.5,0]}');
  expect(took.defaultValue).toBe('PT1H30M');
});

test('[D28] a list has items of one type, and a default that is one', () => {
  const [tags, scores] = onlyType(
    'type A @node { tags: [String!]! @default(value: ["a", "b"]) scores: [Float!] }',
  ).fields;
  if (tags?.kind !== 'scalar' || scores?.kind !== 'scalar') throw new Error('fields of A');
  expect([tags.isList, tags.scalar, tags.required]).toEqual([true, 'String', true]);
  expect(tags.defaultValue).toEqual(new ListValue(['a', 'b']));
  expect([scores.isList, scores.scalar, scores.required]).toEqual([true, 'Float', false]);
});

describe('errors', () => {
  test('[D1] of several mistakes the first in the text is reported', () => {
    const text = 'type A @node {\n  b: B\n  c: [Int]\n}\ntype A @node { id: ID }\nscalar E';
    expect(refusal(text)).toMatch(/^2:6: /);
    expect(refusal(text.replace('b: B', 'b: Int'))).toMatch(/^3:6: /);
    expect(refusal(text.replace('b: B', 'b: Int').replace('[Int]', 'Int'))).toMatch(/^5:6: /);
  });

  test('[D1] an error names the file that it is told', () => {
    const parse = () => parseDefinition('type A @node {\r\n  n: X\r\n}', { file: 'a.graphql' });
    expect(parse).toThrow(DatabaseError);
    expect(refusalOf(parse)).toMatch(/^a\.graphql:2:6: /);
  });

  test('[D1] any text is a definition, or an error with a position in it', () => {
    const tokens = DEMO.match(/\w+|\s+|[^\w\s]/g) ?? [];
    const index = fc.nat({ max: tokens.length - 1 });
    fc.assert(
      fc.property(fc.array(fc.tuple(index, index), { minLength: 1, maxLength: 4 }), (copies) => {
        const mutant = [...tokens];
        for (const [to, from] of copies) mutant[to] = tokens[from] ?? '';
        const text = mutant.join('');
        const error = refusal(text);
        if (error === 'no error') return;
        const [, line] = /^(\d+):\d+: .* expected .*, got /.exec(error) ?? [];
        expect(Number(line), error).toBeGreaterThan(0);
        expect(Number(line), error).toBeLessThanOrEqual(text.split('\n').length);
      }),
      { seed: 20_260_131, numRuns: 2_000 },
    );
  });

  test('[D1] an error repeats a long text of the caller only in part', () => {
    expect(refusal(`type A @node { n: ${'x'.repeat(100_000)} }`).length).toBeLessThan(200);
    expect(refusal(`type A @node { n: "${'x'.repeat(100_000)}" }`).length).toBeLessThan(200);
  });
});

function onlyType(text: string): NodeType {
  const [type] = parseDefinition(text).nodeTypes.values();
  if (type === undefined) throw new Error('the text has a node type');
  return type;
}

/** As `path: Type!` and its roles. */
function summary(field: Field): string {
  const required = field.required ? '!' : '';
  if (field.kind === 'nested') return `${field.path}: ${field.typeName}${required}`;
  const roles = [field.isKey && 'key', field.isUnique && 'unique', field.isIndexed && 'index'];
  return [`${field.path}: ${typeNameOf(field)}${required}`, ...roles.filter((role) => role)].join(
    ' ',
  );
}

function refusal(text: string): string {
  return refusalOf(() => parseDefinition(text));
}

function refusalOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    expect(error.code).toBe('INVALID_INPUT');
    return describeError(error);
  }
  return 'no error';
}
