import { describe, expect, test } from 'vitest';
import { parseDefinition } from '../../src/definition/parse.ts';
import { Timestamp } from '../../src/delta/value.ts';
import { findDemoFiles, loadDemo, readDemoDefinition } from '../../src/io/demo.ts';
import { openTestSpace } from '../fixture/test-space.ts';
import { csvFiles, importMore, importNew } from './csv-fixture.ts';

const NODES = `code:ID(Airport),name,runways:int,lat:double,:LABEL
ATL,"Atlanta, Georgia",5,33.6,Airport
JFK,New York,4,40.6,Airport
KEF,Keflavík,,,Airport
`;
const COUNTRIES = `code:ID(Country),name,:LABEL
US,United States,Country
ATL,An id of another space,Country
`;
const EDGES = `:START_ID(Airport),:END_ID(Airport),:TYPE,dist:int
ATL,JFK,ROUTE,760
JFK,KEF,ROUTE,
`;
const INSIDE = `:START_ID(Country),:END_ID(Airport),:TYPE
US,ATL,CONTAINS
ATL,KEF,CONTAINS
`;
const ALL = { 'a.csv': EDGES, 'b.csv': COUNTRIES, 'c.csv': INSIDE, 'd.csv': NODES };

const SDL = `
  type Airport @node {
    code: String! @id
    name: String
    city: String @unique
    runways: Int
    location: Point
    routes: [Airport!]! @relationship(type: "FLIES_TO", direction: OUT, properties: "Flight")
  }
  type Note @node { text: String }
  type Flight @relationshipProperties { dist: Int }
`;

function changed(text: string, from: string, to: string): string {
  expect(text).toContain(from);
  return text.replace(from, to);
}

