/**
 * The version of a node, which changes with what the caller may read of it (schema/plan.md): a
 * digest of who wrote the node and each value that it has at the fields of the plan.
 *
 *     hashed     id 16 B, writer of the node, value ...
 *     value      path text, writer, sum i64
 *
 * A writer writes one value at a path, so that values stay out; but to an integer others add, and
 * of a set of values they are hashed behind the sum, as others take from it.
 */

import {
  ELEMENT_EDGE,
  ELEMENT_NODE,
  FIELD_EDGE,
  FIELD_WORDS,
  ID_BYTES,
  VALUE_BYTES_ROOM,
  VALUE_COUNTER,
  VALUE_INT64,
  WORK_PER_ROW,
} from '../abi.ts';
import { Cell } from '../graph/cells.ts';
import { Element, Node } from '../graph/elements.ts';
import { hashText, hashWriter } from '../graph/hashed.ts';
import { showsPieces, writerOf } from '../graph/set-pieces.ts';
import { blobLength } from '../memory/blobs.ts';
import { digest, finish, start, update } from '../merkle/sha256.ts';
import { writeBase64Url } from './base64.ts';
import { Field, readField } from './field.ts';
import { putNull } from './json.ts';
import { LIST_BYTES_PER_UNIT } from './lists.ts';
import { hasRoom, Run, scratchCell } from './run.ts';

const FIELDS_AT: usize = 8;
const FIELD_BYTES: u32 = FIELD_WORDS << 2;
const QUOTE: u8 = 0x22;
/** Of the digest: these take 24 characters. */
const VERSION_BYTES: u32 = 18;

/** May grow. */
export function putVersion(shape: usize): void {
  const run = Run.get();
  const count = load<u32>(shape, 4);
  if (run.node == 0) {
    putNull();
    return;
  }
  if (!run.spend(<i64>(count + 1) * WORK_PER_ROW) || !hasRoom(VALUE_BYTES_ROOM)) return;
  start();
  update(changetype<usize>(Node.at(run.node)), ID_BYTES);
  hashWriter(Node.at(run.node).created);
  for (let index: u32 = 0; index < count; index++) {
    const field = Field.at(shape + FIELDS_AT + index * FIELD_BYTES);
    const cell = readField(field, run.node, run.edge, scratchCell(0));
    if (cell == 0) continue;
    const isOfEdge = field.kind == FIELD_EDGE;
    const element = Element.at(
      isOfEdge ? ELEMENT_EDGE : ELEMENT_NODE,
      isOfEdge ? run.edge : run.node,
    );
    hashValue(Cell.at(cell), element);
  }
  finish();
  store<u8>(run.out, QUOTE);
  const end = writeBase64Url(run.out + 1, digest(), VERSION_BYTES);
  store<u8>(end, QUOTE);
  run.out = <u32>end + 1;
}

function hashValue(cell: Cell, element: Element): void {
  hashText(cell.path);
  hashWriter(writerOf(element, cell));
  const isSum = cell.kind == VALUE_INT64 || cell.kind == VALUE_COUNTER;
  store<u64>(digest(), isSum ? cell.value : 0);
  update(digest(), 8);
  if (!showsPieces(element, cell)) return;
  const list = <u32>cell.value;
  if (!Run.get().spend(blobLength(list) / LIST_BYTES_PER_UNIT)) return;
  update(list, blobLength(list) + 4);
}
