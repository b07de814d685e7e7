/** Writes single values by mutations, as fast as the server takes them. */

import { setTimeout } from 'node:timers/promises';
import { GraphqlClient } from '../ingest/graphql-client.ts';

const CONNECTIONS = 8;
/** On the way on each connection. */
const PIPELINED = 8;
const POLL_MILLISECONDS = 2;
const MUTATION =
  'mutation ($key: ID!, $hits: Int!) { updateItems(where: { key: { eq: $key } }, ' +
  'update: { hits: { set: $hits } }) { info { nodesCreated } } }';

export class ItemWriters implements Disposable {
  readonly #clients: readonly GraphqlClient[];
  readonly #address: URL;
  readonly #items: number;
  #sent = 0;
  #isWriting = false;

  private constructor(clients: readonly GraphqlClient[], address: string, items: number) {
    this.#clients = clients;
    this.#address = new URL(address);
    this.#items = items;
    for (const client of clients) client.onAnswers(() => this.#fill(client));
  }

  static async open(graphql: string, items: number): Promise<ItemWriters> {
    const each = Array.from({ length: CONNECTIONS }, () => GraphqlClient.open(graphql));
    return new ItemWriters(await Promise.all(each), graphql, items);
  }

  /** Writes that were answered in a second. */
  async rate(seconds: number): Promise<number> {
    const [before, began] = [this.answers, performance.now()];
    this.#isWriting = true;
    for (const client of this.#clients) this.#fill(client);
    await setTimeout(seconds * 1_000);
    const rate = (this.answers - before) / ((performance.now() - began) / 1_000);
    this.#isWriting = false;
    while (this.answers < this.#sent) await setTimeout(POLL_MILLISECONDS);
    return rate;
  }

  [Symbol.dispose](): void {
    for (const client of this.#clients) client.close();
  }

  /** Writes that were answered so far. */
  get answers(): number {
    return this.#clients.reduce((sum, { answers }) => sum + answers, 0);
  }

  readonly #sentBy = new Map<GraphqlClient, number>();

  #fill(client: GraphqlClient): void {
    let sent = this.#sentBy.get(client) ?? 0;
    while (this.#isWriting && sent - client.answers < PIPELINED) {
      client.write(this.#request());
      sent += 1;
      this.#sent += 1;
    }
    this.#sentBy.set(client, sent);
  }

  /** Of a random item. */
  #request(): Buffer {
    const { host, pathname } = this.#address;
    const key = `k${Math.floor(Math.random() * this.#items)}`;
    const body = JSON.stringify({ query: MUTATION, variables: { key, hits: this.#sent } });
    return Buffer.from(
      `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\n` +
        `content-length: ${body.length}\r\n\r\n${body}`,
    );
  }
}
