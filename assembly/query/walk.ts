/**
 * The edges of a node, one after another: those of a type and direction that the caller sees, with
 * the node at the other end. A walk stands in a frame or on the stack of a plan.
 */

import { DIRECTION_BOTH, DIRECTION_IN, DIRECTION_OUT } from '../abi.ts';
import { EdgeList, edgeOf } from '../graph/edge-list.ts';
import { Edge, Node } from '../graph/elements.ts';
import { Run } from './run.ts';
import { isEdgeSeen, isEndSeen, isSighted } from './sight.ts';

/** The words of a walk in a plan. */
@unmanaged
export class WalkWords {
  /** 0 for all. */
  edgeType: u32;
  direction: u32;
  /** Of the nodes that are rows; 0 for all. */
  nodeType: u32;

  @inline static at(address: usize): WalkWords {
    return changetype<WalkWords>(address);
  }
}

@unmanaged
export class Walk {
  words: u32;
  node: u32;
  /** The entries of the piece that is walked, and how many of them are left. */
  entries: u32;
  left: u32;
  /** The list of what is older, or 0. */
  older: u32;
  /** The list of incoming edges is the one that is walked. */
  isIncoming: u32;
  /** What `next` came to. */
  edge: u32;
  other: u32;

  @inline static at(address: usize): Walk {
    return changetype<Walk>(address);
  }

  begin(words: WalkWords, node: u32): void {
    this.words = <u32>changetype<usize>(words);
    this.node = node;
    this.isIncoming = words.direction == DIRECTION_IN ? 1 : 0;
    const row = Node.at(node);
    this.enter(this.isIncoming != 0 ? row.incomingList : row.outgoingList);
  }

  /** Goes on to the next edge; false at the end, and when the work runs out. */
  next(): bool {
    const words = WalkWords.at(this.words);
    const run = Run.get();
    const isOpen = !isSighted();
    while (this.left != 0 || this.enterNext(words)) {
      this.left -= 1;
      // What a caller does not see counts for nothing that it could notice.
      if (isOpen ? !run.lookAt() : !run.passBy(1)) return false;
      const edge = edgeOf(load<u32>(this.entries + (this.left << 2)));
      const row = Edge.at(edge);
      if (words.edgeType != 0 && row.type != words.edgeType) continue;
      if (!isEdgeSeen(edge)) continue;
      const other = this.isIncoming != 0 ? row.from : row.to;
      // A loop stands in both lists.
      if (this.isIncoming != 0 && words.direction == DIRECTION_BOTH && other == this.node) continue;
      if (!isEndSeen(other)) continue;
      if (!isOpen && !run.lookAt()) return false;
      this.edge = edge;
      this.other = other;
      return true;
    }
    return false;
  }

  /** The same, to nodes of the type alone. */
  nextRow(): bool {
    const type = WalkWords.at(this.words).nodeType;
    while (this.next()) if (type == 0 || Node.at(this.other).type == type) return true;
    return false;
  }

  /** Enters the next piece that has entries; false when there is none. */
  private enterNext(words: WalkWords): bool {
    while (this.left == 0) {
      if (this.older != 0) this.enter(EdgeList.at(this.older));
      else {
        if (this.isIncoming != 0 || words.direction == DIRECTION_OUT) return false;
        this.isIncoming = 1;
        this.enter(Node.at(this.node).incomingList);
      }
    }
    return true;
  }

  private enter(list: EdgeList): void {
    this.entries = <u32>list.entries;
    this.left = list.count;
    this.older = <u32>changetype<usize>(list.older);
  }
}

export const WALK_BYTES: u32 = 32;

if (offsetof<Walk>() > WALK_BYTES) ERROR('a walk must fit its room');
