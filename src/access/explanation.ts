/**
 * Why a question about permissions is answered as it is: a tree of findings, each with what decided
 * it below. It follows the model: a relation of an object has the finding of its rule, a rule those
 * of its parts, the grants of a relation one for each grant, and a grant to a set that set again.
 * All of it is text and numbers, so that it is JSON as it stands.
 *
 *   granted     a proof: of a union one part, of an intersection all, of an exclusion both sides
 *   denied      of a union all parts, of the others the one that denies
 *   undefined   as denied: it stands on its own denial, through what is subtracted
 *   failed      the parts that failed
 */

export type Outcome = 'granted' | 'denied' | 'undefined' | 'failed';

export interface Explanation {
  readonly object: string;
  readonly relation: string;
  readonly subject: string;
  /** Of the authority chain, as of which it was asked. */
  readonly height: number;
  /** As the question is answered, whatever the finding could look at. */
  readonly verdict: Exclude<Outcome, 'undefined'>;
  /** Why there is no answer, where it failed. */
  readonly failure?: string;
  readonly finding: Finding;
  /** Parts of findings that are not shown. */
  readonly cut: number;
}

/** For a caller who may not see grants: nothing but what the caller asked for. */
export interface ReducedExplanation {
  readonly verdict: Explanation['verdict'];
  /** The relation that was asked for and is not granted. */
  readonly lacking?: string;
}

export type Finding = SetFinding | GrantsFinding | GrantFinding | OperatorFinding;

interface Part {
  readonly outcome: Outcome;
  /** What decided it, in the order of the model, and grants by the names of their subjects. */
  readonly findings: readonly Finding[];
  /** How many more there are, which are not shown. */
  readonly cut: number;
}

/** A relation of an object: all who hold it. Its rule is below, unless it has an ending. */
export interface SetFinding extends Part {
  readonly kind: 'set';
  readonly object: string;
  readonly relation: string;
  readonly ending?: Ending;
}

/**
 * Why a set has nothing below:
 *
 *   itself   the question is about this set as a subject
 *   again    it is asked on the way to itself, or stands elsewhere among these grants
 *   absent   the model in force defines no such relation
 *   depth    it is more grants away than are followed
 *   visits   more sets and grants would have to be looked at than are
 */
export type Ending = 'itself' | 'again' | 'absent' | 'depth' | 'visits';

/** The grants of a relation of the object: those to the subject, and those that lead on. */
export interface GrantsFinding extends Part {
  readonly kind: 'grants';
  readonly relation: string;
  /** The relation that is asked of the objects granted there: `through from relation`. */
  readonly through?: string;
}

/** A grant, and below it the set that it leads to, unless it names the subject. */
export interface GrantFinding extends Part {
  readonly kind: 'grant';
  readonly object: string;
  readonly relation: string;
  readonly subject: string;
  /** From which height on it holds; absent where the question brings it along. */
  readonly since?: number;
  readonly condition?: ConditionFinding;
  /** Why it does not fit the model in force, and so does not count. */
  readonly misfit?: string;
}

/** `not` is what an exclusion subtracts, with granted and denied exchanged. */
export interface OperatorFinding extends Part {
  readonly kind: 'union' | 'intersection' | 'exclusion' | 'not';
}

export interface ConditionFinding {
  readonly name: string;
  readonly result: 'true' | 'false' | 'failed';
  readonly parameters: readonly ParameterFinding[];
  /** Why it failed. */
  readonly failure?: string;
}

export interface ParameterFinding {
  readonly name: string;
  /** By whom; absent where nobody gives it. */
  readonly from?: 'grant' | 'question';
  readonly value?: unknown;
}
