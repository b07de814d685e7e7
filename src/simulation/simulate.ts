/**
 * A run of the simulation (schema/simulation.md): a space is founded and joined, faults strike
 * while all write, then the network is whole again and time goes on until nothing is left to do.
 * The seed and the settings decide all of it.
 */

import { toHex } from '../base/bytes.ts';
import { Seeded } from '../base/seeded.ts';
import { MemoryOrganisation } from '../crypto/organisation-store.ts';
import { engineModule } from '../engine/module.ts';
import { ORGANISATION_NAME } from '../space/open.ts';
import { Bounds } from './bounds.ts';
import { Byzantine } from './byzantine.ts';
import { ShownCheck } from './check-shown.ts';
import { checkAcknowledged, checkConvergence, checkOrder, checkSignatures } from './checks.ts';
import { LateNode } from './late-node.ts';
import { LogContents } from './log-content.ts';
import { Network } from './network.ts';
import { SimulatedNode, type World } from './node.ts';
import { NodeClock } from './node-clock.ts';
import { Schedule } from './schedule.ts';
import type { Settings } from './settings.ts';
import { Tally } from './tally.ts';
import type { Verdict } from './verdict.ts';
import { SYNC_MILLISECONDS_MAX, VirtualDisk } from './virtual-disk.ts';
import { grantsTo, MODEL, SDL, Workload } from './workload.ts';

/** Virtual milliseconds in which a node is up, and in which all hold the same at last. */
const START_MILLISECONDS_MAX = 60_000;
const SETTLE_MILLISECONDS_MAX = 300_000;
const SETTLE_STEP_MILLISECONDS = 500;
const SETTLE_STEP_MILLISECONDS_MAX = 20_000;
const PARTITION_MILLISECONDS = [200, 8_000] as const;
const REGRANTS = 8;
const LIES = 40;
const FORKED = 'commits without effect as their author has signed a number twice';
const LOOK_MILLISECONDS = 1_000;
const DOWN_MILLISECONDS = [50, 3_000] as const;

export interface Report {
  readonly seed: number;
  /** Of the run as a whole: two runs of one seed have the same. */
  readonly trace: string;
  readonly events: number;
  readonly virtualMilliseconds: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly verdicts: readonly Verdict[];
  readonly isSound: boolean;
}

export async function simulate(settings: Settings): Promise<Report> {
  // What the process does once is no part of a run.
  await engineModule();
  const simulation = new Simulation(settings);
  await simulation.found();
  await simulation.strike();
  await simulation.settle();
  return simulation.report();
}

class Simulation {
  readonly #settings: Settings;
  readonly #schedule = new Schedule();
  readonly #tally = new Tally();
  readonly #network: Network;
  readonly #nodes: readonly SimulatedNode[];
  readonly #workload: Workload;
  readonly #contents = new LogContents();
  readonly #bounds = new Bounds(this.#tally);
  readonly #shown = new ShownCheck(this.#contents);
  /** Honest nodes that others take for such as are not. */
  readonly #blamed: { readonly node: number; readonly peer: number }[] = [];
  /** What went wrong that no check would see. */
  readonly #failures: string[] = [];
  readonly #liars: { readonly node: SimulatedNode; readonly byzantine: Byzantine }[] = [];
  #firstRecords: readonly Uint8Array[] = [];
  /** A node that is to come. */
  #late: SimulatedNode | undefined;
  #connections = 0;

