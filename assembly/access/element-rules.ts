/**
 * Which relation each verb asks for at a node type, an edge type or a path of one: a table of a
 * program, which the host writes (src/access/element-rules.ts). A path that is not in it is as the
 * nearest one above it that is, or as its type; 0 is no relation, and so denied.
 *
 *     rules    0  places of the table - 1 u32   4  entries, from `placeOf` on
 *     entry    0  node type or edge type u32 (0: free)   4  path u32 (0: the type itself)
 *              8  type of the model u32   12  relations to read, write, create, delete u32 × 4
 *             28  unused
 */

import { ELEMENT_RULE_BYTES, VERB_DELETE, VERB_READ, VERB_WRITE } from '../abi-access.ts';
import { SymbolRow } from '../graph/symbols.ts';
import { Program, placeOf } from './program.ts';

const ENTRIES: usize = 4;

@unmanaged
export class ElementRule {
  element: u32;
  path: u32;
  /** The type that objects of the model have which stand for such elements. */
  objectType: u32;
  read: u32;
  write: u32;
  create: u32;
  delete: u32;
  unused: u32;

  @inline static at(address: usize): ElementRule {
    return changetype<ElementRule>(address);
  }

  /** The relation that a verb asks for, or 0. */
  @inline relation(verb: u32): u32 {
    return load<u32>(changetype<usize>(this) + offsetof<ElementRule>('read') + (verb << 2));
  }
}

@unmanaged
export class ElementRules {
  mask: u32;

  @inline static of(program: Program): ElementRules {
    return changetype<ElementRules>(changetype<usize>(program) + program.elements);
  }

  /** The relation that a verb asks for at a path of a type, or at the type for 0; 0 is denied. */
  relationFor(type: u32, path: u32, verb: u32): u32 {
    const rule = this.ruleFor(type, path);
    return changetype<usize>(rule) == 0 ? 0 : rule.relation(verb);
  }

  /** What counts for a path; null where the model does not have the type. */
  ruleFor(type: u32, path: u32): ElementRule {
    for (let at = path; at != 0; at = SymbolRow.at(at).parent) {
      const rule = this.find(type, at);
      if (changetype<usize>(rule) != 0) return rule;
    }
    return this.find(type, 0);
  }

  private find(type: u32, path: u32): ElementRule {
    let place = placeOf(type, path) & this.mask;
    let rule = this.entry(place);
    while (rule.element != 0) {
      if (rule.element == type && rule.path == path) return rule;
      place = (place + 1) & this.mask;
      rule = this.entry(place);
    }
    return ElementRule.at(0);
  }

  @inline private entry(place: u32): ElementRule {
    return ElementRule.at(changetype<usize>(this) + ENTRIES + <usize>place * ELEMENT_RULE_BYTES);
  }
}

if (offsetof<ElementRules>() != ENTRIES) ERROR('the entries must follow the head of the rules');
if (offsetof<ElementRule>() != ELEMENT_RULE_BYTES) ERROR('an entry must be 32 bytes');
if (offsetof<ElementRule>('write') != offsetof<ElementRule>('read') + (VERB_WRITE << 2)) {
  ERROR('relations must stand in the order of verbs');
}
if (VERB_READ != 0 || offsetof<ElementRule>('delete') != 12 + (VERB_DELETE << 2)) {
  ERROR('relations must stand in the order of verbs');
}
