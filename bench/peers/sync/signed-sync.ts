/** A library whose messages are signed, one by one, and verified before it receives them. */

import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { concatBytes } from '../../../src/base/bytes.ts';
import { SIGNATURE_BYTES } from '../../../src/crypto/signature-rule.ts';
import type { SyncPeer, SyncReplica } from './sync-peer.ts';

export class SignedSync implements SyncPeer {
  readonly #peer: SyncPeer;
  readonly #keys = generateKeyPairSync('ed25519');
  readonly messages: readonly Uint8Array[];

  constructor(peer: SyncPeer) {
    this.#peer = peer;
    const { privateKey } = this.#keys;
    this.messages = peer.messages.map((message) =>
      concatBytes(sign(null, message, privateKey), message),
    );
  }

  async replica(): Promise<SyncReplica> {
    const replica = await this.#peer.replica();
    const { publicKey } = this.#keys;
    const verified = (signed: Uint8Array): Uint8Array => {
      const message = signed.subarray(SIGNATURE_BYTES);
      if (verify(null, message, publicKey, signed.subarray(0, SIGNATURE_BYTES))) return message;
      throw new Error('a message expected its signature');
    };
    return { ...replica, receive: (messages) => replica.receive(messages.map(verified)) };
  }
}
