/**
 * Reads a CSV file as a stream of rows: RFC 4180, lines that end in LF or CRLF, UTF-8 with or
 * without a byte order mark. Every row has as many fields as the header. Empty lines are no rows.
 */

import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { CsvError, type Options, parse } from 'csv-parse';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { CSV_RECORD_BYTES_MAX } from '../base/limits.ts';
import { locateField, locateInvalidText } from './csv-locate.ts';

const CHUNK_BYTES = 262_144;

const OPTIONS: Options = {
  bom: true,
  record_delimiter: ['\r\n', '\n'],
  skip_empty_lines: true,
  max_record_size: CSV_RECORD_BYTES_MAX,
};

/** The rows in order, the header first; its index is 0. */
export async function* readCsvRows(file: string): AsyncGenerator<readonly string[]> {
  const parser = parse(OPTIONS);
  // What fails upstream destroys the parser, so the loop below is where it surfaces.
  pipeline(readUtf8(file), parser, () => undefined);
  let row = 0;
  try {
    for await (const fields of parser) {
      yield fields as string[];
      row += 1;
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw await malformed(error, file);
  }
  if (row === 0) {
    throw new DatabaseError(ErrorCode.MALFORMED, 'a CSV file expected a header, got none', {
      position: { file, line: 1, column: 1 },
    });
  }
}

/** The bytes of the file, once they are known to be UTF-8: the parser would replace what is not. */
async function* readUtf8(file: string): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_BYTES })) {
      const bytes = chunk as Buffer;
      decoder.decode(bytes, { stream: true });
      yield bytes;
    }
    decoder.decode();
  } catch (error) {
    throw await unreadable(error, file);
  }
}

async function unreadable(error: unknown, file: string): Promise<unknown> {
  if (error instanceof TypeError && 'code' in error) {
    if (error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
      const message = 'a CSV file expected UTF-8, got bytes that are not';
      const position = await locateInvalidText(file);
      return new DatabaseError(ErrorCode.MALFORMED, message, { cause: error, position });
    }
  }
  const reason = error instanceof Error && 'code' in error ? error.code : undefined;
  if (reason === 'ENOENT') {
    return new DatabaseError(ErrorCode.NOT_FOUND, `${file} expected a file, got none`);
  }
  if (reason === 'EISDIR') {
    return new DatabaseError(ErrorCode.NOT_FOUND, `${file} expected a file, got a directory`);
  }
  if (reason === 'EACCES') {
    return new DatabaseError(ErrorCode.NOT_FOUND, `${file} expected a readable file, got none`);
  }
  return error;
}

/** The parser's complaint in this project's words, with the place of the field it is about. */
async function malformed(error: CsvError, file: string): Promise<DatabaseError> {
  const { message, field } = describe(error);
  const position = await locateField(file, { row: numberOf(error, 'records'), field });
  const code =
    error.code === 'CSV_MAX_RECORD_SIZE' ? ErrorCode.LIMIT_EXCEEDED : ErrorCode.MALFORMED;
  return new DatabaseError(code, message, { cause: error, position });
}

function describe(error: CsvError): { readonly message: string; readonly field: number } {
  const field = numberOf(error, 'index');
  switch (error.code) {
    case 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH': {
      const record: unknown = error.record;
      const got = Array.isArray(record) ? record.length : 0;
      const expected = Number(/expect (\d+)/.exec(error.message)?.[1] ?? 0);
      const message = `a row expected ${expected} fields, got ${got}`;
      return { message, field: Math.min(expected, got - 1) };
    }
    case 'CSV_QUOTE_NOT_CLOSED':
      return { message: 'a quoted field expected its closing quote, got the end', field };
    case 'CSV_INVALID_CLOSING_QUOTE':
      return { message: 'a closing quote expected a comma or line end, got more text', field };
    case 'INVALID_OPENING_QUOTE':
      return { message: 'a field without quotes expected text, got a quote within it', field };
    case 'CSV_MAX_RECORD_SIZE':
      return { message: `a row expected at most ${CSV_RECORD_BYTES_MAX} bytes, got more`, field };
    default:
      return { message: `a CSV file expected rows, got: ${error.message}`, field };
  }
}

function numberOf(error: CsvError, name: string): number {
  const value: unknown = error[name];
  return typeof value === 'number' ? value : 0;
}
