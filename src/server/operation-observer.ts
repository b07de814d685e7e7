/** Tells what operations ran, over HTTP and WebSocket alike, and how long each took. */

import { getOperationAST, type OperationTypeNode } from 'graphql';
import type { Plugin } from 'graphql-yoga';

export interface ObservedOperation {
  readonly type: `${OperationTypeNode}`;
  /** Of a subscription, until its stream was open. */
  readonly seconds: number;
  readonly hasErrors: boolean;
}

export type OperationObserver = (operation: ObservedOperation) => void;

export function useOperationObserver(observe: OperationObserver): Plugin {
  const observed = (type: ObservedOperation['type'], started: number, result: object) =>
    observe({
      type,
      seconds: (performance.now() - started) / 1000,
      hasErrors: 'errors' in result && result.errors !== undefined,
    });
  return {
    onExecute: ({ args }) => {
      const started = performance.now();
      const type = getOperationAST(args.document, args.operationName)?.operation ?? 'query';
      // A subscription runs this once per change, when it is long under way.
      if (type === 'subscription') return undefined;
      return { onExecuteDone: ({ result }) => observed(type, started, result) };
    },
    onSubscribe: () => {
      const started = performance.now();
      return { onSubscribeResult: ({ result }) => observed('subscription', started, result) };
    },
  };
}
