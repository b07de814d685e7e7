/** Findings in the making: what is below decides what they come to, and what is kept of it. */

import { EXPLANATION_FINDINGS_MAX, EXPLANATION_GRANTS_MAX } from '../base/limits.ts';
import type { Ending, Finding, GrantFinding, Outcome, SetFinding } from './explanation.ts';
import type { HeldGrant } from './held-grants.ts';
import { formatObject, formatSubject, type ObjectName } from './tuple.ts';

/** A finding that may change. */
export type Draft = DraftOf<Finding>;
export type SetDraft = DraftOf<SetFinding>;
export type GrantDraft = DraftOf<GrantFinding>;

type DraftOf<F extends Finding> = F extends Finding
  ? { -readonly [Key in keyof F]: Key extends 'findings' ? Draft[] : F[Key] }
  : never;

/** From the one that counts first in a union, and in an intersection. */
const UNION_ORDER: readonly Outcome[] = ['granted', 'failed', 'undefined', 'denied'];
const INTERSECTION_ORDER: readonly Outcome[] = ['denied', 'failed', 'undefined', 'granted'];

export interface SetName {
  readonly object: ObjectName;
  readonly relation: string;
}

export function formatSet({ object, relation }: SetName): string {
  return `${formatObject(object)}#${relation}`;
}

/** Denied until something is found. */
export function draftSet({ object, relation }: SetName): SetDraft {
  return { kind: 'set', object: formatObject(object), relation, ...begin() };
}

export function endedSet(set: SetName, outcome: Outcome, ending: Ending): SetDraft {
  return { ...draftSet(set), outcome, ending };
}

export function draftGrants(relation: string, through?: string): Draft {
  return { kind: 'grants', relation, ...(through !== undefined && { through }), ...begin() };
}

export function draftGrant({ tuple, since }: HeldGrant): GrantDraft {
  return {
    kind: 'grant',
    object: formatObject(tuple.object),
    relation: tuple.relation,
    subject: formatSubject(tuple.subject),
    ...(since !== undefined && { since }),
    ...begin(),
  };
}

export function draftOperator(
  kind: 'union' | 'intersection' | 'exclusion' | 'not',
  findings: Draft[],
): Draft {
  return { kind, ...begin(), findings };
}

/** Settles a finding by those right below it, and keeps of them what decided. */
export function decide(draft: Draft): Draft {
  const { findings } = draft;
  switch (draft.kind) {
    case 'set':
    case 'grant':
      if (findings[0] !== undefined) draft.outcome = findings[0].outcome;
      break;
    case 'not':
      draft.outcome = negated(findings[0]?.outcome ?? 'denied');
      break;
    case 'intersection':
    case 'exclusion':
      draft.outcome = firstOf(INTERSECTION_ORDER, findings) ?? 'granted';
      draft.findings = deciding(findings, draft.outcome, { one: 'denied', all: ['granted'] });
      break;
    default: {
      draft.outcome = firstOf(UNION_ORDER, findings) ?? 'denied';
      const all = ['denied', 'undefined'] as const;
      draft.findings = deciding(findings, draft.outcome, { one: 'granted', all });
      if (draft.kind === 'grants') cutTo(draft, EXPLANATION_GRANTS_MAX);
    }
  }
  return draft;
}

/** The same from the innermost on, down to the sets below, which are settled. */
export function decideRule(draft: Draft): void {
  for (const below of draft.findings) {
    if (below.kind !== 'set') decideRule(below);
  }
  decide(draft);
}

/** Keeps as many findings as an explanation has, those nearest to its begin; counts the rest. */
export function boundFindings(root: Draft): number {
  const kept: Draft[] = [root];
  let cut = 0;
  for (const draft of kept) {
    cutTo(draft, EXPLANATION_FINDINGS_MAX - kept.length);
    for (const below of draft.findings) kept.push(below);
    cut += draft.cut;
  }
  return cut;
}

function begin(): { outcome: Outcome; findings: Draft[]; cut: number } {
  return { outcome: 'denied', findings: [], cut: 0 };
}

function firstOf(order: readonly Outcome[], findings: readonly Draft[]): Outcome | undefined {
  return order.find((outcome) => findings.some((finding) => finding.outcome === outcome));
}

/** All of them, one of that outcome, or each of that outcome. */
function deciding(
  findings: Draft[],
  outcome: Outcome,
  { one, all }: { readonly one: Outcome; readonly all: readonly Outcome[] },
): Draft[] {
  if (all.includes(outcome)) return findings;
  const same = findings.filter((finding) => finding.outcome === outcome);
  return outcome === one ? same.slice(0, 1) : same;
}

function negated(outcome: Outcome): Outcome {
  if (outcome === 'granted') return 'denied';
  return outcome === 'denied' ? 'granted' : outcome;
}

function cutTo(draft: Draft, count: number): void {
  const kept = draft.findings.slice(0, Math.max(count, 0));
  draft.cut += draft.findings.length - kept.length;
  draft.findings = kept;
}
