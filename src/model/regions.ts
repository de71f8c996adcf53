// Where AWS Regions are, and in which of them an origin is.
import type { Coordinates } from './countries.ts'
import data from './edge-locations.json' with { type: 'json' }
import type { Origin } from './origin.ts'

const REGIONS = new Map<string, Coordinates>(
  data.regionalEdgeCaches.map(({ region, lat, lon }) => [region, { lat, lon }]),
)

/** Regions that origins can be in and that have no regional edge cache: the city that AWS names them after. */
const OTHERS: readonly (readonly [region: string, lat: number, lon: number])[] = [
  ['af-south-1', -33.93, 18.42],
  ['ap-east-1', 22.3, 114.17],
  ['ap-east-2', 25.03, 121.57],
  ['ap-northeast-3', 34.69, 135.5],
  ['ap-south-2', 17.39, 78.49],
  ['ap-southeast-3', -6.2, 106.85],
  ['ap-southeast-4', -37.81, 144.96],
  ['ap-southeast-5', 3.14, 101.69],
  ['ap-southeast-7', 13.76, 100.5],
  ['ca-central-1', 45.5, -73.57],
  ['ca-west-1', 51.05, -114.07],
  ['eu-central-2', 47.38, 8.54],
  ['eu-north-1', 59.33, 18.07],
  ['eu-south-1', 45.46, 9.19],
  ['eu-south-2', 41.65, -0.88],
  ['eu-west-3', 48.86, 2.35],
  ['il-central-1', 32.09, 34.78],
  ['me-south-1', 26.07, 50.56],
  ['mx-central-1', 20.59, -100.39],
]
for (const [region, lat, lon] of OTHERS) REGIONS.set(region, { lat, lon })

/** The place of a Region such as eu-west-1, or null. */
export function findRegion(region: string): Coordinates | null {
  return REGIONS.get(region) ?? null
}

/** Every Region that {@link findRegion} knows. */
export function regionNames(): string[] {
  return [...REGIONS.keys()]
}

/** Names of load balancers, buckets, function URLs and the like hold their Region between dots or hyphens. */
const REGION_IN_NAME = /(?:^|[.-])([a-z]{2}(?:-[a-z]+)+-\d)(?=\.)/
const AWS_NAME = /\.(?:amazonaws\.com(?:\.cn)?|on\.aws|awsapprunner\.com|elasticbeanstalk\.com)$/i

/** The Region that an origin's domain name tells, or null. */
export function toOriginRegion({ DomainName }: Pick<Origin, 'DomainName'>): string | null {
  const name = DomainName.toLowerCase()
  const region = AWS_NAME.test(name) ? (REGION_IN_NAME.exec(name)?.[1] ?? null) : null
  return region !== null && REGIONS.has(region) ? region : null
}
