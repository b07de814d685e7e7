/** The graph of an engine as an actor sees it. */

import { callerOf } from '../access/caller.ts';
import { parseSubject } from '../access/tuple.ts';
import type { PermissionChain } from '../authority/permission-chain.ts';
import type { Clock } from '../base/clock.ts';
import type { CallerView } from '../engine/caller-view.ts';
import type { EngineView } from '../engine/view.ts';
import type { AsOfHeight } from './space-access.ts';

export interface SeenGraphParts {
  readonly view: EngineView;
  readonly permissions: PermissionChain;
  /** Of the authority chain, as far as its permissions are in the engine's memory. */
  readonly height: () => number;
  readonly clock: Clock;
}

/** Under the permissions in force whenever it is read, or as of a height. */
export function seenGraph(
  { view, permissions, height: newest, clock }: SeenGraphParts,
  actor: string,
  { height }: AsOfHeight = {},
): CallerView {
  const version = height === undefined ? permissions.newest : permissions.at(height);
  if (version === undefined) return view;
  return view.as(
    callerOf({
      subject: parseSubject(actor),
      inForce:
        height === undefined
          ? () => ({ model: permissions.newest?.model, height: newest() })
          : () => ({ model: version.model, height }),
      milliseconds: clock.now(),
    }),
  );
}
