import { GraphQLError } from 'graphql';
import { describe, expect, test } from 'vitest';
import { type Answered, LiveQuery } from '../../src/graphql/live/live-query.ts';
import { LiveStream } from '../../src/graphql/live/live-stream.ts';
import { TimeShare } from '../../src/graphql/live/time-share.ts';

/** A live query whose answers are told, and streams of it. */
function watched() {
  let next: () => Answered | Promise<Answered> = () => answer(0);
  let bytes = 0;
  const seen = { watches: 0, wakes: 0, left: 0, refuses: false };
  const query: LiveQuery = new LiveQuery({
    answer: () => next(),
    watch: () => {
      seen.watches += 1;
    },
    wake: () => {
      seen.wakes += 1;
    },
    grow: (more) => {
      bytes += more;
      return seen.refuses ? new GraphQLError('too much') : undefined;
    },
    onLeft: () => {
      seen.left += 1;
    },
  });
  const stream = () => {
    const made = new LiveStream(query, undefined, () => undefined);
    query.join(made);
    return made;
  };
  const set = (to: () => Answered | Promise<Answered>) => {
    next = to;
    query.touch();
    query.answer();
  };
  return { query, seen, stream, set, bytes: () => bytes };
}

function answer(n: number): Answered {
  return { content: JSON.stringify({ data: { n } }), errors: undefined, dependencies: [] };
}

/** The message that is there, or undefined where there is none. */
async function taken(stream: LiveStream) {
  const none = Promise.resolve(undefined);
  return (await Promise.race([stream.next(), none]))?.value;
}

describe('a live query', () => {
  test('tells those who wait, some at a time, and all of them in the end', async () => {
    const { query, stream, set } = watched();
    query.answer();
    const streams = [stream(), stream(), stream()];
    for (const each of streams) await each.next();
    const waiting = streams.map((each) => each.next());
    set(() => answer(1));
    expect(query.hasWork).toBe(true);
    expect(query.tell(2)).toBe(2);
    // Another answer comes before the third was told of the first.
    set(() => answer(2));
    expect(query.tell(9)).toBe(1);
    expect(query.hasWork).toBe(false);
    const told = await Promise.all(waiting);
    const values = told.map(({ value }) => value?.patch);
    const patch = (value: number) => [{ op: 'replace', path: '/n', value }];
    expect(values).toEqual([patch(1), patch(1), patch(2)]);
    expect(told[2]?.value?.extensions?.live).toMatchObject({ coalesced: 2 });
    expect(told[0]?.value?.extensions?.live).not.toHaveProperty('coalesced');
  });

  test('gives a slow subscriber one patch for all that it missed', async () => {
    const { query, stream, set } = watched();
    query.answer();
    const slow = stream();
    expect((await slow.next()).value).toMatchObject({ data: { n: 0 }, revision: 1 });
    for (const n of [1, 2, 3]) set(() => answer(n));
    expect((await slow.next()).value).toMatchObject({
      patch: [{ op: 'replace', path: '/n', value: 3 }],
      revision: 2,
      extensions: { live: { coalesced: 3 } },
    });
  });

  test('tells nothing where the answer is again what the subscriber has', async () => {
    const { query, stream, set } = watched();
    query.answer();
    const slow = stream();
    await slow.next();
    set(() => answer(1));
    set(() => answer(0));
    expect(await taken(slow)).toBeUndefined();
    // It waits since.
    set(() => answer(5));
    expect(query.tell(9)).toBe(1);
  });

  test('is answered again where it is touched while it is answered', async () => {
    const { query, seen, stream, set } = watched();
    const gate = Promise.withResolvers<Answered>();
    const first = stream();
    set(() => gate.promise);
    expect(query.hasWork).toBe(false);
    query.touch();
    expect(seen.wakes).toBe(1);
    gate.resolve(answer(1));
    await gate.promise;
    await Promise.resolve();
    expect(query.hasWork).toBe(true);
    expect(await taken(first)).toMatchObject({ data: { n: 1 } });
  });

  test('counts its answers, and gives them back when the last subscriber leaves', async () => {
    const { query, seen, stream, set, bytes } = watched();
    query.answer();
    const [one, other] = [stream(), stream()];
    set(() => answer(1_000_000));
    expect(bytes()).toBe(JSON.stringify({ data: { n: 1_000_000 } }).length);
    await one.return();
    expect(seen.left).toBe(0);
    await other.return();
    expect([seen.left, bytes()]).toEqual([1, 0]);
    expect(await one.next()).toEqual({ done: true, value: undefined });
  });

  test('ends with an error where its answer is too much, or it fails', async () => {
    const full = watched();
    const first = full.stream();
    full.seen.refuses = true;
    full.set(() => answer(1));
    expect((await first.next()).value?.errors?.[0]?.message).toBe('too much');
    expect((await first.next()).done).toBe(true);
    expect([full.seen.left, full.bytes()]).toEqual([1, 0]);
    const broken = watched();
    const second = broken.stream();
    broken.set(() => Promise.reject(new Error('a bug')));
    const { value } = await second.next();
    expect(value?.errors?.[0]?.originalError?.message).toBe('a bug');
  });
});

test('a share of time is kept up to a burst, and what was used beyond is waited for', () => {
  let now = 0;
  const share = new TimeShare({ share: 0.25, burst: 2, now: () => now });
  expect(share.wait).toBe(0);
  share.spend(4);
  expect(share.wait).toBe(8);
  now += 4;
  expect(share.wait).toBe(4);
  now += 1_000;
  share.spend(2);
  expect(share.wait).toBe(0);
  now += 1;
  share.spend(1.25);
  expect(share.wait).toBe(4);
  // What took very long holds nothing up for longer than a burst takes.
  share.spend(1_000);
  expect(share.wait).toBe(8);
});
