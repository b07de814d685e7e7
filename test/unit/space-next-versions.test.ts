/** The next definition and the next model of a space: both, or neither, and in which order. */

import { expect, test } from 'vitest';
import { DatabaseError, describeError } from '../../src/base/errors.ts';
import type { NextVersions } from '../../src/space/next-versions.ts';
import { openSpace } from '../../src/space/open.ts';
import { Door } from '../fixture/door.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';

const PLAIN = 'type Note @node { text: String }';
const RULED = 'type Note @node { text: String @access(read: "seer") }';
const NEWLY_RULED = 'type Note @node { text: String @access(read: "viewer") }';

function model(...relations: readonly string[]): string {
  const lines = relations.map((relation) => `    define ${relation}: [user]`);
  return ['model', '  schema 1.1', 'type user', 'type Note', '  relations', ...lines].join('\n');
}

function versions(definition: string | undefined, model: string | undefined): NextVersions {
  return {
    definition: definition === undefined ? undefined : { source: definition, file: 'g.graphql' },
    model: model === undefined ? undefined : { source: model, file: 'p.fga' },
  };
}

async function mistakeOf(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
  } catch (error) {
    if (error instanceof DatabaseError) return describeError(error);
    throw error;
  }
  return 'no error';
}

/** Kinds of the records behind the first three: genesis, definition, author. */
async function recordsOf(...steps: readonly NextVersions[]) {
  const { space } = await Door.open({ sdl: PLAIN });
  for (const step of steps) await space.propose(step);
  const { access, definition } = space;
  return { space, height: access.height, model: access.version()?.text, sdl: definition.source };
}

test('[R27] a model that the definition goes with comes first, else the definition', async () => {
  const found = await recordsOf(
    versions(RULED, model('read', 'seer')),
    versions(NEWLY_RULED, model('read', 'seer', 'viewer')),
    versions(PLAIN, model('read')),
  );
  expect(found).toMatchObject({ model: model('read'), sdl: PLAIN, height: 8 });
});

test('what is in force already is no record', async () => {
  const once = versions(RULED, model('read', 'seer'));
  const { height } = await recordsOf(
    once,
    once,
    versions(RULED, undefined),
    versions(undefined, undefined),
  );
  expect(height).toBe(4);
});

test('[R27] a definition and a model that do not agree are refused, with the place', async () => {
  const { space } = await recordsOf();
  const next = versions(RULED, model('read'));
  const expected =
    'g.graphql:1:19: @access of field text of type Note expected a relation of Note ' +
    'in the model, got seer';
  expect(await mistakeOf(() => space.propose(next))).toBe(expected);
  expect(space.access.height).toBe(2);
  expect(space.access.isOpen).toBe(true);
});

test('one alone has to go with the other that is in force', async () => {
  const { space } = await recordsOf(versions(RULED, model('seer')));
  const narrower = await mistakeOf(() => space.propose(versions(undefined, model('read'))));
  expect(narrower).toContain('@access of field text of type Note expected a relation of Note');
  expect(narrower).not.toContain('p.fga');
  const wider = await mistakeOf(() => space.propose(versions(NEWLY_RULED, undefined)));
  expect(wider).toMatch(/^g\.graphql:1:19: .* got viewer$/);
  expect(space.access.height).toBe(4);
});

test('between two that exclude each other there is no way, and both stay', async () => {
  const { space } = await recordsOf(versions(RULED, model('seer')));
  const next = versions(NEWLY_RULED, model('viewer'));
  expect(await mistakeOf(() => space.propose(next))).toMatch(/got viewer$/);
  expect(space.definition.source).toBe(RULED);
  expect(space.access.version()?.text).toBe(model('seer'));
});

test('mistakes of a model have its file and place', async () => {
  const { space } = await recordsOf();
  const wrong = `${model('read')}\n    define write: reed`;
  expect(await mistakeOf(() => space.propose(versions(undefined, wrong)))).toMatch(
    /^p\.fga:7:12: /,
  );
});

test('a new directory is founded with both, or not at all', async () => {
  const directory = await temporaryDirectory();
  const open = async ({ definition, model }: NextVersions) => {
    if (definition === undefined) throw new Error('a new space has a definition');
    await using space = await openSpace({ directory, definition, model });
    return space.access.version()?.height;
  };
  expect(await mistakeOf(() => open(versions(RULED, model('read'))))).toMatch(/^g\.graphql:1:19: /);
  await expect(openSpace({ directory, create: false })).rejects.toThrow('got none');
  expect(await open(versions(RULED, model('seer')))).toBe(3);
  expect(await open(versions(RULED, model('seer')))).toBe(3);
});
