/**
 * One attack as a process of its own. Its parent says on a line each what to do: `probe`, and then
 * `start` and `stop`. What it was answered is a line of JSON after `probe` and after `stop`.
 */

import { createInterface } from 'node:readline';
import type { Attacking, Tally, Target } from './attack.ts';
import { ATTACKS } from './attacks.ts';

const [name = '', target = ''] = process.argv.slice(2);
const attack = ATTACKS.get(name);
if (attack === undefined) throw new Error(`an attacker expected a known attack, got ${name}`);

let isOver = false;
let running: Promise<Tally> | undefined;
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'probe') tell(await tallied(attack.probe));
  if (line === 'start') {
    isOver = false;
    running = tallied(attack.run);
  }
  if (line === 'stop') {
    isOver = true;
    tell((await running) ?? new Map());
  }
}

async function tallied(act?: (attacking: Attacking) => Promise<void>): Promise<Tally> {
  const tally: Tally = new Map();
  await act?.({ target: JSON.parse(target) as Target, tally, isOver: () => isOver });
  return tally;
}

function tell(tally: Tally): void {
  process.stdout.write(`${JSON.stringify(Object.fromEntries(tally))}\n`);
}
