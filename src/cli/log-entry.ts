/** An entry of the log as the command shows it: as an object, in one line, or in full. */

import type { AuthorSequence } from '../authority/body-fields.ts';
import { decodeRecord } from '../authority/record.ts';
import { toHex } from '../base/bytes.ts';
import { cidText } from '../crypto/identifier.ts';
import { clockMilliseconds } from '../delta/clock.ts';
import { decodeCommit } from '../delta/commit.ts';
import { readPayload, transactionActor, transactionId } from '../delta/payload-reader.ts';
import { EntryKind, type LogEntry } from '../log/log.ts';
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

export function shownEntry(entry: LogEntry): ShownEntry {
  return entry.kind === EntryKind.AUTHORITY ? shownRecord(entry) : shownCommit(entry);
}

/** `17  2026-11-25T09:00:00.000Z  commit bafy…  3 transactions, 310 bytes` */
export function entryLine(entry: ShownEntry): string {
  const { position, kind, name, bytes, time, height, transactions } = entry;
  const what = Array.isArray(transactions)
    ? `${time}  ${formatCount(transactions.length)} transactions`
    : `height ${height}`;
  return `${position}  ${kind} ${name}  ${what}, ${formatCount(bytes)} bytes\n`;
}

/** One fact in a line, transactions below. */
export function entryText(entry: ShownEntry): string {
  const { position, kind, name, transactions, ...facts } = entry;
  const lines = [`entry ${position}: ${kind} ${name}`];
  for (const [fact, value] of Object.entries(facts)) {
    const text = Array.isArray(value) ? value.join(' ') : String(value);
    lines.push(`  ${fact.padEnd(10)}  ${text.includes('\n') ? indented(text) : printable(text)}`);
  }
  for (const { index, id, actor, bytes } of (transactions ?? []) as ShownTransaction[]) {
    lines.push(`  transaction ${index}  ${id}  ${printable(actor)}, ${formatCount(bytes)} bytes`);
  }
  return `${lines.join('\n')}\n`;
}

interface ShownTransaction {
  readonly index: number;
  readonly id: string;
  readonly actor: string;
  readonly bytes: number;
}

function shownRecord({ position, bytes }: LogEntry): ShownEntry {
  const { body, hash } = decodeRecord(bytes);
  const facts = Object.entries(body).map(([name, value]) => [name, shownValue(value)]);
  const { kind: record, ...rest } = Object.fromEntries(facts) as Record<string, unknown>;
  const height = body.kind === 'genesis' ? 0 : body.height;
  const name = cidText(hash);
  return { position, kind: 'authority', name, bytes: bytes.length, record, height, ...rest };
}

function shownValue(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return toHex(value);
  if (!Array.isArray(value)) return value;
  return value.map(({ key, sequence }: AuthorSequence) => `${toHex(key)} ${sequence}`);
}

function shownCommit({ position, bytes }: LogEntry): ShownEntry {
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
    })),
  };
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `\n    ${printable(line)}`)
    .join('');
}
