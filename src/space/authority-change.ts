/** What the owner of a space puts into its authority chain. */

import type { Request, WrittenGrant } from '../authority/permission-body.ts';

export interface DefinitionSource {
  readonly source: string;
  /** Named in errors. */
  readonly file?: string;
}

/** What is taken away; grants by their three names, without conditions. */
export interface Revoked {
  readonly grants?: readonly WrittenGrant[];
  readonly authors?: readonly Uint8Array[];
  readonly members?: readonly string[];
}

/** Writes records about permissions. */
export interface PermissionWriter {
  /** Makes a permission model the next version, unless it is the current one word for word. */
  installModel(source: DefinitionSource): Promise<boolean>;
  /** Makes grants; the owner's own where nobody asks for them. */
  grant(grants: readonly WrittenGrant[], request?: Request): Promise<void>;
  /** Ends grants, and the right of authors and members to write. */
  revoke(revoked: Revoked, request?: Request): Promise<void>;
}
