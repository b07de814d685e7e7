/**
 * Objects of the permission model, `type:id`: whatever a grant names, on either side. Each stands
 * once, and so does each of its relations that a grant names: the set of those whom it is granted
 * to. A grant is between two sets; an object by itself is the set without a relation.
 *
 *     object   0  type and flags u32   4  blob of the id u32   8  sets u32
 *     set      0  object u32   4  relation u32 (0: the object itself)   8  next of the object u32
 *             12  grants to objects u32   16  grants to sets and to all u32
 *             20  links u32: grants to this set (grants.ts); of a relation of all of a type, to
 *             which none is granted: 1 where a single object of the type was granted it
 *
 * An object has as many sets as it has relations, so they are found one after another. What is
 * granted of `type:*` is granted of every object of the type, whether a grant names it or not: the
 * symbol of the type says which object that is.
 */

import { OBJECT_ALL } from '../abi-access.ts';
import { HashIndex, INDEX_OBJECTS } from '../container/hash-index.ts';
import { hashBytes } from '../container/keyed-hash.ts';
import { SYMBOL_BYTES, SymbolRow } from '../graph/symbols.ts';
import { blobData, blobLength, putBlob } from '../memory/blobs.ts';
import { sameBytes } from '../memory/bytes.ts';
import { guard } from '../memory/guard.ts';
import { ensureRows, POOL_OBJECTS, POOL_SETS, Pool } from '../memory/pool.ts';

export const OBJECT_BYTES: u32 = 12;
export const SET_BYTES: u32 = 24;

/** The id of an object that stands for all of its type. */
const ALL: u8 = 0x2a;
const ALL_ID = memory.data<u8>([ALL]);

@unmanaged
export class ObjectRow {
  /** The type as the model names it, and OBJECT_ALL where it stands for all of that type. */
  typeAndFlags: u32;
  id: u32;
  sets: u32;

  @inline static at(object: u32): ObjectRow {
    return changetype<ObjectRow>(Pool.at(POOL_OBJECTS, OBJECT_BYTES, object));
  }
}

@unmanaged
export class SetRow {
  object: u32;
  relation: u32;
  next: u32;
  direct: u32;
  indirect: u32;
  links: u32;

  @inline static at(set: u32): SetRow {
    return changetype<SetRow>(Pool.at(POOL_SETS, SET_BYTES, set));
  }

  /** Of all of a type: whether a single object of it was ever granted the relation. */
  @inline get hasOwn(): bool {
    return this.links != 0;
  }
}

if (offsetof<ObjectRow>() != OBJECT_BYTES) ERROR('an object row must be 12 bytes');
if (offsetof<SetRow>() != SET_BYTES) ERROR('a set row must be 24 bytes');

/** The object of a type and an id, or 0. */
export function findObject(type: u32, id: usize, length: u32): u32 {
  const index = HashIndex.of(INDEX_OBJECTS);
  const hash = hashBytes(id, length, type);
  for (let slot = index.find(hash, 0); slot != 0; slot = index.find(hash, slot)) {
    const object = HashIndex.rowAt(slot);
    const row = ObjectRow.at(object);
    if ((row.typeAndFlags & ~OBJECT_ALL) != type || blobLength(row.id) != length) continue;
    if (sameBytes(blobData(row.id), id, length)) return object;
  }
  return 0;
}

/** The object that stands for all of a type which the model has, or 0 where no grant names it. */
export function findAll(typeAndFlags: u32): u32 {
  return SymbolRow.at(typeAndFlags & ~OBJECT_ALL).all;
}

/** The set of an object and a relation, or 0. */
export function findSet(object: u32, relation: u32): u32 {
  let set = ObjectRow.at(object).sets;
  while (set != 0 && SetRow.at(set).relation != relation) set = SetRow.at(set).next;
  return set;
}

/** Makes room for so many more of each; false when memory runs out. May grow. */
export function ensureObjects(extra: u32): bool {
  return (
    ensureRows(POOL_OBJECTS, OBJECT_BYTES, extra) &&
    HashIndex.of(INDEX_OBJECTS).ensure(extra, POOL_OBJECTS, OBJECT_BYTES, hashOfObject) &&
    ensureRows(POOL_SETS, SET_BYTES, extra)
  );
}

/** The object of a type and an id, new or known. Reserved by the caller. */
export function internObject(type: u32, id: usize, length: u32): u32 {
  const found = findObject(type, id, length);
  if (found != 0) return found;
  const object = Pool.add(POOL_OBJECTS, OBJECT_BYTES);
  const row = ObjectRow.at(object);
  const isAll = length == 1 && load<u8>(id) == ALL;
  row.typeAndFlags = type | (isAll ? OBJECT_ALL : 0);
  row.id = putBlob(id, length);
  if (isAll) {
    const symbol = SymbolRow.at(type);
    guard(changetype<usize>(symbol), SYMBOL_BYTES);
    symbol.all = object;
  }
  HashIndex.of(INDEX_OBJECTS).insert(hashBytes(id, length, type), object);
  return object;
}

/** Notes of a set of a single object that it is granted to somebody. Reserved by the caller. */
export function noteOwn(set: SetRow): void {
  const type = ObjectRow.at(set.object).typeAndFlags;
  if ((type & OBJECT_ALL) != 0) return;
  const known = findAll(type);
  const all = known != 0 ? known : internObject(type, ALL_ID, 1);
  const row = SetRow.at(internSet(all, set.relation));
  if (row.hasOwn) return;
  guard(changetype<usize>(row), SET_BYTES);
  row.links = 1;
}

/** The set of an object and a relation, new or known. Reserved by the caller. */
export function internSet(object: u32, relation: u32): u32 {
  const found = findSet(object, relation);
  if (found != 0) return found;
  const set = Pool.add(POOL_SETS, SET_BYTES);
  const row = SetRow.at(set);
  const owner = ObjectRow.at(object);
  guard(changetype<usize>(owner), OBJECT_BYTES);
  row.object = object;
  row.relation = relation;
  row.next = owner.sets;
  owner.sets = set;
  return set;
}

function hashOfObject(object: u32): u64 {
  const row = ObjectRow.at(object);
  return hashBytes(blobData(row.id), blobLength(row.id), row.typeAndFlags & ~OBJECT_ALL);
}
