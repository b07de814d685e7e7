/** What stays within this machine. */

import { BlockList, isIP } from 'node:net';

const LOCALHOST = /^(?:.+\.)?localhost\.?$/i;

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Whether a host, as one listens on it or as a URL names it, is this machine alone. */
export function isLoopback(host: string): boolean {
  const address = host.replace(/^\[(.*)\]$/, '$1');
  const version = isIP(address);
  if (version === 0) return LOCALHOST.test(host);
  return LOOPBACK.check(address, version === 4 ? 'ipv4' : 'ipv6');
}
