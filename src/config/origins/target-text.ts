// The text of a target: a URL, a folder, a folder as a website, or a bucket of a store.
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseHandlerTarget, type HandlerTarget } from './handler-target.ts'
import { withoutBrackets } from './host-names.ts'
import { PLAIN_WEBSITE, type WebsiteConfiguration } from '../../model/website.ts'

/** What `--origin`, the environment and the `origins` section say about a target. */
export type ParsedTarget =
  | {
      readonly kind: 'http'
      readonly protocol: 'http' | 'https'
      readonly hostname: string
      readonly port: number
      readonly pathPrefix: string
    }
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 'website'; readonly folder: string; readonly website: WebsiteConfiguration }
  | {
      /** A store that speaks S3's language; without a bucket it is that of the origin's name. */
      readonly kind: 's3'
      readonly protocol: 'http' | 'https'
      readonly hostname: string
      readonly port: number
      readonly bucket: string | null
      /** '' or '/x', before OriginPath. */
      readonly prefix: string
    }
  | HandlerTarget
  | { readonly kind: 'invalid'; readonly message: string }

/** `http://api:3000/v1`, `localhost:3000`, `./dist`, `/srv/site`, `file:./dist`, `website:./dist`, `lambda:./app.mjs`; folders are relative to `base`. */
export function parseTarget(text: string, base: string): ParsedTarget {
  const target = text.trim()
  if (target === '') return { kind: 'invalid', message: 'is empty; write a URL or a folder' }
  const handler = parseHandlerTarget(target, base)
  if (handler !== null) return handler
  if (/^website:/i.test(target)) {
    const folder = parseTarget(target.slice(8), base)
    if (folder.kind === 'folder') return { ...folder, kind: 'website', website: PLAIN_WEBSITE }
    return { kind: 'invalid', message: `'${target}' names no folder; write website:./folder` }
  }
  if (/^file:/i.test(target)) return parseFileTarget(target, base)
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(target)?.[1]?.toLowerCase()
  if (scheme !== undefined) return parseUrlTarget(target, scheme)
  if (/^(?:\[[0-9a-f:]+\]|[\w.-]+):\d+(?:\/|$)/i.test(target))
    return parseUrlTarget(`http://${target}`, 'http')
  return { kind: 'folder', folder: resolve(base, target) }
}

function parseFileTarget(target: string, base: string): ParsedTarget {
  if (!/^file:\/\//i.test(target)) return { kind: 'folder', folder: resolve(base, target.slice(5)) }
  try {
    return { kind: 'folder', folder: fileURLToPath(target) }
  } catch {
    return { kind: 'invalid', message: `'${target}' is not the URL of a folder` }
  }
}

/** `s3+http://minio:9000/bucket/prefix` */
function parseStore(target: string): ParsedTarget {
  const url = parseUrlTarget(target.slice(3), target.slice(3).split(':')[0]!.toLowerCase())
  if (url.kind !== 'http') return url
  const { protocol, hostname, port } = url
  const [, bucket = '', ...prefix] = url.pathPrefix.split('/')
  return {
    kind: 's3',
    protocol,
    hostname,
    port,
    bucket: bucket === '' ? null : bucket,
    prefix: prefix.length === 0 ? '' : `/${prefix.join('/')}`,
  }
}

function parseUrlTarget(target: string, scheme: string): ParsedTarget {
  if (scheme === 's3+http' || scheme === 's3+https') return parseStore(target)
  if (scheme !== 'http' && scheme !== 'https') {
    return {
      kind: 'invalid',
      message: `'${target}' has the scheme ${scheme}; http, https, s3+http, s3+https and folders are known`,
    }
  }
  if (!URL.canParse(target)) return { kind: 'invalid', message: `'${target}' is not a URL` }
  const url = new URL(target)
  if (url.username !== '' || url.search !== '' || url.hash !== '') {
    return { kind: 'invalid', message: `'${target}' has more than scheme, host, port and path` }
  }
  return {
    kind: 'http',
    protocol: scheme,
    hostname: withoutBrackets(url.hostname),
    port: url.port === '' ? (scheme === 'https' ? 443 : 80) : Number(url.port),
    pathPrefix: url.pathname.replace(/\/+$/, ''),
  }
}

/** `KEY=TARGET` or `TARGET`: a URL, a path and a text without '=' have no key. */
export function splitOrigin(text: string): { readonly key: string | null; readonly target: string } {
  const isTarget = /^(?:[a-z][a-z0-9+-]*:\/\/|file:|website:|lambda(?:\+\w+)?:|\.{1,2}(?:\/|$)|\/)/i.test(
    text,
  )
  const at = text.indexOf('=')
  if (isTarget || at === -1) return { key: null, target: text }
  return { key: text.slice(0, at).trim(), target: text.slice(at + 1).trim() }
}
