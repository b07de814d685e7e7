/** An entry of the log as the command shows it: as an object, in one line, or in full. */

import type { AuthorSequence } from '../authority/body-fields.ts';
import type { WrittenGrant } from '../authority/permission-body.ts';
import { decodeRecord } from '../authority/record.ts';
import { toHex } from '../base/bytes.ts';
import { cidText } from '../crypto/identifier.ts';
import { clockMilliseconds } from '../delta/clock.ts';
import { decodeCommit } from '../delta/commit.ts';
import { readPayload, transactionActor, transactionId } from '../delta/payload-reader.ts';
import { EntryKind, type LogEntry } from '../log/log.ts';
import { describeMask, type MaskReason } from '../space/mask-reason.ts';
import { formatCount, printable } from './terminal.ts';

/** A part of an entry is text or a number, so that it is shown alike in every form. */
export interface ShownEntry {
  readonly position: number;
  readonly kind: string;
  /** CID. */
  readonly name: string;
  readonly bytes: number;
  readonly [fact: string]: unknown;
}

/** A commit of which the name alone is here. */
export interface MissingEntry {
  readonly position: number;
  readonly kind: 'commit';
  readonly name: string;
  readonly missing: true;
}

/** `masked` is known where the log was replayed (src/space/masked.ts). */
export function shownEntry(entry: LogEntry, masked: MaskReasons = new Map()): ShownEntry {
  return entry.kind === EntryKind.AUTHORITY ? shownRecord(entry) : shownCommit(entry, masked);
}

/** `17  2026-11-25T09:00:00.000Z  commit bafy…  3 transactions, 310 bytes` */
export function entryLine(entry: ShownEntry | MissingEntry): string {
  if ('missing' in entry) return `${entry.position}  commit ${entry.name}  not here yet\n`;
  const { position, kind, name, bytes, time, height, transactions } = entry;
  const what = Array.isArray(transactions)
    ? `${time}  ${formatCount(transactions.length)} transactions`
    : `${entry.record} at height ${height}`;
  return `${position}  ${kind} ${name}  ${what}, ${formatCount(bytes)} bytes\n`;
}

/** One fact in a line, transactions below. */
export function entryText(entry: ShownEntry): string {
  const { position, kind, name, transactions, ...facts } = entry;
  const lines = [`entry ${position}: ${kind} ${name}`];
  for (const [fact, value] of Object.entries(facts)) {
    const text = factText(value);
    lines.push(`  ${fact.padEnd(10)}  ${text.includes('\n') ? indented(text) : printable(text)}`);
  }
  for (const { index, id, actor, bytes, masked } of (transactions ?? []) as ShownTransaction[]) {
    lines.push(`  transaction ${index}  ${id}  ${printable(actor)}, ${formatCount(bytes)} bytes`);
    if (masked !== undefined) lines.push(`    masked: ${printable(describeMask(actor, masked))}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Why transactions of a commit are masked, by their index. */
export type MaskReasons = ReadonlyMap<number, MaskReason>;

interface ShownTransaction {
  readonly index: number;
  readonly id: string;
  readonly actor: string;
  readonly bytes: number;
  readonly masked?: MaskReason;
}

function shownRecord({ position, bytes }: LogEntry): ShownEntry {
  const { body, hash } = decodeRecord(bytes);
  const { kind: record, ...fields } = body;
  const height = body.kind === 'genesis' ? 0 : body.height;
  const facts = Object.entries(fields).map(([name, value]) => [
    // An entry has a name of its own.
    name === 'name' ? 'organisation' : name,
    shownValue(value),
  ]);
  const shown = { position, kind: 'authority', name: cidText(hash), bytes: bytes.length };
  return { ...shown, record, height, ...Object.fromEntries(facts) };
}

/** Keys and hashes in hex, numbers that JSON has not as text. */
function shownValue(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(shownValue);
  if (typeof value !== 'object' || value === null) return value;
  if ('sequence' in value) {
    const { key, sequence } = value as AuthorSequence;
    return `${toHex(key)} ${sequence}`;
  }
  return Object.fromEntries(Object.entries(value).map(([name, of]) => [name, shownValue(of)]));
}

/** Grants each in a line of its own, as is whatever is long; other lists in one. */
function factText(value: unknown): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return 'none';
    const isOfGrants = value.some((item) => typeof item === 'object');
    return value.map(factText).join(isOfGrants ? '\n' : ' ');
  }
  if (typeof value !== 'object' || value === null) return String(value);
  if ('relation' in value) return grantText(value as WrittenGrant);
  return Object.entries(value)
    .map(([name, of]) => `${name} ${of}`)
    .join('\n');
}

function grantText({ object, relation, subject, condition }: WrittenGrant): string {
  const grant = `${object}#${relation}@${subject}`;
  return condition === undefined ? grant : `${grant} if ${condition.name} ${condition.context}`;
}

function shownCommit({ position, bytes }: LogEntry, masked: MaskReasons): ShownEntry {
  const { header, hash, payloadBytes, layout } = decodeCommit(bytes);
  const payload = readPayload(payloadBytes, layout);
  return {
    position,
    kind: 'commit',
    name: cidText(hash),
    bytes: bytes.length,
    author: toHex(header.author),
    sequence: header.sequence,
    previous: header.previous === undefined ? 'none' : cidText(header.previous),
    parents: header.parents.map(cidText),
    authority: cidText(header.authority),
    time: new Date(clockMilliseconds(header.clock)).toISOString(),
    clock: String(header.clock),
    root: toHex(header.root),
    transactions: payload.transactions.map((transaction, index) => ({
      index,
      id: transactionId(transaction),
      actor: transactionActor(payload, transaction),
      bytes: transaction.length,
      ...(masked.has(index) && { masked: masked.get(index) }),
    })),
  };
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `\n    ${printable(line)}`)
    .join('');
}
