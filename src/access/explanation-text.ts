/** Explanations as lines for people: what was asked comes first, and what decided it below. */

import { ACCESS_DEPTH_MAX } from '../../assembly/abi-access.ts';
import { unreachable } from '../base/assert.ts';
import type {
  ConditionFinding,
  Explanation,
  Finding,
  GrantFinding,
  GrantsFinding,
  Outcome,
  ParameterFinding,
  ReducedExplanation,
  SetFinding,
} from './explanation.ts';

export interface ExplanationLine {
  /** From 0, the question. */
  readonly depth: number;
  readonly outcome: Outcome;
  readonly text: string;
}

export function explanationLines(explanation: Explanation): ExplanationLine[] {
  const { verdict, finding, cut } = explanation;
  const lines: ExplanationLine[] = [{ depth: 0, outcome: verdict, text: headline(explanation) }];
  const left: { readonly finding: Finding; readonly depth: number }[] = [{ finding, depth: 1 }];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { depth } = next;
    lines.push({ depth, ...lineOf(next.finding, explanation.subject) });
    const below = belowOf(next.finding).map((part) => ({ finding: part, depth: depth + 1 }));
    left.push(...below.reverse());
  }
  if (cut > 0) {
    lines.push({ depth: 1, outcome: verdict, text: `${cut} further findings are not shown` });
  }
  return lines;
}

/** The one line that a caller is told who may not see grants. */
export function formatReduced({ verdict, lacking }: ReducedExplanation): string {
  return lacking === undefined ? verdict : `${verdict}: ${lacking} is lacking`;
}

function headline({ subject, relation, object, verdict, failure, finding }: Explanation): string {
  const question = `${relation} of ${object}`;
  switch (verdict) {
    case 'granted': {
      const path = pathOf(finding);
      const why = path.length === 0 ? '' : `: ${path.map(formatStep).join(', ')}`;
      return `${subject} may ${question}${why}`;
    }
    case 'denied':
      return `${subject} may not ${question}`;
    case 'failed':
      return `whether ${subject} may ${question} cannot be told: ${failure}`;
    default:
      return unreachable(verdict);
  }
}

/** The grants of a proof from the subject on; none where more than one way is needed. */
function pathOf(proof: Finding): GrantFinding[] {
  const path: GrantFinding[] = [];
  let next: Finding | undefined = proof;
  while (next !== undefined) {
    if (next.kind === 'grant') path.unshift(next);
    const ways: Finding[] = next.findings.filter(({ kind }) => kind !== 'not');
    if (ways.length > 1 || next.cut > 0) return [];
    next = ways[0];
  }
  return path;
}

function formatStep({ relation, object, since }: GrantFinding): string {
  return `${relation} of ${object} (${formatSince(since)})`;
}

/** A rule that is one relation, or the grants of one, stands in the line of its set. */
function belowOf(finding: Finding): readonly Finding[] {
  const rule = ruleOf(finding);
  return rule === undefined ? finding.findings : rule.findings;
}

function ruleOf(finding: Finding): Finding | undefined {
  if (finding.kind !== 'set') return undefined;
  const [rule] = finding.findings;
  return rule?.kind === 'set' ? undefined : rule;
}

function lineOf(finding: Finding, subject: string): { outcome: Outcome; text: string } {
  const rule = ruleOf(finding);
  const text = textOf(finding, subject);
  const told = rule === undefined ? text : `${text}: ${textOf(rule, subject)}`;
  const cut = finding.cut + (rule?.cut ?? 0);
  const rest = cut === 0 ? '' : `, and ${cut} more that are not shown`;
  return { outcome: finding.outcome, text: `${told}${rest}` };
}

function textOf(finding: Finding, subject: string): string {
  switch (finding.kind) {
    case 'set':
      return textOfSet(finding, subject);
    case 'grants':
      return textOfGrants(finding, subject);
    case 'grant':
      return textOfGrant(finding);
    case 'union':
      return finding.outcome === 'granted' ? 'one of its parts' : 'none of its parts';
    case 'intersection':
      return finding.outcome === 'granted' ? 'all of its parts' : 'not all of its parts';
    case 'exclusion':
      return finding.outcome === 'granted' ? 'all but what is subtracted' : 'an exclusion';
    case 'not':
      return finding.outcome === 'granted' ? 'nothing is subtracted' : 'it is subtracted';
    default:
      return unreachable(finding);
  }
}

function textOfSet({ object, relation, ending }: SetFinding, subject: string): string {
  const set = `${relation} of ${object}`;
  switch (ending) {
    case undefined:
      return set;
    case 'itself':
      return `${set}, which is ${subject} itself`;
    case 'again':
      return `${set}, which is asked already`;
    case 'absent':
      return `${set}, which the model does not define`;
    case 'depth':
      return `${set}, which is more than ${ACCESS_DEPTH_MAX} grants away`;
    case 'visits':
      return `${set}, for which too much would have to be looked at`;
    default:
      return unreachable(ending);
  }
}

function textOfGrants(
  { relation, through, outcome, findings, cut }: GrantsFinding,
  subject: string,
): string {
  const isEmpty = findings.length + cut === 0;
  if (through === undefined) {
    if (isEmpty) return `no grant of ${relation} to ${subject}`;
    if (outcome === 'granted') return `a grant of ${relation}`;
    return outcome === 'failed' ? `grants of ${relation}` : `no grant of ${relation} that counts`;
  }
  if (isEmpty) return `${through} from ${relation}, and no grant of ${relation}`;
  return `${through} from ${relation}`;
}

function textOfGrant(finding: GrantFinding): string {
  const { object, relation, subject, since, condition, misfit } = finding;
  const parts = [`${object}#${relation}@${subject} (${formatSince(since)})`];
  if (condition !== undefined) parts.push(textOfCondition(condition));
  if (misfit !== undefined) parts.push(`which does not fit the model in force: ${misfit}`);
  return parts.join(', ');
}

function textOfCondition({ name, result, parameters, failure }: ConditionFinding): string {
  const given = parameters.map(textOfParameter).join(', ');
  const values = given === '' ? '' : ` (${given})`;
  if (result !== 'failed') return `${name} is ${result}${values}`;
  return `${name} failed${values}: ${failure}`;
}

function textOfParameter({ name, from, value }: ParameterFinding): string {
  return from === undefined ? `no ${name}` : `${name} = ${JSON.stringify(value)} of the ${from}`;
}

function formatSince(since: number | undefined): string {
  return since === undefined ? 'grant of the question' : `grant at height ${since}`;
}
