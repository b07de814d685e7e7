/** Ways in which an explanation can be wrong, to be planted in right ones and found. */

import type { Explanation, Finding, GrantFinding } from '../../src/access/explanation.ts';
import type { Plant } from './explanation-sequence.ts';

/** A finding that may be altered. */
type Altered<F extends Finding = Finding> = { -readonly [Key in keyof F]: F[Key] };
type Grant = Altered<GrantFinding>;

export const PLANTS: Readonly<Record<string, Plant>> = {
  'a verdict that is turned around': (explanation) => ({
    ...explanation,
    verdict: explanation.verdict === 'granted' ? 'denied' : 'granted',
  }),
  'a grant to somebody else': inGrant(isGranted, (grant) => {
    grant.subject = `${grant.subject.split(':')[0]}:somebody`;
  }),
  'a grant of another relation': inGrant(isGranted, (grant) => {
    grant.relation = `${grant.relation}0`;
  }),
  'a grant from another height on': inGrant(
    (grant) => grant.since !== undefined,
    (grant) => {
      grant.since = (grant.since ?? 0) + 1;
    },
  ),
  'a condition that is turned around': inGrant(
    ({ condition }) => condition !== undefined && condition.result !== 'failed',
    (grant) => {
      const { condition } = grant;
      if (condition === undefined) return;
      const result = condition.result === 'true' ? 'false' : 'true';
      grant.condition = { ...condition, result };
    },
  ),
  'a condition that is not told': inGrant(
    ({ condition }) => condition !== undefined,
    (grant) => {
      delete grant.condition;
    },
  ),
  'a grant that is said not to fit': inGrant(
    ({ misfit, outcome }) => misfit === undefined && outcome === 'denied',
    (grant) => {
      grant.misfit = 'it does not';
    },
  ),
  'a grant that leads nowhere': inGrant(
    ({ outcome, findings }) => outcome === 'granted' && findings.length > 0,
    (grant) => {
      grant.findings = [];
    },
  ),
  'a grant that is left out': inFinding(
    ({ kind, outcome, findings }) =>
      kind === 'grants' && outcome === 'denied' && findings.some(isCounted),
    (grants) => {
      const left = grants.findings.findIndex(isCounted);
      grants.findings = grants.findings.filter((_, index) => index !== left);
    },
  ),
  'a part of an intersection that is left out': inFinding(
    ({ kind, outcome }) => kind === 'intersection' && outcome === 'granted',
    (intersection) => {
      intersection.findings = intersection.findings.slice(1);
    },
  ),
  'an exclusion without what it subtracts': inFinding(
    ({ kind, outcome }) => kind === 'exclusion' && outcome === 'granted',
    (exclusion) => {
      exclusion.findings = exclusion.findings.filter(({ kind }) => kind !== 'not');
    },
  ),
  'a part of a union that is left out': inFinding(
    ({ kind, outcome }) => kind === 'union' && outcome === 'denied',
    (union) => {
      union.findings = union.findings.slice(0, -1);
    },
  ),
  'a set that is said to be the subject': inFinding(
    ({ kind, outcome, findings }) => kind === 'set' && outcome === 'granted' && findings.length > 0,
    (set) => {
      set.findings = [];
      Object.assign(set, { ending: 'itself' });
    },
  ),
  'a question that is said to be met again': ({ finding, ...explanation }) => {
    if (finding.kind !== 'set' || finding.outcome !== 'denied') return undefined;
    return { ...explanation, finding: { ...finding, findings: [], ending: 'again' } };
  },
};

function isGranted({ outcome }: Grant): boolean {
  return outcome === 'granted';
}

function isCounted(finding: Finding): boolean {
  return finding.kind === 'grant' && finding.misfit === undefined;
}

function inGrant(isOne: (grant: Grant) => boolean, alter: (grant: Grant) => void): Plant {
  return inFinding(
    (finding) => finding.kind === 'grant' && isOne(finding),
    (finding) => {
      if (finding.kind === 'grant') alter(finding);
    },
  );
}

/** Alters the last finding of a kind, from the outside in. */
function inFinding(isOne: (finding: Altered) => boolean, alter: (finding: Altered) => void): Plant {
  return (explanation) => {
    const copy: Explanation = structuredClone(explanation);
    const finding = all(copy.finding).findLast(isOne);
    if (finding === undefined) return undefined;
    alter(finding);
    return copy;
  };
}

function all(finding: Finding): Finding[] {
  return [finding, ...finding.findings.flatMap(all)];
}
