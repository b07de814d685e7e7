import { once } from 'node:events';
import { mkdtemp, open, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { crc32 } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { IMAGE_VERSION } from '../../assembly/abi.ts';
import { FaultPoint } from '../../src/base/fault.ts';
import { Engine } from '../../src/engine/engine.ts';
import { SnapshotThread, takeSnapshotHere } from '../../src/log/snapshot.ts';
import { isWholeSnapshot, SnapshotFile, snapshotPositions } from '../../src/log/snapshot-file.ts';
import { temporaryDirectory } from '../fixture/temporary-directory.ts';
import { Seeded } from '../seeded.ts';

const SPACE = new Uint8Array(32).fill(5);
const FACTS = { heads: ['ab'], clock: '5' };
const FILE = 'snapshot-0000000007.image';
const VERSION_OFFSET = 8;
const IMAGE_VERSION_OFFSET = 12;
const LATER_VERSION = IMAGE_VERSION + 1;
const CHECKSUM_OFFSET = 60;
const IMAGE_OFFSET = 4_096;

let engine: Engine;
/** The bytes of a snapshot at position 7. */
let whole: Buffer;

beforeAll(async () => {
  engine = await Engine.create(SPACE, new Seeded(1));
  engine.declareIndex('City', 'name');
  // Hashing leaves its scratch in the header page, and would be all that differs.
  engine.stateHash(false);
  const directory = await mkdtemp(join(tmpdir(), 'massive-graph-test-'));
  await take(directory, 7);
  whole = await readFile(join(directory, FILE));
  await rm(directory, { recursive: true });
});

describe('[S1] [S2] a snapshot', () => {
  test('is read as it was written', async () => {
    const directory = await temporaryDirectory();
    const { imageBytes } = await take(directory, 7);
    await using file = await SnapshotFile.open(directory, 7);
    expect({ ...file, facts: file.facts }).toMatchObject({ position: 7, facts: FACTS, imageBytes });
    const read = (target: Uint8Array) => file.readImage(target);
    const engineOfIt = await Engine.load({ bytes: imageBytes, read }, SPACE);
    expect(engineOfIt.stateHash(false)).toBe(engine.stateHash(false));
    expect(await readdir(directory)).toEqual([FILE]);
    expect(await isWholeSnapshot(directory, 7)).toBe(true);
  });

  test('has the layout of its specification', () => {
    expect(whole.toString('latin1', 0, 8)).toBe('MGRAPHSN');
    expect(whole.readUInt32LE(VERSION_OFFSET)).toBe(2);
    expect(whole.readUInt32LE(IMAGE_VERSION_OFFSET)).toBe(IMAGE_VERSION);
    expect(whole.readBigUInt64LE(24)).toBe(7n);
    const imageBytes = Number(whole.readBigUInt64LE(16));
    const blocks = Math.ceil(imageBytes / 65_536);
    expect(whole.length).toBe(IMAGE_OFFSET + imageBytes + (blocks + 1) * 4);
    expect(whole.readUInt32LE(36)).toBe(crc32(whole.subarray(64, IMAGE_OFFSET)));
    expect(whole.toString('utf8', 64, 64 + whole.readUInt32LE(32))).toBe(JSON.stringify(FACTS));
  });

  test('that a thread writes has the same bytes', async () => {
    const directory = await temporaryDirectory();
    await using thread = await SnapshotThread.start(engine);
    await thread.take({ engine, directory, position: 7, facts: FACTS });
    const written = await readFile(join(directory, FILE));
    expect(written.equals(whole)).toBe(true);
  });

  test('is given up where its thread has ended before, and the next one is taken', async () => {
    const directory = await temporaryDirectory();
    const started = once(process, 'worker');
    await using thread = await SnapshotThread.start(engine);
    const [worker] = (await started) as [Worker];
    await worker.terminate();
    const taken = thread.take({ engine, directory, position: 7, facts: FACTS });
    await expect(taken).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await take(directory, 7);
    expect((await readFile(join(directory, FILE))).equals(whole)).toBe(true);
  });

  test('written again at the same position replaces the one before', async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, FILE), 'another');
    await take(directory, 7);
    expect((await readFile(join(directory, FILE))).equals(whole)).toBe(true);
  });

  test('the newest two are kept, and what a killed process left unfinished goes', async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'snapshot-0000000003.image.new'), 'half');
    await writeFile(join(directory, 'another-file'), 'stays');
    for (const position of [1, 5, 12]) await take(directory, position);
    expect(await snapshotPositions(directory)).toEqual([12, 5]);
    expect((await readdir(directory)).sort()).toEqual([
      'another-file',
      'snapshot-0000000005.image',
      'snapshot-0000000012.image',
    ]);
  });

  test('positions are read from names of its form alone, the newest first', async () => {
    const directory = await temporaryDirectory();
    const names = ['snapshot-0000000002.image', 'snapshot-0000000010.image', 'snapshot-3.image'];
    for (const name of [...names, 'snapshot-0000000004.image.new', 'xsnapshot-0000000005.image']) {
      await writeFile(join(directory, name), '');
    }
    expect(await snapshotPositions(directory)).toEqual([10, 2]);
  });
});

