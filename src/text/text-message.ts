/** What a thread that makes texts is asked, and what it answers. */

export interface TextRequest {
  readonly updates: readonly Uint8Array[];
  /** The name of the root type. */
  readonly root: string;
}

export interface TextAnswer {
  readonly text: string;
}
