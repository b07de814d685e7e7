/**
 * How long the requests of a client take that behaves, while the server is attacked and while it is
 * not: in windows of time that alternate, as the machine has other work too. Of each kind of
 * window the median of their percentiles counts.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { AttackedServer } from './attacked-server.ts';
import { ATTACKS } from './attacks.ts';
import { AskingClient, type BehavingClient } from './behaving-client.ts';

const ATTACKER = fileURLToPath(new URL('attacker.ts', import.meta.url));
/** What an attack may do before it is measured, and a server after it. */
const LEAD_MILLISECONDS = 500;
const REST_MILLISECONDS = 300;
/** Of short windows, which tell no times, so many are time for any attack to begin. */
const LEAD_WINDOWS = 6;
/** Within this, one late timer of a machine with other work decides. */
const NOISE_MILLISECONDS = 5;

export interface Windows {
  /** Of each kind. */
  readonly count: number;
  readonly milliseconds: number;
}

export interface AttackReport {
  readonly name: string;
  /** 99th percentiles in milliseconds, and how many times the quiet one the other is. */
  readonly quiet: number;
  readonly attacked: number;
  readonly times: number;
  readonly residentMegabytes: number;
  readonly answers: Readonly<Record<string, number>>;
}

/** Throws where an answer was not to be expected, or the client's were wrong. Closes the client. */
export async function measureAttack(
  server: AttackedServer,
  name: string,
  windows: Windows,
  client: BehavingClient = new AskingClient(server),
): Promise<AttackReport> {
  const attacker = new Attacker(name, server);
  const answers: Record<string, number> = {};
  const [quiet, attacked]: [number[], number[]] = [[], []];
  let resident = 0;
  try {
    await client.measure(atMost(LEAD_MILLISECONDS, windows));
    add(answers, await attacker.probe());
    await setTimeout(atMost(REST_MILLISECONDS, windows));
    for (let window = 0; window < windows.count; window++) {
      quiet.push(await client.measure(windows.milliseconds));
      attacker.start();
      await setTimeout(leadOf(name, windows));
      attacked.push(await client.measure(windows.milliseconds));
      resident = Math.max(resident, await server.residentMegabytes());
      add(answers, await attacker.stop());
      await setTimeout(atMost(REST_MILLISECONDS, windows));
    }
  } finally {
    client.close();
    await attacker.end();
  }
  expectAnswers(name, answers);
  const [least, most] = [Math.max(median(quiet), NOISE_MILLISECONDS), median(attacked)];
  return {
    ...{ name, quiet: median(quiet), attacked: most, times: most / least },
    ...{ residentMegabytes: resident, answers },
  };
}

function leadOf(name: string, { milliseconds }: Windows): number {
  const lead = ATTACKS.get(name)?.leadMilliseconds ?? LEAD_MILLISECONDS;
  return Math.min(lead, milliseconds * LEAD_WINDOWS);
}

/** Around short windows nothing else takes long. */
function atMost(wanted: number, { milliseconds }: Windows): number {
  return Math.min(wanted, milliseconds);
}

function add(all: Record<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [answer, count] of Object.entries(more)) all[answer] = (all[answer] ?? 0) + count;
}

function expectAnswers(name: string, answers: Readonly<Record<string, number>>): void {
  const attack = ATTACKS.get(name);
  if (attack === undefined) throw new Error(`expected an attack, got ${name}`);
  const { expects, refusal } = attack;
  const came = Object.keys(answers);
  const other = came.find(
    (answer) =>
      !expects.some((each) => (each instanceof RegExp ? each.test(answer) : each === answer)),
  );
  if (other === undefined && came.some((answer) => refusal.test(answer))) return;
  throw new Error(
    `${name} expected ${expects.join(', ')}, and ${refusal}, got ${JSON.stringify(answers)}`,
  );
}

export function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
}

class Attacker {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(name: string, { target }: AttackedServer) {
    this.#process = spawn(process.execPath, [ATTACKER, name, JSON.stringify(target)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const { stdout } = this.#process;
    if (stdout === null) throw new Error('an attacker has no output');
    this.#lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  }

  start(): void {
    this.#process.stdin?.write('start\n');
  }

  probe(): Promise<Record<string, number>> {
    return this.#tell('probe');
  }

  stop(): Promise<Record<string, number>> {
    return this.#tell('stop');
  }

  async #tell(what: string): Promise<Record<string, number>> {
    this.#process.stdin?.write(`${what}\n`);
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error('an attacker ended before it was told to');
    return JSON.parse(value) as Record<string, number>;
  }

  async end(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }
}
