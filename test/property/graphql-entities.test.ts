import { expect, test } from 'vitest';
import { findInEntities } from './planted-entities.ts';

const COPY_MILLISECONDS_MAX = 120_000;

/** All of them are planted by `npm run soak -- graphql`. */
test.each(['null for what several nodes have', 'the first type of an interface alone'])(
  'entities with a mistake in %s are found out',
  async (name) => {
    expect(await findInEntities(name, { seed: 1, sequences: 60 })).toContain('expected');
  },
  COPY_MILLISECONDS_MAX,
);
