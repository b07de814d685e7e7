/**
 * What is seen of the graph: asked wherever a row or a field is read. Without a caller that is all
 * that exists; a caller sees what rules grant it (access/sight.ts). What is hidden is nowhere: a
 * hidden field has no value, and no way leads through a hidden node or edge.
 */

import { ELEMENT_EDGE, ELEMENT_NODE } from '../abi.ts';
import { SEEN_ALL } from '../abi-access.ts';
import { Caller } from '../access/caller.ts';
import { RowRule } from '../access/row-rule.ts';
import { ruleAt } from '../access/sight.ts';
import { Edge, Node } from '../graph/elements.ts';
import { isEdgeVisible, isNodeVisible } from '../graph/visibility.ts';
import { SIGHT, SIGHT_NONE } from '../memory/header.ts';

/** Whether a caller reads, who may not see all. */
export function isSighted(): bool {
  return load<u32>(SIGHT) != SIGHT_NONE;
}

/** Whether a node is there. May grow. */
export function isNodeSeen(node: u32): bool {
  return isNodeVisible(node) && isEndSeen(node);
}

/** Whether an edge is there, as far as it goes by itself: its ends are others. May grow. */
export function isEdgeSeen(edge: u32): bool {
  if (!isEdgeVisible(edge)) return false;
  return !isSighted() || ruleAt(ELEMENT_EDGE, Edge.at(edge).type, 0).sees(edge);
}

/** Whether an end of an edge that is there is seen: that it exists, the edge says. May grow. */
export function isEndSeen(node: u32): bool {
  return !isSighted() || isNodeOfTypeSeen(node, Node.at(node).type);
}

/** The same of a node whose type is known, for a caller. May grow. */
export function isNodeOfTypeSeen(node: u32, type: u32): bool {
  return nodeRule(Caller.get(), type).seesInPlace(node);
}

/** Whether a caller sees a node that exists, of which something is read next. May grow. */
export function isReadNodeSeen(node: u32, type: u32): bool {
  const caller = Caller.get();
  if (!nodeRule(caller, type).seesInPlace(node)) return false;
  caller.seenNode = node;
  return true;
}

/** Whether an edge is there, and its ends are seen. May grow. */
export function isWholeEdgeSeen(edge: u32): bool {
  const row = Edge.at(edge);
  return isEdgeSeen(edge) && isEndSeen(row.from) && isEndSeen(row.to);
}

/** The same for a row of either kind. May grow. */
export function isElementSeen(kind: u32, row: u32): bool {
  return kind == ELEMENT_NODE ? isNodeSeen(row) : isWholeEdgeSeen(row);
}

/** Whether a field of an element that is seen may be read: the path's rule counts. May grow. */
export function isFieldSeen(kind: u32, row: u32, path: u32): bool {
  if (!isSighted()) return true;
  const type: u32 = kind == ELEMENT_NODE ? Node.at(row).type : Edge.at(row).type;
  return ruleAt(kind, type, path).sees(row);
}

/** Whether a caller may read a field of a node that exists, which it may not see. May grow. */
export function isNodeFieldSeen(node: u32, path: u32): bool {
  const caller = Caller.get();
  if (caller.seenNode != node && !isReadNodeSeen(node, Node.at(node).type)) return false;
  if (caller.fieldPath != path) findField(caller, path);
  return caller.fieldRule == 0 || RowRule.at(caller.fieldRule).seesInPlace(node);
}

/** Mostly that of the same type as before. May grow. */
function nodeRule(caller: Caller, type: u32): RowRule {
  if (caller.nodeType != type) findNodeRule(caller, type);
  return RowRule.at(caller.nodeRule);
}

function findNodeRule(caller: Caller, type: u32): void {
  caller.nodeRule = <u32>changetype<usize>(ruleAt(ELEMENT_NODE, type, 0));
  caller.nodeType = type;
  caller.fieldPath = 0;
  caller.fieldRule = 0;
  caller.seenNode = 0;
}

/** Finds the rule of a path of the type that was asked about last. May grow. */
function findField(caller: Caller, path: u32): void {
  const rule = <u32>changetype<usize>(ruleAt(ELEMENT_NODE, caller.nodeType, path));
  caller.fieldRule = rule == caller.nodeRule ? 0 : rule;
  caller.fieldPath = path;
}

/** Whether all edges of a type that are there are seen, as far as they go alone. May grow. */
export function areEdgesSeen(type: u32): bool {
  return !isSighted() || ruleAt(ELEMENT_EDGE, type, 0).state == SEEN_ALL;
}

/** What a caller sees of the nodes of a type, or of a path of them. May grow. */
export function rowsSeen(type: u32, path: u32): RowRule {
  return ruleAt(ELEMENT_NODE, type, path);
}

/** Whether a path may be read of all nodes of a type that are seen. May grow. */
export function isPathOpen(type: u32, path: u32): bool {
  if (!isSighted()) return true;
  const rule = rowsSeen(type, path);
  return rule.state == SEEN_ALL || rule === rowsSeen(type, 0);
}

/** Whether a path of all nodes of a type may be read. May grow. */
export function isPathSeen(type: u32, path: u32): bool {
  return !isSighted() || rowsSeen(type, path).state == SEEN_ALL;
}
