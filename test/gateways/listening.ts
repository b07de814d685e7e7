/** What the programs of this folder have in common: how they listen, say so, and end. */

import type { Server } from 'node:http';

export const HOST = '127.0.0.1';
/** What gateways hand on to subgraphs. */
export const FORWARDED = ['authorization', 'x-massive-graph-principal'] as const;

/** Says where, on one line of JSON. The process ends when whoever started it ends its input. */
export function announce(url: string): void {
  process.stdin.on('end', () => process.kill(process.pid, 'SIGKILL')).resume();
  process.stdout.write(`${JSON.stringify({ url })}\n`);
}

/** At a port that is free, unless one is named. */
export function listen(server: Server, port = 0): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => {
      const address = server.address();
      const bound = typeof address === 'object' ? address?.port : undefined;
      resolve(`http://${HOST}:${bound}/graphql`);
    });
  });
}
