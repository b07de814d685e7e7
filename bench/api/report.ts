/** A server process under test: tells its parent where it listens and what time it has used. */

/** Sends the address, then answers every message with the processor seconds used so far. */
export function reportTo(parent: NodeJS.Process, address: string): void {
  parent.on('message', () => {
    const { user, system } = parent.cpuUsage();
    parent.send?.({ seconds: (user + system) / 1e6 });
  });
  parent.on('disconnect', () => parent.kill(parent.pid, 'SIGTERM'));
  parent.send?.({ address });
}

/** What a server process sends. */
export interface Report {
  readonly address?: string;
  readonly seconds?: number;
  /** Why there is no server. */
  readonly failed?: string;
}