describe('importing', () => {
  test('nodes, edges and their values are there, with ids told apart by id space', async () => {
    const { space, result } = await importNew(await csvFiles(ALL));
    expect(result).toEqual({
      nodes: 5,
      edges: 4,
      written: 9,
      unchanged: 0,
      problemCount: 0,
      problems: [],
    });
    const { graph } = space;
    const atlanta = graph.nodeByKey('Airport', 'ATL');
    const keflavik = graph.nodeByKey('Airport', 'KEF');
    const country = graph.nodeByKey('Country', 'ATL');
    if (!atlanta || !keflavik || !country) throw new Error('a node is missing');
    expect(graph.nodeValue(atlanta, 'name')).toBe('Atlanta, Georgia');
    expect(graph.nodeValue(atlanta, 'runways')).toBe(5n);
    expect(graph.nodeValue(keflavik, 'lat')).toBeNull();
    const [route] = graph.edges(atlanta, 'ROUTE', 'OUT');
    expect(route === undefined ? undefined : graph.edgeValue(route, 'dist')).toBe(760n);
    const [inside] = graph.edges(country, 'CONTAINS', 'OUT');
    expect(inside === undefined ? undefined : graph.edgeEnds(inside).to).toBe(keflavik);
  });

  test('any order of files and rows gives the same content', async () => {
    const hashes = new Set<string>();
    const reversed = Object.fromEntries(
      Object.entries(ALL).map(([name, text]) => {
        const [header = '', ...rows] = text.trimEnd().split('\n');
        return [`z${name}`, [header, ...rows.reverse()].join('\r\n')];
      }),
    );
    for (const contents of [ALL, reversed]) {
      const files = await csvFiles(contents);
      for (const order of [files, files.toReversed()]) {
        hashes.add((await importNew(order)).space.stateHash({ content: true }));
      }
    }
    expect(hashes.size).toBe(1);
  });

  test('a second run writes nothing', async () => {
    const files = await csvFiles(ALL);
    const { space } = await importNew([...files, ...files]);
    const before = space.stateHash();
    const again = await importMore(space, files);
    expect(again).toMatchObject({ nodes: 5, edges: 4, written: 0, unchanged: 9, problemCount: 0 });
    expect(space.stateHash()).toBe(before);
  });

  test('a later run writes what changed, and leaves what the files do not have', async () => {
    const { space } = await importNew(await csvFiles(ALL));
    const later = changed(NODES, 'New York,4', 'New York,');
    const files = await csvFiles({ 'nodes.csv': changed(later, 'Keflavík', 'Reykjavík') });
    expect(await importMore(space, files)).toMatchObject({ written: 1, unchanged: 2 });
    const [jfk, kef] = ['JFK', 'KEF'].map((key) => space.graph.nodeByKey('Airport', key));
    if (!jfk || !kef) throw new Error('a node is missing');
    expect(space.graph.nodeValue(jfk, 'runways')).toBe(4n);
    expect(space.graph.nodeValue(kef, 'name')).toBe('Reykjavík');
  });

  test('edges alone find the nodes that are there since before', async () => {
    const { space } = await importNew(await csvFiles(ALL));
    const files = await csvFiles({
      'more.csv': '~id,~from,~to,~label,dist:int\n1,KEF,JFK,ROUTE,9\n2,US,JFK,CONTAINS,\n',
      'no.csv': ':START_ID(Country),:END_ID(Airport),:TYPE\nATL,ATL,CONTAINS\nKEF,JFK,CONTAINS\n',
    });
    const result = await importMore(space, files);
    expect(result).toMatchObject({ edges: 3, written: 3, problemCount: 1 });
    expect(result.problems).toEqual([
      {
        position: { file: files[1], line: 3, column: 1 },
        message: 'the start of CONTAINS expected the id of one node, got "KEF"',
      },
    ]);
  });

  test('an edge with an unknown end is reported with its place, the rest is loaded', async () => {
    const edges = `${EDGES}"JFK","X\nY",ROUTE,1\nJFK,ATL,ROUTE,760\nQQQ,ATL,LOOP,\n`;
    const files = await csvFiles({ ...ALL, 'a.csv': edges });
    const { result } = await importNew(files);
    expect(result).toMatchObject({ nodes: 5, edges: 5, problemCount: 2 });
    expect(result.problems).toEqual([
      {
        position: { file: files[0], line: 4, column: 7 },
        message: 'the end of ROUTE expected the id of one node, got "X\nY"',
      },
      {
        position: { file: files[0], line: 7, column: 1 },
        message: 'the start of LOOP expected the id of one node, got "QQQ"',
      },
    ]);
  });

  test('an id that two types have is no end without its id space', async () => {
    const files = await csvFiles(ALL);
    const { space } = await importNew(files);
    const more = await csvFiles({ 'more.csv': '~id,~from,~to,~label\n1,ATL,JFK,CONTAINS\n' });
    expect((await importMore(space, more)).problems).toMatchObject([{ position: { line: 2 } }]);
  });

  test('a row that is given twice counts once', async () => {
    const nodes = `${NODES}KEF,Keflavík,,,Airport\n`;
    const files = await csvFiles({ ...ALL, 'd.csv': nodes, 'e.csv': EDGES });
    expect((await importNew(files)).result).toMatchObject({ nodes: 5, edges: 4, written: 9 });
  });

  test('many transactions are written in order', async () => {
    const rows = Array.from({ length: 5_500 }, (_, index) => `${index},Thing,${index}`);
    const edges = rows.map((_, index) => `${index},${index},${(index * 7) % 5_500},NEXT`);
    const files = await csvFiles({
      'nodes.csv': `~id,~label,n:int\n${rows.join('\n')}`,
      'edges.csv': `~id,~from,~to,~label\n${edges.join('\n')}`,
    });
    const { space, result } = await importNew(files);
    expect(result).toMatchObject({ nodes: 5_500, edges: 5_500, written: 11_000 });
    expect(space.graph.counts()).toEqual({ nodes: 5_500, edges: 5_500 });
  });
});

