/**
 * What must hold of honest nodes, looked at from outside: of what the code that is checked says of
 * itself, only bytes of logs, state hashes and what graphs show are used.
 */

import { toHex } from '../base/bytes.ts';
import {
  countedCommits,
  forksBetween,
  type LogCommit,
  type LogContent,
  type LogContents,
} from './log-content.ts';
import type { SimulatedNode } from './node.ts';
import type { Verdict } from './verdict.ts';
import type { Acknowledged } from './workload.ts';

interface Pair {
  readonly one: SimulatedNode;
  readonly other: SimulatedNode;
}

/** Who holds another commit of one author in the place of one: of Byzantine authors alone. */
export interface Apart extends Pair {
  readonly author: string;
}

export interface Held {
  /** Honest ones. */
  readonly nodes: readonly SimulatedNode[];
  readonly contents: LogContents;
  readonly acknowledged: readonly Acknowledged[];
  /** Hex keys of those who may be found to have signed twice. */
  readonly byzantine: ReadonlySet<string>;
}

/**
 * Pairs that an equivocation keeps apart (schema/sync.md, Q19): each holds, signed by one Byzantine
 * author, another commit with one sequence number. Of them nothing is asked; it is known that they
 * should come together again, and do not.
 */
export function apartBy({ nodes, contents, byzantine }: Held): readonly Apart[] {
  return pairsOf(nodes).flatMap(({ one, other }) => {
    const forks = forksBetween(contentOf(one, contents), contentOf(other, contents));
    const fork = forks.find((author) => byzantine.has(author));
    return fork === undefined ? [] : [{ one, other, author: fork }];
  });
}

/** All that nothing keeps apart are up and hold the same. */
export function checkConvergence(held: Held): Verdict {
  const apart = apartBy(held);
  const pairs = pairsOf(held.nodes).filter(
    ({ one, other }) => !apart.some((each) => each.one === one && each.other === other),
  );
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
 * A transaction that was acknowledged to a user counts once where it was written, and wherever
 * nothing keeps it from: in the commit that it was acknowledged with, or in one that was signed
 * again after a seal.
 */
export function checkAcknowledged(held: Held): Verdict {
  const apart = apartBy(held);
  const problems: string[] = [];
  let count = 0;
  for (const node of held.nodes) {
    const times = timesOf(countedCommits(contentOf(node, held.contents)));
    for (const { transaction, node: writer } of held.acknowledged) {
      const indexes = [node.index, writer];
      const isApart = apart.some(
        ({ one, other }) => indexes.includes(one.index) && indexes.includes(other.index),
      );
      if (node.index !== writer && isApart) continue;
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

/** The commits of an author that count are numbered from 1 on, each naming the one before. */
export function checkOrder({ nodes, contents }: Held): Verdict {
  const problems: string[] = [];
  let count = 0;
  for (const node of nodes) {
    const last = new Map<string, LogCommit>();
    for (const commit of countedCommits(contentOf(node, contents))) {
      count += 1;
      const before = last.get(commit.author);
      last.set(commit.author, commit);
      const follows = commit.sequence === (before?.sequence ?? 0) + 1;
      if (follows && commit.previous === before?.hash) continue;
      const place = `${commit.sequence} of ${commit.author} behind ${before?.sequence ?? 0}`;
      problems.push(`node ${node.index} has commit ${place}`);
    }
  }
  return { check: 'order per author', count, problems };
}

function contentOf({ log, space }: SimulatedNode, contents: LogContents): LogContent {
  if (log === undefined || space === undefined) return { commits: [], records: [] };
  return contents.of(log, space.position);
}

function summaryOf(node: SimulatedNode, contents: LogContents): string {
  if (node.space === undefined) return 'is down';
  const content = contentOf(node, contents);
  const { length } = countedCommits(content);
  const { length: records } = content.records;
  return `has ${length} commits, ${records} records, state ${node.space.stateHash()}`;
}

function pairsOf(nodes: readonly SimulatedNode[]): readonly Pair[] {
  return nodes.flatMap((other, at) => nodes.slice(0, at).map((one) => ({ one, other })));
}
