import { describe, expect, test } from 'vitest';
import { readCsvRows } from '../../src/io/csv-rows.ts';
import { csvFiles } from './csv-fixture.ts';

async function rowsOf(content: string | Uint8Array): Promise<(readonly string[])[]> {
  const [file = ''] = await csvFiles({ 'rows.csv': content });
  return Array.fromAsync(readCsvRows(file));
}

async function failure(content: string | Uint8Array): Promise<unknown> {
  const { code, message, position } = (await rowsOf(content).catch((error) => error)) ?? {};
  return [code, position?.line, position?.column, message];
}

describe('forms', () => {
  const expected = [
    ['a', 'b'],
    ['1', 'x, y'],
    ['2', 'say "z"'],
    ['3', 'two\nlines'],
    ['4', ''],
  ];
  const text = 'a,b\n1,"x, y"\n2,"say ""z"""\n3,"two\nlines"\n4,\n';

  test('quotes, line ends within quotes and empty fields are read', async () => {
    expect(await rowsOf(text)).toEqual(expected);
  });

  test('CRLF, no last line end, and a byte order mark make no difference', async () => {
    const crlf = text.replaceAll('\n', '\r\n').replace('two\r\n', 'two\n');
    expect(await rowsOf(crlf)).toEqual(expected);
    expect(await rowsOf(text.slice(0, -1))).toEqual(expected);
    expect(await rowsOf(`\ufeff${text}`)).toEqual(expected);
    expect(await rowsOf('a,b\n1,2\r\n3,4\n')).toHaveLength(3);
  });

  test('empty lines are no rows', async () => {
    expect(await rowsOf('a,b\n\n1,2\r\n\r\n3,4\n\n')).toHaveLength(3);
  });

  test('text of several bytes survives the ends of chunks', async () => {
    const line = 'ñ€𝄞,ж\n';
    const rows = await rowsOf(`a,b\n${line.repeat(50_000)}`);
    expect(rows).toHaveLength(50_001);
    expect(rows.slice(1).every(([left, right]) => left === 'ñ€𝄞' && right === 'ж')).toBe(true);
  });
});

describe('malformed files', () => {
  test.each([
    ['an empty file', '', ['MALFORMED', 1, 1, 'a CSV file expected a header, got none']],
    [
      'a row with too few fields',
      'a,b,c\n1,2,3\n4,5\n',
      ['MALFORMED', 3, 3, 'a row expected 3 fields, got 2'],
    ],
    [
      'a row with too many fields',
      'a,b\r\n1,"two\r\nlines"\r\n1,2,3\r\n',
      ['MALFORMED', 4, 5, 'a row expected 2 fields, got 3'],
    ],
    [
      'a quote that is never closed',
      'a,b\n1,2\n3,"4\n5,6\n',
      ['MALFORMED', 3, 3, 'a quoted field expected its closing quote, got the end'],
    ],
    [
      'text after a closing quote',
      'a,b\n\n"é",2\n"é","3"4\n',
      ['MALFORMED', 4, 5, 'a closing quote expected a comma or line end, got more text'],
    ],
    [
      'a quote within a field without quotes',
      'a,b\nx,y"z"\n',
      ['MALFORMED', 2, 3, 'a field without quotes expected text, got a quote within it'],
    ],
  ])('%s is refused with its place', async (_, content, expected) => {
    expect(await failure(content)).toEqual(expected);
  });

  test('a row beyond the limit is refused', async () => {
    const [code, line, column] = (await failure(
      `a,b\n1,2\n3,"${'x'.repeat(2 ** 21)}`,
    )) as unknown[];
    expect([code, line, column]).toEqual(['LIMIT_EXCEEDED', 3, 3]);
  });

  test.each([
    ['a byte that starts nothing', [0xff]],
    ['an overlong form', [0xc0, 0xaf]],
    ['half of a pair of surrogates', [0xed, 0xa0, 0x80]],
    ['a character that is cut short by a line end', [0xe2, 0x82]],
  ])('%s is refused with its place', async (_, bytes) => {
    const content = Buffer.concat([Buffer.from('a,b\n1,é'), Buffer.from(bytes), Buffer.from('\n')]);
    const message = 'a CSV file expected UTF-8, got bytes that are not';
    const [code, line, column, got] = (await failure(content)) as unknown[];
    expect([code, line, got]).toEqual(['MALFORMED', 2, message]);
    // The bytes of a character that is cut short may count as one.
    expect([4, 5]).toContain(column);
  });

  test('a character that is cut short by the end of the file is refused', async () => {
    const content = Buffer.concat([Buffer.from('a,b\n1,'), Buffer.from([0xe2, 0x82])]);
    const [code, line] = (await failure(content)) as unknown[];
    expect([code, line]).toEqual(['MALFORMED', 2]);
  });

  test('a file that is not there is named', async () => {
    await expect(Array.fromAsync(readCsvRows('/no/such/file.csv'))).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: '/no/such/file.csv expected a file, got none',
    });
  });
});
