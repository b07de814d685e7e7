import { readFile } from 'node:fs/promises';
import { printSchema } from 'graphql';
import { expect, test } from 'vitest';
import { parseDefinition } from '../../src/definition/parse.ts';
import { buildSchema } from '../../src/graphql/schema.ts';

const DEMO = new URL('../../schema/us-flights/', import.meta.url);

test('the printed schema of the demo is the one that is generated', async () => {
  const sdl = await readFile(new URL('graph.graphql', DEMO), 'utf8');
  const printed = printSchema(buildSchema(parseDefinition(sdl)));
  // `npx vitest run test/unit/printed-schema -u` writes it anew.
  await expect(`${printed}\n`).toMatchFileSnapshot(new URL('schema.graphql', DEMO).pathname);
});