describe('names of data', () => {
  test('[I8] labels and columns that are no GraphQL names are found again', async () => {
    const files = await csvFiles({
      'a.csv': 'id:ID,first name,ünï,id,key,:LABEL\n1,a,b,c,d,My Läbel\n2,e,f,g,h,Query\n',
      'b.csv': ':START_ID,:END_ID,:TYPE,how long\n1,2,goes-to it,q\n',
    });
    const { space, result } = await importNew(files);
    expect(result).toMatchObject({ nodes: 2, edges: 1, problemCount: 0 });
    const row = space.graph.nodeByKey('My_L_bel', '1');
    const paths = ['first_name', '_n_', 'id__', 'key'];
    expect(paths.map((path) => row && space.graph.nodeValue(row, path))).toEqual([...'abcd']);
    expect(await importMore(space, files)).toMatchObject({ written: 0, problemCount: 0 });
  });

  test('[I10] the first of several labels is the type, all are kept', async () => {
    const files = await csvFiles({
      'a.csv': ':ID,:LABEL\n1,Movie;Sequel\n2,Movie\n3,Movie;\n',
    });
    const { space } = await importNew(files);
    const labels = ['1', '2', '3'].map((key) => {
      const row = space.graph.nodeByKey('Movie', key);
      return row && space.graph.nodeValue(row, 'labels');
    });
    expect(labels).toEqual(['Movie;Sequel', null, null]);
    expect(await importMore(space, files)).toMatchObject({ written: 0 });
  });

  test('[I7] a column without any value is a field all the same', async () => {
    const files = await csvFiles({ 'a.csv': ':ID,age:int,:LABEL\n1,,Person\n' });
    const { space } = await importNew(files);
    const more = await csvFiles({ 'a.csv': ':ID,age:int,:LABEL\n1,7,Person\n' });
    expect(await importMore(space, more)).toMatchObject({ written: 1, problemCount: 0 });
  });
});

describe('id spaces', () => {
  test('[I12] an id is looked up among the types of its space alone', async () => {
    const files = await csvFiles({
      'p.csv': ':ID(Person-ID),:LABEL\n1,Person\n',
      'm.csv': ':ID(Movie-ID),:LABEL\n1,Movie\n7,Movie\n',
      'e.csv': ':START_ID(Person-ID),:END_ID(Movie-ID),:TYPE\n1,7,ACTED_IN\n7,1,ACTED_IN\n',
    });
    const { result } = await importNew(files);
    expect(result).toMatchObject({ edges: 1, problems: [{ position: { line: 3, column: 1 } }] });
  });

  test('[I12] edges without a space find the one node of the id', async () => {
    const files = await csvFiles({
      'p.csv': ':ID(Person),:LABEL\n1,Person\n2,Person\n',
      'e.csv': ':START_ID,:END_ID,:TYPE\n1,2,KNOWS\n',
    });
    const { space, result } = await importNew(files);
    expect(result).toMatchObject({ edges: 1, problemCount: 0 });
    expect(await importMore(space, files)).toMatchObject({ written: 0, problemCount: 0 });
  });
});

describe('types with fewer values', () => {
  test.each([
    ['byte', '128', 'an integer of 8 bits'],
    ['short', '-32769', 'an integer of 16 bits'],
    ['char', 'ab', 'one character'],
  ])('[I6] a %s of %s is refused', async (type, text, form) => {
    const [file = ''] = await csvFiles({ 'a.csv': `:ID,x:${type},:LABEL\n1,${text},A\n` });
    await expect(importNew([file])).rejects.toMatchObject({
      position: { file, line: 2, column: 3 },
      message: `A.x expected ${form}, got "${text}"`,
    });
  });
});

