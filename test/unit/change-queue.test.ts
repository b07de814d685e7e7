import { describe, expect, test } from 'vitest';
import { SUBSCRIBER_QUEUE_CHANGES_MAX } from '../../src/base/limits.ts';
import { ChangeQueue, type QueueRules } from '../../src/graphql/change-queue.ts';
import { GrantFeed } from '../../src/graphql/grant-feed.ts';

interface Item {
  readonly key: string | undefined;
  readonly texts: readonly string[];
}

/** Items of one key are joined; each text is a byte for each character. */
const RULES: QueueRules<Item, string> = {
  judge: ({ texts }) => (texts.includes('hidden') ? undefined : texts.join('+')),
  keyOf: ({ key }) => key,
  join: (first, second) => ({ ...second, texts: [...first.texts, ...second.texts] }),
  bytesOf: ({ texts }) => texts.join('').length,
  resync: (waited) => ({ key: 'resync', texts: [`${waited.length} items`] }),
};

function queueOf(limits: { readonly changes: number; readonly bytes?: number }) {
  return new ChangeQueue<Item, string>(() => undefined, RULES, { bytes: 1_000, ...limits });
}

function push(queue: ChangeQueue<Item, string>, ...texts: string[]): void {
  for (const text of texts) queue.push({ key: text[0], texts: [text] });
}

/** All that waits. */
async function drain(queue: ChangeQueue<Item, string>): Promise<string[]> {
  queue.end();
  const told: string[] = [];
  for await (const text of queue) told.push(text);
  return told;
}

describe('a queue', () => {
  test('leaves apart what has room, also of one key', async () => {
    const queue = queueOf({ changes: 4 });
    push(queue, 'a1', 'b1', 'a2', 'b2');
    expect(await drain(queue)).toEqual(['a1', 'b1', 'a2', 'b2']);
  });

  test('joins what waits where there is too much, each in the place of its last', async () => {
    const queue = queueOf({ changes: 4 });
    push(queue, 'a1', 'b1', 'a2', 'c1', 'b2', 'd1', 'a3');
    expect(await drain(queue)).toEqual(['c1', 'b1+b2', 'd1', 'a1+a2+a3']);
  });

  test('joins no more once it was empty', async () => {
    const queue = queueOf({ changes: 1 });
    push(queue, 'a1', 'a2');
    expect(await queue.next()).toEqual({ done: false, value: 'a1+a2' });
    push(queue, 'a3');
    expect(await queue.next()).toEqual({ done: false, value: 'a3' });
    push(queue, 'a4', 'b1');
    expect(await drain(queue)).toEqual(['2 items']);
  });

  test('gives up what is too much still, and goes on behind it', async () => {
    const queue = queueOf({ changes: 2 });
    push(queue, 'a1', 'b1', 'c1', 'd1', 'd2');
    expect(await drain(queue)).toEqual(['3 items', 'd1+d2']);
  });

  test('counts bytes, and joins or gives up for them', async () => {
    const queue = queueOf({ changes: 100, bytes: 6 });
    push(queue, 'a1', 'b1', 'c1', 'c2');
    expect(await drain(queue)).toEqual(['3 items']);
  });

  test('tells nothing of what is hidden when it is delivered', async () => {
    const queue = queueOf({ changes: 10 });
    push(queue, 'a1', 'hidden', 'b1');
    expect(await drain(queue)).toEqual(['a1', 'b1']);
    const waited = queueOf({ changes: 10 });
    const next = waited.next();
    push(waited, 'hidden', 'a1');
    expect(await next).toEqual({ done: false, value: 'a1' });
  });

  test('holds nothing once its subscriber has left', async () => {
    const queue = queueOf({ changes: 10 });
    push(queue, 'a1');
    await queue.return();
    push(queue, 'a2');
    expect(await queue.next()).toEqual({ done: true, value: undefined });
  });
});

test('[K11] grants that cannot wait are told as one that says so', async () => {
  const feed = new GrantFeed();
  const told = feed.subscribe(() => true, true);
  const grant = { object: 'Person:a', relation: 'read', subject: 'user:b' };
  const grants = Array.from({ length: SUBSCRIBER_QUEUE_CHANGES_MAX + 2 }, () => grant);
  const place = { space: new Uint8Array(32), previous: new Uint8Array(32), height: 7 };
  feed.push({ kind: 'grants', ...place, grants });
  expect(await told.next()).toEqual({
    done: false,
    value: { event: 'RESYNC', grant: undefined, height: 7 },
  });
  expect((await told.next()).value).toMatchObject({ event: 'GRANTED', grant });
  feed.close();
  expect(await told.next()).toEqual({ done: true, value: undefined });
});