  constructor(settings: Settings) {
    this.#settings = settings;
    const [schedule, tally] = [this.#schedule, this.#tally];
    const random = this.#randomFor('network');
    const deliver = (packet: Parameters<Network['send']>[0]) =>
      this.#nodes[packet.to]?.deliver(packet);
    this.#network = new Network({ schedule, random, settings, tally, deliver });
    this.#nodes = Array.from({ length: settings.nodes }, (_, index) => this.#makeNode(index));
    const granted = this.#nodes.map(({ index }) => index);
    this.#workload = new Workload({ random: this.#randomFor('writes'), tally, granted });
  }

  /** The first node founds the space, lets the others in, and they join. */
  async found(): Promise<void> {
    const [owner, ...others] = this.#nodes;
    if (owner === undefined) return;
    await this.#await(this.#start(owner));
    const { space } = owner;
    if (space === undefined) return;
    await this.#await(this.#invite(owner, others));
    const { replicated } = space;
    this.#firstRecords = [0, 1, 2].flatMap((height) => replicated.record(height) ?? []);
    if (this.#settings.late) this.#late = this.#honest.at(-1);
    for (const node of others) if (node !== this.#late) await this.#await(this.#start(node));
  }

  async #invite({ space }: SimulatedNode, others: readonly SimulatedNode[]): Promise<void> {
    if (space === undefined) return;
    for (const { author, index } of others) {
      await space.certifyAuthor(author.key.publicKey, `node ${index}`);
    }
    await space.access.installModel({ source: MODEL });
    await space.access.grant(this.#nodes.flatMap(({ index }) => grantsTo(index)));
  }

  /** Draws when everything happens, and lets it. */
  async strike(): Promise<void> {
    const { milliseconds, writes, seals, partitions, crashes } = this.#settings;
    const random = this.#randomFor('times');
    const anywhen = (what: string, act: () => void) =>
      this.#schedule.after(random.below(milliseconds), what, act);
    for (const node of this.#nodes) {
      for (let count = 0; count < writes; count++) {
        anywhen(`${node.index} writes`, () => this.#workload.write(node));
      }
    }
    for (const { node, byzantine } of this.#liars) {
      for (let count = 0; count < LIES; count++) {
        anywhen(`${node.index} lies`, () => byzantine.act(node));
      }
    }
    for (let count = 0; count < REGRANTS; count++) {
      anywhen('a change of rights', () => {
        const [owner, ...others] = this.#nodes;
        if (owner !== undefined) this.#workload.regrant(owner, random.pick(others).index);
      });
    }
    for (let count = 0; count < seals; count++) {
      anywhen('a seal', () => {
        const [owner] = this.#nodes;
        if (owner !== undefined) this.#workload.seal(owner);
      });
    }
    for (let count = 0; count < partitions; count++) {
      anywhen('a partition', () => this.#partition(random));
    }
    for (let count = 0; count < crashes; count++) {
      anywhen('a crash is near', () => this.#crashSoon(random.pick(this.#nodes), random));
    }
    const end = this.#schedule.now + milliseconds;
    if (this.#late !== undefined) {
      const late = new LateNode({
        node: this.#late,
        owner: () => this.#nodes[0]?.space,
        schedule: this.#schedule,
        random: this.#randomFor('a late node'),
        // Whatever is sealed by then.
        until: end,
        start: (node) => {
          this.#late = undefined;
          void this.#start(node);
        },
        failed: (error) => {
          this.#failures.push(`what is sealed did not come to a node: ${describe(error)}`);
        },
      });
      this.#schedule.after(milliseconds / 3, 'a node is to come', () => late.come());
    }
    while (this.#schedule.now < end) {
      await this.#schedule.run(Math.min(end, this.#schedule.now + LOOK_MILLISECONDS));
      this.#look();
    }
  }

  /** What nodes show in the middle of it all, too, is what their logs allow. */
  #look(): void {
    for (const node of this.#honest) this.#shown.look(node);
  }

  /** Some of the nodes hear nothing of the others for a while. */
  #partition(random: Seeded): void {
    const { nodes } = this.#settings;
    const side = new Set(this.#nodes.filter(() => random.chance(0.5)).map(({ index }) => index));
    if (side.size === 0 || side.size === nodes) side.clear();
    if (side.size === 0) side.add(random.below(nodes));
    this.#tally.add('partitions');
    this.#network.cut(side);
    this.#schedule.after(random.between(...PARTITION_MILLISECONDS), 'a partition ends', () =>
      this.#network.heal(side),
    );
  }

  /** Most often while its disk writes. */
  #crashSoon(node: SimulatedNode, random: Seeded): void {
    this.#workload.write(node);
    const wait = random.below(SYNC_MILLISECONDS_MAX);
    this.#schedule.after(wait, 'a crash', () => this.#crash(node, random));
  }

  /** A node is gone, and comes again with what its disk has. */
  #crash(node: SimulatedNode, random: Seeded): void {
    if (node === this.#late) return this.#tally.add('crashes of a node that is to come');
    this.#tally.add(node.space === undefined ? 'crashes during a start' : 'crashes');
    node.crash();
    const down = random.between(...DOWN_MILLISECONDS);
    const number = node.number;
    this.#schedule.after(down, `${node.index} starts`, () => {
      if (node.number === number) void this.#start(node);
    });
  }

  /** A start that fails is a finding: the disk has lost nothing that was synced. */
  async #start(node: SimulatedNode): Promise<void> {
    await node.start().catch((error: unknown) => {
      this.#failures.push(`node ${node.index} did not start: ${describe(error)}`);
    });
  }

  /** The faults are over: goes on until all hold the same, or nothing is to be hoped for. */
  async settle(): Promise<void> {
    this.#network.calm();
    // What it has kept from some they have to get from others.
    for (const { node } of this.#liars) node.crash();
    // What a clock that is ahead has signed waits until all others say that time.
    const wait = SETTLE_MILLISECONDS_MAX + 2 * this.#settings.offsetMilliseconds;
    const until = this.#schedule.now + wait;
    let step = SETTLE_STEP_MILLISECONDS;
    while (this.#schedule.now < until && this.#isUnsettled) {
      await this.#schedule.run(this.#schedule.now + step);
      step = Math.min(SETTLE_STEP_MILLISECONDS_MAX, step * 1.2);
    }
  }

  report(): Report {
    const held = this.#held();
    this.#look();
    const shown = this.#shown;
    this.#tally.add('commits that seals have left out', shown.leftOut);
    this.#tally.add(FORKED, shown.forked);
    for (const { index, space } of this.#honest) {
      this.#schedule.note(`${index} ends with ${space?.stateHash() ?? 'nothing'}`);
    }
    const starts = {
      check: 'every start',
      count: this.#tally.get('starts'),
      problems: this.#failures,
    };
    const verdicts = [
      starts,
      checkConvergence(held),
      checkAcknowledged(held),
      checkOrder(held),
      checkSignatures(held),
      { check: 'permission safety', count: shown.neverAllowed, problems: shown.forbidden },
      { check: 'no masked value shows', count: shown.maskedLater, problems: shown.masked },
      { check: 'what shows was written', count: shown.places, problems: shown.others },
      this.#bounds.verdict(),
      {
        check: 'nobody honest is blamed',
        count: this.#tally.get('times that a node is held to have broken the rules'),
        problems: this.#blamed.map(({ node, peer }) => `node ${node} blames node ${peer}`),
      },
    ];
    return {
      seed: this.#settings.seed,
      trace: this.#schedule.trace,
      events: this.#schedule.count,
      virtualMilliseconds: Math.round(this.#schedule.now),
      counts: this.#tally.counts,
      verdicts,
      isSound: verdicts.every(({ problems }) => problems.length === 0),
    };
  }

  get #isUnsettled(): boolean {
    if (this.#honest.some(({ log }) => log !== undefined && log.first > 1)) return true;
    const held = this.#held();
    return [checkConvergence, checkAcknowledged].some((check) => check(held).problems.length > 0);
  }

  #held() {
    const honest = this.#honest;
    const acknowledged = this.#workload.acknowledged.filter(({ node }) => node < honest.length);
    const contents = this.#contents;
    return { nodes: honest, contents, acknowledged };
  }

  get #honest(): readonly SimulatedNode[] {
    return this.#nodes.slice(0, this.#settings.nodes - this.#settings.byzantine);
  }

  #makeNode(index: number): SimulatedNode {
    const random = this.#randomFor(`node ${index}`);
    const { driftMillionths, offsetMilliseconds } = this.#settings;
    const clock = new NodeClock(this.#schedule, {
      driftMillionths: random.between(-driftMillionths, driftMillionths),
      offsetMilliseconds: random.between(-offsetMilliseconds, offsetMilliseconds),
    });
    const parts = { schedule: this.#schedule, tally: this.#tally };
    const disk = new VirtualDisk({
      ...parts,
      random: this.#randomFor(`disk ${index}`),
      label: `${index}`,
    });
    const byzantine = this.#byzantineAt(index);
    const node = new SimulatedNode({
      world: this.#world(),
      index,
      random,
      clock,
      organisation: new MemoryOrganisation(ORGANISATION_NAME, random),
      disk,
      ...(byzantine && { outgoing: (peer, frame) => byzantine.outgoing(peer, frame) }),
      ...(index === 0 ? { definition: SDL } : { joined: () => this.#firstRecords }),
    });
    if (byzantine !== undefined) this.#liars.push({ node, byzantine });
    return node;
  }

  /** The last nodes are those that lie. */
  #byzantineAt(index: number): Byzantine | undefined {
    const { nodes, byzantine } = this.#settings;
    if (index < nodes - byzantine) return undefined;
    const random = this.#randomFor(`byzantine ${index}`);
    return new Byzantine({
      index,
      random,
      tally: this.#tally,
      now: () => this.#schedule.now,
    });
  }

  #world(): World {
    return {
      schedule: this.#schedule,
      network: this.#network,
      settings: this.#settings,
      tally: this.#tally,
      bounds: this.#bounds,
      nextConnection: () => {
        this.#connections += 1;
        return this.#connections;
      },
      broke: (node, peer) => {
        this.#tally.add('times that a node is held to have broken the rules');
        const honest = this.#honest.length;
        if (node >= honest || peer >= honest) return;
        this.#blamed.push({ node, peer });
      },
      nodeWith: (key) => {
        const name = toHex(key);
        return this.#nodes.find(({ author }) => toHex(author.key.publicKey) === name)?.index;
      },
    };
  }

  /** Lets time run until something is done. */
  async #await(act: Promise<unknown>): Promise<void> {
    let isDone = false;
    const done = act.then(() => {
      isDone = true;
    });
    await this.#schedule.run(this.#schedule.now + START_MILLISECONDS_MAX, () => isDone);
    await done;
  }

  /** A stream of its own for each purpose: one draw more here changes nothing there. */
  #randomFor(purpose: string): Seeded {
    let state = this.#settings.seed;
    for (const letter of purpose) state = Math.imul(state ^ letter.charCodeAt(0), 0x01000193);
    return new Seeded(state);
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
