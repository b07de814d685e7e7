/**
 * The record that begins an epoch: the members that vote from there on, each with the key of its
 * votes and its weight (schema/authority.md, A28 to A31).
 */

import { encode } from '@ipld/dag-cbor';
import { concatBytes, utf8 } from '../base/bytes.ts';
import { VOTER_WEIGHT_MAX, VOTERS_MAX } from '../base/quorum-limits.ts';
import { signEd25519, verifyEd25519 } from '../crypto/ed25519.ts';
import { sha256 } from '../crypto/hash.ts';
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from '../crypto/signature-rule.ts';
import {
  type BodyFields,
  expectAscending,
  isName,
  malformed,
  type RecordPlace,
} from './body-fields.ts';

const ACCEPTING_DOMAIN = utf8('massive-graph/voter/v1\0');

export interface EpochBody extends RecordPlace {
  readonly kind: 'epoch';
  /** From 1. */
  readonly epoch: number;
  /** Ascending by key. */
  readonly voters: readonly EpochVoter[];
}

export interface EpochVoter {
  /** Ed25519 key that signs the votes of the organisation, and nothing else. */
  readonly key: Uint8Array;
  /** Name of the organisation. */
  readonly organisation: string;
  readonly weight: number;
  /** Ed25519 by the organisation's root key: it votes with this key in this space. */
  readonly acceptance: Uint8Array;
}

/** What an organisation accepts: to vote in a space, with a key. */
export interface Accepted {
  readonly space: Uint8Array;
  readonly organisation: string;
  readonly key: Uint8Array;
}

export function signAcceptance(accepted: Accepted, rootSeed: Uint8Array): Uint8Array {
  return signEd25519(rootSeed, acceptedBytes(accepted));
}

export function isAccepted(accepted: Accepted, root: Uint8Array, acceptance: Uint8Array): boolean {
  return verifyEd25519(root, acceptedBytes(accepted), acceptance);
}

export function epochFields({ epoch, voters }: EpochBody): Record<string, unknown> {
  const lists = voters.map(({ key, organisation, weight, acceptance }) => [
    key,
    organisation,
    weight,
    acceptance,
  ]);
  return { epoch, voters: lists };
}

export function readEpochBody(fields: BodyFields): EpochBody {
  const epoch = fields.value('epoch');
  if (typeof epoch !== 'number' || !Number.isSafeInteger(epoch) || epoch < 1) {
    throw malformed('epoch to be a whole number from 1', typeof epoch);
  }
  const voters = fields.list('voters', VOTERS_MAX).map(voterOf);
  if (voters.length === 0) throw malformed('a voter at least', 'none');
  expectAscending(voters.map(({ key }) => key));
  return { kind: 'epoch', ...fields.place(), epoch, voters };
}

function voterOf(entry: unknown): EpochVoter {
  const [key, organisation, weight, acceptance, ...rest] = Array.isArray(entry)
    ? (entry as unknown[])
    : [];
  const isKey = key instanceof Uint8Array && key.length === PUBLIC_KEY_BYTES;
  const isSigned = acceptance instanceof Uint8Array && acceptance.length === SIGNATURE_BYTES;
  const isNamed = typeof organisation === 'string' && isName(organisation);
  const isWeight = Number.isInteger(weight) && Number(weight) >= 1;
  if (isKey && isSigned && isNamed && isWeight && Number(weight) <= VOTER_WEIGHT_MAX) {
    if (rest.length === 0) return { key, organisation, weight: Number(weight), acceptance };
  }
  throw malformed('a voter to be a key, a name, a weight and a signature', 'another entry');
}

function acceptedBytes({ space, organisation, key }: Accepted): Uint8Array {
  return concatBytes(ACCEPTING_DOMAIN, sha256(encode({ space, organisation, key })));
}
