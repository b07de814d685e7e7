/**
 * What a frontend does with the demo: a typed query, pages, a mutation, errors by their codes, and
 * a subscription that goes on when the server restarts. `npm start` in the repository, and then
 * `node client.ts [url]` here.
 */

import { type FragmentOf, readFragment, type VariablesOf } from 'gql.tada';
import {
  AirportLine,
  FindAirport,
  NameChanges,
  RenameAirport,
  type RouteEdge,
  RoutesPage,
} from './documents.ts';
import { type Caller, DEMO, RequestError, send } from './send.ts';
import { watch } from './watch.ts';

const CODE = 'JFK';
const PAGE_ROUTES = 25;

type Print = (line: string) => void;

export async function tour(url: string, print: Print): Promise<void> {
  const anybody: Caller = { url };
  const ann: Caller = { url, principal: 'user:skyways/ann' };
  const eve: Caller = { url, principal: 'user:airports/eve' };
  const name = await showAirport(anybody, print);
  await showRoutes(anybody, print);
  await showRoutes(ann, print);
  await rename(ann, 'Skyways One', print);
  await watchWhile(anybody, () => rename(eve, 'Kennedy', print), print);
  await rename(eve, name, print);
}

async function showAirport(caller: Caller, print: Print): Promise<string> {
  const { data } = await send(caller, FindAirport, { code: CODE });
  if (data.airport === null) throw new Error(`no airport has the code ${CODE}`);
  const { location } = data.airport;
  const place = [location?.latitude, location?.longitude].map((degrees) => degrees?.toFixed(2));
  print(`${lineOf(data.airport)}, at ${place.join()}`);
  return readFragment(AirportLine, data.airport).name;
}

async function showRoutes(caller: Caller, print: Print): Promise<void> {
  const routes: RouteEdge[] = [];
  const lacking = new Set<string>();
  for await (const page of pagesOf(caller)) {
    routes.push(...page.routes);
    for (const relation of page.lacking) lacking.add(relation);
  }
  const flights = routes.reduce((sum, { properties }) => sum + (properties.flights ?? 0), 0);
  const [most] = routes;
  const isHidden = most === undefined || lacking.size > 0;
  const told = isHidden
    ? `flights are hidden for want of ${[...lacking].join()}`
    : `${flights} flights, most to ${lineOf(most.node)}`;
  print(`${nameOf(caller)} sees ${routes.length} routes: ${told}`);
}

/** A cursor stays right while others write. */
async function* pagesOf(caller: Caller) {
  const variables: VariablesOf<typeof RoutesPage> = { code: CODE, first: PAGE_ROUTES };
  for (;;) {
    const { data, lacking } = await send(caller, RoutesPage, variables);
    const connection = data.airport?.routesConnection;
    if (connection === undefined) return;
    yield { routes: connection.edges, lacking };
    if (!connection.pageInfo.hasNextPage) return;
    variables.after = connection.pageInfo.endCursor;
  }
}

async function rename(caller: Caller, name: string, print: Print): Promise<void> {
  try {
    const { data } = await send(caller, RenameAirport, { code: CODE, name });
    const names = data.updateAirports.airports.map((airport) => airport.name);
    print(`${nameOf(caller)} renamed it to ${names.join()}`);
  } catch (error) {
    if (!(error instanceof RequestError) || error.code !== 'FORBIDDEN') throw error;
    print(`${nameOf(caller)} may not rename it: ${error.code}`);
  }
}

/** Writes once changes begin to come, and ends with the first. */
async function watchWhile(caller: Caller, write: () => Promise<void>, print: Print): Promise<void> {
  const begun = Promise.withResolvers<void>();
  const written = begun.promise.then(write);
  const changes = watch(caller, NameChanges, { variables: {}, onConnected: begun.resolve });
  for await (const { airportChanges } of changes) {
    const { actor, airport } = airportChanges;
    if (airport === null) continue;
    await written;
    print(`${nameOf(caller)} hears from ${nameOf({ principal: actor })}: ${lineOf(airport)}`);
    break;
  }
}

function lineOf(airport: FragmentOf<typeof AirportLine>): string {
  const { code, name, city } = readFragment(AirportLine, airport);
  return [code, name, city].filter((part) => part !== null).join(', ');
}

function nameOf({ principal }: { readonly principal?: string | null }): string {
  return principal ?? 'anybody';
}

if (import.meta.main) {
  await tour(process.argv[2] ?? DEMO, (line) => process.stdout.write(`${line}\n`));
}
