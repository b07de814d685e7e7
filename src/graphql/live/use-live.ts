/** Answers queries with `@live` by streams. */

import type { ExecutionArgs } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { isOfPast } from '../at-directive.ts';
import type { Context } from '../context.ts';
import { invalidInput, refusal } from '../errors.ts';
import { liveOf } from './live-directive.ts';
import type { Execute } from './live-operation.ts';
import type { LiveQueries } from './live-queries.ts';

/** Stands behind what else sets how operations are executed. */
export function useLive(live: LiveQueries): Plugin<Context> {
  return {
    onExecute: ({ args, executeFn, setExecuteFn }) => {
      const asked = liveOf(args);
      if (asked === undefined) return;
      const execute = executeFn as Execute;
      setExecuteFn((args: ExecutionArgs) =>
        isOfPast(args) ? { errors: [refusal(ofPast())] } : live.open({ args, execute, ...asked }),
      );
    },
  };
}

function ofPast() {
  return invalidInput('a query with @live expected to be about now, got @at beside it');
}
