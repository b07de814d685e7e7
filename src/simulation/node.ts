/**
 * A whole node: a space on a disk, a clock, and connections to the others. A crash takes all of it
 * but the disk, and what the disk had not synced; a start is that of the product.
 */

import { PEER_REDIAL_MILLISECONDS } from '../base/connection-limits.ts';
import { ErrorCode } from '../base/errors.ts';
import type { Seeded } from '../base/seeded.ts';
import { MemoryAuthor } from '../crypto/author.ts';
import type { OrganisationStore } from '../crypto/organisation-store.ts';
import { writeBase } from '../log/base-file.ts';
import type { Log } from '../log/log.ts';
import { openLog } from '../log/open-log.ts';
import { PackedCommits } from '../replication/packing.ts';
import type { Evidence } from '../replication/peer-parts.ts';
import { PeerRole } from '../replication/peer-proof.ts';
import { failure } from '../replication/peer-rules.ts';
import { PeerStanding } from '../replication/peer-standing.ts';
import type { LoadedBase } from '../space/base/load-base.ts';
import { openMemorySpace } from '../space/open.ts';
import type { OpenSpace } from '../space/open-space.ts';
import type { HeldImage } from '../space/stored-snapshot.ts';
import { type Bounds, WINDOW_BYTES } from './bounds.ts';
import { LinkEnd, type Outgoing } from './link-end.ts';
import type { Network, Packet } from './network.ts';
import type { NodeClock } from './node-clock.ts';
import type { Schedule } from './schedule.ts';
import type { Settings } from './settings.ts';
import type { Tally } from './tally.ts';
import type { VirtualDisk } from './virtual-disk.ts';

const NONCE_BYTES = 32;
const DIRECTORY = '/data';
/** Small, so that a log has several. */
const SEGMENT_BYTES = 65_536;
export const MEMORY_BYTES_MAX = 134_217_728;
/** In which a node does what is to be done before others run. */
const TURN_MILLISECONDS = 0.05;

/** What the nodes of a simulation share. */
export interface World {
  readonly schedule: Schedule;
  readonly network: Network;
  readonly settings: Settings;
  readonly tally: Tally;
  readonly bounds: Bounds;
  /** A number that no other connection has. */
  readonly nextConnection: () => number;
  /** A node holds against another that it has broken the rules. */
  readonly broke: (node: number, peer: number) => void;
  /** Whose key it is; undefined for a stranger's. */
  readonly nodeWith: (key: Uint8Array) => number | undefined;
}

export interface NodeParts {
  readonly world: World;
  readonly index: number;
  readonly random: Seeded;
  readonly clock: NodeClock;
  readonly organisation: OrganisationStore;
  readonly disk: VirtualDisk;
  /** Of the owner. */
  readonly definition?: string;
  /** The first records of the space, of all others. */
  readonly joined?: () => readonly Uint8Array[];
  /** Which frames go to a node in the place of one. */
  readonly outgoing?: (peer: number, frame: Uint8Array) => readonly Uint8Array[];
  /** A plant of a test: sees the space at each start. */
  readonly onStart?: (space: OpenSpace) => void;
}

/** From a start to a crash. */
interface Life {
  readonly log: Log;
  readonly space: OpenSpace;
  readonly ends: Map<number, LinkEnd>;
  /** The newest connection to each node. */
  readonly byPeer: Map<number, LinkEnd>;
  /** How each node has behaved. */
  readonly standings: Map<number, PeerStanding>;
  readonly packed: PackedCommits;
}

const plainly: Outgoing = (frame) => [frame];

export class SimulatedNode {
  readonly index: number;
  readonly author: MemoryAuthor;
  /** What other nodes were found to have sent, or authors to have signed. */
  readonly evidence: Evidence[] = [];
  readonly #parts: NodeParts;
  #life: Life | undefined;
  /** What its first log stands on; its disk has it as it has a snapshot. */
  #held: HeldImage | undefined;
  /** Counts crashes and starts: what belongs to an earlier one does nothing. */
  #number = 0;

  constructor(parts: NodeParts) {
    this.#parts = parts;
    this.index = parts.index;
    this.author = new MemoryAuthor(parts.random);
  }

  /** Undefined while it is down or starts. */
  get space(): OpenSpace | undefined {
    return this.#life?.space;
  }

  get log(): Log | undefined {
    return this.#life?.log;
  }

  /** Grows with each start and each crash. */
  get number(): number {
    return this.#number;
  }

  get clock(): NodeClock {
    return this.#parts.clock;
  }

