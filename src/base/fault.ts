/**
 * Named steps of what must survive a crash. A test arms one, and the process dies there as if the
 * power had gone; everywhere else reaching a step does nothing.
 */

export const FaultPoint = {
  /** Before the first byte of a group is written. */
  APPEND_BEGUN: 'append.begun',
  /** Half of a group's bytes are written; where it is not armed, none. */
  APPEND_TORN: 'append.torn',
  /** All bytes are written, none is known to be on disk. */
  APPEND_WRITTEN: 'append.written',
  /** The bytes are on disk; nobody knows it yet. */
  APPEND_SYNCED: 'append.synced',
  /** The log counts them as appended. */
  APPEND_DONE: 'append.done',
  /** A new segment of the log has its head, and no entry. */
  SEGMENT_BEGUN: 'segment.begun',
  /** A full segment has its index. */
  SEGMENT_SEALED: 'segment.sealed',
  /** The group is on disk and not in the engine. */
  APPLY_BEGUN: 'apply.begun',
  /** It is in the engine, and no caller was answered. */
  APPLY_DONE: 'apply.done',
  SNAPSHOT_BEGUN: 'snapshot.begun',
  /** Half of the image is in the unfinished file. */
  SNAPSHOT_TORN: 'snapshot.torn',
  SNAPSHOT_WRITTEN: 'snapshot.written',
  SNAPSHOT_SYNCED: 'snapshot.synced',
  /** It has its name; the older ones are still there. */
  SNAPSHOT_RENAMED: 'snapshot.renamed',
  SNAPSHOT_DONE: 'snapshot.done',
  /** The keys that a rotation puts in force are on disk beside those that hold. */
  ROTATION_STAGED: 'rotation.staged',
  /** The rotation is in the authority chain. */
  ROTATION_APPENDED: 'rotation.appended',
  /** The older keys are gone. */
  ROTATION_SETTLED: 'rotation.settled',
} as const;
export type FaultPoint = (typeof FaultPoint)[keyof typeof FaultPoint];

export interface Faults {
  /** Whether the process is to die at this step: what only prepares it can be left out. */
  isArmed(point: FaultPoint): boolean;
  /** Does not return where the step is armed. */
  reach(point: FaultPoint): void;
}

export const noFaults: Faults = { isArmed: () => false, reach: () => undefined };

/** Dies at one step, the n-th time it is reached, by the signal that nothing can catch. */
export function faultAt(point: FaultPoint, time = 1): Faults {
  let left = time;
  return {
    isArmed: (other) => other === point && left === 1,
    reach: (other) => {
      if (other !== point) return;
      left -= 1;
      if (left === 0) process.kill(process.pid, 'SIGKILL');
    },
  };
}

/** Reads `append.synced`, or `append.synced:20` for the twentieth time; undefined for neither. */
export function parseFaults(text: string): Faults | undefined {
  const [name = '', time = '1', ...rest] = text.split(':');
  const point = Object.values(FaultPoint).find((known) => known === name);
  if (point === undefined || rest.length > 0 || !/^[1-9]\d{0,8}$/.test(time)) return undefined;
  return faultAt(point, Number(time));
}
