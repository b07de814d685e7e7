import { describe, expect, test } from 'vitest';
import type { Space } from '../../src/space/space.ts';
import { csvFiles, importMore, importNew } from './csv-fixture.ts';

const NODES = ':ID,:LABEL\na,Person\nb,Person\n';
const HEADER = ':START_ID,:END_ID,:TYPE,role,year:int';
const NEO = 'a,b,PLAYED,Neo,1999';
const SMITH = 'a,b,PLAYED,Smith,1999';
const ORACLE = 'a,b,PLAYED,Oracle,';

async function importRows(...rows: readonly string[]) {
  return importNew(await filesOf(...rows));
}

async function filesOf(...rows: readonly string[]): Promise<string[]> {
  return csvFiles({ 'n.csv': NODES, 'e.csv': [HEADER, ...rows].join('\n') });
}

function roles({ graph }: Space): unknown[] {
  const from = graph.nodeByKey('Person', 'a');
  if (from === undefined) throw new Error('the node is missing');
  return graph
    .edges(from, 'PLAYED', 'OUT')
    .map((edge) => graph.edgeValue(edge, 'role'))
    .sort();
}

describe('parallel edges', () => {
  test('[I20] rows that differ are several edges, and equal ones are one', async () => {
    const { space, result } = await importRows(NEO, SMITH, NEO, ORACLE);
    expect(result).toMatchObject({ edges: 3, written: 5, problemCount: 0 });
    expect(roles(space)).toEqual(['Neo', 'Oracle', 'Smith']);
  });

  test('[I21] their keys do not depend on the order of rows', async () => {
    const one = await importRows(NEO, SMITH, ORACLE);
    const two = await importRows(ORACLE, NEO, SMITH);
    expect(one.space.stateHash({ content: true })).toBe(two.space.stateHash({ content: true }));
  });

  test.each([
    ['the same rows', [NEO, SMITH], [SMITH, NEO], 0, ['Neo', 'Smith']],
    ['one of them', [NEO, SMITH], [SMITH], 0, ['Neo', 'Smith']],
    ['one more', [NEO, SMITH], [ORACLE, SMITH, NEO], 1, ['Neo', 'Oracle', 'Smith']],
    ['a second one', [NEO], [SMITH, NEO], 1, ['Neo', 'Smith']],
    ['another value of the only one', [NEO], [SMITH], 1, ['Smith']],
  ] as const)(
    '[I22] %s later: only what is new is written',
    async (_, first, later, written, all) => {
      const { space } = await importRows(...first);
      const files = await filesOf(...later);
      expect(await importMore(space, files)).toMatchObject({ written, problemCount: 0 });
      expect(roles(space)).toEqual(all);
      expect(await importMore(space, files)).toMatchObject({ written: 0 });
    },
  );

  test('[I23] ids of edges tell parallel edges apart, whatever their values', async () => {
    const header = '~id,~from,~to,~label,role';
    const rows = ['1,a,b,PLAYED,Neo', '2,a,b,PLAYED,Neo', '1,a,b,PLAYED,Neo'];
    const files = await csvFiles({ 'n.csv': NODES, 'e.csv': [header, ...rows].join('\n') });
    const { space, result } = await importNew(files);
    expect(result).toMatchObject({ edges: 2 });
    expect(roles(space)).toEqual(['Neo', 'Neo']);
    expect(await importMore(space, files)).toMatchObject({ edges: 2, written: 0 });
    const later = await csvFiles({ 'e.csv': `${header}\n2,a,b,PLAYED,Smith\n` });
    expect(await importMore(space, later)).toMatchObject({ edges: 1, written: 1 });
    expect(roles(space)).toEqual(['Neo', 'Smith']);
  });

  test('[I23] one edge id with two values is reported', async () => {
    const rows = ['~id,~from,~to,~label,role', '1,a,b,PLAYED,Neo', '1,a,b,PLAYED,Smith'];
    const files = await csvFiles({ 'n.csv': NODES, 'e.csv': rows.join('\n') });
    const { space, result } = await importNew(files);
    expect(roles(space)).toEqual(['Neo']);
    expect(result.problems).toEqual([
      {
        position: { file: files[1], line: 3, column: 1 },
        message: 'edge id "1" expected one row, got another one that differs',
      },
    ]);
  });
});
