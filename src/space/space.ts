/**
 * A space as its users see it: one graph that is read in place and written by transactions.
 * Everything that changes a space goes through the one door in `replica.ts`.
 */

import type { Definition } from '../definition/definition.ts';
import type { ListItem, Value } from '../delta/value.ts';
import type { CallerView } from '../engine/caller-view.ts';
import type { EdgeName, EdgeRow, GraphView, NodeRow } from '../engine/graph-view.ts';
import type { EngineStats } from '../engine/stats.ts';
import type { ElementImages } from './change-images.ts';
import type { CommitIntake } from './commit-intake.ts';
import type { AuthorTip } from './frontier.ts';
import type { Reader } from './reader.ts';
import type { ReplicatedSpace } from './replicated-space.ts';
import type { SequenceChange } from './sequence-change.ts';
import type { AsOfHeight, SpaceAccess } from './space-access.ts';

/** A part of what a caller gave: a member's name, or an index in a list, within another part. */
export interface InputPlace {
  readonly within: InputPlace | undefined;
  readonly part: string | number;
}

/** Collects one transaction. Every call is checked against the definition and the current graph. */
export interface Draft {
  /**
   * The graph before the commit that this transaction goes into. Other transactions of the same
   * commit do not show in it; admission, `nodeValue` and `edgeValue` know of them.
   */
  readonly graph: GraphView;
  readonly definition: Definition;
  /**
   * Where what is written next was given, if anywhere. A check at the end of the transaction sets
   * it to where that was given which it checks, so that what fails can be told with its place.
   */
  place: InputPlace | undefined;
  /** Creates a node and returns its id. `key` is required for a type that has an `@id` field. */
  createNode(type: string, options?: NewNode): string;
  /** The id of the node that will have a natural key, with all that was made so far. */
  nodeByKey(type: string, key: string): string | undefined;
  deleteNode(id: string): void;
  /**
   * What the transaction does is right while a node is as it is in `graph`: where another one of
   * the same commit has written the node before, this one is made again for the next commit.
   */
  expectUnchanged(id: string): void;
  /** Sets a declared scalar field of a node, a set as a whole; null removes the value. */
  setNodeValue(id: string, path: string, value: Value): void;
  /** Sets what comes of the value that the path would hold, for those who may read it. */
  changeNodeValue(id: string, path: string, change: (value: Value) => Value): void;
  /** Adds to an int64 field. */
  incrementNodeValue(id: string, path: string, amount: bigint): void;
  /** Adds to a field that is a set of values; an add wins over removals that have not seen it. */
  addToNodeSet(id: string, path: string, values: readonly ListItem[]): void;
  /** Removes values with the adds of them that are here. */
  removeFromNodeSet(id: string, path: string, values: readonly ListItem[]): void;
  /** Changes a field that is a sequence, by positions of the list that `nodeValue` answers. */
  changeNodeSequence(id: string, path: string, change: SequenceChange): void;
  /** Creates an edge, or merges with the one of the same name. Returns whether it is new. */
  createEdge(name: EdgeName): boolean;
  deleteEdge(name: EdgeName): void;
  setEdgeValue(name: EdgeName, path: string, value: Value): void;
  changeEdgeValue(name: EdgeName, path: string, change: (value: Value) => Value): void;
  incrementEdgeValue(name: EdgeName, path: string, amount: bigint): void;
  addToEdgeSet(name: EdgeName, path: string, values: readonly ListItem[]): void;
  removeFromEdgeSet(name: EdgeName, path: string, values: readonly ListItem[]): void;
  changeEdgeSequence(name: EdgeName, path: string, change: SequenceChange): void;
  /** The value that a path will hold when this transaction, as far as it is made, is applied. */
  nodeValue(id: string, path: string): Value;
  edgeValue(name: EdgeName, path: string): Value;
}

export interface NewNode {
  readonly key?: string;
  /** Of a type without a key, the number that its id derives from; random where absent. */
  readonly number?: bigint;
}

export interface WriteOptions {
  readonly actor: string;
  /** 16 bytes that name the transaction; random where absent. */
  readonly transaction?: Uint8Array;
}