describe('a given definition', () => {
  const definition = parseDefinition(SDL);

  test('labels and columns match without regard to case and punctuation', async () => {
    const files = await csvFiles({
      'nodes.csv':
        '~id,~label,NAME,location.latitude:double,location.longitude\n7,airport,Atlanta,33.6,-84\n',
      'edges.csv': '~id,~from,~to,~label,Dist\n1,7,7,flies-to,3\n',
    });
    const { space, result } = await importNew(files, definition);
    expect(result).toMatchObject({ nodes: 1, edges: 1, problemCount: 0 });
    const row = space.graph.nodeByKey('Airport', '7');
    if (row === undefined) throw new Error('the node is missing');
    expect(space.graph.nodeValue(row, 'location.latitude')).toBe(33.6);
    const [edge] = space.graph.edges(row, 'FLIES_TO', 'IN');
    expect(edge === undefined ? undefined : space.graph.edgeValue(edge, 'dist')).toBe(3n);
  });

  test('a column of the key field is the key, and ids join the rows', async () => {
    const files = await csvFiles({
      'nodes.csv': '~id,~label,code,name\n1,Airport,ATL,Atlanta\n2,Airport,JFK,New York\n',
      'edges.csv': '~id,~from,~to,~label\n1,1,2,FLIES_TO\n',
    });
    const { space, result } = await importNew(files, definition);
    expect(result).toMatchObject({ nodes: 2, edges: 1, problemCount: 0 });
    expect(space.graph.nodeByKey('Airport', 'ATL')).toBeDefined();
    expect(space.graph.nodeByKey('Airport', '1')).toBeUndefined();
  });

  test('a row that is not admitted is reported and the rest is loaded', async () => {
    const rows = Array.from({ length: 30 }, (_, index) => `${index},Airport,city ${index % 29}`);
    const files = await csvFiles({
      'nodes.csv': `~id,~label,city\n${rows.join('\n')}`,
      'edges.csv': '~id,~from,~to,~label\n1,0,1,FLIES_TO\n2,0,29,FLIES_TO\n',
    });
    const { space, result } = await importNew(files, definition);
    expect(result).toMatchObject({ nodes: 29, edges: 1, problemCount: 2 });
    expect(result.problems.map(({ position }) => position.line)).toEqual([31, 3]);
    expect(space.graph.counts()).toEqual({ nodes: 29, edges: 1 });
  });

  test.each([
    ['an unknown label', '~id,~label\n1,Airline\n', 2, 3, /^a label expected a node type/],
    ['a type without a key', '~id,~label\n1,Note\n', 1, 1, /^Note expected an @id field/],
    [
      'an unknown column',
      '~id,~label,colour\n1,Airport,red\n',
      1,
      12,
      /^column "colour" expected a field of Airport by this name, got none$/,
    ],
    [
      'two columns of one field',
      '~id,~label,name,NAME\n1,Airport,x,y\n',
      1,
      17,
      /^column "NAME" expected a field of its own, got that of "name"$/,
    ],
    [
      'a value of another type',
      '~id,~label,name,runways\n1,Airport,"a,b",many\n',
      2,
      17,
      /^Airport.runways expected an integer of 32 bits, got "many"$/,
    ],
    ['an empty key', '~id,~label,code\n1,Airport,\n', 2, 11, /^a row expected an id, got none$/],
  ])(
    '%s is refused with its place and nothing is written',
    async (_, text, line, column, message) => {
      const [file = ''] = await csvFiles({ 'nodes.csv': text });
      await expect(importNew([file], definition)).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        position: { file, line, column },
        message: expect.stringMatching(message),
      });
    },
  );

  test('defaults and times of writing are set as for any other writer', async () => {
    const stamped = parseDefinition(`
      type Thing @node {
        key: ID! @id
        name: String! @default(value: "unnamed")
        size: Int
        born: DateTime! @timestamp(operations: [CREATE])
        changed: DateTime @timestamp(operations: [UPDATE])
      }
    `);
    const header = '~id,~label,name,size\n';
    const files = await csvFiles({ 'a.csv': `${header}1,Thing,,7\n2,Thing,Two,7\n` });
    const { space } = await importNew(files, stamped);
    const { graph } = space;
    const read = (key: string) => {
      const row = graph.nodeByKey('Thing', key);
      return ['name', 'size', 'born', 'changed'].map((path) =>
        row === undefined ? undefined : graph.nodeValue(row, path),
      );
    };
    const then = new Timestamp(1_000_000n);
    expect(read('1')).toEqual(['unnamed', 7n, then, null]);
    expect(read('2')).toEqual(['Two', 7n, then, null]);
    expect(await importMore(space, files)).toMatchObject({ written: 0 });
    const later = await csvFiles({ 'a.csv': `${header}1,Thing,,8\n` });
    expect(await importMore(space, later)).toMatchObject({ written: 1 });
    expect(read('1')).toEqual(['unnamed', 8n, then, then]);
  });

  test('an id column of another name joins rows beside the column of the key', async () => {
    const files = await csvFiles({
      'nodes.csv': 'row:ID(Airport),code,:LABEL\n1,ATL,Airport\n2,JFK,Airport\n',
      'edges.csv': ':START_ID(Airport),:END_ID(Airport),:TYPE\n1,2,FLIES_TO\n',
    });
    const { space, result } = await importNew(files, definition);
    expect(result).toMatchObject({ nodes: 2, edges: 1, problemCount: 0 });
    expect(space.graph.nodeByKey('Airport', 'JFK')).toBeDefined();
  });

  test('an unknown column without a value does not matter', async () => {
    const files = await csvFiles({ 'nodes.csv': '~id,~label,colour\n1,Airport,\n' });
    expect((await importNew(files, definition)).result.nodes).toBe(1);
  });
});

