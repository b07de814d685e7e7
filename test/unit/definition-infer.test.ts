/** Definitions for data that came without one. */

import { describe, expect, test } from 'vitest';
import { DatabaseError, describeError } from '../../src/base/errors.ts';
import { Scalar } from '../../src/definition/definition.ts';
import {
  type InferredColumns,
  type InferredField,
  inferDefinition,
} from '../../src/definition/infer.ts';

const ROUTES: InferredColumns = {
  nodeTypes: [
    { name: 'country', fields: [column('desc'), column('code')] },
    {
      name: 'airport',
      fields: [column('code'), column('runways', Scalar.Int), column('lat', Scalar.Float)],
    },
    { name: 'continent', fields: [] },
  ],
  edgeTypes: [
    {
      name: 'route',
      pairs: [{ from: 'airport', to: 'airport' }],
      fields: [column('dist', Scalar.Int)],
    },
    {
      name: 'contains',
      pairs: [
        { from: 'country', to: 'airport' },
        { from: 'continent', to: 'airport' },
      ],
      fields: [],
    },
  ],
};

describe('air routes', () => {
  test('[D32] [D34] [D35] labels and columns become types, fields and relationships', () => {
    const contains = (direction: string) =>
      `@relationship(type: "contains", direction: ${direction})`;
    const route = (direction: string) =>
      `@relationship(type: "route", direction: ${direction}, properties: "routeProperties")`;
    expect(inferDefinition(ROUTES).definition.source).toBe(`type airport @node {
  key: ID! @id
  code: String
  lat: Float
  runways: Int
  containsFromContinent: [continent!]! ${contains('IN')}
  containsFromCountry: [country!]! ${contains('IN')}
  route: [airport!]! ${route('OUT')}
  routeIn: [airport!]! ${route('IN')}
}

type continent @node {
  key: ID! @id
  contains: [airport!]! ${contains('OUT')}
}

type country @node {
  key: ID! @id
  code: String
  desc: String
  contains: [airport!]! ${contains('OUT')}
}

type routeProperties @relationshipProperties {
  dist: Int
}
`);
  });

  test('[D30] the order of labels, columns and ends does not matter', () => {
    const reversed: InferredColumns = {
      nodeTypes: ROUTES.nodeTypes
        .map((type) => ({ ...type, fields: type.fields.toReversed() }))
        .toReversed(),
      edgeTypes: ROUTES.edgeTypes
        .map((type) => ({ ...type, pairs: [...type.pairs, ...type.pairs].toReversed() }))
        .toReversed(),
    };
    expect(inferDefinition(reversed)).toEqual(inferDefinition(ROUTES));
  });

  test('[D31] the names lead from labels and columns to the definition', () => {
    const { nodeTypes, edgeTypes, definition } = inferDefinition(ROUTES);
    expect(nodeTypes.get('country')).toEqual({
      type: 'country',
      key: 'key',
      fields: new Map([
        ['code', 'code'],
        ['desc', 'desc'],
      ]),
    });
    expect(edgeTypes.get('route')?.fields).toEqual(new Map([['dist', 'dist']]));
    expect(definition.edgeTypes.get('contains')?.properties).toBeUndefined();
  });
});

