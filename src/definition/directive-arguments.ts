/** The arguments that a directive is given, against those that it takes. */

import { type ConstDirectiveNode, type ConstValueNode, print } from 'graphql';
import type { Mistakes } from './mistakes.ts';
import { quoteShort } from './syntax.ts';

/** `Form` says, in the words of an error, what a value has to be. */
export interface ArgumentRule<Form extends string> {
  readonly form: Form;
  readonly isRequired: boolean;
}

export interface ArgumentRules<Form extends string> {
  readonly rules: Readonly<Record<string, ArgumentRule<Form>>>;
  readonly hasForm: (value: ConstValueNode, form: Form) => boolean;
  /** What an argument that is not among them is told: `the argument from or label`. */
  readonly expected: string;
}

export function checkArguments<Form extends string>(
  directive: ConstDirectiveNode,
  { rules, hasForm, expected }: ArgumentRules<Form>,
  mistakes: Mistakes,
): void {
  const what = `@${directive.name.value}`;
  const seen = new Set<string>();
  for (const argument of directive.arguments ?? []) {
    const name = argument.name.value;
    const known = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (known === undefined) {
      mistakes.add(argument, `${what} expected ${expected}, got ${quoteShort(name)}`);
    } else if (seen.has(name)) {
      mistakes.add(argument, `${what} expected ${name} once, got it again`);
    } else if (!hasForm(argument.value, known.form)) {
      const got = quoteShort(print(argument.value));
      mistakes.add(argument.value, `${name} of ${what} expected ${known.form}, got ${got}`);
    }
    seen.add(name);
  }
  for (const [name, { isRequired }] of Object.entries(rules)) {
    if (isRequired && !seen.has(name)) {
      mistakes.add(directive, `${what} expected the argument ${name}, got none`);
    }
  }
}
