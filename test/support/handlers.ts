// A front whose origin is a function behind a Function URL or an API, written beside the tests.
import { writeModule } from './lambda.ts'
import { startFront, type Front, type FrontOptions } from './front.ts'

export interface HandlerFrontOptions extends Omit<FrontOptions, 'config'> {
  readonly api?: 'function-url' | 'http-api' | 'rest-api'
  /** Further keys of the mapping: payload, timeout, env, streaming, stage. */
  readonly settings?: object
  readonly originConfig?: object
  readonly behavior?: object
  /** File name, for its extension. */
  readonly file?: string
}

export const DOMAINS = {
  'function-url': 'abcdefgh.lambda-url.eu-west-1.on.aws',
  'http-api': 'a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com',
  'rest-api': 'a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com',
} as const

/** Everything reaches the function but Host, nothing is cached. */
export async function startHandlerFront(code: string, options: HandlerFrontOptions = {}): Promise<Front> {
  const { api = 'function-url', settings = {}, originConfig = {}, behavior = {}, file, ...rest } = options
  return startFront({
    ...rest,
    config: {
      Origins: [
        {
          Id: 'api',
          DomainName: DOMAINS[api],
          CustomOriginConfig: { HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: 'https-only' },
          ...originConfig,
        },
      ],
      DefaultCacheBehavior: {
        TargetOriginId: 'api',
        ViewerProtocolPolicy: 'allow-all',
        CachePolicy: 'CachingDisabled',
        OriginRequestPolicy: 'AllViewerExceptHostHeader',
        AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE'],
        ...behavior,
      },
      origins: { api: { handler: writeModule(code, file), api, ...settings } },
    },
  })
}
