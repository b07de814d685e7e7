import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parseUser } from '../../src/access/principal.ts';
import { HeldRights } from '../../src/server/authentication/held-rights.ts';
import { type Identity, Method } from '../../src/server/authentication/identity.ts';

const DAY = 86_400_000;
const BASE: Identity = { principal: parseUser('user:acme/ann'), method: Method.TOKEN };

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

function rights() {
  const revoked = new Set<string>();
  const held = new HeldRights({ now: () => Date.now() }, (keyId) => !revoked.has(keyId));
  return { held, revoked };
}

describe('[U19] a right that something is held open for', () => {
  test.each([0, 1, 60_000, 20 * DAY, 60 * DAY])('ends once, in %d ms', (milliseconds) => {
    const ended = vi.fn();
    rights().held.hold({ ...BASE, endsAt: Date.now() + milliseconds }, ended);
    expect(ended).not.toHaveBeenCalled();
    vi.advanceTimersByTime(Math.max(milliseconds - 1, 0));
    expect(ended).toHaveBeenCalledTimes(milliseconds === 0 ? 1 : 0);
    vi.advanceTimersByTime(1);
    expect(ended).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(90 * DAY);
    expect(ended).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('that was let go of does not end, and leaves no timer', () => {
    const { held, revoked } = rights();
    const ended = vi.fn();
    const release = held.hold({ ...BASE, endsAt: Date.now() + DAY, keyId: 'a' }, ended);
    release();
    release();
    revoked.add('a');
    held.check();
    vi.advanceTimersByTime(2 * DAY);
    expect(ended).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('without an end is kept by nothing', () => {
    rights().held.hold(BASE, () => undefined);
    rights().held.hold({ ...BASE, endsAt: Number.POSITIVE_INFINITY }, () => undefined)();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('[U20] a key that is revoked', () => {
  test('ends what is held open by it, and nothing else', () => {
    const { held, revoked } = rights();
    const ends = { first: vi.fn(), second: vi.fn(), other: vi.fn() };
    held.hold({ ...BASE, keyId: 'a' }, ends.first);
    held.hold({ ...BASE, keyId: 'a', endsAt: Date.now() + DAY }, ends.second);
    held.hold({ ...BASE, keyId: 'b' }, ends.other);
    held.check();
    revoked.add('a');
    held.check();
    held.check();
    expect(ends.first).toHaveBeenCalledTimes(1);
    expect(ends.second).toHaveBeenCalledTimes(1);
    expect(ends.other).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('between its use and its hold ends it too', async () => {
    const { held, revoked } = rights();
    revoked.add('a');
    const ended = vi.fn();
    held.hold({ ...BASE, keyId: 'a' }, ended);
    expect(ended).not.toHaveBeenCalled();
    await Promise.resolve();
    expect(ended).toHaveBeenCalledTimes(1);
  });
});
