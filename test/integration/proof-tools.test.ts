/** Proofs of the API are checked by the command, and by openssl with Python's standard library. */

import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyProof } from '../../src/proof/verify.ts';
import { openMemorySpace } from '../../src/space/open.ts';
import { type Api, FIVE_AIRPORTS, serveTestSpace } from '../fixture/api.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';
import { flightsDefinition } from '../fixture/test-space.ts';
import { runCommand } from './run-command.ts';

const SCRIPT = fileURLToPath(new URL('verify-proof.py', import.meta.url));

let api: Api;
/** By what they are of. */
const proofs = new Map<string, string>();

beforeAll(async () => {
  api = await serveTestSpace(flightsDefinition());
  await api.data(FIVE_AIRPORTS);
  const { airports } = (await api.data(`{ airports(where: { code: { eq: "ZRH" } }) { id } }`)) as {
    airports: { id: string }[];
  };
  // Written at once, they share a commit, whose tree has a path then.
  const { space } = api;
  await Promise.all(
    ['Kloten', 'Zürich ✈ "ZRH"'].map((name) =>
      space.write({ actor: 'user:zoë' }, (draft) =>
        draft.setNodeValue(airports[0]?.id ?? '', 'name', name),
      ),
    ),
  );
  const answer = await api.data(
    `query ($id: ID!) {
      node: proof(id: $id)
      key: proof(id: $id, field: "code")
      name: proof(id: $id, field: "name")
    }`,
    { id: airports[0]?.id },
  );
  for (const [name, text] of Object.entries(answer)) proofs.set(name, String(text));
  const edges = (await api.data(`{ airport(where: { code: { eq: "JFK" } }) {
    id routesConnection(first: 1) { edges { edge: proof flights: proof(field: "flights") } }
  } }`)) as { airport: { id: string; routesConnection: { edges: Record<string, string>[] } } };
  for (const [name, text] of Object.entries(edges.airport.routesConnection.edges[0] ?? {})) {
    proofs.set(name, text);
  }
  const nested = `query ($id: ID!) { proof(id: $id, field: "location.latitude") }`;
  const { proof } = await api.data(nested, { id: edges.airport.id });
  proofs.set('location.latitude', String(proof));
});

afterAll(() => api[Symbol.asyncDispose]());

/** The script's exit code and what it printed. */
function python(file: string) {
  const done = spawnSync('python3', [SCRIPT, file], { encoding: 'utf8' });
  return { code: done.status, output: `${done.stdout}${done.stderr}` };
}

const KINDS = ['node', 'key', 'name', 'location.latitude', 'edge', 'flights'];

describe('[P1] a proof of the API', () => {
  test.each(KINDS)('of %s verifies with openssl and Python', async (kind) => {
    const file = join(await temporaryDirectory(), 'proof.json');
    await writeFile(file, proofs.get(kind) ?? '');
    const { code, output } = python(file);
    expect(output).toMatch(/^✓ user:(?:\*|zoë) wrote/);
    expect(code).toBe(0);
  });

  test.each(KINDS)('of %s verifies with the command', async (kind) => {
    const file = join(await temporaryDirectory(), 'proof.json');
    await writeFile(file, `${proofs.get(kind)}\n`);
    const { code, stdout, stderr } = await runCommand('verify', file);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^✓ /);
    expect(code).toBe(0);
  });
});

test('[P4] a proof over a rotated key verifies, unless the rotation is left out', async () => {
  const file = join(await temporaryDirectory(), 'proof.json');
  const definition = { source: flightsDefinition().source };
  await using space = await openMemorySpace({ definition });
  await space.rotateOrganisation();
  const options = { actor: 'user:after' };
  const { result } = await space.write(options, (draft) => {
    const id = draft.createNode('Airport', { key: 'MGX' });
    for (const path of ['name', 'country']) draft.setNodeValue(id, path, 'Massive');
    return id;
  });
  const node = space.graph.nodeById(result);
  if (node === undefined) throw new Error('the node is there');
  const text = (await space.nodeProof(node)) ?? '';
  expect(JSON.parse(text).authority).toHaveLength(4);
  await writeFile(file, text);
  expect(python(file).output).toMatch(/^✓ user:after/);
  expect(verifyProof(text)).toMatchObject({ valid: true });
  const { authority } = JSON.parse(text);
  for (const left of [1, 2, 3]) {
    const some = authority.filter((_: string, index: number) => index !== left);
    const shorter = JSON.stringify({ ...JSON.parse(text), authority: some });
    expect(verifyProof(shorter)).toMatchObject({ valid: false, reason: 'AUTHORITY' });
    await writeFile(file, shorter);
    expect(python(file).code).toBe(1);
  }
});

