/** What `serve --demo` puts into a data directory: data, then permissions, each once. */

import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import type { GraphiqlContent } from '../server/graphiql-page.ts';
import type { Space } from '../space/space.ts';
import type { SpaceAccess } from '../space/space-access.ts';
import { reportProblems } from './report-problems.ts';
import { formatCount, type Terminal } from './terminal.ts';

/** In the data directory while the data is loading, so that a start that was killed is made up. */
const DATA_MARKER = 'demo-is-loading';

/** The same while model and grants are put in force. */
const PERMISSIONS_MARKER = 'demo-permissions-are-loading';

const DEMO_ACTOR = 'demo';

/** Into a space with the demo's definition; what is there already stays. */
export async function loadDemoOnce(
  terminal: Terminal,
  space: Space,
  directory: string,
): Promise<void> {
  const isOwn = !(await isOfDemo(space));
  const isEmpty = space.graph.counts().nodes === 0;
  if (isEmpty || existsSync(join(directory, DATA_MARKER))) {
    if (isOwn) {
      terminal.notes(`${directory} has a data definition of its own: the demo is not loaded\n`);
      return;
    }
    await loadData(terminal, space, directory);
  }
  if (!isOwn) await loadPermissions(terminal, space, directory);
}

/** What GraphiQL shows of a space with the demo's definition. */
export async function demoPage(space: Space): Promise<GraphiqlContent | undefined> {
  if (!(await isOfDemo(space))) return undefined;
  const { readDemoPage } = await import('../io/demo-page.ts');
  return await readDemoPage(space);
}

async function isOfDemo({ definition }: Space): Promise<boolean> {
  const { readDemoDefinition } = await import('../io/demo.ts');
  return definition.source === (await readDemoDefinition()).source;
}

async function loadData(terminal: Terminal, space: Space, directory: string): Promise<void> {
  const { findDemoFiles, loadDemo } = await import('../io/demo.ts');
  const files = findDemoFiles();
  const marker = join(directory, DATA_MARKER);
  await writeFile(marker, '');
  const result = await loadDemo(space, files, { actor: DEMO_ACTOR });
  await rm(marker);
  reportProblems(terminal, result);
  const { nodes, edges } = result;
  terminal.news(`demo loaded: ${formatCount(nodes)} airports, ${formatCount(edges)} routes\n`);
}

/**
 * After the data, which nobody may write once a model is in force. Without the key of the
 * organisation the demo stays open, and the next start tries again.
 */
async function loadPermissions(terminal: Terminal, space: Space, directory: string): Promise<void> {
  const { access } = space;
  const marker = join(directory, PERMISSIONS_MARKER);
  const { isOpen } = access;
  if (!isOpen && !existsSync(marker)) return;
  const { readDemoModel } = await import('../io/demo.ts');
  const model = await readDemoModel();
  try {
    if (isOpen) {
      await writeFile(marker, '');
      await access.installModel(model);
    }
    // Another model may have come between a start that was killed and this one.
    if (access.version()?.text === model.source) await makeDemoGrants(terminal, access);
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== ErrorCode.UNAVAILABLE) throw error;
    terminal.notes(`the demo's permissions are not put in force: ${error.message}\n`);
    return;
  }
  await rm(marker);
}

async function makeDemoGrants(terminal: Terminal, access: SpaceAccess): Promise<void> {
  const { readDemoGrants } = await import('../io/demo.ts');
  const { parseGrants } = await import('../access/grants-file.ts');
  const { source, file } = await readDemoGrants();
  const model = access.version()?.model;
  const grants = model === undefined ? [] : parseGrants(source, { model, file });
  const made = await access.ensure(grants);
  terminal.news(`demo permissions: a model and ${formatCount(made)} grants\n`);
}
