/** Tuples and models as files of tests have them. */

import { DatabaseError, describeError, ErrorCode } from '../base/errors.ts';
import { AccessError } from './access-error.ts';
import type { WrittenTuple } from './access-tests.ts';
import type { Model } from './model.ts';
import { parseModel } from './parse-model.ts';
import { type ObjectName, parseObject, parseRelation, parseSubject, type Tuple } from './tuple.ts';
import type { YamlFields } from './yaml-fields.ts';

export function readWrittenTuple(fields: YamlFields): WrittenTuple {
  fields.expectOnly('object', 'relation', 'user', 'condition');
  const tuple = {
    object: fields.text('object'),
    relation: fields.text('relation'),
    subject: fields.text('user'),
  };
  if (fields.value('condition') === undefined) return tuple;
  const condition = fields.fields('condition').expectOnly('name', 'context');
  return {
    ...tuple,
    condition: { name: condition.text('name'), context: condition.values('context') },
  };
}

/** Throws an AccessError where a part is not of its form; the object's is that of `objectNamed`. */
export function parseTuple(
  written: WrittenTuple,
  objectNamed: (text: string) => ObjectName = parseObject,
): Tuple {
  const { object, relation, subject, condition } = written;
  const tuple = {
    object: objectNamed(object),
    relation: parseRelation(relation),
    subject: parseSubject(subject),
  };
  return condition === undefined ? tuple : { ...tuple, condition };
}

/** A tuple that is to be written, so that one which is not of the form is a mistake of the file. */
export function readTuple(fields: YamlFields, objectNamed?: (text: string) => ObjectName): Tuple {
  const written = readWrittenTuple(fields);
  return tellingPlace(fields, () => parseTuple(written, objectNamed));
}

/** Runs it; what is wrong with a tuple is a mistake at the place of these fields. */
export function tellingPlace<Result>(fields: YamlFields, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    throw error instanceof AccessError ? fields.malformed('a tuple', error.message) : error;
  }
}

export function readModelText(fields: YamlFields, name: string): Model {
  return parseModelOf(fields, fields.text(name));
}

/** The place of a mistake is one in the model's own text. */
export function parseModelOf(fields: YamlFields, text: string): Model {
  try {
    return parseModel(text);
  } catch (error) {
    throw error instanceof DatabaseError ? notModel(fields, error) : error;
  }
}

function notModel(fields: YamlFields, cause: DatabaseError): DatabaseError {
  const { position, message } = fields.malformed('a model', 'mistakes');
  const text = `${message} at\n${describeError(cause)}`;
  return new DatabaseError(ErrorCode.INVALID_INPUT, text, position && { cause, position });
}