describe('mistakes in rows', () => {
  test.each([
    ['a row without an id', 'd.csv', 'JFK,New', ',New', 3, 1, /^a row expected an id, got none$/],
    [
      'a row without a label',
      'd.csv',
      '40.6,Airport',
      '40.6,',
      3,
      21,
      /expected a label, got none/,
    ],
    ['two types', 'a.csv', 'KEF,ROUTE', 'KEF,A;B', 3, 9, /expected one label, got "A;B"/],
    ['text for an int', 'd.csv', 'York,4', 'York,four', 3, 14, /expected an integer.*"four"/],
    ['an edge without a type', 'a.csv', 'ATL,JFK,ROUTE', 'ATL,JFK,', 2, 9, /one label, got none/],
    ['an edge without an end', 'a.csv', 'ATL,JFK,', ',JFK,', 2, 1, /expected an id, got none/],
    ['an id twice with other values', 'd.csv', 'JFK', 'ATL', 3, 1, /id "ATL" expected one row/],
  ] as const)('%s is refused with its place', async (_, name, from, to, line, column, message) => {
    const contents = { ...ALL, [name]: changed(ALL[name], from, to) };
    const files = await csvFiles(contents);
    await expect(importNew(files)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      position: { file: files[Object.keys(contents).indexOf(name)], line, column },
      message: expect.stringMatching(message),
    });
  });

  test('one column with two types in two files is refused', async () => {
    const other = 'code:ID(Airport),runways:long,:LABEL\nXYZ,5,Airport\n';
    const files = await csvFiles({ ...ALL, 'e.csv': other });
    await expect(importNew(files)).rejects.toMatchObject({
      position: { file: files[4], line: 1, column: 18 },
    });
  });
});

describe('the demo', () => {
  test('3,376 airports and 5,366 routes are loaded, and the second time nothing', async () => {
    const { source } = await readDemoDefinition();
    const space = await openTestSpace(parseDefinition(source));
    const result = await loadDemo(space, findDemoFiles(), { actor: 'demo' });
    expect(result).toMatchObject({ nodes: 3_376, edges: 5_366, written: 8_742, problemCount: 0 });
    const row = space.graph.nodeByKey('Airport', '00M');
    if (row === undefined) throw new Error('the airport is missing');
    expect(space.graph.nodeValue(row, 'city')).toBe('Bay Springs');
    expect(space.graph.nodeValue(row, 'location.latitude')).toBe(31.95376472);
    const from = space.graph.nodeByKey('Airport', 'ABE');
    const [edge] = from === undefined ? [] : space.graph.edges(from, 'ROUTE', 'OUT');
    expect(edge === undefined ? undefined : space.graph.edgeValue(edge, 'flights')).toBe(853n);
    const again = await loadDemo(space, findDemoFiles(), { actor: 'demo' });
    expect(again).toMatchObject({ written: 0, unchanged: 8_742 });
  });

  test('a route whose end is unknown is reported and the rest is loaded', async () => {
    const { source } = await readDemoDefinition();
    const space = await openTestSpace(parseDefinition(source));
    const header = 'iata,name,city,state,country,latitude,longitude\n';
    const [airports = '', routes = ''] = await csvFiles({
      'airports.csv': `${header}A,Alpha,,NA,USA,1.5,-2\nB,"B, eta",X,Y,USA,3,4\n`,
      'routes.csv': 'origin,destination,count\nA,B,5\nA,Q,1\nB,A,2\n',
    });
    const result = await loadDemo(space, { airports, routes }, { actor: 'demo' });
    expect(result).toMatchObject({ nodes: 2, edges: 2, problemCount: 1 });
    expect(result.problems).toEqual([
      {
        position: { file: routes, line: 3, column: 3 },
        message: 'a route expected the code of an airport, got "Q"',
      },
    ]);
    const row = space.graph.nodeByKey('Airport', 'A');
    expect(row === undefined ? undefined : space.graph.nodeValue(row, 'city')).toBeNull();
    expect(row === undefined ? undefined : space.graph.nodeValue(row, 'state')).toBeNull();
  });
});
