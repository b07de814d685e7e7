/** Attacks on a server as users start it, in small; `npm run soak -- attacks` runs them in full. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AttackedServer, startAttacked } from '../attacks/attacked-server.ts';
import { ATTACKS } from '../attacks/attacks.ts';
import { measureAttack } from '../attacks/rounds.ts';

/** Too short to tell times: that others are answered at all, and how, is what is checked here. */
const WINDOWS = { count: 1, milliseconds: 100 };
const RESIDENT_MEGABYTES_MAX = 1_024;

let server: AttackedServer;

beforeAll(async () => {
  server = await startAttacked();
});

afterAll(() => server[Symbol.asyncDispose]());

/** What takes seconds to set up. */
const LONG = new Set(['idleSockets', 'idleWebSockets']);

describe('each is refused as it should be, and others are answered:', () => {
  test.each([...ATTACKS.keys()].filter((name) => !LONG.has(name)))('%s', async (name) => {
    const { attacked, residentMegabytes } = await measureAttack(server, name, WINDOWS);
    expect(attacked).toBeLessThan(20_000);
    expect(residentMegabytes).toBeLessThan(RESIDENT_MEGABYTES_MAX);
    expect(server.isAlive()).toBe(true);
    expect(server.bugs).toEqual([]);
  });
});
