/** Models as this project reads them against how OpenFGA's own reader does. */

import { existsSync, readFileSync } from 'node:fs';
import openfga from '@openfga/syntax-transformer';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Model, ParameterType, Relation, Rewrite } from '../../src/access/model.ts';
import { parseModel } from '../../src/access/parse-model.ts';
import { DatabaseError } from '../../src/base/errors.ts';
import { Seeded } from '../seeded.ts';

const MATRIX = new URL(
  '../../../shared/vectors/openfga/consolidated_1_1_tests.yaml',
  import.meta.url,
);
const hasVectors = existsSync(MATRIX);
if (!hasVectors) process.stdout.write('no ../shared/vectors/openfga: its models are not read\n');

/** All forms of the language in one model. */
const EVERYTHING = `model
  schema 1.1
type user
type group
  relations
    define member: [user, user:*, group#member]
type document
  relations
    define parent: [document]
    define blocked: [user with soon, group#member with soon]
    define read.salary: ([user] or viewer from parent or (blocked and blocked)) but not blocked
    define viewer: read.salary and (blocked or read.salary)

condition soon(at: timestamp, tags: list<string>, sizes: map<int>) {
  at < timestamp("2027-01-01T00:00:00Z") && "a}" in tags // Not later.
}
`;
const WORDS = [
  ...[' ', '  ', '\n', '\n\n', '\t', '(', ')', '[', ']', ',', ':', '*', '#', ' #', '.', '-', '/'],
  ...['or', 'and', 'but not', 'but', 'from', 'with', 'define', 'type', 'relations', 'relation'],
  ...['model', 'schema', '1.1', 'condition', '{', '}', '"', 'user', 'in', 'true', 'int'],
  ...['list<int>', 'map', '<', 'extend', 'module', '\r', 'x-', '1', 'é', '$', 'this'],
];
/** Changed texts that are compared. */
const CHANGES = 1_500;

describe('a model is read as by OpenFGA', () => {
  test('with every form of the language', () => {
    expect(parsed(EVERYTHING)).toEqual(read(EVERYTHING));
  });

  test.runIf(hasVectors)('each of the public matrix', () => {
    const models = publicModels();
    expect(models.length).toBe(160);
    for (const model of models) expect(parsed(model)).toEqual(read(model));
  });

  test('or refused as by OpenFGA, when a few words of it are changed', () => {
    const seed = 20_261_101;
    const random = new Seeded(seed);
    let taken = 0;
    for (let change = 0; change < CHANGES; change++) {
      const text = changed(EVERYTHING, random);
      const mine = verdict(() => parseModel(text));
      const theirs = verdict(() => openfga.validator.validateDSL(text));
      if (mine === undefined) taken++;
      // What is written in a condition, and circles, OpenFGA refuses later, in its server.
      const isLater = mine !== undefined && /condition|circle/.test(mine);
      const isSame = (mine === undefined) === (theirs === undefined);
      // What is only superfluous it refuses before, but not in its server; and parameters of a
      // condition stand on one line there.
      const refused = /duplicate|is not used|token recognition error at: '\s/;
      const isTakenHere = theirs !== undefined && refused.test(theirs);
      if (!isSame && !isLater && !isTakenHere) {
        expect.fail(`seed ${seed}, change ${change}: ${mine} against ${theirs} for\n${text}`);
      }
    }
    expect(taken).toBeGreaterThan(CHANGES / 20);
    expect(taken).toBeLessThan(CHANGES / 2);
  });
});

function publicModels(): string[] {
  const { tests } = parse(readFileSync(MATRIX, 'utf8')) as {
    readonly tests: readonly { readonly stages: readonly { readonly model: string }[] }[];
  };
  return tests.flatMap(({ stages }) => stages.map(({ model }) => model));
}

function changed(text: string, random: Seeded): string {
  const words = text.match(/[A-Za-z_0-9.-]+|[ \t]+|\n|./gsu) ?? [];
  for (let left = random.between(1, 2); left > 0; left--) {
    const at = random.below(words.length);
    const isKept = random.chance(0.5);
    const word = random.chance(0.5) ? random.pick(WORDS) : random.pick(words);
    words.splice(at, isKept ? 0 : 1, ...(random.chance(0.25) ? [] : [word]));
  }
  return words.join('');
}

/** Undefined where it is taken. */
function verdict(run: () => void): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** A model in the JSON form of OpenFGA, as far as it counts. */
function parsed(text: string): unknown {
  let model: Model;
  try {
    model = parseModel(text);
  } catch (error) {
    if (error instanceof DatabaseError) return error.message;
    throw error;
  }
  return {
    types: [...model.types.values()].map(({ name, relations }) => ({
      type: name,
      relations: [...relations.values()].map(formRelation),
    })),
    conditions: [...model.conditions.values()].map(({ name, expression, parameters }) => ({
      name,
      expression,
      parameters: [...parameters].map(([parameter, type]) => [parameter, formType(type)]),
    })),
  };
}

function formRelation({ name, rewrite, subjects }: Relation): unknown {
  const formed = subjects.map(({ type, relation, isWildcard, condition }) => ({
    type,
    ...(relation !== undefined && { relation }),
    ...(isWildcard && { wildcard: {} }),
    ...(condition !== undefined && { condition }),
  }));
  return { name, rewrite: formRewrite(rewrite), subjects: formed };
}

function formRewrite(rewrite: Rewrite): unknown {
  switch (rewrite.kind) {
    case 'direct':
      return { this: {} };
    case 'computed':
      return { computedUserset: { relation: rewrite.relation } };
    case 'from': {
      const { relation, tupleset } = rewrite;
      return {
        tupleToUserset: { computedUserset: { relation }, tupleset: { relation: tupleset } },
      };
    }
    case 'exclusion': {
      const [base, subtract] = [formRewrite(rewrite.base), formRewrite(rewrite.subtract)];
      return { difference: { base, subtract } };
    }
    default:
      return { [rewrite.kind]: { child: rewrite.parts.map(formRewrite) } };
  }
}

function formType(type: ParameterType): unknown {
  const type_name = `TYPE_NAME_${type.kind.toUpperCase()}`;
  return 'element' in type ? { type_name, generic_types: [formType(type.element)] } : { type_name };
}

/** What is looked at of OpenFGA's own form, whose types are in a package of its own. */
interface JsonModel {
  readonly type_definitions: readonly {
    readonly type: string;
    readonly relations?: Readonly<Record<string, unknown>>;
    readonly metadata?: {
      readonly relations?: Readonly<
        Record<string, { readonly directly_related_user_types?: unknown }>
      >;
    };
  }[];
  readonly conditions?: Readonly<
    Record<
      string,
      { readonly name: string; readonly expression: string; readonly parameters?: object }
    >
  >;
}

/** The same of what OpenFGA reads. */
function read(text: string): unknown {
  const json: unknown = openfga.transformer.transformDSLToJSONObject(text);
  const model = json as JsonModel;
  return {
    types: model.type_definitions.map(({ type, relations, metadata }) => ({
      type,
      relations: Object.entries(relations ?? {}).map(([name, rewrite]) => ({
        name,
        rewrite,
        subjects: metadata?.relations?.[name]?.directly_related_user_types,
      })),
    })),
    conditions: Object.values(model.conditions ?? {}).map(({ name, expression, parameters }) => ({
      name,
      expression,
      parameters: Object.entries(parameters ?? {}),
    })),
  };
}
