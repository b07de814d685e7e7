/** Every named maximum of votes, certificates and decisions. */

/** Members of an epoch that vote. */
export const VOTERS_MAX = 256;
/** Of one member; the weights of all stay exact as a number. */
export const VOTER_WEIGHT_MAX = 4_294_967_295;
/** Votes that one signature covers. */
export const BATCH_VOTES_MAX = 4_096;
/** Rounds of one decision: with each the time to wait grows, so none has nearly as many. */
export const ROUNDS_MAX = 65_536;
/** Rounds after its own of which a member keeps votes; of later ones, how far each voter is. */
export const ROUNDS_AHEAD_MAX = 8;
/** How long a round waits for votes, the first one and any. */
export const ROUND_MILLISECONDS_LEAST = 200;
export const ROUND_MILLISECONDS_MAX = 60_000;
/** A proposal with all that it asks for: what is decided of it still fits a record. */
export const PROPOSAL_BYTES_MAX = 1_900_000;
/** What its proposer says for it, in UTF-8 bytes. */
export const REASON_BYTES_MAX = 1_024;
/** Proposals that wait for a decision, of one member, and their bytes. */
export const OPEN_PROPOSALS_MAX = 64;
export const OPEN_PROPOSAL_BYTES_MAX = 8_388_608;
/** Opinions of one member on proposals that have not come. */
export const EARLY_OPINIONS_MAX = 256;
/** In which a proposal is decided that a server makes for whoever changes the chain. */
export const PROPOSAL_MILLISECONDS = 60_000;
