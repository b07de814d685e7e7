/**
 * PostgreSQL, a server in processes of its own: a trigger notifies, one connection listens, and
 * another one changes without waiting for each answer. A change is a transaction.
 */

import { type EventPeer, HeardNumbers, UNSET } from './event-work.ts';
import { POSTGRES_USER, PostgresServer, postgresPrograms } from './postgres-server.ts';

interface Query {
  /** The server prepares it once under this name. */
  readonly name: string;
  readonly text: string;
  readonly values: readonly number[];
}

interface Client {
  connect(): Promise<unknown>;
  query(text: string): Promise<unknown>;
  query(query: Query, answered: (error: Error | null) => void): void;
  on(event: 'notification', listener: (message: { readonly payload?: string }) => void): void;
  end(): Promise<void>;
}

/** The part of the module that is used here. */
export interface Postgres {
  readonly Client: new (options: {
    readonly host: string;
    readonly user: string;
    readonly database: string;
    readonly pipeline: boolean;
  }) => Client;
}

/** Changes that are made before the first of them is heard. */
const AHEAD_MAX = 1_000;
const CHANGE = 'UPDATE record SET hits = $2 WHERE id = $1';

export class PostgresPeer implements EventPeer {
  readonly #server: PostgresServer;
  readonly #listener: Client;
  readonly #writer: Client;
  readonly #records: number;
  readonly #heard = new HeardNumbers();
  #made = 0;

  private constructor(server: PostgresServer, clients: readonly [Client, Client], records: number) {
    this.#server = server;
    [this.#listener, this.#writer] = clients;
    this.#records = records;
    this.#listener.on('notification', ({ payload }) => this.#heard.take(Number(payload)));
  }

  static async open(postgres: Postgres, records: number): Promise<PostgresPeer> {
    const programs = await postgresPrograms();
    if (programs === undefined) throw new Error('an installed PostgreSQL was expected');
    const server = await PostgresServer.start(programs);
    const connect = async (): Promise<Client> => {
      const whose = { host: server.folder, user: POSTGRES_USER, database: 'postgres' };
      const client = new postgres.Client({ ...whose, pipeline: true });
      await client.connect();
      return client;
    };
    const peer = new PostgresPeer(server, [await connect(), await connect()], records);
    await peer.#writer.query(tablesOf(records));
    await peer.#listener.query('LISTEN hits');
    return peer;
  }

  async change(count: number): Promise<void> {
    for (const end = this.#made + count; this.#made < end; this.#made++) {
      await this.#heard.until(this.#made + 1 - AHEAD_MAX);
      const values = [this.#made % this.#records, this.#made];
      this.#writer.query({ name: 'change', text: CHANGE, values }, (error) => {
        if (error) throw error;
      });
    }
    await this.#heard.until(this.#made);
  }

  async close(): Promise<void> {
    await this.#listener.end();
    await this.#writer.end();
    await this.#server[Symbol.asyncDispose]();
  }
}

function tablesOf(records: number): string {
  return `
    CREATE TABLE record (id int PRIMARY KEY, hits int NOT NULL);
    INSERT INTO record SELECT id, ${UNSET} FROM generate_series(0, ${records - 1}) AS id;
    CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN PERFORM pg_notify('hits', NEW.hits::text); RETURN NULL; END $$;
    CREATE TRIGGER told AFTER UPDATE ON record FOR EACH ROW EXECUTE FUNCTION tell();`;
}
