/** Counts that are told to the library only when somebody reads. */

import { Counter, Histogram, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { DurationHistogram } from '../../src/server/duration-histogram.ts';
import { LabelledCounter } from '../../src/server/labelled-counter.ts';
import { Seeded } from '../seeded.ts';

const BOUNDS = [0.001, 0.0025, 0.5, 10];

test('a histogram reads as the library would write it', async () => {
  const [ours, theirs] = [new Registry(), new Registry()];
  const about = { name: 'seconds', help: 'How long.' };
  const held = new DurationHistogram({ ...about, label: 'type', bounds: BOUNDS, registry: ours });
  const wanted = new Histogram({
    ...about,
    labelNames: ['type'],
    buckets: BOUNDS,
    registers: [theirs],
  });
  const random = new Seeded(5);
  for (let index = 0; index < 500; index++) {
    const type = random.pick(['query', 'mutation']);
    const seconds = random.pick([0, ...BOUNDS, 0.002, 0.1, 11]);
    held.add(type, seconds);
    wanted.observe({ type }, seconds);
    if (index % 100 === 0) expect(await ours.metrics()).toBe(await theirs.metrics());
  }
  expect(await ours.metrics()).toBe(await theirs.metrics());
});

test('a counter reads as the library would write it, however often it is read', async () => {
  const [ours, theirs] = [new Registry(), new Registry()];
  const about = { name: 'operations', help: 'How many.' };
  const held = new LabelledCounter({ ...about, labels: ['type', 'errors'], registry: ours });
  const wanted = new Counter({ ...about, labelNames: ['type', 'errors'], registers: [theirs] });
  for (const type of ['query', 'mutation', 'query', 'query']) {
    held.inc(`${type} false`);
    wanted.inc({ type, errors: 'false' });
    expect(await ours.metrics()).toBe(await theirs.metrics());
  }
});
