/** Whatever a server tells stands in a row of test/leaks.ts, and each row has its test. */

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { nodeNames } from '../../src/graphql/names.ts';
import { buildSchema } from '../../src/graphql/schema.ts';
import { FrameType } from '../../src/replication/frame.ts';
import { CHANNELS, type Channel } from '../leaks.ts';
import { everythingDefinition } from '../property/graphql-definition.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** A path that a server compares with, or that it names. */
const PATH = /'(\/(?:[a-z][\w./-]*)?)'/g;
/** Which port the files of a server are of; all others are of the main one. */
const PORTS: Readonly<Record<string, string>> = {
  'metrics.ts': 'metrics',
  'sync-server.ts': 'sync',
};

const definition = everythingDefinition();

function rootFields(): string[] {
  const schema = buildSchema(definition);
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  return roots.flatMap((root) => Object.keys(root?.getFields() ?? {}));
}

function servedRoutes(): string[] {
  const routes = new Set<string>();
  for (const file of globSync('src/server/**/*.ts', { cwd: ROOT })) {
    const text = readFileSync(join(ROOT, file), 'utf8').replace(/^import .*$/gm, '');
    const port = PORTS[file.split('/').at(-1) ?? ''] ?? 'main';
    for (const [, path] of text.matchAll(PATH)) routes.add(`${port} ${path}`);
  }
  return [...routes];
}

/** What stands in no row. */
function missing(
  told: {
    readonly fields: readonly string[];
    readonly routes: readonly string[];
    readonly frames: readonly string[];
  },
  channels: readonly Channel[],
): string[] {
  const fields = channels.flatMap((channel) => (channel.fields ?? []).flatMap(fieldsNamed));
  const rows = {
    fields: new Set(fields),
    routes: new Set(channels.flatMap(({ routes = [] }) => routes)),
    frames: new Set<string>(channels.flatMap(({ frames = [] }) => frames)),
  };
  return [
    ...told.fields.filter((field) => !rows.fields.has(field)),
    ...told.routes.filter((route) => !rows.routes.has(route)),
    ...told.frames.filter((frame) => !rows.frames.has(frame)),
  ];
}

/** The root fields that a row stands for. */
function fieldsNamed(field: string): string[] {
  const { nodeTypes, interfaceTypes, unionTypes } = definition;
  const ofInterfaces = [...interfaceTypes.values()].map(({ plural }) => plural);
  const ofUnions = [...unionTypes.values()].map(({ plural }) => plural);
  if (field.includes('{interface}')) {
    return ofInterfaces.map((name) => field.replace('{interface}', name));
  }
  if (field.includes('{union}')) return ofUnions.map((name) => field.replace('{union}', name));
  return [...nodeTypes.values()].map(nodeNames).map(({ single, list, plural }) => {
    return field.replace('{single}', single).replace('{list}', list).replace('{plural}', plural);
  });
}

describe('the channels of a server', () => {
  const fields = rootFields();
  const routes = servedRoutes();
  const frames = Object.keys(FrameType);

  test('stand in rows: root fields, routes and frames', () => {
    expect(fields.length).toBeGreaterThan(30);
    expect(fields).toEqual(expect.arrayContaining(['_entities', '_service']));
    expect([...routes].sort()).toEqual([
      ...['main /', 'main /graphql', 'main /health', 'metrics /metrics', 'sync /'],
    ]);
    expect(missing({ fields, routes, frames }, CHANNELS)).toEqual([]);
  });

  test('are missed where no row has them', () => {
    const told = { fields: ['spies'], routes: ['main /spy'], frames: ['SPY'] };
    expect(missing(told, CHANNELS)).toEqual(['spies', 'main /spy', 'SPY']);
    for (const channel of CHANNELS) {
      const others = CHANNELS.filter((each) => each !== channel);
      const isAlone = missing({ fields, routes, frames }, others).length > 0;
      if (channel.routes !== undefined) expect(isAlone, channel.name).toBe(true);
    }
    const [, ...without] = CHANNELS.filter(({ name }) => name === 'proofs');
    expect(missing({ fields: ['proof'], routes: [], frames: [] }, without)).toEqual(['proof']);
  });

  test('have rows that name nothing else', () => {
    const told = new Set([...fields, ...routes, ...frames]);
    for (const channel of CHANNELS) {
      for (const field of channel.fields ?? []) {
        expect(fieldsNamed(field).some((each) => told.has(each))).toBe(true);
      }
      for (const each of [...(channel.routes ?? []), ...(channel.frames ?? [])]) {
        expect(told).toContain(each);
      }
    }
  });

  test.each(CHANNELS.map((channel) => [channel.name, channel.test] as const))(
    '%s is tested',
    (name, file) => {
      expect(readFileSync(join(ROOT, file), 'utf8')).toContain(`'${name}'`);
    },
  );
});
