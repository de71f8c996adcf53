// The CloudFront-* request headers that policies may list, and how each is made from a request.
import type { ViewerRequest } from '../message/requests.ts'

type Make = (request: ViewerRequest) => string | null

/** A header a policy lists: its names and its value on a request, null where it is left out. */
export interface CloudFrontHeader {
  readonly lowerName: string
  readonly wireName: string
  readonly toValue: Make
}

/** (Developer Guide, 'Add CloudFront request headers') */
const HEADERS: Readonly<Record<string, Make>> = {
  'CloudFront-Is-Android-Viewer': (request) => toFlag(request, ANDROID),
  'CloudFront-Is-Desktop-Viewer': (request) => toFlag(request, DESKTOP),
  'CloudFront-Is-IOS-Viewer': (request) => toFlag(request, IOS),
  'CloudFront-Is-Mobile-Viewer': (request) => toFlag(request, MOBILE),
  'CloudFront-Is-SmartTV-Viewer': (request) => toFlag(request, SMART_TV),
  'CloudFront-Is-Tablet-Viewer': (request) => toFlag(request, TABLET),
  'CloudFront-Viewer-Address': (request) => `${request.clientIp}:${request.clientPort}`,
  'CloudFront-Error-Args': ({ errorOf }) => errorOf?.queryString || null,
  'CloudFront-Error-Uri': ({ errorOf }) => errorOf?.path ?? null,
  'CloudFront-Viewer-Country': ({ geo }) => geo.country,
  'CloudFront-Viewer-Country-Name': ({ geo }) => toCountryName(geo.country),
  'CloudFront-Forwarded-Proto': (request) => request.scheme,
  'CloudFront-Viewer-Http-Version': (request) => request.httpVersion,
  'CloudFront-Viewer-TLS': ({ tls }) => tls ?? null,
  'CloudFront-Viewer-Header-Order': toHeaderOrder,
  'CloudFront-Viewer-Header-Count': (request) => String(countHeaders(request)),
  'CloudFront-Viewer-ASN': detail('ASN'),
  'CloudFront-Viewer-City': detail('City'),
  'CloudFront-Viewer-Country-Region': detail('Country-Region'),
  'CloudFront-Viewer-Country-Region-Name': detail('Country-Region-Name'),
  'CloudFront-Viewer-Latitude': detail('Latitude'),
  'CloudFront-Viewer-Longitude': detail('Longitude'),
  'CloudFront-Viewer-Metro-Code': detail('Metro-Code'),
  'CloudFront-Viewer-Postal-Code': detail('Postal-Code'),
  'CloudFront-Viewer-Time-Zone': detail('Time-Zone'),
}

/** Known only where a request, or a database that the user names, tells it. */
function detail(name: string): Make {
  const key = name.toLowerCase()
  return ({ geo }) => geo.details?.get(key) ?? null
}

const BY_LOWER_NAME: ReadonlyMap<string, CloudFrontHeader> = new Map(
  Object.entries(HEADERS).map(([wireName, toValue]) => {
    const lowerName = wireName.toLowerCase()
    return [lowerName, { lowerName, wireName, toValue }]
  }),
)

/**
 * What AllViewerExceptHostHeader brings besides the viewer's headers, as far as it can be made here.
 * (Developer Guide, 'Use managed origin request policies')
 */
export const DEVICE_PROTOCOL_AND_LOCATION: readonly string[] = [...BY_LOWER_NAME.keys()].filter(
  (name) => !/-(?:address|asn|header-order|header-count|error-args|error-uri)$/.test(name),
)

// Differs from CloudFront: Viewer JA3 and JA4 headers are never sent.

/** How a header is made; null for names that are not made here. */
export function findCloudFrontHeader(lowerName: string): CloudFrontHeader | null {
  return BY_LOWER_NAME.get(lowerName) ?? null
}

/** Names a viewer cannot send itself: CloudFront overwrites or drops them. */
export function isCloudFrontName(lowerName: string): boolean {
  return lowerName.startsWith('cloudfront-')
}

const ANDROID = 1
const DESKTOP = 2
const IOS = 4
const MOBILE = 8
const SMART_TV = 16
const TABLET = 32

const TV_AGENT =
  /SmartTV|SMART-TV|Tizen.*TV|Web0S|webOS\.TV|HbbTV|AppleTV|GoogleTV|Android TV|\bAFT[A-Z]|BRAVIA|Roku|CrKey/
const TABLET_AGENT = /iPad|Tablet|Kindle|PlayBook/
const PHONE_AGENT = /iPhone|iPod|Windows Phone|BlackBerry|Opera Mini|IEMobile/

const MEMO_ENTRIES = 1024
const MEMO_LENGTH = 512
const memo = new Map<string, number>()

function toFlag(request: ViewerRequest, flag: number): string {
  return (detectDevice(request.headers.get('user-agent') ?? '') & flag) === 0 ? 'false' : 'true'
}

/** Rules of our own, since CloudFront's are not published; several flags can be set at once. */
function detectDevice(userAgent: string): number {
  const known = memo.get(userAgent)
  if (known !== undefined) return known
  const isAndroid = userAgent.includes('Android')
  const saysMobile = userAgent.includes('Mobile')
  const isTv = TV_AGENT.test(userAgent)
  const isUnnamedTablet = (isAndroid || userAgent.includes('Silk/')) && !saysMobile
  const isTablet = !isTv && (TABLET_AGENT.test(userAgent) || isUnnamedTablet)
  const isMobileTablet = isTablet && (isAndroid || userAgent.includes('iPad'))
  const isMobile = isMobileTablet || (isAndroid && saysMobile) || PHONE_AGENT.test(userAgent)
  let flags = isAndroid ? ANDROID : 0
  if (/iPhone|iPad|iPod/.test(userAgent)) flags |= IOS
  if (isTv) flags |= SMART_TV
  if (isTablet) flags |= TABLET
  if (isMobile) flags |= MOBILE
  if (!isTv && !isTablet && !isMobile) flags |= DESKTOP
  if (userAgent.length <= MEMO_LENGTH) {
    if (memo.size >= MEMO_ENTRIES) memo.clear()
    memo.set(userAgent, flags)
  }
  return flags
}

let countryNames: Intl.DisplayNames | null = null

function toCountryName(country: string | null): string | null {
  return country !== null && /^[A-Z]{2}$/.test(country) ? (toCountryNames().of(country) ?? null) : null
}

/** CloudFront cuts the list here. (Developer Guide, 'Add CloudFront request headers') */
const HEADER_ORDER_CHARACTERS = 7680

function toHeaderOrder(request: ViewerRequest): string {
  const names: string[] = []
  for (const [name, , wireName] of request.headers.entries()) if (isSent(name, request)) names.push(wireName)
  return names.join(':').slice(0, HEADER_ORDER_CHARACTERS)
}

function countHeaders(request: ViewerRequest): number {
  let count = 0
  for (const [name] of request.headers.entries()) if (isSent(name, request)) count++
  return count
}

/** Steering headers of this product are not the viewer's, and over HTTP/2 Host stands for a pseudo-header. */
function isSent(lowerName: string, { httpVersion }: ViewerRequest): boolean {
  return !lowerName.startsWith('x-pocketfront-') && (lowerName !== 'host' || httpVersion !== '2.0')
}

/** Made when first asked for: it takes as long as a tenth of the start. */
function toCountryNames(): Intl.DisplayNames {
  return (countryNames ??= new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' }))
}
