/** What a command may use of the process it runs in: data goes out one way, all else the other. */

import { styleText } from 'node:util';

export interface Terminal {
  /** Standard output, for data alone. */
  readonly output: (text: string) => void;
  /** Whether anybody still reads what goes there. */
  readonly hasReader: boolean;
  /** Standard error, for problems and errors. */
  readonly notes: (text: string) => void;
  /** Standard error, for what goes well; nothing with --quiet. */
  readonly news: (text: string) => void;
  /** Whether a person watches the notes, so that a line may be drawn over. */
  readonly isInteractive: boolean;
  readonly hasColors: boolean;
  /** Passphrase of the organisation's key that the environment gives. */
  readonly passphrase: string | undefined;
  /** Resolves when the process is asked to stop. */
  readonly stopRequest: () => Promise<void>;
}

export function paint(
  terminal: Terminal,
  style: 'red' | 'green' | 'cyan' | 'bold',
  text: string,
): string {
  return terminal.hasColors ? styleText(style, text, { validateStream: false }) : text;
}

/** Counts as people read them: 57,645. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** Text from elsewhere, without what a terminal would act on or what would not be seen. */
export function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, (character) => {
    return `\\u{${character.codePointAt(0)?.toString(16)}}`;
  });
}
