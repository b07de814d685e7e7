/**
 * Symbols: every name of a space stored once (node types, edge types, property paths, actors,
 * author keys), and numbered in the order of arrival. Numbers are local to the image: hashes and
 * payloads use the text.
 *
 *     row   0  text blob u32   4  parent path u32; of a type, the object for all of it (access/)
 *           8  first declared index u32   12  kind u8   13  flags u8
 *
 * A path knows its parent path, which is interned before it: `a.b` has the parent `a`.
 */

import { SYMBOL_PATH } from '../abi.ts';
import { HashIndex, INDEX_SYMBOLS } from '../container/hash-index.ts';
import { hashBytes } from '../container/keyed-hash.ts';
import { blobData, blobLength, blobReserve, putBlob } from '../memory/blobs.ts';
import { parentPathBytes, sameBytes } from '../memory/bytes.ts';
import { guard } from '../memory/guard.ts';
import { ensureRows, POOL_SYMBOLS, Pool, rowsEnd } from '../memory/pool.ts';

export const SYMBOL_BYTES: u32 = 16;

/** Paths of the engine's own cells; no payload can name them. */
export const PATH_KEY: u32 = 1;
export const PATH_DELETED: u32 = 2;
export const PATH_EDGE_KEY: u32 = 3;
const RESERVED_PATHS: u32 = 3;
/** With a path: that of the engine's own cell for the collection there (collections.ts). */
export const PATH_COLLECTION: u32 = 1 << 23;

/** Some other path is above or below this one. */
export const PATH_NESTED: u32 = 1;

@unmanaged
export class SymbolRow {
  text: u32;
  parent: u32;
  declared: u32;
  kind: u8;
  flags: u8;
  reserved: u16;

  @inline static at(symbol: u32): SymbolRow {
    return changetype<SymbolRow>(Pool.at(POOL_SYMBOLS, SYMBOL_BYTES, symbol));
  }

  /** Of a type: the object of the permission model that stands for all of it, or 0. */
  @inline get all(): u32 {
    return this.parent;
  }

  set all(object: u32) {
    this.parent = object;
  }
}

if (offsetof<SymbolRow>() != SYMBOL_BYTES) ERROR('a symbol row must be 16 bytes');

/** Gives the reserved paths their rows. */
export function formatSymbols(): void {
  for (let path: u32 = 0; path < RESERVED_PATHS; path++) {
    Pool.add(POOL_SYMBOLS, SYMBOL_BYTES);
  }
}

export function isReservedPath(path: u32): bool {
  return path <= RESERVED_PATHS || path >= PATH_COLLECTION;
}

export function symbolText(symbol: u32): usize {
  return blobData(SymbolRow.at(symbol).text);
}

export function symbolLength(symbol: u32): u32 {
  return blobLength(SymbolRow.at(symbol).text);
}

/** The symbol of this kind and text, or 0. */
export function findSymbol(kind: u32, text: usize, length: u32): u32 {
  const index = HashIndex.of(INDEX_SYMBOLS);
  const hash = hashBytes(text, length, kind);
  for (let slot = index.find(hash, 0); slot != 0; slot = index.find(hash, slot)) {
    const symbol = HashIndex.rowAt(slot);
    const row = SymbolRow.at(symbol);
    if (row.kind != kind || blobLength(row.text) != length) continue;
    if (sameBytes(blobData(row.text), text, length)) return symbol;
  }
  return 0;
}

/** Arena bytes that interning takes at most, parents of a path included. */
export function internReserve(kind: u32, length: u32, depth: u32): u64 {
  return kind == SYMBOL_PATH ? blobReserve(length) * depth : blobReserve(length);
}

export function ensureSymbols(extra: u32): bool {
  return (
    rowsEnd(POOL_SYMBOLS, extra) <= PATH_COLLECTION &&
    ensureRows(POOL_SYMBOLS, SYMBOL_BYTES, extra) &&
    HashIndex.of(INDEX_SYMBOLS).ensure(extra, POOL_SYMBOLS, SYMBOL_BYTES, hashOfSymbol)
  );
}

/** The symbol of this kind and text, new or known. Reserved by the caller. */
export function intern(kind: u32, text: usize, length: u32): u32 {
  const found = findSymbol(kind, text, length);
  if (found != 0) return found;
  if (kind != SYMBOL_PATH) return addSymbol(kind, text, length, 0);
  return internPath(text, length);
}

/** Whether `ancestor` is above `path`. */
export function isAbove(ancestor: u32, path: u32): bool {
  let parent = SymbolRow.at(path).parent;
  while (parent != 0 && parent != ancestor) parent = SymbolRow.at(parent).parent;
  return parent != 0;
}

/** Interns the known part of a path first, then one segment more each time. */
function internPath(text: usize, length: u32): u32 {
  let known: u32 = 0;
  let knownLength = parentPathBytes(text, length);
  while (knownLength != 0) {
    known = findSymbol(SYMBOL_PATH, text, knownLength);
    if (known != 0) break;
    knownLength = parentPathBytes(text, knownLength);
  }
  while (knownLength != length) {
    knownLength = childPathBytes(text, knownLength, length);
    const parent = known;
    known = addSymbol(SYMBOL_PATH, text, knownLength, parent);
    if (parent == 0) continue;
    guard(changetype<usize>(SymbolRow.at(parent)), SYMBOL_BYTES);
    SymbolRow.at(parent).flags |= <u8>PATH_NESTED;
    SymbolRow.at(known).flags |= <u8>PATH_NESTED;
  }
  return known;
}

/** Bytes of the path that is one segment longer than the first `parent` bytes. */
function childPathBytes(text: usize, parent: u32, length: u32): u32 {
  let child = length;
  let shorter = parentPathBytes(text, child);
  while (shorter > parent) {
    child = shorter;
    shorter = parentPathBytes(text, child);
  }
  return child;
}

function addSymbol(kind: u32, text: usize, length: u32, parent: u32): u32 {
  const symbol = Pool.add(POOL_SYMBOLS, SYMBOL_BYTES);
  const row = SymbolRow.at(symbol);
  row.text = putBlob(text, length);
  row.kind = <u8>kind;
  row.parent = parent;
  HashIndex.of(INDEX_SYMBOLS).insert(hashBytes(text, length, kind), symbol);
  return symbol;
}

function hashOfSymbol(symbol: u32): u64 {
  const row = SymbolRow.at(symbol);
  return hashBytes(blobData(row.text), blobLength(row.text), row.kind);
}
