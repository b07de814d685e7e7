/**
 * What records of the authority chain say (schema/authority.md), and its one form in DAG-CBOR.
 * Bodies about permissions are in permission-body.ts.
 */

import { encode } from '@ipld/dag-cbor';
import { sameBytes } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { cidOf } from '../crypto/identifier.ts';
import {
  BodyFields,
  malformed,
  type RecordPlace,
  type SealedTip,
  tipTriples,
} from './body-fields.ts';
import { type EpochBody, epochFields, readEpochBody } from './epoch-body.ts';
import {
  encodePermissionBody,
  isPermissionKind,
  type PermissionBody,
  readPermissionBody,
} from './permission-body.ts';

const RECORD_VERSION = 1;
const KEY_BYTES = 32;
const CLOCK_MAX = 2n ** 63n - 1n;

export interface GenesisBody {
  readonly kind: 'genesis';
  /** Ed25519 key of the organisation, which signs the chain and no commit. */
  readonly owner: Uint8Array;
  /** SHA-256 of the key that may follow it. */
  readonly next: Uint8Array;
  /** Of the organisation. */
  readonly name: string;
  /** 32 random bytes: two spaces of one owner differ. */
  readonly nonce: Uint8Array;
}

export interface DefinitionBody extends RecordPlace {
  readonly kind: 'definition';
  readonly sdl: string;
}

export interface MemberBody extends RecordPlace {
  readonly kind: 'member';
  /** Of the organisation: its principals are `user:<name>/…`. */
  readonly name: string;
  /** Ed25519 key of the organisation, which signs no commit. */
  readonly key: Uint8Array;
}

export interface AuthorBody extends RecordPlace {
  readonly kind: 'author';
  /** Ed25519 key that may sign commits from here on. */
  readonly author: Uint8Array;
  readonly label: string;
  /** The member for whose principals alone it writes; the owner's writes for all, where absent. */
  readonly organisation?: string;
}

export interface RotationBody extends RecordPlace {
  readonly kind: 'rotation';
  /** The key whose hash was committed to; it signs this record and those after it. */
  readonly owner: Uint8Array;
  /** SHA-256 of the key that may follow it. */
  readonly next: Uint8Array;
}

export interface SealBody extends RecordPlace {
  readonly kind: 'seal';
  /** Greatest clock of all sealed commits: later ones exceed it. */
  readonly clock: bigint;
  /**
   * The last commits of authors of whom it covers more than the seals before, ascending by key and
   * hash: several of one that has signed numbers twice.
   */
  readonly tips: readonly SealedTip[];
}

export type RecordBody =
  | GenesisBody
  | DefinitionBody
  | MemberBody
  | AuthorBody
  | RotationBody
  | SealBody
  | EpochBody
  | PermissionBody;

/** What a record says, whatever its place: what members propose. */
export type RecordContent = WithoutPlace<Exclude<RecordBody, GenesisBody>>;
type WithoutPlace<Body> = Body extends RecordPlace ? Omit<Body, keyof RecordPlace> : never;

/** The DAG-CBOR map of a content, in its one form. */
export function encodeContent(content: RecordContent): Uint8Array {
  return encode({ kind: content.kind, ...ownFields(content as PlacedBody) });
}

/** The body that a content is at a place. Throws MALFORMED for bytes that are no content. */
export function placeContent(content: Uint8Array, place: RecordPlace): PlacedBody {
  const fields = Object.fromEntries(new BodyFields(content).entries());
  const placed = { ...fields, ...placeFields(place), version: RECORD_VERSION };
  const body = decodeBody(encode(placed));
  if (body.kind === 'genesis' || !sameBytes(encodeContent(body), content)) {
    throw malformed('the canonical form of what a record says', 'another form');
  }
  return body;
}

export function encodeBody(body: RecordBody): Uint8Array {
  return encode({ version: RECORD_VERSION, kind: body.kind, ...bodyFields(body) });
}

