/**
 * Tests in the form of OpenFGA's command line (`fga model test`): a model, tuples that every test
 * begins with, and per test further tuples and what holds then. Assertions go by relation.
 */

import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { AccessTest, Assertion } from './access-tests.ts';
import type { Model } from './model.ts';
import { expectFitting, type Tuple } from './tuple.ts';
import { parseModelOf, readModelText, readTuple, tellingPlace } from './written-tuple.ts';
import { type YamlFields, YamlSource } from './yaml-fields.ts';

/** What a store holds, without its tests. */
export interface Store {
  readonly model: Model;
  /** In the order in which they are written. */
  readonly tuples: readonly Tuple[];
}

export interface StoreFileOptions {
  /** Named in the position of an error. */
  readonly file?: string;
  /** Reads a file that the store names, by its path from the folder of the store. */
  readonly readFile?: ReadFile;
}

type ReadFile = (path: string) => string;

const TUPLE_FIELDS = ['tuples', 'tuple_file', 'tuple_files'] as const;

export function parseStore(text: string, { file, readFile }: StoreFileOptions = {}): Store {
  return readStore(new YamlSource(text, { what: 'store file', file }).fields(), readFile);
}

export function readStoreFile(file: YamlFields, readFile: ReadFile | undefined): AccessTest[] {
  const { model, tuples: shared } = readStore(file, readFile);
  return file.fieldsList('tests').map((test, index) => {
    const asked = ['check', 'list_objects', 'list_users'];
    test.expectOnly('name', 'description', ...TUPLE_FIELDS, ...asked);
    const assertions = [
      ...test.fieldsList('check').flatMap(readCheck),
      ...test.fieldsList('list_objects').flatMap(readListObjects),
      ...test.fieldsList('list_users').flatMap(readListUsers),
    ];
    const tuples = [...shared, ...readTuples(test, model, readFile)];
    const name = test.optionalText('name') ?? `test ${index + 1}`;
    return { name, stages: [{ model, tuples, assertions }] };
  });
}

function readStore(file: YamlFields, readFile: ReadFile | undefined): Store {
  file.expectOnly('name', 'model', 'model_file', ...TUPLE_FIELDS, 'tests');
  const model = readStoreModel(file, readFile);
  return { model, tuples: readTuples(file, model, readFile) };
}

function readStoreModel(file: YamlFields, readFile: ReadFile | undefined): Model {
  if (file.has('model') === file.has('model_file')) {
    throw file.malformed('model or model_file', file.has('model') ? 'both' : undefined);
  }
  if (file.has('model')) return readModelText(file, 'model');
  const path = file.text('model_file');
  if (!path.endsWith('.fga')) throw file.malformed('a model_file of the form .fga', path);
  return parseModelOf(file, readNamed(file, path, readFile));
}

function readTuples(fields: YamlFields, model: Model, readFile: ReadFile | undefined): Tuple[] {
  const tuples = fields.fieldsList('tuples');
  const path = fields.optionalText('tuple_file');
  const paths = [...(path === undefined ? [] : [path]), ...fields.texts('tuple_files')];
  for (const named of paths) {
    if (!/\.(?:yaml|yml|json)$/.test(named)) {
      throw fields.malformed('a tuple_file of the form .yaml or .json', named);
    }
    const text = readNamed(fields, named, readFile);
    const source = new YamlSource(text, { what: 'tuple file', file: named });
    tuples.push(...source.listAs('tuples').fieldsList('tuples'));
  }
  return tuples.map((written) => {
    const tuple = readTuple(written);
    tellingPlace(written, () => expectFitting(model, tuple));
    return tuple;
  });
}

/** A file beside the tests, or below. */
function readNamed(fields: YamlFields, path: string, readFile: ReadFile | undefined): string {
  const isRelative = /^[^/\\:\0]+(?:\/[^/\\:\0]+)*$/.test(path);
  const isInside = isRelative && !path.split('/').includes('..');
  if (!isInside) throw fields.malformed('a path below the file', path);
  if (readFile === undefined) {
    const message = `test file expected no other files, got ${path}`;
    throw new DatabaseError(ErrorCode.INVALID_INPUT, message);
  }
  return readFile(path);
}

function readCheck(check: YamlFields): Assertion[] {
  check.expectOnly('user', 'users', 'object', 'objects', 'context', 'assertions');
  const subjects = readOneOrMore(check, 'user', 'users');
  const objects = readOneOrMore(check, 'object', 'objects');
  const assertions = check.fields('assertions');
  return subjects.flatMap((subject) =>
    objects.flatMap((object) =>
      assertions.names().map((relation): Assertion => {
        const expected = assertions.boolean(relation);
        return { kind: 'check', object, relation, subject, ...askedWith(check), expected };
      }),
    ),
  );
}

function readListObjects(list: YamlFields): Assertion[] {
  list.expectOnly('user', 'type', 'context', 'assertions');
  const [subject, type] = [list.text('user'), list.text('type')];
  const assertions = list.fields('assertions');
  return assertions.names().map((relation) => {
    const expected = assertions.texts(relation);
    return { kind: 'listObjects', type, relation, subject, ...askedWith(list), expected };
  });
}

function readListUsers(list: YamlFields): Assertion[] {
  list.expectOnly('object', 'user_filter', 'context', 'assertions');
  const object = list.text('object');
  const [first, ...others] = list.fieldsList('user_filter');
  if (first === undefined || others.length > 0) throw list.malformed('one user_filter', 'others');
  first.expectOnly('type', 'relation');
  const filterRelation = first.optionalText('relation');
  const type = first.text('type');
  const filter = filterRelation === undefined ? type : `${type}#${filterRelation}`;
  const assertions = list.fields('assertions');
  return assertions.names().map((relation) => {
    const expected = assertions.fields(relation).expectOnly('users').texts('users');
    return { kind: 'listUsers', object, relation, filter, ...askedWith(list), expected };
  });
}

function readOneOrMore(fields: YamlFields, one: string, more: string): readonly string[] {
  if (fields.has(one) === fields.has(more)) {
    throw fields.malformed(`${one} or ${more}`, fields.has(one) ? 'both' : undefined);
  }
  if (fields.has(one)) return [fields.text(one)];
  const texts = fields.texts(more);
  if (texts.length === 0) throw fields.malformed(`${more} to name some`, 'none');
  return texts;
}

function askedWith(fields: YamlFields) {
  return { context: fields.values('context'), contextualTuples: [] };
}
