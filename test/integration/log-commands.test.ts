/** The log commands on real directories: beside a server, on export, and on logs gone wrong. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CarBlockIterator } from '@ipld/car';
import { decode } from '@ipld/dag-cbor';
import type { CID } from 'multiformats/cid';
import { describe, expect, onTestFinished, test } from 'vitest';
import { concatBytes, sameBytes, toHex } from '../../src/base/bytes.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import { cidText, hashOfCid } from '../../src/crypto/identifier.ts';
import { rootOfInclusion } from '../../src/crypto/merkle-proof.ts';
import { readCheckpoint } from '../../src/log/checkpoint.ts';
import type { LogEntry } from '../../src/log/log.ts';
import { entryLeaf } from '../../src/log/log-tree.ts';
import { openLogToRead } from '../../src/log/open-log.ts';
import { openSpace } from '../../src/space/open.ts';
import { CITIES } from '../fixture/door.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';
import { runCommand, serveCommand } from './run-command.ts';

const WRITES = 5;
/** Genesis, definition, author. */
const RECORDS = 3;
const ENTRIES = RECORDS + WRITES;

async function filledDirectory(): Promise<string> {
  const directory = await temporaryDirectory();
  await using space = await openSpace({ directory, definition: { source: CITIES } });
  for (let count = 0; count < WRITES; count++) {
    await space.write({ actor: `user:${count}` }, (draft) => {
      draft.setNodeValue(draft.createNode('City', { key: `C${count}` }), 'name', `City ${count}`);
    });
  }
  return directory;
}

