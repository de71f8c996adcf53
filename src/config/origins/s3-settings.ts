// How S3 is reached from this machine: endpoint, Region and credentials from the variables that AWS's tools know.
import type { AwsCredentials } from '../../model/origin.ts'
import type { Report } from '../nodes/report.ts'
import { parseTarget, type ParsedTarget } from './target-text.ts'

/** An S3-compatible store. */
export type StoreTarget = Extract<ParsedTarget, { kind: 's3' }>

export interface S3Settings {
  /** For buckets that nothing else stands for. */
  readonly endpoint: StoreTarget | null
  readonly region: string
  readonly credentials: AwsCredentials | null
}

/** (AWS SDKs and Tools Reference Guide, 'Service-specific endpoints', 'AWS access keys') */
export function readS3Settings(
  env: Readonly<Record<string, string | undefined>>,
  report: Report,
): S3Settings {
  const accessKeyId = env['AWS_ACCESS_KEY_ID'] ?? ''
  const secretAccessKey = env['AWS_SECRET_ACCESS_KEY'] ?? ''
  const sessionToken = env['AWS_SESSION_TOKEN'] ?? ''
  return {
    endpoint: readEndpoint(env['AWS_ENDPOINT_URL_S3'] ?? '', report),
    region: env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || 'us-east-1',
    credentials:
      accessKeyId === '' || secretAccessKey === ''
        ? null
        : { accessKeyId, secretAccessKey, sessionToken: sessionToken === '' ? null : sessionToken },
  }
}

function readEndpoint(text: string, report: Report): StoreTarget | null {
  if (text === '') return null
  const target = parseTarget(`s3+${text}`, '')
  if (target.kind === 's3') return target
  const at = { place: { file: 'AWS_ENDPOINT_URL_S3', line: null, column: null }, path: '' }
  report.error(at, null, `'${text}' is not the URL of a store`, 'write http://minio:9000')
  return null
}
