/**
 * What loading the stream of a sealed state (schema/sealed-state.md) goes on with from one chunk to
 * the next. It stands in regions of groups, since the engine takes none before it is loaded.
 *
 *     REGION_TABLES     this head, keys whose ids are to be compared, where mergeCreate notes its
 *                       change; then the symbol u32 of each name of the stream, from number 0 on
 *     REGION_CHANGES    for each symbol: 1 if it is a name of the stream u32, the last element that
 *                       has a cell there u32
 */

import { CHANGE_BYTES, ID_BYTES, STATUS_DUPLICATE } from '../abi.ts';
import { RECORD_TRANSACTIONS, STATUS_OTHER_ID } from '../abi-state.ts';
import { badSymbol, refuse, truncated } from '../delta/check-values.ts';
import { DICTIONARY_BYTES, Dictionary } from '../delta/dictionary.ts';
import { failFull } from '../delta/group.ts';
import { beginKeyIds, finishIds, idByKey } from '../delta/identity.ts';
import { Subject } from '../delta/subject.ts';
import { Node } from '../graph/elements.ts';
import { SymbolRow, symbolLength, symbolText } from '../graph/symbols.ts';
import { Commit } from '../graph/writers.ts';
import { sameBytes } from '../memory/bytes.ts';
import { header, SUBJECT } from '../memory/header.ts';
import { POOL_COMMITS, POOL_SYMBOLS, Pool } from '../memory/pool.ts';
import {
  extendRegion,
  REGION_CHANGES,
  REGION_TABLES,
  regionAddress,
  regionBytes,
} from '../memory/region.ts';

const KEYS_AT: usize = 64;
const KEYS: u32 = 4;
/** The id that a key gives; then the node, and the offset of its record. */
const KEY_BYTES: u32 = 24;
const CHANGE_AT: usize = KEYS_AT + KEYS * KEY_BYTES;
const NAMES_AT: u32 = <u32>CHANGE_AT + CHANGE_BYTES;
const MARK_BITS: u32 = 3;
const STAMP: usize = 4;

@unmanaged
export class Loader {
  /** Kind of the last record, names apart. */
  record: u32;
  names: u32;
  nodes: u32;
  edges: u32;
  unused: u32;
  /** Keys whose ids wait to be compared. */
  keys: u32;
  unused2: u64;

  @inline static get(): Loader {
    return changetype<Loader>(regionAddress(REGION_TABLES));
  }

  /** What the checks of values are told of the chunk: where it begins. */
  @inline get chunk(): Dictionary {
    return changetype<Dictionary>(changetype<usize>(this) + offsetof<Loader>());
  }

  /** The symbol of a name of a kind, by its number; 0 with the failure noted. */
  symbol(number: u32, kind: u32, at: usize): u32 {
    if (number != 0 && number <= this.names) {
      const symbol = load<u32>(changetype<usize>(this) + NAMES_AT + (number << 2));
      if (<u32>SymbolRow.at(symbol).kind == kind) return symbol;
    }
    return <u32>badSymbol(this.chunk, at, number);
  }

  /** Gives a symbol the next number of the stream; false with the failure noted. */
  name(symbol: u32, at: usize): bool {
    const mark = markOf(symbol);
    if (load<u32>(mark) != 0) {
      refuse(this.chunk, at, STATUS_DUPLICATE, 0, this.names + 1);
      return false;
    }
    store<u32>(mark, 1);
    this.names += 1;
    this.chunk.symbolCount = this.names + 1;
    store<u32>(changetype<usize>(this) + NAMES_AT + (this.names << 2), symbol);
    return true;
  }

  /** Marks a path for the element that comes next; false where it is marked already. */
  mark(path: u32): bool {
    const mark = markOf(path);
    const element = this.nodes + this.edges + 1;
    if (load<u32>(mark, STAMP) == element) return false;
    store<u32>(mark, element, STAMP);
    return true;
  }

  /** What a create merges: it notes one change, which nobody reads. */
  subject(kind: u32, row: u32): Subject {
    const subject = changetype<Subject>(SUBJECT);
    memory.fill(SUBJECT, 0, offsetof<Subject>());
    subject.kind = kind;
    subject.row = row;
    subject.changes = <u32>(changetype<usize>(this) + CHANGE_AT);
    return subject;
  }

  /** Has the id computed that a node must have by its key. */
  askKey(node: u32, type: u32, key: usize, length: u32, at: usize): bool {
    const place = this.keyAt(this.keys);
    store<u32>(place, node, ID_BYTES);
    store<u32>(place, <u32>at, ID_BYTES + 4);
    beginKeyIds(header().space);
    idByKey(place, symbolText(type), symbolLength(type), key, length);
    this.keys += 1;
    return this.keys < KEYS || this.compareKeys();
  }

  /** Compares the ids that were asked for; false with the failure noted. */
  compareKeys(): bool {
    finishIds();
    const count = this.keys;
    this.keys = 0;
    for (let index: u32 = 0; index < count; index++) {
      const place = this.keyAt(index);
      const id = changetype<usize>(Node.at(load<u32>(place, ID_BYTES)));
      if (sameBytes(place, id, ID_BYTES)) continue;
      refuse(this.chunk, load<u32>(place, ID_BYTES + 4), STATUS_OTHER_ID, 0, 0);
      return false;
    }
    return true;
  }

  @inline private keyAt(index: u32): usize {
    return changetype<usize>(this) + KEYS_AT + index * KEY_BYTES;
  }
}

if (offsetof<Loader>() + DICTIONARY_BYTES > KEYS_AT) ERROR('the keys must follow the chunk');

/** Makes the head, before the first chunk; false without room. May grow. */
export function beginLoading(): bool {
  if (!extendRegion(REGION_TABLES, NAMES_AT, 0)) return false;
  memory.fill(regionAddress(REGION_TABLES), 0, NAMES_AT);
  Loader.get().record = RECORD_TRANSACTIONS;
  return true;
}

/** Makes room for another name, and for the marks of all symbols; false with the failure noted. */
export function ensureName(at: usize): bool {
  const names = NAMES_AT + ((Loader.get().names + 2) << 2);
  const marks = Pool.of(POOL_SYMBOLS).count << MARK_BITS;
  const isThere =
    extendRegion(REGION_TABLES, names, regionBytes(REGION_TABLES)) &&
    extendRegion(REGION_CHANGES, marks, regionBytes(REGION_CHANGES));
  if (!isThere) failFull(<u32>(at - Loader.get().chunk.payload));
  return isThere;
}

/** Commits without transactions have clocks, too. */
export function noteNewest(): void {
  const end = allCommits();
  for (let commit: u32 = 1; commit <= end; commit++) {
    header().newestClock = max(header().newestClock, Commit.at(commit).clock);
  }
}

export function allCommits(): u32 {
  return max<u32>(Pool.of(POOL_COMMITS).count, 1) - 1;
}

/** Checks that so many bytes are there; false with the failure noted. */
export function hasBytes(at: usize, end: usize, bytes: u32): bool {
  if (<u32>(end - at) >= bytes) return true;
  truncated(Loader.get().chunk, at, end, bytes);
  return false;
}

function markOf(symbol: u32): usize {
  return regionAddress(REGION_CHANGES) + ((<usize>symbol) << MARK_BITS);
}
