import type { Value } from '../../src/delta/value.ts';
import { canonicalValue } from '../reference/reference-value.ts';

/** A value by kind and content, `null` where there is none. */
export function valueText(value: Value): string {
  return JSON.stringify(canonicalValue(value));
}
