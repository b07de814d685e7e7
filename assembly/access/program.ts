/**
 * A permission model as words that are walked, one program for each version. The host writes it
 * (src/access/program.ts); offsets are in bytes from its begin.
 *
 *     program  0  older u32   4  begin: height u32   8  places of the table - 1 u32
 *             12  rules of elements u32 (element-rules.ts)
 *             16  table: type u32, relation u32, rule u32 (0: free), from `placeOf` on
 *     rule     0  root u32 (0: the leaves alone decide)   4  relations u32   8  leaves u32
 *             12  flags u32   16  subjects of the relation itself u32
 *             20  relations of the same object that it comes to, itself the first: u32 ...
 *                 leaves: whom any of these is granted to, and through which relations others are
 *     leaf     0  kind u32   4  relation u32   8  subjects u32   12  of the subject: relation u32
 *     node     0  kind u32   4 ...
 *              DIRECT, FROM: as a leaf       COMPUTED: rule u32
 *              ANY, ALL: count u32, nodes u32 ...       EXCEPT: node u32, subtracted node u32
 *     subjects 0  count u32   4  type and flags u32, relation u32, condition u32 ...
 *
 * A rule without a root is one of relations and unions alone, and so is every rule that it leads
 * to: what is reached from it is decided by walking (walk.ts). It is closed where no leaf leads
 * over objects or stands under a condition, and so are all that it leads to: then the subject's
 * closure decides (closure.ts).
 */

import { RULE_BYTES } from '../abi-access.ts';
import { PROGRAM } from '../memory/header.ts';

const TABLE: usize = 16;
const ENTRY_BYTES: usize = 12;
const LEAF_BYTES: usize = 16;

@unmanaged
export class Program {
  older: u32;
  begin: u32;
  mask: u32;
  elements: u32;

  @inline static at(address: usize): Program {
    return changetype<Program>(address);
  }

  /** The program in force at a height, or null. */
  static inForceAt(height: u32): Program {
    let address: usize = load<u32>(PROGRAM);
    while (address != 0 && Program.at(address).begin > height) {
      address = Program.at(address).older;
    }
    return Program.at(address);
  }

  /** The rule of a relation of a type, or 0: an address. */
  ruleOf(type: u32, relation: u32): u32 {
    const table = changetype<usize>(this) + TABLE;
    let place = placeOf(type, relation) & this.mask;
    let entry = table + <usize>place * ENTRY_BYTES;
    let rule = load<u32>(entry, 8);
    while (rule != 0) {
      if (load<u32>(entry) == type && load<u32>(entry, 4) == relation) {
        return <u32>changetype<usize>(this) + rule;
      }
      place = (place + 1) & this.mask;
      entry = table + <usize>place * ENTRY_BYTES;
      rule = load<u32>(entry, 8);
    }
    return 0;
  }

  @inline at(offset: u32): usize {
    return changetype<usize>(this) + offset;
  }
}

@unmanaged
export class Rule {
  root: u32;
  relationCount: u32;
  leafCount: u32;
  /** RULE_... */
  flags: u32;
  subjects: u32;

  @inline static at(address: usize): Rule {
    return changetype<Rule>(address);
  }

  @inline get relations(): usize {
    return changetype<usize>(this) + RULE_BYTES;
  }

  @inline get relation(): u32 {
    return load<u32>(this.relations);
  }

  /** Whether it comes to a relation of the same object. */
  comesTo(relation: u32): bool {
    const end = this.relations + (this.relationCount << 2);
    let at = this.relations;
    while (at < end && load<u32>(at) != relation) at += 4;
    return at < end;
  }

  @inline leaf(index: u32): Leaf {
    const leaves = this.relations + (this.relationCount << 2);
    return changetype<Leaf>(leaves + <usize>index * LEAF_BYTES);
  }
}

/** A leaf, and the nodes that have its form. */
@unmanaged
export class Leaf {
  kind: u32;
  relation: u32;
  subjects: u32;
  computed: u32;

  @inline static at(address: usize): Leaf {
    return changetype<Leaf>(address);
  }
}

if (offsetof<Program>() != TABLE) ERROR('the table must follow the head of a program');
if (offsetof<Rule>() != RULE_BYTES) ERROR('the relations must follow the head of a rule');
if (offsetof<Leaf>() != LEAF_BYTES) ERROR('a leaf must be 16 bytes');

/** Whether a subject is among those that a relation may be granted to, at an address. */
export function isAssignable(
  address: usize,
  typeAndFlags: u32,
  relation: u32,
  condition: u32,
): bool {
  const end = address + 4 + <usize>load<u32>(address) * ENTRY_BYTES;
  for (let at = address + 4; at < end; at += ENTRY_BYTES) {
    if (load<u32>(at) != typeAndFlags || load<u32>(at, 4) != relation) continue;
    if (load<u32>(at, 8) == condition) return true;
  }
  return false;
}

/** Where the search for a rule begins in a table, by two symbols. */
export function placeOf(type: u32, relation: u32): u32 {
  return (type * 0x9e3779b1) ^ (relation * 0x85ebca6b);
}
