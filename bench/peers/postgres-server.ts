/**
 * A PostgreSQL server for the time of a bench: a temporary data directory, a Unix socket in it, no
 * port, and commits that do not wait for the disk. It ends with the process that started it.
 */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, chown, constants, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

export const POSTGRES_USER = 'bench';
const PACKAGED = '/usr/lib/postgresql';
/** `nobody`, since PostgreSQL does not run as root. */
const NOT_ROOT = { uid: 65_534, gid: 65_534 };
/** The server and its files are gone once the standard input ends, whatever ended it. */
const SUPERVISE = 'folder=$1; shift; "$@" & read -r _; kill -QUIT $!; wait; rm -rf "$folder"';
const READY = 'ready to accept connections';
const FAILED = 'FATAL';

/** The folder of the programs of an installed server. */
export async function postgresPrograms(): Promise<string | undefined> {
  const versions = await readdir(PACKAGED).catch(() => []);
  versions.sort((one, other) => Number(other) - Number(one));
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    ...versions.map((version) => join(PACKAGED, version, 'bin')),
  ];
  for (const folder of folders) {
    const programs = ['initdb', 'postgres'].map((name) => mayRun(join(folder, name)));
    if ((await Promise.all(programs)).every((may) => may)) return folder;
  }
  return undefined;
}

function mayRun(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

export class PostgresServer implements AsyncDisposable {
  readonly #supervisor: ChildProcess;
  /** Where its socket is. */
  readonly folder: string;

  private constructor(supervisor: ChildProcess, folder: string) {
    this.#supervisor = supervisor;
    this.folder = folder;
  }

  static async start(programs: string): Promise<PostgresServer> {
    const folder = await mkdtemp(join(tmpdir(), 'massive-graph-postgres-'));
    const owner = process.getuid?.() === 0 ? NOT_ROOT : undefined;
    if (owner !== undefined) await chown(folder, owner.uid, owner.gid);
    const run = { ...owner, cwd: folder };
    await promisify(execFile)(join(programs, 'initdb'), initialOptions(folder), run).catch(
      async (error: unknown) => {
        await rm(folder, { recursive: true });
        throw error;
      },
    );
    const command = [join(programs, 'postgres'), ...serverOptions(folder)];
    const supervisor = spawn('sh', ['-c', SUPERVISE, 'sh', folder, ...command], {
      ...run,
      stdio: ['pipe', 'ignore', 'pipe'],
      // In a group of its own, which an interrupt at the terminal does not reach.
      detached: true,
    });
    const server = new PostgresServer(supervisor, folder);
    await server.#ready();
    return server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#supervisor, 'exit');
    this.#supervisor.stdin?.end();
    await ended;
  }

  async #ready(): Promise<void> {
    let told = '';
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#supervisor.once('error', reject);
    this.#supervisor.stderr?.on('data', (text: Buffer) => {
      told += text.toString();
      if (told.includes(READY)) resolve();
      else if (told.includes(FAILED)) reject(new Error(`a server expected to start, got ${told}`));
    });
    await promise;
  }
}

function initialOptions(folder: string): string[] {
  const texts = ['--encoding=UTF8', '--locale=C'];
  return ['-D', folder, '-U', POSTGRES_USER, '--auth=trust', '--no-sync', ...texts];
}

function serverOptions(folder: string): string[] {
  const settings = ['listen_addresses=', `unix_socket_directories=${folder}`];
  return ['-D', folder, ...[...settings, 'synchronous_commit=off'].flatMap((each) => ['-c', each])];
}
