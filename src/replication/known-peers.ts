/**
 * The replicas that a data directory knows, in a file beside its log, and the links by which an
 * organisation invites others: `massive-graph://HOST:PORT/SPACE#KEY`.
 */

import { join } from 'node:path';
import { utf8 } from '../base/bytes.ts';
import { readIfThere, replaceFile } from '../base/durable-file.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { KnownPeer } from './peers.ts';

export const PEERS_FILE = 'peers.json';
const FORMAT = 'peers';
const VERSION = 1;
const KEY = /^[0-9a-f]{64}$/;
const LABEL_LENGTH_MAX = 128;
/** Beyond it a file is none that was written here. */
const KNOWN_PEERS_MAX = 1_024;
const LINK_SCHEME = 'massive-graph:';

export interface Invitation {
  /** Hex of the genesis record's hash. */
  readonly space: string;
  /** Hex of the key of the replica at the address. */
  readonly key: string;
  /** `ws://HOST:PORT` or `wss://HOST:PORT`. */
  readonly address: string;
}

/** Undefined where a directory has none. Throws CORRUPT for another file in its place. */
export async function readKnownPeers(directory: string): Promise<KnownPeer[] | undefined> {
  const bytes = await readIfThere(join(directory, PEERS_FILE));
  if (bytes === undefined) return undefined;
  const content = parse(new TextDecoder().decode(bytes));
  if (content.format === FORMAT && Number(content.version) > VERSION) {
    const message = `${PEERS_FILE} expected version ${VERSION}, got ${content.version}`;
    throw new DatabaseError(ErrorCode.UNSUPPORTED, message);
  }
  const { peers } = content;
  const isWhole = content.format === FORMAT && content.version === VERSION && Array.isArray(peers);
  if (!isWhole || peers.length > KNOWN_PEERS_MAX || !peers.every(isKnownPeer)) {
    const message = `${PEERS_FILE} expected a list of replicas, got another file`;
    throw new DatabaseError(ErrorCode.CORRUPT, message);
  }
  return peers;
}

export async function writeKnownPeers(
  directory: string,
  peers: readonly KnownPeer[],
): Promise<void> {
  if (peers.length > KNOWN_PEERS_MAX) {
    const message = `a directory expected at most ${KNOWN_PEERS_MAX} replicas, got one more`;
    throw new DatabaseError(ErrorCode.LIMIT_EXCEEDED, message);
  }
  const text = JSON.stringify({ format: FORMAT, version: VERSION, peers }, undefined, 2);
  await replaceFile(join(directory, PEERS_FILE), utf8(`${text}\n`));
}

/** Checks what a person gave. Throws INVALID_INPUT. */
export function knownPeer(given: KnownPeer): KnownPeer {
  const { key, address, label } = given;
  if (!KEY.test(key)) throw invalid('a key of 64 hex digits', `${key.length} characters`);
  if (address !== undefined && !isAddress(address)) throw invalid('ws://HOST:PORT', address);
  if (label !== undefined && !isLabel(label)) throw invalid('a label of one line', 'another');
  return given;
}

export function formatInvitation({ space, key, address }: Invitation): string {
  const { protocol, host } = new URL(address);
  const isSafe = protocol === 'wss:';
  return `massive-graph://${host}/${space}${isSafe ? '?tls' : ''}#${key}`;
}

/** Throws INVALID_INPUT for another text. */
export function parseInvitation(link: string): Invitation {
  // Other schemes than those of the web keep no default ports.
  const url = URL.parse(link.replace(/^massive-graph:/, 'http:'));
  const space = url?.pathname.slice(1) ?? '';
  const key = url?.hash.slice(1) ?? '';
  if (!link.startsWith(LINK_SCHEME) || url === null || !KEY.test(space) || !KEY.test(key)) {
    throw invalid('massive-graph://HOST:PORT/SPACE#KEY', 'another text');
  }
  const port = url.port === '' ? ':80' : '';
  return { space, key, address: `${url.search === '?tls' ? 'wss' : 'ws'}://${url.host}${port}` };
}

function isKnownPeer(value: unknown): value is KnownPeer {
  if (typeof value !== 'object' || value === null) return false;
  const { key, address, label } = value as Partial<Record<keyof KnownPeer, unknown>>;
  const isNamed = label === undefined || (typeof label === 'string' && isLabel(label));
  const isPlaced = address === undefined || (typeof address === 'string' && isAddress(address));
  return typeof key === 'string' && KEY.test(key) && isNamed && isPlaced;
}

function isAddress(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'ws:' && url.protocol !== 'wss:')) return false;
  return url.host !== '' && url.search === '' && url.hash === '' && url.username === '';
}

function isLabel(text: string): boolean {
  return text.length <= LABEL_LENGTH_MAX && !/\p{Cc}/u.test(text);
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Said below: it is no list of replicas.
  }
  return {};
}

function invalid(expected: string, actual: string): DatabaseError {
  return new DatabaseError(
    ErrorCode.INVALID_INPUT,
    `a known replica expected ${expected}, got ${actual}`,
  );
}
