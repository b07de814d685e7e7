/** `massive-graph verify`: checks a proof of a value offline. Needs no database and no engine. */

import { createReadStream } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { PROOF_BYTES_MAX } from '../base/limits.ts';
import { addSharedOptions, checkFiles } from './arguments.ts';
import { formatCount, paint, printable, type Terminal } from './terminal.ts';
import { VerificationFailed } from './verification-failed.ts';

const STANDARD_INPUT = '-';
/** Characters of a value that are printed. */
const VALUE_LENGTH_MAX = 200;

const EXAMPLES = `
The proof is what proof(id, field) of the API answers. It shows who wrote the value, for whom, and
by what right; not that nobody wrote later. The exit code is 3 where it fails.

Examples:
  massive-graph verify name.proof
  massive-graph verify name.proof --space 5fc50b50cd98b0a63018c56bb4f4c875…`;

interface VerifyOptions {
  readonly space?: string;
  readonly json?: true;
}

export function verifyCommand(terminal: Terminal): Command {
  const space = new Option('--space <id>', 'the space that it must be of').argParser(parseSpace);
  const command = new Command('verify')
    .summary('check a proof offline')
    .description('Checks a proof of a value, from a file or from standard input (-).')
    .argument('<file>', 'the proof')
    .addOption(space)
    .addHelpText('after', EXAMPLES)
    .action((file: string, options: VerifyOptions) => verify(terminal, file, options));
  return addSharedOptions(command);
}

async function verify(terminal: Terminal, file: string, options: VerifyOptions): Promise<void> {
  if (file !== STANDARD_INPUT) await checkFiles([file], 'verify');
  const line = await readLine(file);
  const { verifyProof } = await import('../proof/verify.ts');
  const verdict = line === undefined ? notText() : verifyProof(line);
  if (!verdict.valid) return fail(terminal, options, verdict);
  if (options.space !== undefined && options.space !== verdict.space) {
    const message = `a proof expected space ${options.space}, got ${verdict.space}`;
    return fail(terminal, options, { reason: 'SPACE', message });
  }
  const { claim: _, ...facts } = verdict;
  const claim = (JSON.parse(line ?? '') as { claim: ShownClaim }).claim;
  if (options.json === true) {
    terminal.output(`${JSON.stringify({ ...facts, claim })}\n`);
    return;
  }
  const lines = [
    `${paint(terminal, 'green', '✓')} ${printable(sentence(claim))}`,
    `  time    ${claim.time}`,
    `  commit  ${facts.commit}`,
    `  author  ${facts.author}, commit number ${formatCount(facts.sequence)}`,
    `  space   ${facts.space}`,
  ];
  terminal.output(`${lines.join('\n')}\n`);
}

/** The claim as the proof's JSON has it: every part is text, and can be shown. */
interface ShownClaim {
  readonly subject: Readonly<Record<string, string | number>>;
  readonly path: string | null;
  readonly write: string;
  readonly value: { readonly kind: string; readonly value?: string | boolean } | null;
  readonly actor: string;
  readonly time: string;
}

function sentence({ subject, path, write, value, actor }: ShownClaim): string {
  const { element, type, id, key, from, to } = subject;
  const name = key === undefined ? id : `${id} (${JSON.stringify(key)})`;
  const what = element === 'edge' ? `${type} ${from} → ${to}` : `${type} ${name}`;
  if (write === 'create') return `${actor} created ${what}`;
  const content = value?.kind === 'string' ? JSON.stringify(value.value) : value?.value;
  const text = cut(String(content ?? value?.kind));
  const verb = write === 'set' ? `set ${path} to ${text}` : `added ${text} to ${path}`;
  return `${actor} ${verb}, of ${what}`;
}

function cut(text: string): string {
  return text.length <= VALUE_LENGTH_MAX ? text : `${text.slice(0, VALUE_LENGTH_MAX)}…`;
}

interface Failure {
  readonly reason: string;
  readonly message: string;
}

function fail(terminal: Terminal, options: VerifyOptions, { reason, message }: Failure): never {
  if (options.json === true) {
    terminal.output(`${JSON.stringify({ valid: false, reason, message })}\n`);
  } else terminal.output(`${paint(terminal, 'red', '✗')} ${reason}: ${printable(message)}\n`);
  throw new VerificationFailed();
}

function notText() {
  return {
    valid: false,
    reason: 'FORM',
    message: 'a proof expected UTF-8, got other bytes',
  } as const;
}

/** The text without the line feed at its end; undefined when it is no UTF-8. */
async function readLine(file: string): Promise<string | undefined> {
  const input = file === STANDARD_INPUT ? process.stdin : createReadStream(file);
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of input as AsyncIterable<Buffer>) {
    parts.push(part);
    bytes += part.length;
    // Longer than any proof: what is read so far is refused as such.
    if (bytes > PROOF_BYTES_MAX + 1) break;
  }
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    return decoder.decode(Buffer.concat(parts)).replace(/\n$/, '');
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function parseSpace(text: string): string {
  if (/^[0-9a-f]{64}$/.test(text)) return text;
  throw new InvalidArgumentError("A space's id is 64 digits of lower-case hex.");
}
