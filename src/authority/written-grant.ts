/** A grant as records of the chain write it. */

import { formatObject, formatSubject, type Tuple } from '../access/tuple.ts';
import type { WrittenGrant } from './permission-body.ts';

export function writtenGrant({ object, relation, subject, condition }: Tuple): WrittenGrant {
  const named = {
    object: formatObject(object),
    relation,
    subject: formatSubject(subject),
  };
  if (condition === undefined) return named;
  const context = JSON.stringify(Object.fromEntries(condition.context));
  return { ...named, condition: { name: condition.name, context } };
}
