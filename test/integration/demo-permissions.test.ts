/** The demo's permissions: put in force once, whatever came between, and what they give to whom. */

import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseSubject } from '../../src/access/tuple.ts';
import { readDemoDefinition, readDemoModel } from '../../src/io/demo.ts';
import { openMemorySpace, openSpace } from '../../src/space/open.ts';
import type { Space } from '../../src/space/space.ts';
import { ruleDemo } from '../fixture/demo.ts';
import { folderWith, runCommand, serveCommand } from './run-command.ts';

const GRANTS = 13;
const MARKER = 'demo-permissions-are-loading';
const OTHER_MODEL =
  'model\n  schema 1.1\ntype user\ntype Airport\n  relations\n    define read: [user:*]\n';

interface Before {
  readonly sdl?: string;
  readonly model?: string;
  readonly isCutShort?: true;
}

/** A data directory with one airport, as an earlier start has left it. */
async function directoryWith({ sdl, model, isCutShort }: Before): Promise<string> {
  const data = join(await folderWith({}), 'data');
  const source = sdl ?? (await readDemoDefinition()).source;
  await using space = await openSpace({ directory: data, definition: { source } });
  await space.write({ actor: 'demo' }, (draft) => {
    const airport = draft.createNode('Airport', { key: 'JFK' });
    draft.setNodeValue(airport, 'name', 'John F Kennedy Intl');
    draft.setNodeValue(airport, 'country', 'USA');
  });
  if (model !== undefined) await space.access.installModel({ source: model });
  if (isCutShort === true) await writeFile(join(data, MARKER), '');
  return data;
}

/** What `serve --demo` says, and the height that it leaves the authority chain at. */
async function served(
  data: string,
): Promise<{ told: string; height: number; model: string | undefined }> {
  const { told, stop } = await serveCommand('--demo', '--data', data);
  expect(await stop('SIGTERM')).toBe(0);
  expect(existsSync(join(data, MARKER))).toBe(false);
  await using space = await openSpace({ directory: data, create: false, isReadOnly: true });
  const { access } = space;
  return { told: told(), height: access.height, model: access.version()?.text };
}

describe('they are put in force', () => {
  test('when the demo is loaded, and what is revoked then stays so', async () => {
    const data = join(await folderWith({}), 'data');
    const first = await served(data);
    expect(first.told).toContain(`demo permissions: a model and ${GRANTS} grants\n`);
    expect(first.told).toContain('Permissions are in force, by the model of height 3.\n');
    const revoked = ['revoke', 'ROUTE:*', 'partner', 'organisation:skyways', '--data', data];
    expect((await runCommand('access', ...revoked)).code).toBe(0);
    const second = await served(data);
    expect(second.told).not.toContain('demo permissions');
    expect(second.height).toBe(5);
  });

  test('in a directory of an earlier version', async () => {
    const { told, height, model } = await served(await directoryWith({}));
    expect(told).toContain(`demo permissions: a model and ${GRANTS} grants\n`);
    expect(told).not.toContain('demo loaded');
    expect([height, model]).toEqual([4, (await readDemoModel()).source]);
  });

  test('after a start that was killed between the model and the grants', async () => {
    const model = (await readDemoModel()).source;
    const { told, height } = await served(await directoryWith({ model, isCutShort: true }));
    expect(told).toContain(`demo permissions: a model and ${GRANTS} grants\n`);
    expect(height).toBe(4);
  });

  test('after one that was killed before the model', async () => {
    const { told, height } = await served(await directoryWith({ isCutShort: true }));
    expect(told).toContain(`demo permissions: a model and ${GRANTS} grants\n`);
    expect(height).toBe(4);
  });
});

describe('they are not', () => {
  test('where another model is in force', async () => {
    const { told, height, model } = await served(await directoryWith({ model: OTHER_MODEL }));
    expect(told).not.toContain('demo permissions');
    expect([height, model]).toEqual([3, OTHER_MODEL]);
  });

  test('where another model has come after a start that was killed', async () => {
    const before = { model: OTHER_MODEL, isCutShort: true } as const;
    const { told, height } = await served(await directoryWith(before));
    expect(told).not.toContain('demo permissions');
    expect(height).toBe(3);
  });

  test('where the demo’s model is in force and nothing was cut short', async () => {
    const model = (await readDemoModel()).source;
    expect((await served(await directoryWith({ model }))).height).toBe(3);
  });

  test('where the definition is another', async () => {
    const sdl = (await readDemoDefinition()).source.replace(
      'state: String @index',
      'state: String',
    );
    const { told, height } = await served(await directoryWith({ sdl }));
    expect(told).toContain('No permissions are in force');
    expect(height).toBe(2);
  });
});

describe('they give', () => {
  const UNTIL = { name: 'until', context: '{"end":"2100-01-01T00:00:00Z"}' };

  async function ruled(): Promise<Space> {
    const { source } = await readDemoDefinition();
    const space = await openMemorySpace({ definition: { source } });
    await ruleDemo(space);
    return space;
  }

  function relationsOf({ access }: Space, subject: string, type: string): string[] {
    const relations = [...(access.version()?.model.types.get(type)?.relations.keys() ?? [])];
    const asked = { object: { type, id: '*' }, subject: parseSubject(subject) };
    return relations.filter((relation) => access.check({ ...asked, relation }));
  }

  test.each([
    ['user:*', ['read'], ['read']],
    ['user:coastal/ben', ['read'], ['read']],
    ['user:skyways/bob', ['read'], ['read']],
    ['user:skyways/ann', ['read'], ['read', 'read.flights', 'grant.flights']],
    [
      'user:airports/eve',
      ['read', 'write', 'grant'],
      ['read', 'read.flights', 'write', 'grant', 'grant.flights'],
    ],
  ])('%s of airports %j, of routes %j', async (subject, airports, routes) => {
    const space = await ruled();
    expect(relationsOf(space, subject, 'Airport')).toEqual(airports);
    expect(relationsOf(space, subject, 'ROUTE')).toEqual(routes);
  });

  test('a partner the right to share flights until a moment, and no other right', async () => {
    const { access } = await ruled();
    const actor = 'user:skyways/ann';
    const flights = { object: 'ROUTE:*', relation: 'read.flights', subject: 'user:coastal/ben' };
    await access.grant([{ ...flights, condition: UNTIL }], { actor });
    for (const grant of [
      flights,
      { ...flights, relation: 'partner', subject: 'organisation:coastal' },
      { ...flights, object: 'Airport:*', relation: 'read', subject: 'user:*' },
      { object: 'organisation:skyways', relation: 'member', subject: 'user:skyways/bob' },
    ]) {
      await expect(access.grant([grant], { actor })).rejects.toThrow();
    }
    const member = {
      object: 'organisation:skyways',
      relation: 'member',
      subject: 'user:skyways/bob',
    };
    await access.grant([member], { actor: 'user:airports/eve' });
    expect(access.mayAdminister('user:airports/eve', 'write')).toBe(true);
    expect(access.mayAdminister(actor, 'read')).toBe(false);
  });

  test('what OpenFGA’s own tests of the model say', async () => {
    const file = new URL('../../schema/us-flights/permissions.fga.yaml', import.meta.url).pathname;
    const { code, stdout } = await runCommand('access', 'test', file);
    expect([code, stdout]).toEqual([0, '48 passed, 0 failed\n']);
  });
});
