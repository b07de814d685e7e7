/** Names of the files of a log: each segment and its index by the position of its first entry. */

import { type Disk, systemDisk } from '../base/disk.ts';

const NAME = /^log-(\d{10})\.segment$/;

export function segmentName(first: number): string {
  return `log-${digits(first)}.segment`;
}

export function indexName(first: number): string {
  return `log-${digits(first)}.index`;
}

/** First positions of the segments of a directory, ascending. */
export async function segmentPositions(
  directory: string,
  disk: Disk = systemDisk,
): Promise<number[]> {
  return (await disk.list(directory))
    .flatMap((name) => NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((left, right) => left - right);
}

function digits(position: number): string {
  return String(position).padStart(10, '0');
}
