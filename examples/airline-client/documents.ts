/** What this client asks, checked by the types of the server's schema. */

import type { ResultOf } from 'gql.tada';
import { graphql } from './graphql.ts';

export const AirportLine = graphql(`
  fragment AirportLine on Airport {
    code
    name
    city
  }
`);

export const FindAirport = graphql(
  `
    query FindAirport($code: String!) {
      airport(where: { code: { eq: $code } }) {
        ...AirportLine
        location {
          latitude
          longitude
        }
      }
    }
  `,
  [AirportLine],
);

export const RoutesPage = graphql(
  `
    query RoutesPage($code: String!, $first: Int!, $after: String) {
      airport(where: { code: { eq: $code } }) {
        routesConnection(first: $first, after: $after, sort: [{ edge: { flights: DESC } }]) {
          edges {
            properties {
              flights
            }
            node {
              ...AirportLine
            }
          }
          pageInfo {
            hasNextPage
            endCursor
          }
        }
      }
    }
  `,
  [AirportLine],
);

export const RenameAirport = graphql(`
  mutation RenameAirport($code: String!, $name: String!) {
    updateAirports(where: { code: { eq: $code } }, update: { name: { set: $name } }, atMost: 1) {
      airports {
        name
      }
    }
  }
`);

export const NameChanges = graphql(
  `
    subscription NameChanges {
      airportChanges(fields: [name]) {
        actor
        airport {
          ...AirportLine
        }
      }
    }
  `,
  [AirportLine],
);

export type RouteEdge = NonNullable<
  ResultOf<typeof RoutesPage>['airport']
>['routesConnection']['edges'][number];