export interface Written<T> {
  readonly result: T;
  /** CID of the commit; undefined when the transaction held no delta, so nothing was written. */
  readonly commit: string | undefined;
  /** Hex id of the transaction. */
  readonly transaction: string;
  /** Position of the commit in the log; undefined as `commit` is. */
  readonly position: number | undefined;
  /** Index of the transaction in its commit. */
  readonly index: number;
}

/** The transaction that wrote something, and the commit that it is in. */
export interface Origin {
  /** CIDv1 text of the commit. */
  readonly commit: string;
  /** Sequence number of the commit among those of its author, from 1. */
  readonly sequence: number;
  /** Position of the commit in this replica's log, from 1. */
  readonly position: number;
  /** Index of the transaction in its commit, from 0: its leaf in the Merkle tree. */
  readonly index: number;
  /** Hex of the Ed25519 key that signed. */
  readonly author: string;
  /** The principal for whom it was written. */
  readonly actor: string;
  readonly time: Date;
  /** Hex id of the transaction. */
  readonly transaction: string;
}

/** A record of the authority chain by which an author may write. */
export interface AuthorityStep {
  /** CIDv1 text of the record. */
  readonly record: string;
  readonly kind: string;
  /** From 0, the genesis. */
  readonly height: number;
}

/** Where a value comes from, and by what right it was written. */
export interface Lineage extends Omit<Origin, 'transaction'> {
  /** Hex id of the transaction; undefined for callers who are not its actor. */
  readonly transaction: string | undefined;
  /** From the record that certifies the author to the genesis. */
  readonly authority: readonly AuthorityStep[];
}

export const ChangeEvent = { CREATED: 'CREATED', UPDATED: 'UPDATED', DELETED: 'DELETED' } as const;
export type ChangeEvent = (typeof ChangeEvent)[keyof typeof ChangeEvent];

export interface NodeChange {
  readonly element: 'node';
  readonly event: ChangeEvent;
  readonly node: NodeRow;
  readonly id: string;
  readonly type: string;
  /** Paths whose visible value was written, in first-write order. */
  readonly paths: readonly string[];
  /** Whether it was deleted and made again, which is an update. */
  readonly isRemade: boolean;
  /** Where an interest asks for them, and the type is declared. */
  readonly images?: ElementImages;
}

export interface EdgeChange {
  readonly element: 'edge';
  readonly event: ChangeEvent;
  readonly edge: EdgeRow;
  readonly name: Required<EdgeName>;
  /** Types of its ends. */
  readonly fromType: string;
  readonly toType: string;
  readonly paths: readonly string[];
  readonly isRemade: boolean;
  readonly images?: ElementImages;
}

/** What one transaction changed; one entry per touched node or edge, in first-touch order. */
export interface TransactionChanges extends Origin {
  readonly changes: readonly (NodeChange | EdgeChange)[];
}

export type ChangeListener = (transaction: TransactionChanges) => void;

/** Elements whose changes a reader asks for: nodes or edges, of some types, or one node alone. */
export interface ChangeInterest {
  readonly element: 'node' | 'edge';
  /** All types where absent. */
  readonly types?: ReadonlySet<string>;
  /** Id of the one node. */
  readonly node?: string;
  /** Asks for what showed before and after: only while `keepImages` is in force. */
  readonly images?: boolean;
}

/** What a group of commits changed. It is read during the listener's call and not after it. */
export interface ChangeGroup {
  readonly commits: number;
  /** Of these commits, whether they changed something or not. */
  readonly transactions: number;
  /** Whether images can be read: not of a group that had no room for what it replaced. */
  readonly hasImages: boolean;
  /**
   * Transactions that touch what one of the interests names, whole, in log order; without
   * interests all that changed something. What nobody asks for is not decoded.
   */
  read(interests?: readonly ChangeInterest[]): readonly TransactionChanges[];
  /** Tells what was touched, with no more than names decoded; maybe more than once. */
  touch(listener: (touched: TouchedElement) => void): void;
}

/** An element that came or went, or had a value written. */
export type TouchedElement = {
  readonly type: string;
  /** Of the value; undefined for the element as a whole. */
  readonly path: string | undefined;
} & (
  | { readonly element: 'node'; readonly row: NodeRow }
  | { readonly element: 'edge'; readonly row: EdgeRow }
);

