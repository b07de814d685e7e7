/** Which fields of an element the caller may read or write: each relation is decided once. */

import { VERB_READ } from '../abi-access.ts';
import { ruleFor } from '../access/sight.ts';
import { Element, TYPE_MASK } from '../graph/elements.ts';
import { ensureRegion, REGION_INPUT, REGION_OUTPUT, regionAddress } from '../memory/region.ts';
import { isElementSeen, isSighted } from './sight.ts';

/**
 * Puts a byte into the output region for each path (0: the element) in the input region: 1 where
 * the verb is granted there. What is hidden is not read. False without memory. May grow.
 */
export function maskFields(kind: u32, row: u32, pathCount: u32, verb: u32): bool {
  if (!ensureRegion(REGION_OUTPUT, pathCount)) return false;
  const isOpen = !isSighted();
  const isThere = verb != VERB_READ || isElementSeen(kind, row);
  const type = Element.at(kind, row).typeAndFlags & TYPE_MASK;
  const paths = regionAddress(REGION_INPUT);
  const output = regionAddress(REGION_OUTPUT);
  for (let index: u32 = 0; index < pathCount; index++) {
    const path = load<u32>(paths + (index << 2));
    const isGranted = isThere && (isOpen || ruleFor(kind, type, path, verb).sees(row));
    store<u8>(output + index, isGranted ? 1 : 0);
  }
  return true;
}
