/** Members of a space who decide on many things at once, over a network that fails. */

import type { RecordContent } from '../../src/authority/body.ts';
import { toHex } from '../../src/base/bytes.ts';
import { publicKeyOf } from '../../src/crypto/ed25519.ts';
import { sha256 } from '../../src/crypto/hash.ts';
import { Verdict } from '../../src/quorum/vote.ts';
import { quorumOf, toleratedOf } from '../../src/quorum/voters.ts';
import { CouncilMembers, type CouncilMistake } from '../fixture/council-members.ts';
import { epochBody, voter } from '../fixture/voting-chain.ts';
import { Seeded } from '../seeded.ts';

const HEALED_AT = 20_000;
const EXPIRY = 40_000;
/** Until then all is decided everywhere. */
const END = 160_000;
const NAMES = ['red', 'blue', 'green', 'gold', 'black', 'white', 'grey', 'pink', 'teal', 'lime'];

/** How often what struck, and what things came to. */
export type CouncilTally = Record<
  | 'crashes'
  | 'unsent'
  | 'lost'
  | 'evidence'
  | 'cuts'
  | 'proposals'
  | 'approved'
  | 'refused'
  | 'lapsed'
  | 'epochs',
  number
>;

export function emptyCouncilTally(): CouncilTally {
  const struck = { crashes: 0, unsent: 0, lost: 0, evidence: 0, cuts: 0 };
  return { ...struck, proposals: 0, approved: 0, refused: 0, lapsed: 0, epochs: 0 };
}

/** Runs one; answers what is wrong with what it came to, undefined where nothing is. */
export function runCouncil(options: {
  readonly seed: number;
  readonly tally: CouncilTally;
  readonly mistake?: CouncilMistake;
}): string | undefined {
  const { seed, tally, mistake } = options;
  const random = new Seeded(seed);
  const organisations = NAMES.slice(0, [4, 7, 10][random.below(3)]);
  const faulty = toleratedOf(organisations.length);
  const network = { loss: random.below(4) / 10, latencyMilliseconds: 1 + random.below(200) };
  const given = { organisations, faulty, random, healedAt: HEALED_AT, ...network, mistake };
  const members = new CouncilMembers(given);
  disturb(members, random);
  try {
    members.run(END, () => members.now > HEALED_AT && isOver(members));
  } catch (error) {
    return String(error);
  }
  return whatIsWrong(members, organisations.length) ?? count(members, tally);
}

/** Whether all honest members are up, hold the same, and have nothing open. */
function isOver({ honest }: CouncilMembers): boolean {
  const [first] = honest;
  return honest.every(
    ({ isUp, council, chain }) =>
      isUp &&
      council.open.length === 0 &&
      council.position === first?.council.position &&
      chain.length === first.chain.length,
  );
}

function whatIsWrong(members: CouncilMembers, count: number): string | undefined {
  const { honest, proposals, verdicts } = members;
  if (!isOver(members)) {
    const states = honest.map(({ isUp, council, chain }) => {
      const { position, open } = council;
      return `${isUp ? 'up' : 'down'}, ${position} of ${chain.length}, ${open.length} open`;
    });
    return `not over: ${states.join('; ')}`;
  }
  const heads = new Set(honest.map(({ chain }) => toHex(chain.head)));
  if (heads.size > 1) return 'two chains';
  const decided = new Set(
    honest.map(({ council }) =>
      council
        .decisionsFrom(1)
        .map(({ vote }) => `${vote.verdict} ${toHex(vote.subject)}`)
        .join(),
    ),
  );
  if (decided.size > 1) return 'decisions that differ';
  const chain = honest[0]?.chain;
  for (const [name, { hash }] of proposals) {
    if (chain?.hasDecided(hash) !== true) continue;
    const yes = [...(verdicts.get(name)?.values() ?? [])].filter((its) => its === Verdict.APPROVED);
    const least = quorumOf(count) - toleratedOf(count);
    if (yes.length < least) return `approved by ${yes.length} honest members, ${least} at least`;
  }
  return undefined;
}

function count(members: CouncilMembers, tally: CouncilTally): undefined {
  for (const [name, its] of Object.entries(members.counts))
    tally[name as keyof CouncilTally] += its;
  tally.proposals += members.proposals.size;
  tally.epochs += (members.honest[0]?.chain.voters?.epoch ?? 1) - 1;
  for (const { vote } of members.honest[0]?.council.decisionsFrom(1) ?? []) {
    const name = { 0: 'lapsed', 1: 'approved', 2: 'refused', 3: 'lapsed' } as const;
    tally[name[vote.verdict]] += 1;
  }
  return undefined;
}

function disturb(members: CouncilMembers, random: Seeded): void {
  const { honest } = members;
  for (let asked = 2 + random.below(6); asked > 0; asked--) {
    const index = random.below(honest.length);
    members.at(random.below(15_000), () => {
      const content = random.below(4) > 0 ? contentOf(random) : epochOf(members, random);
      members.propose(index, content, EXPIRY + random.below(20_000));
    });
  }
  for (let crash = random.below(6); crash > 0; crash--) {
    const index = random.below(honest.length);
    members.at(random.below(HEALED_AT), () => members.crash(index, 1 + random.below(4_000)));
  }
  for (let cut = random.below(3); cut > 0; cut--) {
    const some = new Set(honest.map(({ index }) => index).filter(() => random.below(2) === 0));
    members.at(random.below(HEALED_AT), () => members.cut(some, 1 + random.below(6_000)));
  }
}

/** The next epoch: of the same members, or without one that is faulty. */
function epochOf({ honest, organisations }: CouncilMembers, random: Seeded): RecordContent {
  const chain = (honest[random.below(honest.length)] as (typeof honest)[number]).chain;
  const names = random.below(2) === 0 ? organisations : organisations.slice(0, -1);
  const { kind, epoch, voters } = epochBody(
    chain,
    (chain.voters?.epoch ?? 0) + 1,
    names.map((name) => voter(chain, name)),
  );
  return { kind, epoch, voters };
}

/** Two that ask for one name get in each other's way. */
function contentOf(random: Seeded): RecordContent {
  const name = `guest${random.below(6)}`;
  const seed = sha256(Uint8Array.of(random.below(200)));
  return { kind: 'member', name, key: publicKeyOf(seed) };
}