describe('[S6] the steps of a snapshot', () => {
  const steps = Object.values(FaultPoint).filter((point) => point.startsWith('snapshot.'));

  test.each(['here', 'in a thread'])('are passed in their order %s', async (where) => {
    const directory = await temporaryDirectory();
    const reached: string[] = [];
    const faults = {
      isArmed: () => false,
      reach: (point: FaultPoint) => void reached.push(point),
    };
    const request = { engine, directory, position: 7, facts: FACTS, faults };
    if (where === 'here') await takeSnapshotHere(request);
    else {
      await using thread = await SnapshotThread.start(engine);
      await thread.take(request);
    }
    expect(reached).toEqual(steps);
  });

  test('a step that fails leaves no file, and another snapshot can be taken', async () => {
    const directory = await temporaryDirectory();
    for (const step of steps.slice(0, 4)) {
      const reach = (point: FaultPoint) => {
        if (point === step) throw new Error(`no ${step}`);
      };
      const faults = { isArmed: () => false, reach };
      const taken = takeSnapshotHere({ engine, directory, position: 7, facts: FACTS, faults });
      await expect(taken).rejects.toThrow(`no ${step}`);
      expect(await readdir(directory)).toEqual([]);
    }
    await take(directory, 7);
  });

  test('a directory that is gone is said in words', async () => {
    const directory = join(await temporaryDirectory(), 'gone');
    await using thread = await SnapshotThread.start(engine);
    const taken = thread.take({ engine, directory, position: 7, facts: FACTS });
    await expect(taken).rejects.toThrow('a snapshot expected to be written, got: ENOENT');
  });
});

describe('[S3] a snapshot whose bytes are not those that were written is named, not served', () => {
  test('cut off anywhere', async () => {
    const directory = await temporaryDirectory();
    const lengths = [0, 1, 8, 15, 16, 47, 63, 64, 65, 100, 4_095, 4_096, 70_000];
    for (const length of [...lengths, whole.length - 4, whole.length - 1]) {
      await writeFile(join(directory, FILE), whole);
      await truncate(join(directory, FILE), length);
      await expectDamaged(directory, `${length} bytes`);
    }
    await writeFile(join(directory, FILE), Buffer.concat([whole, Buffer.alloc(1)]));
    await expectDamaged(directory, 'a byte more');
  });

  test('with a bit flipped anywhere', async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, FILE), whole);
    await using file = await open(join(directory, FILE), 'r+');
    const random = new Seeded(20_260_601);
    const head = Array.from({ length: 64 * 8 }, (_, bit) => bit);
    const others = Array.from({ length: 150 }, () => random.below(whole.length * 8));
    const table = Array.from({ length: 40 }, (_, index) => whole.length * 8 - 1 - index);
    for (const bit of [...head, ...others, ...table]) {
      const byte = whole[bit >>> 3] as number;
      await file.write(Uint8Array.of(byte ^ (1 << (bit & 7))), 0, 1, bit >>> 3);
      await expectDamaged(directory, `bit ${bit}`);
      await file.write(Uint8Array.of(byte), 0, 1, bit >>> 3);
    }
    expect(await isWholeSnapshot(directory, 7)).toBe(true);
  });

  test('by its file, its block and the place in the file', async () => {
    const directory = await temporaryDirectory();
    const changed = Buffer.from(whole);
    const at = IMAGE_OFFSET + 3 * 65_536 + 77;
    changed[at] = (changed[at] as number) ^ 1;
    await writeFile(join(directory, FILE), changed);
    await using file = await SnapshotFile.open(directory, 7);
    await expect(file.check()).rejects.toThrow(
      /^the snapshot snapshot-0000000007\.image expected block 3, at byte 200704, to have checksum/,
    );
  });

  test('under the name of another position', async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'snapshot-0000000008.image'), whole);
    await expect(SnapshotFile.open(directory, 8)).rejects.toThrow('expected position 8, got 7');
  });

  test('that is gone is an error of the system', async () => {
    const directory = await temporaryDirectory();
    await rm(join(directory, FILE), { force: true });
    await expect(SnapshotFile.open(directory, 7)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('[S1] a snapshot of a later form is refused, with a message that says so', () => {
  test.each([
    ['version', VERSION_OFFSET, 2],
    ['image version', IMAGE_VERSION_OFFSET, IMAGE_VERSION],
  ])('by its %s', async (_, offset, own) => {
    const directory = await temporaryDirectory();
    const later = Buffer.from(whole);
    later.writeUInt32LE(LATER_VERSION, offset);
    later.writeUInt32LE(crc32(later.subarray(0, CHECKSUM_OFFSET)), CHECKSUM_OFFSET);
    await writeFile(join(directory, FILE), later);
    await expect(SnapshotFile.open(directory, 7)).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringMatching(
        new RegExp(` expected .*version ${own}, got ${LATER_VERSION}: another program wrote it`),
      ),
    });
    await expect(isWholeSnapshot(directory, 7)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });
});

function take(directory: string, position: number): ReturnType<typeof takeSnapshotHere> {
  return takeSnapshotHere({ engine, directory, position, facts: FACTS });
}

async function expectDamaged(directory: string, what: string): Promise<void> {
  const read = async () => {
    await using file = await SnapshotFile.open(directory, 7);
    await file.check();
  };
  await expect(read(), what).rejects.toMatchObject({
    code: 'CORRUPT',
    message: expect.stringMatching(/^the snapshot snapshot-0000000007\.image expected .+, got .+/),
  });
}