describe('names', () => {
  test.each([
    ['first name', 'first_name'],
    ['a - b', 'a_b'],
    ['1st', '_1st'],
    ['__x', '_x'],
    ['größe', 'gr_e'],
    ['id', 'id_'],
    ['version', 'version_'],
    ['NOT', 'NOT_'],
    ['key', 'key_'],
    ['', '_'],
  ])('[D31] [D33] column %j becomes field %s', (name, field) => {
    const { nodeTypes, definition } = inferDefinition(nodes({ name: 'A', fields: [column(name)] }));
    expect(nodeTypes.get('A')?.fields.get(name)).toBe(field);
    expect(definition.nodeTypes.get('A')?.fields.map((each) => each.name)).toEqual(['key', field]);
  });

  test.each([
    ['code', 'code'],
    ['id', 'id_'],
    ['my key', 'my_key'],
  ])('[D32] [D33] key column %j becomes key field %s', (keyName, field) => {
    const columns = nodes({ name: 'A', keyName, fields: [column('key')] });
    const { nodeTypes, definition } = inferDefinition(columns);
    expect(nodeTypes.get('A')?.key).toBe(field);
    expect(definition.nodeTypes.get('A')?.key?.name).toBe(field);
    expect(nodeTypes.get('A')?.fields.get('key')).toBe('key');
  });

  test.each([
    ['Node', 'Node_'],
    ['ChangeSet', 'ChangeSet_'],
    ['Point of interest', 'Point_of_interest'],
    ['Point', 'Point_'],
    ['Proof', 'Proof_'],
    ['Conflict', 'Conflict_'],
    ['GRANT', 'GRANT_'],
    ['NodeEdge', 'NodeEdge_'],
    ['5G', '_5G'],
  ])('[D33] label %j becomes type %s', (name, type) => {
    const { nodeTypes, definition } = inferDefinition(nodes({ name, fields: [] }));
    expect(nodeTypes.get(name)?.type).toBe(type);
    expect([...definition.nodeTypes.keys()]).toEqual([type]);
  });

  test('[D34] relationships give way to columns, to connections and to generated names', () => {
    const columns = ['route', 'flyConnection', 'routeIn', 'routeIn_'].map((name) => column(name));
    const edgeTypes = ['route', 'fly', 'edge', 'id', 'is a "friend"'].map((name) => ({
      name,
      pairs: [{ from: 'A', to: 'A' }],
      fields: [],
    }));
    const { definition } = inferDefinition({ ...nodes({ name: 'A', fields: columns }), edgeTypes });
    const { relationships } = definition.nodeTypes.get('A') ?? { relationships: [] };
    expect(relationships.map(({ name, edgeType }) => `${name} ${edgeType}`)).toEqual([
      'edge_ edge',
      'edgeIn edge',
      'fly_ fly',
      'flyIn fly',
      'id_ id',
      'idIn id',
      'is_a_friend_ is a "friend"',
      'is_a_friend_In is a "friend"',
      'route_ route',
      'routeIn__ route',
    ]);
  });

  test('[D34] an edge type with several ends has a relationship for each', () => {
    const { definition } = inferDefinition({
      nodeTypes: ['a', 'b', 'c'].map((name) => ({ name, fields: [] })),
      edgeTypes: [
        {
          name: 'x',
          pairs: [
            { from: 'a', to: 'b' },
            { from: 'a', to: 'c' },
            { from: 'a', to: 'a' },
          ],
          fields: [],
        },
      ],
    });
    const names = [...definition.nodeTypes.values()].map(({ name, relationships }) =>
      [name, ...relationships.map((each) => `${each.name}: ${each.target}`)].join(' '),
    );
    expect(names).toEqual(['a xToA: a xToB: b xToC: c xIn: a', 'b xIn: a', 'c xIn: a']);
  });

  test('[D35] edge properties give way to a label', () => {
    const { definition } = inferDefinition({
      nodeTypes: [{ name: 'xProperties', fields: [] }],
      edgeTypes: [
        {
          name: 'x',
          pairs: [{ from: 'xProperties', to: 'xProperties' }],
          fields: [column('id')],
        },
      ],
    });
    const properties = definition.edgeTypes.get('x')?.properties;
    expect(properties?.name).toBe('xProperties_');
    expect(properties?.fields.map(({ name }) => name)).toEqual(['id_']);
  });
});

describe('refused', () => {
  test.each([
    [
      '[D31] two columns that become one field',
      nodes({ name: 'A', fields: [column('a b'), column('a-b')] }),
      'column "a-b" expected a name of its own, got a_b, which is that of column "a b"',
    ],
    [
      '[D33] columns id and id_',
      nodes({ name: 'A', fields: [column('id_'), column('id')] }),
      'column "id_" expected a name of its own, got id_, which is that of column "id"',
    ],
    [
      '[D31] two labels that become one type',
      nodes({ name: 'a b', fields: [] }, { name: 'a-b', fields: [] }),
      'label "a-b" expected a name of its own, got a_b, which is that of label "a b"',
    ],
    [
      '[D32] a column with two types',
      nodes({ name: 'A', fields: [column('n', Scalar.String), column('n', Scalar.Int)] }),
      'column "n" expected one type, got Int and String',
    ],
    [
      '[D6] labels with one query name',
      nodes({ name: 'City', fields: [] }, { name: 'cities', fields: [] }),
      'inferred:5:6: type cities expected query names of its own, got cities of type City',
    ],
    ['[D3] no label at all', nodes(), 'inferred:1:1: definition expected SDL, got <EOF>'],
  ])('%s', (_name, columns, expected) => {
    let got = 'no error';
    try {
      inferDefinition(columns);
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      expect(error.code).toBe('INVALID_INPUT');
      got = describeError(error);
    }
    expect(got).toBe(expected);
  });
});

function nodes(...nodeTypes: InferredColumns['nodeTypes']): InferredColumns {
  return { nodeTypes, edgeTypes: [] };
}

function column(name: string, scalar: Scalar = Scalar.String): InferredField {
  return { name, scalar };
}
