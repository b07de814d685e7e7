/** Objects, relations and subjects as callers of the API write them. */

import { nodeObject } from '../access/element-object.ts';
import { objectNamed as objectNamedIn } from '../access/named-object.ts';
import { formatObject, type ObjectName, parseSubject, type Subject } from '../access/tuple.ts';
import { fromHex } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { isNodeId } from '../delta/node-id.ts';
import type { Context } from './context.ts';
import { findNode } from './element.ts';

/** `Type:id`, `Type:key`, `Type:*`, or the id of a node that the caller sees. */
export function objectNamed(text: string, { graph, space }: Context): ObjectName {
  if (!isNodeId(text)) {
    const { definition, id } = space;
    return objectNamedIn(text, { graph, definition, space: fromHex(id) });
  }
  const node = findNode(graph, text);
  if (node === undefined) {
    const message = `a node expected an id that exists, got ${text}`;
    throw new DatabaseError(ErrorCode.NOT_FOUND, message);
  }
  return nodeObject(graph.nodeType(node), text);
}

/** The caller where none is named. */
export function subjectNamed(text: string | null | undefined, { actor }: Context): Subject {
  return parseSubject(text ?? actor);
}

/** Throws FORBIDDEN unless the caller may see who has a relation of an object. */
export function expectMaySee(context: Context, object: ObjectName, relation: string): void {
  const { access } = context.space;
  if (access.mayAdminister(context.actor, 'read')) return;
  if (access.mayGrant(context.actor, object, relation)) return;
  throw forbidden(context, `to grant ${relation} of ${formatObject(object)}`);
}

/** Throws FORBIDDEN unless the caller may see, or change, all permissions of the space. */
export function expectAdministrator(context: Context, verb: 'read' | 'write'): void {
  if (context.space.access.mayAdminister(context.actor, verb)) return;
  throw forbidden(context, `${verb} of space:this`);
}

function forbidden({ actor }: Context, expected: string): DatabaseError {
  const message = `${actor} expected the right ${expected}, got none`;
  return new DatabaseError(ErrorCode.FORBIDDEN, message);
}