export type ChangeGroupListener = (group: ChangeGroup) => void;

/** A point in the log: behind an entry or, with an index, before that transaction of it. */
export interface SincePoint {
  readonly position: number;
  readonly index?: number;
}

export interface SinceListener {
  readonly interest: ChangeInterest;
  /** Whether nobody hears any more. */
  readonly isGone: boolean;
  /**
   * Hears of transactions behind a point, in the order of the log: of all that touch the interest,
   * of the one that the point names, and of some others. Rows of their changes are of another
   * graph. Answers whether it hears on; while it waits nobody else does.
   */
  hear(transaction: TransactionChanges): boolean | Promise<boolean>;
}

/** Why what came behind a point is not told. */
export const SinceGone = {
  /** The log has no such position. */
  UNKNOWN: 'UNKNOWN',
  /** A record has taken the effect from commits that had one. */
  WITHDRAWN: 'WITHDRAWN',
  /** The graph as it was is larger than its memory. */
  TOO_LARGE: 'TOO_LARGE',
  /** The log cannot be read there. */
  DAMAGED: 'DAMAGED',
  /** Too many ask at a time. */
  TOO_MANY: 'TOO_MANY',
  CLOSED: 'CLOSED',
} as const;
export type SinceGone = (typeof SinceGone)[keyof typeof SinceGone];

export type SinceEnd =
  | {
      readonly kind: 'told';
      /** Up to here, which is not before what showed when it was asked. */
      readonly position: number;
      /** Of the authority chain, as it was there and at the point. */
      readonly height: number;
      readonly heightBefore: number;
    }
  /** The listener hears no more. */
  | { readonly kind: 'left'; readonly heightBefore: number }
  | { readonly kind: 'gone'; readonly reason: SinceGone };

/** What a space takes. */
export interface SpaceUsage {
  /** Bytes of the linear memory that hold the graph, its names, indexes and writers. */
  readonly imageBytes: number;
  /** Entries of the log. */
  readonly logLength: number;
  /** Of these, what was sealed before the replica began, and has not come yet. */
  readonly lackingEntries: number;
  /** The linear memory by purpose. */
  readonly memory: EngineStats;
}

/** Who owns a space, as the head of its authority chain says. */
export interface OrganisationFacts {
  readonly name: string;
  /** Hex of the Ed25519 key that signs the next authority record. */
  readonly owner: string;
}

/** A key that may sign commits. */
export interface CertifiedAuthor {
  /** Hex. */
  readonly key: string;
  readonly label: string;
  /** Of the record that certifies it; a commit cites this one or a later one. */
  readonly height: number;
}

/** How lineages and proofs are asked for. */
export interface LineageOptions {
  /** What it does not see comes from nowhere; everybody where absent. */
  readonly reader?: Reader | undefined;
  readonly read?: LogRead | undefined;
  /** Of a lineage: the value of a set of values that is asked for, instead of the latest. */
  readonly item?: ListItem | undefined;
  /** Of a lineage: the value of a sequence at a position from 0, instead of the latest. */
  readonly at?: number | undefined;
}

/** Hears of the bytes of an entry of the log before they are decoded; may throw to prevent that. */
export type LogRead = (bytes: number) => void;

/** A graph with its log: as it is, or as it was. */
export interface ReadableSpace {
  /** All of the graph. */
  readonly graph: GraphView;
  /** The graph as an actor sees it: under the permissions in force whenever it is read. */
  graphOf(actor: string): CallerView;
  /** An actor as it reads, also what is told of the log. */
  readerOf(actor: string): Reader;
  /** Lineage of the visible value at `path`, or of the node's existence when `path` is absent. */
  nodeLineage(node: NodeRow, path?: string, options?: LineageOptions): Promise<Lineage | undefined>;
  edgeLineage(edge: EdgeRow, path?: string, options?: LineageOptions): Promise<Lineage | undefined>;
  /**
   * A proof of the same, which verifies offline (schema/proof.md); one line, without its end.
   * Throws FORBIDDEN where it would show what its reader may not see.
   */
  nodeProof(node: NodeRow, path?: string, options?: LineageOptions): Promise<string | undefined>;
  edgeProof(edge: EdgeRow, path?: string, options?: LineageOptions): Promise<string | undefined>;
}