/** Throws MALFORMED, or UNSUPPORTED for another version. */
export function decodeBody(bytes: Uint8Array): RecordBody {
  const fields = new BodyFields(bytes);
  const version = fields.value('version');
  if (typeof version !== 'number') throw malformed('version to be a number', typeof version);
  if (version !== RECORD_VERSION) {
    throw new DatabaseError(
      ErrorCode.UNSUPPORTED,
      `an authority record expected version ${RECORD_VERSION}, got ${version}`,
    );
  }
  const body = readBody(fields);
  if (!sameBytes(encodeBody(body), bytes)) {
    throw malformed('the canonical form with the known fields', 'another form');
  }
  return body;
}

function bodyFields(body: RecordBody): Record<string, unknown> {
  if (body.kind === 'genesis') {
    const { owner, next, name, nonce } = body;
    return { owner, next, name, nonce };
  }
  return { ...placeFields(body), ...ownFields(body) };
}

function placeFields({ space, height, previous, proposal }: RecordPlace): Record<string, unknown> {
  const asked = proposal === undefined ? {} : { proposal };
  return { space, height, previous: cidOf(previous), ...asked };
}

/** Every body but the genesis. */
export type PlacedBody = Exclude<RecordBody, GenesisBody>;

function ownFields(body: PlacedBody): Record<string, unknown> {
  switch (body.kind) {
    case 'definition':
      return { sdl: body.sdl };
    case 'member':
      return { name: body.name, key: body.key };
    case 'author': {
      const { author, label, organisation } = body;
      return { author, label, ...(organisation !== undefined && { organisation }) };
    }
    case 'rotation':
      return { owner: body.owner, next: body.next };
    case 'seal':
      return { clock: body.clock, tips: tipTriples(body.tips) };
    case 'epoch':
      return epochFields(body);
    default:
      return encodePermissionBody(body);
  }
}

function readBody(fields: BodyFields): RecordBody {
  const kind = fields.value('kind');
  switch (kind) {
    case 'genesis': {
      const [owner, next] = [fields.bytes('owner', KEY_BYTES), fields.bytes('next', KEY_BYTES)];
      const [name, nonce] = [fields.name('name'), fields.bytes('nonce', KEY_BYTES)];
      return { kind, owner, next, name, nonce };
    }
    case 'definition':
      return { kind, ...fields.place(), sdl: fields.text('sdl') };
    case 'member':
      return {
        kind,
        ...fields.place(),
        name: fields.name('name'),
        key: fields.bytes('key', KEY_BYTES),
      };
    case 'author':
      return readAuthor(fields);
    case 'rotation': {
      const [owner, next] = [fields.bytes('owner', KEY_BYTES), fields.bytes('next', KEY_BYTES)];
      return { kind, ...fields.place(), owner, next };
    }
    case 'seal':
      return { kind, ...fields.place(), clock: clockOf(fields), tips: sealedTips(fields) };
    case 'epoch':
      return readEpochBody(fields);
    default:
      if (isPermissionKind(kind)) return readPermissionBody(kind, fields);
      throw malformed('a kind that is known', 'another');
  }
}

function readAuthor(fields: BodyFields): AuthorBody {
  const body = {
    kind: 'author',
    ...fields.place(),
    author: fields.bytes('author', KEY_BYTES),
    label: fields.name('label'),
  } as const;
  return fields.has('organisation') ? { ...body, organisation: fields.name('organisation') } : body;
}

function clockOf(fields: BodyFields): bigint {
  const value = fields.value('clock');
  const clock = typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value;
  if (typeof clock === 'bigint' && clock > 0n && clock <= CLOCK_MAX) return clock;
  throw malformed('clock to be a positive int64', typeof value);
}

function sealedTips(fields: BodyFields): readonly SealedTip[] {
  const tips = fields.tips('tips');
  if (tips.length === 0) throw malformed('commits that a seal covers', 'none');
  return tips;
}
