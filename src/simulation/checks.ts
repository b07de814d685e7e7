/**
 * What must hold of honest nodes, looked at from outside: of what the code that is checked says of
 * itself, only bytes of logs, state hashes and what graphs show are used.
 */

import { toHex } from '../base/bytes.ts';
import { countedOf, type LogCommit, type LogContent, type LogContents } from './log-content.ts';
import type { SimulatedNode } from './node.ts';
import type { Verdict } from './verdict.ts';
import type { Acknowledged } from './workload.ts';

interface Pair {
  readonly one: SimulatedNode;
  readonly other: SimulatedNode;
}

export interface Held {
  /** Honest ones. */
  readonly nodes: readonly SimulatedNode[];
  readonly contents: LogContents;
  readonly acknowledged: readonly Acknowledged[];
}

/** All are up and hold the same. */
export function checkConvergence(held: Held): Verdict {
  const pairs = pairsOf(held.nodes);
  const problems = pairs.flatMap(({ one, other }) => {
    const [left, right] = [one, other].map((node) => summaryOf(node, held.contents));
    return left === right ? [] : [`node ${one.index} ${left}, node ${other.index} ${right}`];
  });
  for (const { index, space } of held.nodes) {
    if (space === undefined) problems.push(`node ${index} is down`);
  }
  return { check: 'convergence', count: pairs.length, problems };
}

/**
 * A transaction that was acknowledged to a user counts once everywhere: in the commit that it was
 * acknowledged with, or in one that was signed again after a seal.
 */
export function checkAcknowledged(held: Held): Verdict {
  const problems: string[] = [];
  let count = 0;
  for (const node of held.nodes) {
    const times = timesOf(countedOf(contentOf(node, held.contents)).commits);
    for (const { transaction, node: writer } of held.acknowledged) {
      count += 1;
      const met = times.get(transaction) ?? 0;
      if (met === 1) continue;
      problems.push(`node ${node.index} has ${transaction} of node ${writer} ${met} times`);
    }
  }
  return { check: 'no lost acknowledged write', count, problems };
}

function timesOf(commits: readonly LogCommit[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const { transactions } of commits) {
    for (const { id } of transactions) {
      const name = toHex(id);
      times.set(name, (times.get(name) ?? 0) + 1);
    }
  }
  return times;
}

/** No log has a commit that its author has not signed. */
export function checkSignatures({ nodes, contents }: Held): Verdict {
  const problems: string[] = [];
  let count = 0;
  for (const node of nodes) {
    for (const { author, sequence, isSigned } of contentOf(node, contents).commits) {
      count += 1;
      if (isSigned) continue;
      problems.push(`node ${node.index} has commit ${sequence} of ${author}, which is forged`);
    }
  }
  return { check: 'signatures', count, problems };
}

/**
 * The commits of an author that count are numbered from 1 on, each naming one before it; those of
 * one who has signed no number twice stand in one chain.
 */
export function checkOrder({ nodes, contents }: Held): Verdict {
  const problems: string[] = [];
  let count = 0;
  for (const node of nodes) {
    const { commits, forked } = countedOf(contentOf(node, contents));
    const authors = new Set([...forked].map(({ author }) => author));
    const met = new Map<string, LogCommit>();
    const last = new Map<string, LogCommit>();
    for (const commit of commits) {
      count += 1;
      const { author, sequence, previous } = commit;
      const before = authors.has(author) ? met.get(previous ?? '') : last.get(author);
      met.set(commit.hash, commit);
      last.set(author, commit);
      const isNext = sequence === (before?.sequence ?? 0) + 1 && previous === before?.hash;
      if (isNext && (before === undefined || before.author === author)) continue;
      problems.push(`node ${node.index} has commit ${sequence} of ${author} out of its place`);
    }
  }
  return { check: 'order per author', count, problems };
}

function contentOf({ log, space }: SimulatedNode, contents: LogContents): LogContent {
  // One whose history never came holds nothing that could be compared.
  if (log === undefined || space === undefined || log.first > 1)
    return { commits: [], records: [] };
  return contents.of(log, space.position);
}

function summaryOf(node: SimulatedNode, contents: LogContents): string {
  if (node.space === undefined) return 'is down';
  const content = contentOf(node, contents);
  const { length } = countedOf(content).commits;
  const { length: records } = content.records;
  return `has ${length} commits, ${records} records, state ${node.space.stateHash()}`;
}

function pairsOf(nodes: readonly SimulatedNode[]): readonly Pair[] {
  return nodes.flatMap((other, at) => nodes.slice(0, at).map((one) => ({ one, other })));
}
