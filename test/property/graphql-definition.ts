/**
 * What random queries of the API are asked about: a definition that has everything a definition
 * can have, and few values of each scalar, so that operands meet what is stored.
 */

import type { Definition } from '../../src/definition/definition.ts';
import { parseDefinition } from '../../src/definition/parse.ts';

export function everythingDefinition(): Definition {
  return parseDefinition(EVERYTHING);
}

export const EVERYTHING = `
  extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])

  interface Noted @key(fields: "id") @key(fields: "note rank") {
    note: String
    rank: Int
    former: State
    links: [Noted!]! @declareRelationship
  }

  union Thing = Item | Part

  type Item implements Noted @node(indexes: [
    ["isOpen", "count"]
    ["isRare", "genre", "score"]
    ["genre", "at"]
    ["place.latitude", "title"]
    ["frame.name", "spot.latitude"]
    ["isOpen", "isRare", "serial", "note"]
    ["state", "rank"]
  ])
    @key(fields: "code")
    @key(fields: "id")
    @key(fields: "title")
    @key(fields: "note rank")
    @key(fields: "score genre isRare weight")
    @key(fields: "spot { latitude } frame { name extent { width } }")
    @key(fields: "count isOpen")
    @key(fields: "at")
  {
    code: ID! @id
    title: String @unique
    note: String
    genre: String @index
    count: Int!
    rank: Int @index
    total: BigInt! @default(value: 0)
    serial: BigInt @index
    ratio: Float
    score: Float @index
    weight: Float! @default(value: 0.1)
    isOpen: Boolean! @default(value: false)
    isRare: Boolean @index
    since: DateTime!
    at: DateTime @index
    seal: Bytes @index
    hash: Bytes
    state: State! @default(value: OPEN)
    former: State @index
    tags: [String!]!
    scores: [Int!] @set
    states: [State!] @set @default(value: [OPEN, aba])
    moments: [DateTime!] @sequence
    meta: JSON
    facts: JSON! @default(value: {a: 1})
    notes: [JSON!]
    took: Duration
    spans: [Duration!]
    spot: Point!
    place: Point
    frame: Frame!
    shelf: Frame
    changedAt: DateTime @timestamp(operations: [UPDATE])
    next: [Item!]! @relationship(type: "NEXT", direction: OUT, properties: "Link")
    previous: [Item!]! @relationship(type: "NEXT", direction: IN, properties: "Link")
    makers: [Maker!]! @relationship(type: "MADE", direction: IN, properties: "Made")
    parts: [Part!]! @relationship(type: "HAS PART", direction: OUT)
    owners: [Maker!]! @relationship(type: "HAS PART", direction: OUT)
    links: [Noted!]! @relationship(type: "LINKS", direction: OUT, properties: "Link")
  }

  type Maker implements Noted
    @node
    @key(fields: "mark")
    @key(fields: "rank note")
    @key(fields: "id")
    @key(fields: "name former")
  {
    name: String!
    born: Int
    note: String
    rank: Int
    former: State
    tenure: Duration
    mark: ID @unique
    home: Point
    made: [Item!]! @relationship(type: "MADE", direction: OUT, properties: "Made")
    things: [Thing!]! @relationship(type: "MADE", direction: OUT, properties: "Made")
    knows: [Maker!]! @relationship(type: "KNOWS", direction: OUT, properties: "Link")
    links: [Noted!]! @relationship(type: "LINKS", direction: OUT, properties: "Link")
  }

  type Part
    @node(plural: "pieces")
    @key(fields: "size shelf { name extent { isTall } }")
    @key(fields: "label size")
    @key(fields: "label")
  {
    label: String! @id
    size: BigInt
    life: Duration
    shelf: Frame
    items: [Item!]! @relationship(type: "HAS PART", direction: IN)
    about: [Thing!]! @relationship(type: "ABOUT", direction: OUT)
  }

  type Link @relationshipProperties {
    strength: Int! @default(value: 1)
    label: String
    share: Float
    since: DateTime
    big: BigInt
    bigs: [BigInt!] @sequence
    shares: [Float!] @set
    data: JSON
    lag: Duration
    isOld: Boolean
    seal: Bytes
    origin: Point
    frame: Frame
    state: State
  }

  type Made @relationshipProperties {
    year: Int
    span: Extent
  }

  type Frame {
    name: String
    depth: Int
    names: [ID!] @set
    seals: [Bytes!]
    flags: [Boolean!] @sequence
    extent: Extent!
    inner: Extent
  }

  type Extent {
    width: Float!
    height: BigInt
    measured: DateTime
    tag: Bytes
    isTall: Boolean
    json: JSON
    state: State
  }

  enum State { open OPEN CLOSED A aba text @deprecated }
`;

/** Names of the fields that are sequences. */
export const SEQUENCES = ['moments', 'bigs', 'flags'] as const;

/** Names of the fields that are sets of values. */
export const SETS = ['scores', 'states', 'shares', 'names'] as const;