describe('a proof that was changed', () => {
  /** Changes in each part, made so that the document stays in its form. */
  const PARTS = ['claim', 'authority', 'header', 'signature', 'dictionary', 'transaction', 'path'];

  test.each(PARTS)(
    'in its %s fails with openssl and Python, and with the command',
    async (part) => {
      const file = join(await temporaryDirectory(), 'proof.json');
      const proof = JSON.parse(proofs.get('name') ?? '');
      if (part === 'claim') proof.claim.value.value = 'Kloten';
      else if (Array.isArray(proof[part]))
        proof[part] = [flipped(proof[part][0]), ...rest(proof[part])];
      else proof[part] = flipped(proof[part]);
      await writeFile(file, JSON.stringify(proof));
      const script = python(file);
      expect(script.code, script.output).not.toBe(0);
      expect(script.output).not.toContain('✓');
      const command = await runCommand('verify', file);
      expect(command.code).toBe(3);
      expect(command.stdout).toMatch(/^✗ [A-Z]+: /);
    },
  );

  test('is found by openssl in either signature', async () => {
    const proof = JSON.parse(proofs.get('name') ?? '');
    const file = join(await temporaryDirectory(), 'proof.json');
    await writeFile(file, JSON.stringify({ ...proof, signature: flipped(proof.signature) }));
    expect(python(file).output).toContain("✗ the author's signature");
    const [genesis, ...others] = proof.authority;
    const last = Buffer.from(genesis, 'base64');
    last[last.length - 40] = (last[last.length - 40] as number) ^ 1;
    const authority = [last.toString('base64'), ...others];
    await writeFile(file, JSON.stringify({ ...proof, authority }));
    expect(python(file).output).toContain("✗ the owner's signature");
  });
});

describe('the command', () => {
  const fileOf = async (content: string | Uint8Array) => {
    const file = join(await temporaryDirectory(), 'proof.json');
    await writeFile(file, content);
    return file;
  };

  test('prints one line of JSON when it is asked to', async () => {
    const text = proofs.get('name') ?? '';
    const { stdout } = await runCommand('verify', await fileOf(text), '--json');
    const { valid, space, claim } = JSON.parse(stdout);
    expect([valid, space]).toEqual([true, api.space.id]);
    expect(claim).toEqual(JSON.parse(text).claim);
    const refused = await runCommand('verify', await fileOf('{}'), '--json');
    expect(refused.code).toBe(3);
    expect(JSON.parse(refused.stdout)).toMatchObject({ valid: false, reason: 'FORM' });
  });

  test('reads standard input', () => {
    const launcher = fileURLToPath(new URL('../../src/cli/massive-graph.js', import.meta.url));
    const input = `${proofs.get('name')}\n`;
    const done = spawnSync(process.execPath, [launcher, 'verify', '-'], {
      encoding: 'utf8',
      input,
    });
    expect([done.status, done.stderr]).toEqual([0, '']);
    expect(done.stdout).toContain('✓ user:zoë set name to "Zürich ✈ \\"ZRH\\""');
  });

  test('refuses the proof of another space than the one that is named', async () => {
    const file = await fileOf(proofs.get('name') ?? '');
    expect(await runCommand('verify', file, '--space', api.space.id)).toMatchObject({ code: 0 });
    const other = await runCommand('verify', file, '--space', '00'.repeat(32));
    expect(other.code).toBe(3);
    expect(other.stdout).toMatch(/^✗ SPACE: /);
  });

  test('refuses bytes that are no text, and more than a line feed at the end', async () => {
    for (const content of [Uint8Array.of(0xff, 0xfe), '', `${proofs.get('name')}\n\n`]) {
      const { code, stdout } = await runCommand('verify', await fileOf(content));
      expect([code, stdout.slice(0, 7)]).toEqual([3, '✗ FORM:']);
    }
  });

  test('prints nothing that a terminal would act on', async () => {
    const node = api.space.graph.nodesOfType('Airport')[0];
    if (node === undefined) throw new Error('the node is there');
    await api.space.write({ actor: 'user:\u001b[2J\u202e' }, (draft) =>
      draft.setNodeValue(draft.graph.nodeId(node), 'name', 'a\u009bb\n'),
    );
    const file = await fileOf((await api.space.nodeProof(node, 'name')) ?? '');
    const { code, stdout } = await runCommand('verify', file);
    expect(code).toBe(0);
    expect(stdout).toContain('✓ user:\\u{1b}[2J\\u{202e} set name to "a\\u{9b}b\\n"');
    for (const hidden of ['\u001b', '\u202e', '\u009b']) expect(stdout).not.toContain(hidden);
  });
});

test('the script is the one that the specification prints', async () => {
  const specification = await readFile(new URL('../../schema/proof.md', import.meta.url), 'utf8');
  const printed = /```python\n([\s\S]*?)```/.exec(specification)?.[1];
  expect(printed).toBe(await readFile(SCRIPT, 'utf8'));
});

function flipped(text: string): string {
  const bytes = Buffer.from(text, 'base64');
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] as number) ^ 1;
  return bytes.toString('base64');
}

function rest(items: readonly string[]): readonly string[] {
  return items.slice(1);
}
