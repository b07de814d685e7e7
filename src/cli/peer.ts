/** `massive-graph peer`: the replicas of other organisations, and how a directory becomes one. */

import { Command } from 'commander';
import { toHex } from '../base/bytes.ts';
import { DatabaseError, ErrorCode } from '../base/errors.ts';
import { systemRandom } from '../base/random.ts';
import type { KnownPeer } from '../replication/peers.ts';
import { addSharedOptions, dataOption, expectData } from './arguments.ts';
import { readingLogOf } from './log-reading.ts';
import { peerStatusCommand } from './peer-status.ts';
import { ProgressLine } from './progress.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

const EXAMPLES = `
A replica is known by the key of its data directory. Whoever is added receives all of the space:
permissions hold within a server, and withhold nothing from another replica.

Examples:
  massive-graph peer key --data ./replica
  massive-graph peer invite --data ./air-routes --address ws://graph.example:8081
  massive-graph peer join massive-graph://graph.example:8081/SPACE#KEY --data ./replica
  massive-graph peer add 8139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b394 \\
    --label "Blue Cross" --data ./air-routes
  massive-graph peer list --data ./air-routes
  massive-graph peer status --data ./air-routes`;

interface PeerOptions {
  readonly data: string;
  readonly address?: string;
  readonly label?: string;
  readonly whole?: true;
  readonly json?: true;
}

const DEFAULT_ADDRESS = 'ws://127.0.0.1:8081';

export function peerCommand(terminal: Terminal): Command {
  return new Command('peer')
    .summary('the replicas of a space, and how to become one')
    .description('The replicas of a space that a data directory knows.')
    .addCommand(keyCommand(terminal))
    .addCommand(inviteCommand(terminal))
    .addCommand(joinCommand(terminal))
    .addCommand(addCommand(terminal))
    .addCommand(removeCommand(terminal))
    .addCommand(listCommand(terminal))
    .addCommand(peerStatusCommand(terminal))
    .addHelpText('after', EXAMPLES);
}

function keyCommand(terminal: Terminal): Command {
  const command = new Command('key')
    .summary('print the key of a directory that is to join')
    .description('Prints the key of a directory that is to join a space; makes it if need be.')
    .addOption(dataOption())
    .action(async ({ data, json }: PeerOptions) => {
      const { authorKeyIn } = await import('../space/join-directory.ts');
      const key = toHex((await authorKeyIn(data)).publicKey);
      terminal.output(json === true ? `${JSON.stringify({ key })}\n` : `${key}\n`);
    });
  return addSharedOptions(command);
}

function inviteCommand(terminal: Terminal): Command {
  const command = new Command('invite')
    .summary('print a link by which others join')
    .description('Prints a link that carries the space, the address and the key of this replica.')
    .option('--address <url>', 'how others reach the sync port of this replica', DEFAULT_ADDRESS)
    .addOption(dataOption())
    .action(async ({ data, address = DEFAULT_ADDRESS, json }: PeerOptions) => {
      await expectData(data, '--data');
      const { formatInvitation, knownPeer } = await import('../replication/known-peers.ts');
      const { space, key } = await identityOf(data);
      knownPeer({ key, address });
      const link = formatInvitation({ space, key, address });
      terminal.output(json === true ? `${JSON.stringify({ link })}\n` : `${link}\n`);
    });
  return addSharedOptions(command);
}

function joinCommand(terminal: Terminal): Command {
  const command = new Command('join')
    .summary('make a data directory of a space that others hold')
    .description('Makes a data directory that follows the replica which a link names.')
    .argument('<link>', 'massive-graph://HOST:PORT/SPACE#KEY')
    .option('--label <text>', 'who it is')
    .option('--whole', 'take all commits, and not the state at the newest seal before them')
    .addOption(dataOption())
    .action((link: string, options: PeerOptions) => join(terminal, link, options));
  return addSharedOptions(command);
}

function addCommand(terminal: Terminal): Command {
  const command = new Command('add')
    .summary('let a replica in')
    .description('Adds a replica, which receives all of the space from then on.')
    .argument('<key>', 'key of its data directory, 64 hex digits')
    .option('--address <url>', 'where to reach it; without it, it comes by itself')
    .option('--label <text>', 'who it is')
    .addOption(dataOption())
    .action(async (key: string, { data, address, label, json }: PeerOptions) => {
      const { knownPeer } = await import('../replication/known-peers.ts');
      const peer = knownPeer({
        key: key.toLowerCase(),
        ...(address !== undefined && { address }),
        ...(label !== undefined && { label }),
      });
      await change(data, (peers) => [...peers.filter((each) => each.key !== peer.key), peer]);
      if (json === true) terminal.output(`${JSON.stringify(peer)}\n`);
      else terminal.output(`${peer.key}: added\n`);
    });
  return addSharedOptions(command);
}