/** Indexes of several fields, by the type of the conditions that they are for. */
export const INDEXES: ReadonlyMap<string, readonly (readonly string[])[]> = new Map([
  [
    'ItemWhere',
    [
      ['isOpen', 'count'],
      ['isRare', 'genre', 'score'],
      ['genre', 'at'],
      ['place.latitude', 'title'],
      ['frame.name', 'spot.latitude'],
      ['isOpen', 'isRare', 'serial', 'note'],
      ['state', 'rank'],
    ],
  ],
]);

/** Types of edges, as \`shortestPath\` names them. */
export const EDGE_TYPES = ['NEXT', 'MADE', 'HAS PART', 'KNOWS', 'LINKS', 'ABOUT'] as const;

/** The paths of each @key, by the type or the interface, in the order in which they are read. */
export const ENTITY_KEYS: ReadonlyMap<string, readonly (readonly string[])[]> = new Map([
  [
    'Item',
    [
      ['code'],
      ['id'],
      ['title'],
      ['note', 'rank'],
      ['score', 'genre', 'isRare', 'weight'],
      ['spot.latitude', 'frame.name', 'frame.extent.width'],
      ['count', 'isOpen'],
      ['at'],
    ],
  ],
  ['Maker', [['mark'], ['rank', 'note'], ['id'], ['name', 'former']]],
  ['Part', [['size', 'shelf.name', 'shelf.extent.isTall'], ['label', 'size'], ['label']]],
  ['Noted', [['id'], ['note', 'rank']]],
]);

/** The types of nodes of an interface. */
export const IMPLEMENTING: ReadonlyMap<string, readonly string[]> = new Map([
  ['Noted', ['Item', 'Maker']],
]);

export const KEYS = ['k1', 'k2', 'k3', 'k4', 'k5', 'k6', 'k7', 'K8', 'é', '"9"', '\u{1F600}', '10'];

/** Input values of each scalar, as JSON has them. */
export const VALUES: Readonly<Record<string, readonly unknown[]>> = {
  ID: KEYS,
  String: [
    ...['', 'a', 'A', 'ab', 'aba', 'b', 'B', 'zebra', ' ', '10', '9', 'null'],
    ...['\u00e9', 'e\u0301', '"quoted"', 'back\\slash', '/', "it's", '<&>', '{"i":"1"}'],
    ...['\u0000', '\u0001\b\t\n\f\r\u001f', '\u007f\u0080', '\u2028', 'a\u2029b', '\ufeff'],
    ...['\u{1F600}', 'a\u{1F600}b', '\uffff', '\u{10000}', '\u{10ffff}', 'x'.repeat(300)],
  ],
  Int: [0, 1, -1, 2, 3, 7, 10, 2_147_483_647, -2_147_483_648],
  BigInt: [
    ...['0', '1', '-1', 2, 42, '9007199254740993', -9007199254740991],
    ...['9223372036854775807', '-9223372036854775808'],
  ],
  Float: [
    ...[0, -0, 0.1, -0.1, 1, -1.5, 2, 100, 1e-7, 1e-6, 1e20, 1e21, -1e21, 5e-324],
    ...[1.797_693_134_862_315_7e308, 123_456_789.123, 2 ** 53, 0.30000000000000004],
  ],
  Boolean: [true, false],
  DateTime: [
    ...['1970-01-01T00:00:00Z', '1969-12-31T23:59:59.999999Z', '0000-01-01T00:00:00Z'],
    ...['0000-03-01T00:00:00.000001Z', '9999-12-31T23:59:59.999999Z', '9999-12-31T23:59:59Z'],
    ...['2024-02-29T12:00:00.000001Z', '2024-02-29T12:00:00.5+02:00', '2024-02-29T10:00:00.5Z'],
    ...['0099-06-15T01:02:03.004Z', '1900-01-01T00:00:00.123456-11:30'],
  ],
  State: ['open', 'OPEN', 'CLOSED', 'A', 'aba', 'text'],
  Duration: [
    ...['PT0S', 'P1Y2M10DT2H30M', 'P14M', 'P1Y2M', '-P1D', 'P2W', 'P14D', 'PT0.5S', 'PT0.50S'],
    ...['PT36H', 'P4294967295D', 'PT90M', 'PT1H30M', '+PT1S', '-PT0S'],
  ],
  JSON: [
    ...[0, -0, 1, 1.5, 1e21, 5e-324, 0.1, '', 'a', '"\\\n\u0001\u2028', '😀', true, false],
    ...[[], {}, [null], [1, 'a', [true]], { a: 1 }, { b: 1, a: 2 }, { 10: 1, 9: 2, a: 3 }],
    ...[JSON.parse('{"__proto__":{"x":1}}'), { é: { '': [1.25] }, '\uff5e': 1, '😀': 2 }],
  ],
  Bytes: ['', 'AA==', 'AAE=', 'AAEC', '/+8=', '////', 'eHg=', 'AAAA'.repeat(60)],
};