function tailing(words: readonly string[], stdout: 'pipe' | number = 'pipe'): ChildProcess {
  const launcher = fileURLToPath(new URL('../../src/cli/massive-graph.js', import.meta.url));
  const child = spawn(process.execPath, [launcher, ...words], {
    stdio: ['ignore', stdout, 'pipe'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

async function entriesOf(directory: string): Promise<LogEntry[]> {
  await using log = await openLogToRead(directory);
  return [...log.entries(1)];
}

async function nameOf(directory: string, position: number): Promise<Uint8Array> {
  await using log = await openLogToRead(directory);
  return log.hashOf(position) ?? new Uint8Array();
}

describe('log show and tail', () => {
  test('print an entry by position and by CID, and the last entries in order', async () => {
    const directory = await filledDirectory();
    const name = cidText(await nameOf(directory, 5));
    const byPosition = await runCommand('log', 'show', '5', '--data', directory);
    expect(byPosition).toMatchObject({ code: 0, stderr: '' });
    expect(byPosition.stdout).toContain(`entry 5: commit ${name}\n`);
    expect(byPosition.stdout).toMatch(/transaction 0 {2}[0-9a-f]{32} {2}user:1, \d+ bytes/);
    expect(await runCommand('log', 'show', name, '--data', directory)).toEqual(byPosition);
    const genesis = await runCommand('log', 'show', '1', '--json', '--data', directory);
    expect(JSON.parse(genesis.stdout)).toMatchObject({ record: 'genesis', height: 0 });
    const tail = await runCommand('log', 'tail', '-n', '3', '--data', directory);
    expect(tail.stdout.split('\n').map((line) => line.split('  ')[0])).toEqual(['6', '7', '8', '']);
  });

  test('name what is not there', async () => {
    const directory = await filledDirectory();
    const missing = await runCommand('log', 'show', `${ENTRIES + 1}`, '--data', directory);
    expect(missing).toMatchObject({ code: 1, stdout: '' });
    expect(missing.stderr).toContain(`${ENTRIES} entries`);
    const name = cidText(sha256(new Uint8Array()));
    expect(await runCommand('log', 'show', name, '--data', directory)).toMatchObject({ code: 1 });
    for (const words of [
      ['show', 'x'],
      ['show', '0'],
      ['tail', '-n', '-1'],
      ['tail', 'more'],
      [],
    ]) {
      const refused = await runCommand('log', ...words, '--data', directory);
      expect(refused, words.join(' ')).toMatchObject({ code: 2 });
      expect(refused.stderr, words.join(' ')).not.toBe('');
    }
    const elsewhere = join(directory, 'none');
    for (const words of [['verify'], ['tail'], ['prove', '1'], ['export', elsewhere]]) {
      const refused = await runCommand('log', ...words, '--data', elsewhere);
      expect(refused, words.join(' ')).toMatchObject({ code: 2, stdout: '' });
    }
  });

  test('work beside a server, whose later commits they see', async () => {
    const directory = await filledDirectory();
    const { line, stop } = await serveCommand('--data', directory);
    const ask = async (query: string) => {
      const response = await fetch(String(line.graphql), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      return ((await response.json()) as { data: Record<string, unknown> }).data;
    };
    await ask('mutation { createCities(input: [{ code: "NEW" }]) { info { nodesCreated } } }');
    const verified = await runCommand('log', 'verify', '--data', directory);
    expect(verified).toMatchObject({ code: 0, stderr: '' });
    expect(verified.stdout).toContain(`${ENTRIES + 1} entries, ${WRITES + 1} commits`);
    expect(verified.stdout).toContain(`as signed up to entry ${ENTRIES}`);
    const note = String((await ask('{ checkpoint }')).checkpoint);
    expect(readCheckpoint(note).size).toBe(ENTRIES + 1);
    expect(await readFile(join(directory, 'checkpoint'), 'utf8')).toBe(note);
    expect((await ask('{ checkpoint }')).checkpoint).toBe(note);
    const again = await runCommand('log', 'verify', '--data', directory);
    expect(again.stdout).toContain(`as signed up to entry ${ENTRIES + 1}`);
    expect(await stop('SIGTERM')).toBe(0);
  });
});

test.each([['--follow'], ['--json']])(
  'log tail %s ends without a word when nobody reads any more',
  async (option) => {
    const child = tailing(['log', 'tail', option, '--data', await filledDirectory()]);
    let told = '';
    child.stderr?.on('data', (text: Buffer) => {
      told += text.toString();
    });
    child.stdout?.destroy();
    expect([(await once(child, 'close'))[0], told]).toEqual([0, '']);
  },
);

test('log tail says that what it prints cannot be written', async () => {
  const directory = await filledDirectory();
  await using full = await open('/dev/full', 'w');
  const child = tailing(['log', 'tail', '--data', directory], full.fd);
  let told = '';
  child.stderr?.on('data', (text: Buffer) => {
    told += text.toString();
  });
  const [code] = await once(child, 'close');
  expect([code, told]).toEqual([1, 'error: standard output expected to be written, got ENOSPC\n']);
});

test('log tail --follow prints what a server appends, until it is stopped', async () => {
  const directory = await filledDirectory();
  const child = tailing(['log', 'tail', '-n', '1', '--follow', '--data', directory]);
  const closed = once(child, 'close');
  let printed = '';
  child.stdout?.on('data', (text: Buffer) => {
    printed += text.toString();
  });
  const positions = () => printed.match(/^\d+(?= {2}commit)/gm) ?? [];
  await expect.poll(positions, { timeout: 10_000 }).toEqual([`${ENTRIES}`]);
  {
    await using space = await openSpace({ directory, create: false });
    await space.write({ actor: 'user:more' }, (draft) => draft.createNode('Street'));
    const expected = [`${ENTRIES}`, `${ENTRIES + 1}`];
    await expect.poll(positions, { timeout: 10_000 }).toEqual(expected);
  }
  child.kill('SIGTERM');
  expect((await closed)[0]).toBe(0);
});

describe('log prove', () => {
  test('[T4] gives proofs that lead from entries to the root that is signed', async () => {
    const directory = await filledDirectory();
    for (const position of [1, 4, ENTRIES]) {
      const { stdout } = await runCommand('log', 'prove', `${position}`, '--data', directory);
      const [head = '', ...rest] = stdout.split('\n\n');
      const [format, index, ...hashes] = head.split('\n');
      expect([format, index]).toEqual(['c2sp.org/tlog-proof@v1', `index ${position - 1}`]);
      const { root, size } = readCheckpoint(rest.join('\n\n'));
      const path = hashes.map((hash) => Uint8Array.fromBase64(hash));
      const leaf = entryLeaf(await nameOf(directory, position));
      const reached = rootOfInclusion(leaf, path, { index: position - 1, size });
      expect(reached !== undefined && sameBytes(reached, root), `${position}`).toBe(true);
    }
    const beyond = await runCommand('log', 'prove', `${ENTRIES + 1}`, '--data', directory);
    expect(beyond).toMatchObject({ code: 1, stdout: '' });
  });
});

describe('log verify names', () => {
  const verify = async (directory: string) => {
    const { code, stdout, stderr } = await runCommand('log', 'verify', '--data', directory);
    expect(stderr).toBe('');
    expect(code).toBe(3);
    return stdout;
  };

  test('[T6] every place where bytes are not those that were written', async () => {
    const directory = await filledDirectory();
    const file = join(directory, 'log-0000000001.segment');
    const hashes = await Promise.all([3, 5].map((position) => nameOf(directory, position)));
    const bytes = await readFile(file);
    for (const hash of hashes) {
      // The first place with these bytes is the head of the record; its entry follows.
      const entry = bytes.indexOf(hash) + hash.length;
      bytes[entry + 8] = (bytes[entry + 8] as number) ^ 1;
    }
    await writeFile(file, bytes);
    const found = await verify(directory);
    for (const position of [3, 5]) expect(found).toContain(`entry ${position} `);
    expect(found.split('\n')).toHaveLength(3);
  });

  test('[T5] a checkpoint of another space', async () => {
    const [directory, other] = [await filledDirectory(), await filledDirectory()];
    const note = await readFile(join(other, 'checkpoint'), 'utf8');
    await writeFile(join(directory, 'checkpoint'), note);
    expect(await verify(directory)).toMatch(/✗ the log expected a checkpoint of its space/);
  });

  test('[T5] a checkpoint that nobody signed', async () => {
    const directory = await filledDirectory();
    const file = join(directory, 'checkpoint');
    const note = await readFile(file, 'utf8');
    await writeFile(file, note.replace(`\n${ENTRIES}\n`, `\n${ENTRIES - 1}\n`));
    expect(await verify(directory)).toMatch(/✗ a note expected a valid signature/);
    await writeFile(file, 'nothing');
    expect(await verify(directory)).toMatch(/✗ a note expected an empty line/);
  });
});

describe('log export', () => {
  test('[X1]–[X5] every block has its name, and the envelopes come out byte by byte', async () => {
    const directory = await filledDirectory();
    const file = join(directory, 'all.car');
    const { code, stdout } = await runCommand('log', 'export', file, '--json', '--data', directory);
    const { root, entries, bytes } = JSON.parse(stdout);
    expect([code, entries]).toEqual([0, ENTRIES]);
    const car = await readFile(file);
    expect(car.length).toBe(bytes);
    const blocks = await readBlocks(car, root);
    expect(blocks.size).toBe(RECORDS * 2 + WRITES * 3 + 2);
    const envelopes = importEnvelopes(blocks, root);
    const held = (await entriesOf(directory)).map((entry) => toHex(entry.bytes));
    expect(envelopes.map(toHex)).toEqual(held);
  });

  test('[X1] a part of the log is what was asked for', async () => {
    const directory = await filledDirectory();
    const file = join(directory, 'part.car');
    const words = ['log', 'export', file, '--from', '3', '--to', '4', '--data', directory];
    expect(await runCommand(...words)).toMatchObject({ code: 0, stderr: '' });
    const car = await readFile(file);
    const [root] = await (await CarBlockIterator.fromBytes(car)).getRoots();
    const envelopes = importEnvelopes(await readBlocks(car, String(root)), String(root));
    const held = (await entriesOf(directory)).slice(2, 4).map((entry) => toHex(entry.bytes));
    expect(envelopes.map(toHex)).toEqual(held);
  });

  test('beyond the log is refused, and leaves no file', async () => {
    const directory = await filledDirectory();
    const file = join(directory, 'none.car');
    const words = ['log', 'export', file, '--to', `${ENTRIES + 1}`, '--data', directory];
    expect(await runCommand(...words)).toMatchObject({ code: 1, stdout: '' });
    await expect(readFile(file)).rejects.toThrow('ENOENT');
    await expect(readFile(`${file}.new`)).rejects.toThrow('ENOENT');
  });
});

/** By CID; every block's hash is checked, and a changed byte would be found. */
async function readBlocks(car: Uint8Array, root: string): Promise<Map<string, Uint8Array>> {
  const reader = await CarBlockIterator.fromBytes(car);
  expect((await reader.getRoots()).map(String)).toEqual([root]);
  const blocks = new Map<string, Uint8Array>();
  for await (const { cid, bytes } of reader) {
    expect(toHex(sha256(bytes))).toBe(toHex(cid.multihash.digest));
    blocks.set(String(cid), bytes);
  }
  return blocks;
}

/** The envelopes that schema/car.md says an import makes. */
function importEnvelopes(blocks: ReadonlyMap<string, Uint8Array>, root: string): Uint8Array[] {
  const bytesOf = (cid: unknown): Uint8Array => {
    const bytes = blocks.get(String(cid));
    if (bytes === undefined) throw new Error(`no block ${cid}`);
    return bytes;
  };
  const manifest = decode<{ version: number; pages: CID[] }>(bytesOf(root));
  expect(manifest.version).toBe(1);
  const entries = manifest.pages.flatMap(
    (page) => decode<{ entries: CID[] }>(bytesOf(page)).entries,
  );
  return entries.map((link) => {
    const entry = decode<Record<string, unknown>>(bytesOf(link));
    const signature = entry.signature as Uint8Array;
    if (entry.kind === 'authority') {
      const body = bytesOf(entry.record);
      const head = Buffer.from([2, 0, 0, 0, 0, 0]);
      head.writeUInt32LE(body.length, 2);
      return concatBytes(head, body, signature);
    }
    const header = bytesOf(entry.commit);
    expect(hashOfCid(entry.commit)).toBeDefined();
    const head = Buffer.from([1, entry.form as number, 0, 0]);
    head.writeUInt16LE(header.length, 2);
    return concatBytes(head, header, signature, bytesOf(entry.payload));
  });
}
