/** Plans and their answers as text, for the report of a failure. */

import { IdValue, ListValue, MapMarker, Timestamp } from '../../src/delta/value.ts';
import type { Plan, PlanAnswer } from '../../src/engine/plan.ts';
import type { ReferenceAnswer } from '../reference/reference-plan.ts';

const CHARACTERS_SHOWN = 4000;
const TEXT_SHOWN = 400;

/** As JSON, but for values, which are named by their kind: `5n`, `time 5n`, `bytes 00ff`. */
export function planText(plan: Plan): string {
  return JSON.stringify(plan, shown);
}

function shown(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'number' && !Number.isInteger(value)) return `float ${value}`;
  if (Object.is(value, -0)) return 'float -0';
  if (value instanceof Timestamp) return `time ${value.microseconds}n`;
  if (value instanceof IdValue) return `id ${value.id}`;
  if (value instanceof MapMarker) return 'map';
  if (value instanceof ListValue) return { list: value.items };
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('hex')}`;
  if (typeof value !== 'string' || value.length <= TEXT_SHOWN) return value;
  return `${value.slice(0, TEXT_SHOWN)}... ${value.length}`;
}

export function answerText(answer: PlanAnswer): string {
  return 'json' in answer ? jsonText(answer.json.toString()) : answer.status;
}

export function referenceText({ failures, json }: ReferenceAnswer): string {
  return failures.size > 0 ? [...failures].join(' or ') : jsonText(json.toString());
}

function jsonText(text: string): string {
  if (text.length <= CHARACTERS_SHOWN) return text;
  return `${text.slice(0, CHARACTERS_SHOWN)}... ${text.length}`;
}

/** What differs: whether the answer is one that the reference allows. */
export function isAllowed(answer: PlanAnswer, { failures, json }: ReferenceAnswer): boolean {
  if (answer.status === 'ok') return failures.size === 0 && answer.json.toBuffer().equals(json);
  return [...failures].some((failure) => failure === answer.status);
}
