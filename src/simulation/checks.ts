/**
 * What must hold of honest nodes, looked at from outside: of what the code that is checked says of
 * itself, only bytes of logs, state hashes and what graphs show are used.
 */

import { forksBetween, type LogCommit, type LogContents } from './log-content.ts';
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
    const forks = forksBetween(commitsOf(one, contents), commitsOf(other, contents));
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
    const [left, right] = [summaryOf(one), summaryOf(other)];
    const isSame = left === right && one.space !== undefined;
    return isSame ? [] : [`node ${one.index} ${left}, node ${other.index} ${right}`];
  });
  for (const { index, space } of held.nodes) {
    if (space === undefined) problems.push(`node ${index} is down`);
  }
  return { check: 'convergence', count: pairs.length, problems };
}

/** What was acknowledged to a user is where it was, and wherever nothing keeps it from. */
export function checkAcknowledged(held: Held): Verdict {
  const apart = apartBy(held);
  const problems: string[] = [];
  let count = 0;
  for (const node of held.nodes) {
    const here = new Set(commitsOf(node, held.contents).map(({ name }) => name));
    for (const { commit, node: writer } of held.acknowledged) {
      const indexes = [node.index, writer];
      const isApart = apart.some(
        ({ one, other }) => indexes.includes(one.index) && indexes.includes(other.index),
      );
      if (node.index !== writer && isApart) continue;
      count += 1;
      if (!here.has(commit)) problems.push(`node ${node.index} lacks ${commit} of node ${writer}`);
    }
  }
  return { check: 'no lost acknowledged write', count, problems };
}

/** No log has a commit that its author has not signed. */
export function checkSignatures({ nodes, contents }: Held): Verdict {
  const problems: string[] = [];
  let count = 0;
  for (const node of nodes) {
    for (const { author, sequence, isSigned } of commitsOf(node, contents)) {
      count += 1;
      if (isSigned) continue;
      problems.push(`node ${node.index} has commit ${sequence} of ${author}, which is forged`);
    }
  }
  return { check: 'signatures', count, problems };
}

/** In each log the commits of an author are numbered from 1 on, each naming the one before. */
export function checkOrder({ nodes, contents }: Held): Verdict {
  const problems: string[] = [];
  let count = 0;
  for (const node of nodes) {
    const last = new Map<string, LogCommit>();
    for (const commit of commitsOf(node, contents)) {
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

function commitsOf({ log, space }: SimulatedNode, contents: LogContents): readonly LogCommit[] {
  if (log === undefined || space === undefined) return [];
  return contents.of(log, space.position).commits;
}

function summaryOf({ space }: SimulatedNode): string {
  if (space === undefined) return 'is down';
  const { position, replicated } = space;
  return `has ${position} entries, height ${replicated.height}, state ${space.stateHash()}`;
}

function pairsOf(nodes: readonly SimulatedNode[]): readonly Pair[] {
  return nodes.flatMap((other, at) => nodes.slice(0, at).map((one) => ({ one, other })));
}
