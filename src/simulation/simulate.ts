/**
 * A run of the simulation (schema/simulation.md): a space is founded and joined, faults strike while
 * all write, then the network is whole again and time goes on until nothing is left to do. The seed
 * and the settings decide all of it.
 */

import { toHex } from '../base/bytes.ts';
import { Seeded } from '../base/seeded.ts';
import { MemoryOrganisation } from '../crypto/organisation-store.ts';
import { engineModule } from '../engine/module.ts';
import { MemoryLog } from '../log/memory-log.ts';
import { ORGANISATION_NAME } from '../space/open.ts';
import { checkAcknowledged, checkConvergence, checkOrder, type Verdict } from './checks.ts';
import { LogContents } from './log-content.ts';
import { Network } from './network.ts';
import { SimulatedNode, type World } from './node.ts';
import { NodeClock } from './node-clock.ts';
import { Schedule } from './schedule.ts';
import type { Settings } from './settings.ts';
import { Tally } from './tally.ts';
import { grantsTo, MODEL, SDL, Workload } from './workload.ts';

/** Virtual milliseconds in which a node is up, and in which all hold the same at last. */
const START_MILLISECONDS_MAX = 60_000;
const SETTLE_MILLISECONDS_MAX = 300_000;
const SETTLE_STEP_MILLISECONDS = 500;

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
  #firstRecords: readonly Uint8Array[] = [];
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
    await this.#await(owner.start());
    const { space } = owner;
    if (space === undefined) return;
    await this.#await(this.#invite(owner, others));
    const { replicated } = space;
    this.#firstRecords = [0, 1, 2].flatMap((height) => replicated.record(height) ?? []);
    for (const node of others) await this.#await(node.start());
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
    const { milliseconds, writes } = this.#settings;
    const random = this.#randomFor('times');
    for (const node of this.#nodes) {
      for (let count = 0; count < writes; count++) {
        const at = random.below(milliseconds);
        this.#schedule.after(at, `${node.index} writes`, () => this.#workload.write(node));
      }
    }
    await this.#schedule.run(this.#schedule.now + milliseconds);
  }

  /** The faults are over: goes on until all hold the same, or nothing is to be hoped for. */
  async settle(): Promise<void> {
    this.#network.calm();
    const until = this.#schedule.now + SETTLE_MILLISECONDS_MAX;
    while (this.#schedule.now < until && this.#isUnsettled) {
      await this.#schedule.run(this.#schedule.now + SETTLE_STEP_MILLISECONDS);
    }
  }

  report(): Report {
    const held = this.#held();
    const verdicts = [checkConvergence(held), checkAcknowledged(held), checkOrder(held)];
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
    return checkConvergence(this.#held()).problems.length > 0;
  }

  #held() {
    const { acknowledged } = this.#workload;
    const contents = this.#contents;
    return { nodes: this.#nodes, contents, acknowledged, byzantine: new Set<string>() };
  }

  #makeNode(index: number): SimulatedNode {
    const random = this.#randomFor(`node ${index}`);
    const { driftMillionths, offsetMilliseconds } = this.#settings;
    const clock = new NodeClock(this.#schedule, {
      driftMillionths: random.between(-driftMillionths, driftMillionths),
      offsetMilliseconds: random.between(-offsetMilliseconds, offsetMilliseconds),
    });
    const log = new MemoryLog();
    return new SimulatedNode({
      world: this.#world(),
      index,
      random,
      clock,
      organisation: new MemoryOrganisation(ORGANISATION_NAME, random),
      disk: { openLog: async () => log, crash: () => undefined },
      ...(index === 0 ? { definition: SDL } : { joined: () => this.#firstRecords }),
    });
  }

  #world(): World {
    return {
      schedule: this.#schedule,
      network: this.#network,
      settings: this.#settings,
      tally: this.#tally,
      nextConnection: () => {
        this.#connections += 1;
        return this.#connections;
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
