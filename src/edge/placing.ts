// Which edge location a viewer meets.
import type { EdgePlace } from './visit.ts'
import type { ViewerGeo } from '../message/viewer-geo.ts'
import { findCountry, type Coordinates } from '../model/countries.ts'
import {
  findEdgeLocation,
  isInPriceClass,
  nearestEdgeLocation,
  type EdgeLocation,
  type PriceClass,
} from '../model/locations.ts'
import type { PopReason } from '../model/result-types.ts'

/** An edge location and why it is the viewer's. */
export interface PopChoice {
  readonly place: EdgePlace
  readonly because: PopReason
}

/** The edge locations of one distribution. */
export interface Placing {
  /** For a viewer who asks for none. */
  choose(geo: ViewerGeo): PopChoice
  /** For one who asks for this one. */
  take(place: EdgePlace): PopChoice
}

/** What places come from. */
export interface PlacingParts {
  /** POP of viewers without a place. */
  readonly defaultPop: string
  /** The place of a known code. */
  readonly placeOf: (pop: string) => EdgePlace
}

/**
 * The nearest edge location of the price class. CloudFront may now and then answer from outside the class, so that
 * one that a request asks for is taken (choice). ('Choosing the price class for a CloudFront distribution')
 */
export function createPlacing(priceClass: PriceClass, { defaultPop, placeOf }: PlacingParts): Placing {
  const toDefault = findEdgeLocation(defaultPop)!
  const home: PopChoice = isInPriceClass(toDefault, priceClass)
    ? { place: placeOf(defaultPop), because: 'default' }
    : {
        place: placeOf(nearestEdgeLocation(toDefault, priceClass).code),
        because: 'default-in-price-class',
      }
  const byCountry = new Map<string, PopChoice>()

  function near(country: string, at: Coordinates): PopChoice {
    let choice = byCountry.get(country)
    if (choice === undefined) {
      const { code, because } = selectNearest(at, priceClass)
      choice = { place: placeOf(code), because }
      byCountry.set(country, choice)
    }
    return choice
  }

  return {
    choose({ country, countryFrom }) {
      if (country === null || countryFrom === 'default') return home
      const at = findCountry(country)
      return at === null ? home : near(country, at)
    },
    take(place) {
      const location = findEdgeLocation(place.pop)
      const isInside = location === null || isInPriceClass(location, priceClass)
      return { place, because: isInside ? 'asked-for' : 'asked-for-outside-price-class' }
    },
  }
}

function selectNearest(
  at: Coordinates,
  priceClass: PriceClass,
): Pick<EdgeLocation, 'code'> & { readonly because: PopReason } {
  const nearest = nearestEdgeLocation(at, 'PriceClass_All')
  if (isInPriceClass(nearest, priceClass)) return { code: nearest.code, because: 'nearest-to-country' }
  return { code: nearestEdgeLocation(at, priceClass).code, because: 'nearest-in-price-class' }
}
