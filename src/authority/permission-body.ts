/**
 * Records about permissions: versions of the model, grants, and revocations. What narrows rights
 * says which commits it leaves alone: its frontier.
 */

import { utf8 } from '../base/bytes.ts';
import {
  RECORD_GRANTS_MAX,
  REVOKED_AUTHORS_MAX,
  REVOKED_MEMBERS_MAX,
} from '../base/identity-limits.ts';
import { CONTEXT_BYTES_MAX } from '../base/limits.ts';
import {
  type AuthorSequence,
  type BodyFields,
  isName,
  malformed,
  type RecordPlace,
  sequencePairs,
} from './body-fields.ts';

const KEY_BYTES = 32;
const REQUEST_BYTES = 16;
const SIGNATURE_BYTES = 64;

/** A grant as a record writes it: `object#relation@subject`. */
export interface WrittenGrant {
  readonly object: string;
  readonly relation: string;
  readonly subject: string;
  readonly condition?: GrantCondition;
}

export interface GrantCondition {
  readonly name: string;
  /** What the grant itself gives of the parameters: a JSON object. */
  readonly context: string;
}

/** Of whom a record is that the owner did not ask for itself. */
export interface Request {
  /** The principal that asks: `user:<organisation>/<name>`. */
  readonly actor: string;
  /** The author that signs for it. */
  readonly author: Uint8Array;
  /** Names the request: none counts twice. */
  readonly id: Uint8Array;
  /** Ed25519 by `author`; see request.ts. */
  readonly signature: Uint8Array;
}

/** What narrows rights keeps the commits of each author up to a sequence number. */
export interface Narrowing extends RecordPlace {
  /** Ascending by key. */
  readonly frontier: readonly AuthorSequence[];
}

export interface ModelBody extends Narrowing {
  readonly kind: 'model';
  /** In the language of OpenFGA. */
  readonly model: string;
}

export interface GrantsBody extends RecordPlace {
  readonly kind: 'grants';
  readonly grants: readonly WrittenGrant[];
  readonly request?: Request;
}

export interface RevocationBody extends Narrowing {
  readonly kind: 'revocation';
  /** Grants that end, without their conditions. */
  readonly grants: readonly WrittenGrant[];
  /** Authors that write no more, ascending. */
  readonly authors: readonly Uint8Array[];
  /** Names of members that are none any more, whose authors write no more. */
  readonly members: readonly string[];
  readonly request?: Request;
}

export type PermissionBody = ModelBody | GrantsBody | RevocationBody;
type PermissionKind = PermissionBody['kind'];

export function isPermissionKind(kind: unknown): kind is PermissionKind {
  return kind === 'model' || kind === 'grants' || kind === 'revocation';
}

/** Whether a record takes rights away, so that commits from before are judged once more. */
export function isNarrowing(body: { readonly kind: string }): body is ModelBody | RevocationBody {
  return body.kind === 'model' || body.kind === 'revocation';
}

export function encodePermissionBody(body: PermissionBody): Record<string, unknown> {
  switch (body.kind) {
    case 'model':
      return { model: body.model, frontier: sequencePairs(body.frontier) };
    case 'grants':
      return { grants: grantLists(body.grants), ...requestFields(body.request) };
    case 'revocation':
      return {
        grants: grantLists(body.grants),
        authors: body.authors,
        members: body.members,
        frontier: sequencePairs(body.frontier),
        ...requestFields(body.request),
      };
  }
}

export function readPermissionBody(kind: PermissionKind, fields: BodyFields): PermissionBody {
  switch (kind) {
    case 'model':
      return {
        kind,
        ...fields.place(),
        model: fields.text('model'),
        frontier: fields.authors('frontier'),
      };
    case 'grants': {
      const grants = readGrants(fields);
      if (grants.length === 0) throw malformed('a grant at least', 'none');
      return { kind, ...fields.place(), grants, ...readRequest(fields) };
    }
    case 'revocation':
      return readRevocation(kind, fields);
  }
}

/** As a record, and the request for it, lists them. */
export function grantLists(grants: readonly WrittenGrant[]): unknown[] {
  return grants.map(({ object, relation, subject, condition }) =>
    condition === undefined
      ? [object, relation, subject]
      : [object, relation, subject, condition.name, condition.context],
  );
}

function requestFields(request: Request | undefined): Record<string, unknown> {
  if (request === undefined) return {};
  const { actor, author, id, signature } = request;
  return { request: [actor, author, id, signature] };
}

function readRevocation(kind: 'revocation', fields: BodyFields): RevocationBody {
  const grants = readGrants(fields);
  const authors = fields.keys('authors', REVOKED_AUTHORS_MAX);
  const members = fields.list('members', REVOKED_MEMBERS_MAX).map((name) => {
    if (typeof name === 'string' && isName(name)) return name;
    throw malformed('members to be names', 'another entry');
  });
  if (grants.length + authors.length + members.length === 0) {
    throw malformed('something to revoke', 'nothing');
  }
  if (grants.some(({ condition }) => condition !== undefined)) {
    throw malformed('a grant that ends to name no condition', 'one');
  }
  const frontier = fields.authors('frontier');
  return {
    kind,
    ...fields.place(),
    grants,
    authors,
    members,
    frontier,
    ...readRequest(fields),
  };
}

function readGrants(fields: BodyFields): WrittenGrant[] {
  return fields.list('grants', RECORD_GRANTS_MAX).map((entry) => {
    const parts = Array.isArray(entry) ? (entry as unknown[]) : [];
    if (!parts.every(isText) || (parts.length !== 3 && parts.length !== 5)) {
      throw malformed('a grant to be a list of 3 or 5 texts', 'another entry');
    }
    const [object = '', relation = '', subject = '', name, context = ''] = parts;
    const grant = { object, relation, subject };
    if (name === undefined) return grant;
    if (utf8(context).length <= CONTEXT_BYTES_MAX)
      return { ...grant, condition: { name, context } };
    throw malformed(`a context of at most ${CONTEXT_BYTES_MAX} bytes`, 'a longer one');
  });
}

function readRequest(fields: BodyFields): { readonly request?: Request } {
  if (!fields.has('request')) return {};
  const [actor, author, id, signature, ...rest] = fields.list('request', 4);
  const isRequest =
    isText(actor) &&
    isBytes(author, KEY_BYTES) &&
    isBytes(id, REQUEST_BYTES) &&
    isBytes(signature, SIGNATURE_BYTES) &&
    rest.length === 0;
  if (!isRequest) throw malformed('request to be actor, author, id and signature', 'another value');
  return { request: { actor, author, id, signature } };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed();
}

function isBytes(value: unknown, length: number): value is Uint8Array {
  return value instanceof Uint8Array && value.length === length;
}