function removeCommand(terminal: Terminal): Command {
  const command = new Command('remove')
    .summary('let a replica in no longer')
    .description('Removes a replica; what it has received stays with it.')
    .argument('<key>', 'its key')
    .addOption(dataOption())
    .action(async (key: string, { data, json }: PeerOptions) => {
      const wanted = key.toLowerCase();
      let isKnown = false;
      await change(data, (peers) => {
        isKnown = peers.some((each) => each.key === wanted);
        return peers.filter((each) => each.key !== wanted);
      });
      if (json === true) terminal.output(`${JSON.stringify({ key: wanted, isKnown })}\n`);
      else terminal.output(`${wanted}: ${isKnown ? 'removed' : 'not known'}\n`);
    });
  return addSharedOptions(command);
}

function listCommand(terminal: Terminal): Command {
  const command = new Command('list')
    .summary('print the replicas that are known')
    .description('Prints the replicas that a data directory knows.')
    .addOption(dataOption())
    .action(async ({ data, json }: PeerOptions) => {
      await expectData(data, '--data');
      const { readKnownPeers } = await import('../replication/known-peers.ts');
      const peers = (await readKnownPeers(data)) ?? [];
      if (json === true) terminal.output(`${JSON.stringify({ peers })}\n`);
      else terminal.output(peers.map(lineOf).join(''));
    });
  return addSharedOptions(command);
}

function lineOf({ key, address = '-', label = '' }: KnownPeer): string {
  return `${key}  ${address}  ${label}\n`;
}

/** A running server sees the change within a second. */
async function change(
  data: string,
  make: (peers: readonly KnownPeer[]) => readonly KnownPeer[],
): Promise<void> {
  await expectData(data, '--data');
  const { readKnownPeers, writeKnownPeers } = await import('../replication/known-peers.ts');
  await writeKnownPeers(data, make((await readKnownPeers(data)) ?? []));
}

/** Of a directory that a server may hold: nothing of it is locked. */
async function identityOf(data: string): Promise<{ readonly space: string; readonly key: string }> {
  const { readAuthorKey } = await import('../crypto/author-key.ts');
  const key = await readAuthorKey(data);
  const genesis = await readingLogOf(data, (log) => log.hashOf(1));
  if (key !== undefined && genesis !== undefined) {
    return { space: toHex(genesis), key: toHex(key.publicKey) };
  }
  const message = `${data}: a replica expected a space and the key of its author, got none`;
  throw new UsageError(message, 'Start it once: massive-graph serve --data DIR');
}

async function join(
  terminal: Terminal,
  link: string,
  { data, label, whole, json }: PeerOptions,
): Promise<void> {
  const [{ parseInvitation, writeKnownPeers }, { joinThrough }, { authorKeyIn }] =
    await Promise.all([
      import('../replication/known-peers.ts'),
      import('../replication/join-directory.ts'),
      import('../space/join-directory.ts'),
    ]);
  const invitation = parseInvitation(link);
  const key = await authorKeyIn(data);
  const own = toHex(key.publicKey);
  const peer = { key: invitation.key, address: invitation.address };
  const progress = new ProgressLine(terminal);
  const parts = {
    onProgress: (done: number, total: number) =>
      progress.show('receiving what is sealed', { done, total, unit: 'bytes' }),
    directory: data,
    key,
    random: systemRandom,
    isWhole: whole === true,
    begins: () => writeKnownPeers(data, [label === undefined ? peer : { ...peer, label }]),
  };
  const { position } = await joinThrough(invitation, parts)
    .catch((error: unknown) => {
      throw isForbidden(error) ? notAdded(own) : error;
    })
    .finally(() => progress.clear());
  if (json === true) {
    terminal.output(`${JSON.stringify({ space: invitation.space, key: own, position })}\n`);
    return;
  }
  const space = `${data} has joined space ${invitation.space}`;
  terminal.output(`${space}\n  key       ${own}\n  position  ${position}\n`);
  terminal.news(
    'It reads what others write. For it to write, the organisation certifies its key:\n' +
      `  massive-graph author add ${own} --data DIR\n`,
  );
}

function isForbidden(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === ErrorCode.FORBIDDEN;
}

function notAdded(key: string): UsageError {
  const advice = `Have it run, then join again: massive-graph peer add ${key} --data DIR`;
  return new UsageError('the replica expected a key that it knows, got that of this one', advice);
}