  /** Connections over which commits may go. */
  get openEnds(): readonly LinkEnd[] {
    const ends = [...(this.#life?.byPeer.values() ?? [])];
    return ends.filter(({ session }) => session.peer !== undefined);
  }

  /** Before its first start: its disk has what is sealed, and its log goes on behind that. */
  async beginWith({ outline, checkpoint, engine, facts }: LoadedBase): Promise<void> {
    this.#held = { image: engine.image(), facts, position: outline.length };
    this.#parts.world.tally.add('commits that a base stands for', outline.commitCount);
    await writeBase(DIRECTORY, { outline, checkpoint }, this.#parts.disk.mount());
  }

  /** Resolves when it is up; never where it crashes before. */
  async start(): Promise<void> {
    const { world, index, random, clock, organisation } = this.#parts;
    const { definition, joined, disk } = this.#parts;
    this.#number += 1;
    const number = this.#number;
    const turn = () => this.#turn(number);
    const log = await openLog(DIRECTORY, {
      disk: disk.mount(),
      segmentBytes: SEGMENT_BYTES,
    });
    const space = await openMemorySpace({
      log,
      held: this.#held,
      clock,
      random,
      turn,
      organisation,
      author: this.author,
      memoryBytesMax: MEMORY_BYTES_MAX,
      ...(definition !== undefined && { definition: { source: definition } }),
      ...(joined !== undefined && { joined: joined() }),
    });
    this.#parts.onStart?.(space);
    world.tally.add('starts');
    const none = { ends: new Map(), byPeer: new Map(), standings: new Map() };
    this.#life = { log, space, ...none, packed: new PackedCommits() };
    world.schedule.note(`${index} is up`);
    for (let peer = index + 1; peer < world.settings.nodes; peer++) this.#dial(peer);
  }

  /** It is gone without a word. */
  crash(): void {
    const life = this.#life;
    this.#number += 1;
    this.#life = undefined;
    for (const end of life?.ends.values() ?? []) end.drop();
    this.#parts.disk.crash();
  }

  /** A packet has come. */
  deliver(packet: Packet): void {
    const life = this.#life;
    if (life === undefined) return;
    const end = life.ends.get(packet.connection);
    if (end !== undefined) return end.take(packet);
    if (packet.kind === 'open') return void this.#connect(packet.from, packet.connection);
    if (packet.kind === 'close') return;
    // Nobody here knows it any more.
    const { connection, from, to } = packet;
    const nothing = { sequence: 0, next: 0, bytes: new Uint8Array(0) };
    this.#parts.world.network.send({ from: to, to: from, connection, kind: 'close', ...nothing });
  }

  /** Opens a connection to a node, where there is none, and again after a while. */
  #dial(peer: number): void {
    const { world, index } = this.#parts;
    const number = this.#number;
    const isKeptOut = this.#standingOf(peer).isKeptOut(this.clock.running());
    if (this.#life?.byPeer.has(peer) === false && !isKeptOut) {
      const connection = world.nextConnection();
      const nothing = { sequence: 0, next: 0, bytes: new Uint8Array(0) };
      world.tally.add('connections opened');
      world.network.send({ from: index, to: peer, connection, kind: 'open', ...nothing });
      this.#connect(peer, connection);
    }
    world.schedule.after(PEER_REDIAL_MILLISECONDS, `${index} dials ${peer}`, () => {
      if (this.#number === number) this.#dial(peer);
    });
  }

  #connect(peer: number, connection: number): void {
    const life = this.#life;
    if (life === undefined) return;
    const { world, index, random, clock, outgoing } = this.#parts;
    const { schedule, network, settings, tally, bounds } = world;
    const isDialler = index < peer;
    // The one who opens has given up the one before.
    const before = life.byPeer.get(peer);
    if (before !== undefined && before.connection > connection) return;
    before?.drop();
    // Who is kept out, and tries again, breaks no rule by that.
    let isLetIn = false;
    const end = new LinkEnd({
      schedule,
      network,
      settings,
      tally,
      bounds,
      clock,
      connection,
      own: index,
      peer,
      outgoing: outgoing === undefined ? plainly : (frame) => outgoing(peer, frame),
      session: {
        space: life.space.replicated,
        role: isDialler ? PeerRole.DIALER : PeerRole.ACCEPTOR,
        mayJoin: (key) => world.nodeWith(key) === peer,
        onProven: () => {
          this.#expectStanding(peer, isDialler);
          isLetIn = true;
        },
        nonce: random.bytes(NONCE_BYTES),
        windowBytes: WINDOW_BYTES,
        packed: life.packed,
        onEvidence: (evidence) => {
          tally.add('evidence kept');
          this.evidence.push(evidence);
        },
      },
      onEnd: (ended) => {
        if (isLetIn && ended.session.isBroken) this.#breaks(peer);
        if (life.byPeer.get(peer) === ended) life.byPeer.delete(peer);
      },
      onGone: (gone) => life.ends.delete(gone.connection),
    });
    life.ends.set(connection, end);
    life.byPeer.set(peer, end);
  }

  #standingOf(peer: number): PeerStanding {
    const standing = this.#life?.standings.get(peer) ?? new PeerStanding();
    this.#life?.standings.set(peer, standing);
    return standing;
  }

  /** As the peers of a server do (schema/sync.md, Q32). */
  #expectStanding(peer: number, isDialler: boolean): void {
    const now = this.clock.running();
    const standing = this.#standingOf(peer);
    if (isDialler ? !standing.isKeptOut(now) : standing.mayBegin(now)) return;
    this.#parts.world.tally.add('connections of a node that is kept out');
    throw failure(ErrorCode.RATE_LIMITED, 'a node that keeps to the rules', 'another');
  }

  #breaks(peer: number): void {
    this.#standingOf(peer).broke(this.clock.running());
    this.#parts.world.broke(this.index, peer);
  }

  #turn(number: number): Promise<void> {
    const { world, index } = this.#parts;
    return new Promise((next) => {
      world.schedule.after(TURN_MILLISECONDS, `${index} turn`, () => {
        // What a node that crashed was about to do is never done.
        if (this.#number === number) next();
      });
    });
  }
}