/**
 * A point in the history of a space. After a commit, by its CID, in the order in which this replica
 * accepted commits; after so many entries of its log; or at a time, which is all commits whose
 * clocks say that time or an earlier one, on whatever replica and however late they came.
 */
export type PastPoint =
  | { readonly commit: string }
  | { readonly cursor: number }
  | { readonly time: Date };

/** A graph as it was, until it is disposed: nothing else may be answered of the same memory. */
export interface PastSpace extends ReadableSpace, Disposable {}

export interface ReplicaFrontier {
  /** Of the newest authority record. */
  readonly height: number;
  /** The last commit of each author that has one, ascending by its key. */
  readonly authors: readonly AuthorTip[];
}

export interface Space extends ReadableSpace, AsyncDisposable {
  /** Hex SHA-256 of the genesis record. */
  readonly id: string;
  /** Hash of the newest authority record. */
  readonly authority: Uint8Array;
  /** The key that signs what this server writes; UNAVAILABLE where it only reads. */
  readonly author: Uint8Array;
  readonly intake: CommitIntake;
  /** What other replicas are told; UNAVAILABLE where the space is only read. */
  readonly replicated: ReplicatedSpace;
  readonly definition: Definition;
  readonly organisation: OrganisationFacts;
  readonly access: SpaceAccess;
  /** Of the last entry of the log that shows; one that is just appended does not yet. */
  readonly position: number;
  /** In the order in which they were certified. */
  readonly authors: readonly CertifiedAuthor[];
  /** How far this replica has come. */
  readonly frontier: ReplicaFrontier;
  /**
   * The graph as an actor sees it: under the permissions in force whenever it is read, or as of a
   * height, at the time at which it was asked for.
   */
  graphOf(actor: string, asOf?: AsOfHeight): CallerView;
  /**
   * The graph as it was, under the definition and the permissions of now. Throws NOT_FOUND for a
   * point that this replica does not know, LIMIT_EXCEEDED where the graph was too large for the
   * memory of its kind, or too many wait.
   */
  at(point: PastPoint): Promise<PastSpace>;
  /**
   * Runs `build` when its turn comes, without interleaving, and resolves when the transaction is
   * durable and applied. What `build` throws rejects the promise, and nothing is written.
   */
  write<T>(options: WriteOptions, build: (draft: Draft) => T): Promise<Written<T>>;
  /**
   * Lets a key sign commits of its own, in the organisation's name. Resolves whether it is new;
   * throws REFUSED for a key that may not be one, UNAVAILABLE where the organisation's is needed.
   */
  certifyAuthor(key: Uint8Array, label: string, organisation?: string): Promise<boolean>;
  /** Lets an organisation share the space: authors certified for it write for its principals. */
  addMember(name: string, key: Uint8Array): Promise<void>;
  /** Puts the organisation's pre-committed key in force, and commits to another to follow it. */
  rotateOrganisation(): Promise<void>;
  /**
   * Fixes history as it is here, in the organisation's name, and frees what no longer shows for
   * good. Resolves whether there was a commit that no seal covers; a snapshot under way is waited
   * for. Commits that cite an earlier record of the authority chain are refused from then on.
   */
  seal(): Promise<boolean>;
  /** Calls `listener` after each applied transaction, in log order. Returns the way to stop. */
  watch(listener: ChangeListener): () => void;
  /** Calls `listener` after each applied group of commits. Returns the way to stop. */
  watchGroups(listener: ChangeGroupListener): () => void;
  /** From the next group on images can be read. Returns the way to stop. */
  keepImages(): () => void;
  /** Calls `listener` after each record of the authority chain. Returns the way to stop. */
  watchRecords(listener: () => void): () => void;
  /** Tells a listener what `watchGroups` told behind a point, up to now (schema/since.md). */
  changesSince(point: SincePoint, listener: SinceListener): Promise<SinceEnd>;
  /** The signed note over this replica's log as it is now (schema/transparency.md). */
  checkpoint(): Promise<string>;
  usage(): SpaceUsage;
  /** Hex hash over the canonical walk; `content` leaves writers out and names nodes by key. */
  stateHash(options?: { readonly content?: boolean }): string;
}
