// The JSON Schema of our own form of configurations, for editors: what may stand where, and what it means.
import { managedPolicies } from '../src/config/managed-policies.ts'
import { supportKeys } from '../src/config/support.ts'
import { LINT_RULES } from '../src/config/lint/rules.ts'
import { RUN_TIME_RULES } from '../src/config/lint/run-time.ts'
import { SHIELD_REGIONS } from '../src/model/locations.ts'
import { MINIMUM_PROTOCOL_VERSIONS } from '../src/model/viewer-certificate.ts'

type Schema = Readonly<Record<string, unknown>>
type Properties = Readonly<Record<string, Schema>>

const METHODS = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE']
const EVENTS = ['viewer-request', 'origin-request', 'origin-response', 'viewer-response']
const ERROR_CODES = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504]
const FAILOVER_CODES = [400, 403, 404, 416, 429, 500, 502, 503, 504]

const text = (description: string): Schema => ({ type: 'string', description })
const flag = (description: string): Schema => ({ type: 'boolean', description })
const count = (description: string, minimum: number, maximum?: number): Schema => ({
  type: 'integer',
  minimum,
  ...(maximum !== undefined && { maximum }),
  description,
})
const oneOf = (words: readonly (string | number)[], description: string): Schema => ({
  enum: words,
  description,
})
const ref = (name: string): Schema => ({ $ref: `#/$defs/${name}` })
const map = (properties: Properties, description: string, required: readonly string[] = []): Schema => ({
  type: 'object',
  description,
  properties,
  ...(required.length > 0 && { required }),
  additionalProperties: false,
})

/** A plain list, or AWS's `{Quantity, Items}` with what may stand beside. */
function list(items: Schema, description: string, beside: Properties = {}): Schema {
  const plain = { type: 'array', items }
  const properties = { Quantity: { type: 'integer' }, Items: plain, ...beside }
  return { description, anyOf: [plain, { type: 'object', properties, additionalProperties: false }] }
}

const names = (description: string): Schema => list({ type: 'string' }, description)

/** Keys of AWS's forms that are read and have no effect, or whose shape is AWS's business. */
function others(part: Parameters<typeof supportKeys>[0], known: Properties): Properties {
  const keys = supportKeys(part).filter((key) => !(key in known))
  return { ...known, ...Object.fromEntries(keys.map((key) => [key, {}])) }
}

const seconds = (description: string): Schema => count(`Seconds. ${description}`, 0, 3_153_600_000)

const TTLS: Properties = {
  MinTTL: seconds('At least so long, whatever the origin says.'),
  DefaultTTL: seconds('For responses without Cache-Control and Expires.'),
  MaxTTL: seconds('At most so long; 0 switches caching off.'),
}

function selection(noun: 'Header' | 'Cookie' | 'QueryString', behaviors: readonly string[]): Schema {
  const properties = {
    [`${noun}Behavior`]: oneOf(behaviors, 'Which of them.'),
    [`${noun}s`]: names('The names that the behavior is about.'),
  }
  return map(properties, `Which ${noun === 'QueryString' ? 'query strings' : `${noun.toLowerCase()}s`}.`, [
    `${noun}Behavior`,
  ])
}

const POLICY_NAME: Properties = {
  Id: text('The id; default: the name.'),
  Name: text('The name by which behaviors call it.'),
  Comment: text('For people.'),
}
const CACHE_ITEMS = ['none', 'whitelist', 'allExcept', 'all']

const CachePolicy = map(
  {
    ...POLICY_NAME,
    ...TTLS,
    ParametersInCacheKeyAndForwardedToOrigin: map(
      {
        EnableAcceptEncodingGzip: flag('Objects may be stored as gzip.'),
        EnableAcceptEncodingBrotli: flag('Objects may be stored as Brotli.'),
        HeadersConfig: selection('Header', ['none', 'whitelist']),
        CookiesConfig: selection('Cookie', CACHE_ITEMS),
        QueryStringsConfig: selection('QueryString', CACHE_ITEMS),
      },
      'What is in the cache key, and forwarded to the origin.',
    ),
  },
  'What makes two requests ask for the same object, and how long it stays.',
)

const OriginRequestPolicy = map(
  {
    ...POLICY_NAME,
    HeadersConfig: selection('Header', [
      'none',
      'whitelist',
      'allViewer',
      'allViewerAndWhitelistCloudFront',
      'allExcept',
    ]),
    CookiesConfig: selection('Cookie', ['none', 'whitelist', 'all', 'allExcept']),
    QueryStringsConfig: selection('QueryString', ['none', 'whitelist', 'all', 'allExcept']),
  },
  'What the origin gets beside what is in the cache key.',
)

const override = flag('Also where the origin sends this header.')
const security = (properties: Properties): Schema =>
  map({ Override: override, ...properties }, 'A security header.', ['Override'])

const ResponseHeadersPolicy = map(
  {
    ...POLICY_NAME,
    CorsConfig: map(
      {
        AccessControlAllowOrigins: names('https://www.example.com, https://*.example.com, or *.'),
        AccessControlAllowHeaders: names('Headers that pages may send, or *.'),
        AccessControlAllowMethods: list(oneOf([...METHODS, 'ALL'], 'A method.'), 'Methods, or ALL alone.'),
        AccessControlAllowCredentials: flag('Whether cookies may come along.'),
        AccessControlExposeHeaders: names('Headers that pages may read.'),
        AccessControlMaxAgeSec: count('Seconds that browsers remember a preflight.', 0),
        OriginOverride: flag("The policy's headers replace those of the origin."),
      },
      'Headers for cross-origin requests.',
    ),
    SecurityHeadersConfig: map(
      {
        StrictTransportSecurity: security({
          AccessControlMaxAgeSec: count('Seconds.', 0),
          IncludeSubdomains: flag('includeSubDomains'),
          Preload: flag('preload'),
        }),
        ContentTypeOptions: security({}),
        FrameOptions: security({ FrameOption: oneOf(['DENY', 'SAMEORIGIN'], 'X-Frame-Options.') }),
        XSSProtection: security({
          Protection: flag('On.'),
          ModeBlock: flag('mode=block'),
          ReportUri: text('report=…'),
        }),
        ReferrerPolicy: security({ ReferrerPolicy: text('Referrer-Policy.') }),
        ContentSecurityPolicy: security({ ContentSecurityPolicy: text('Content-Security-Policy.') }),
      },
      'Security headers.',
    ),
    CustomHeadersConfig: list(
      map({ Header: text('Its name.'), Value: text('Its value.'), Override: override }, 'A header.', [
        'Header',
        'Value',
        'Override',
      ]),
      'Headers that are added.',
    ),
    RemoveHeadersConfig: list(
      map({ Header: text('Its name.') }, 'A header.', ['Header']),
      'Headers that are taken away.',
    ),
    ServerTimingHeadersConfig: map(
      { Enabled: flag('On.'), SamplingRate: { type: 'number', minimum: 0, maximum: 100 } },
      'Server-Timing, for so many percent of the responses.',
      ['Enabled'],
    ),
  },
  'Headers that are added to and taken from responses.',
)

function policies(
  noun: string,
  managed: readonly { readonly Name: string }[],
  description: string,
): Properties {
  const known = managed.map(({ Name }) => Name.replace(/^Managed-/, ''))
  return {
    [noun]: {
      description: `${description} One of AWS's, one of this file by name, or written out.`,
      anyOf: [{ enum: known }, { type: 'string' }, ref(noun)],
    },
    [`${noun}Id`]: text(`${description} By id.`),
  }
}

const MANAGED = managedPolicies()
const association = (properties: Properties): Schema =>
  map({ EventType: oneOf(EVENTS, 'When it runs.'), ...properties }, 'A function of a behavior.', [
    'EventType',
  ])

const BEHAVIOR: Properties = others('behavior', {
  TargetOriginId: text('The id of an origin or of an origin group.'),
  ViewerProtocolPolicy: oneOf(['allow-all', 'https-only', 'redirect-to-https'], 'HTTP, HTTPS or both.'),
  AllowedMethods: list(oneOf(METHODS, 'A method.'), 'GET and HEAD; GET, HEAD and OPTIONS; or all seven.', {
    CachedMethods: list(oneOf(METHODS, 'A method.'), 'GET and HEAD, or OPTIONS as well.'),
  }),
  CachedMethods: list(oneOf(METHODS, 'A method.'), 'GET and HEAD, or OPTIONS as well.'),
  Compress: flag('CloudFront compresses what the origin sends uncompressed.'),
  GrpcConfig: map({ Enabled: flag('On.') }, 'gRPC calls are passed through.', ['Enabled']),
  ...policies('CachePolicy', MANAGED.CachePolicies, 'Cache key and TTLs.'),
  ...policies('OriginRequestPolicy', MANAGED.OriginRequestPolicies, 'What else the origin gets.'),
  ...policies('ResponseHeadersPolicy', MANAGED.ResponseHeadersPolicies, 'Headers of responses.'),
  ...TTLS,
  ForwardedValues: map(
    {
      QueryString: flag('Whether query strings are forwarded, and in the key.'),
      QueryStringCacheKeys: names('Only these are in the key.'),
      Headers: names('Forwarded and in the key; * for all, without caching.'),
      Cookies: map(
        {
          Forward: oneOf(['none', 'whitelist', 'all'], 'Which.'),
          WhitelistedNames: names('For whitelist.'),
        },
        'Cookies that are forwarded, and in the key.',
        ['Forward'],
      ),
    },
    'The settings from before cache policies.',
  ),
  FunctionAssociations: list(
    association({
      FunctionARN: text('The ARN or the name of a CloudFront Function.'),
      FunctionCode: text('Its file, or the code itself.'),
    }),
    'CloudFront Functions, on the viewer events.',
  ),
  LambdaFunctionAssociations: list(
    association({
      LambdaFunctionARN: text('The ARN of a version.'),
      Handler: text('The file on this machine: ./edge/auth.ts, ./edge/auth.ts#name.'),
      IncludeBody: flag('The function sees the body of the request.'),
    }),
    'Lambda@Edge functions.',
  ),
})

const timeouts: Properties = {
  OriginReadTimeout: count('Seconds for each part of the response.', 1, 120),
  OriginKeepaliveTimeout: count('Seconds that an idle connection stays.', 1, 120),
}

const CUSTOM_ORIGIN: Properties = {
  HTTPPort: count('80, 443 or 1024 and above.', 80, 65_535),
  HTTPSPort: count('80, 443 or 1024 and above.', 80, 65_535),
  OriginProtocolPolicy: oneOf(['http-only', 'match-viewer', 'https-only'], 'How it is reached.'),
  OriginSslProtocols: names('SSLv3, TLSv1, TLSv1.1, TLSv1.2.'),
  OriginSSLProtocols: names('SSLv3, TLSv1, TLSv1.1, TLSv1.2.'),
  IpAddressType: oneOf(['ipv4', 'ipv6', 'dualstack'], 'How its name is looked up.'),
  OriginMtlsConfig: {},
  ...timeouts,
}

const Origin = map(
  others('origin', {
    Id: text('By which behaviors name it.'),
    DomainName: text('Its name in production; a bucket’s name makes an S3 origin.'),
    OriginPath: text('Put before the path of each request: /production.'),
    CustomHeaders: ref('CustomHeaders'),
    OriginCustomHeaders: ref('CustomHeaders'),
    S3OriginConfig: map(
      {
        OriginAccessIdentity: text('origin-access-identity/cloudfront/ID, or nothing.'),
        OriginReadTimeout: timeouts['OriginReadTimeout']!,
      },
      'A bucket by its REST endpoint.',
    ),
    CustomOriginConfig: map(CUSTOM_ORIGIN, 'A web server.'),
    VpcOriginConfig: map(
      { VpcOriginId: text('Its id.'), OwnerAccountId: text('The account that owns it.'), ...CUSTOM_ORIGIN },
      'A server in a private network.',
    ),
    ConnectionAttempts: count('Attempts to connect.', 1, 3),
    ConnectionTimeout: count('Seconds for each.', 1, 10),
    ResponseCompletionTimeout: count('Seconds for the whole response.', 1),
    OriginShield: map(
      {
        Enabled: flag('On.'),
        OriginShieldRegion: oneOf([...SHIELD_REGIONS, ''], 'The Region nearest to the origin.'),
      },
      'One more cache, before the origin.',
      ['Enabled'],
    ),
    OriginAccessControlId: text('Requests to the origin are signed.'),
  }),
  'Where objects come from.',
  ['Id', 'DomainName'],
)

const OriginGroup = map(
  {
    Id: text('By which behaviors name it.'),
    FailoverCriteria: map(
      { StatusCodes: list(oneOf(FAILOVER_CODES, 'A status.'), 'With these the second origin is asked.') },
      'When the first has failed.',
      ['StatusCodes'],
    ),
    Members: list(
      map({ OriginId: text('Its id.') }, 'An origin.', ['OriginId']),
      'The first, and the second.',
    ),
    SelectionCriteria: oneOf(['default', 'media-quality-based'], 'How one is chosen.'),
  },
  'Two origins, the second for when the first fails.',
  ['Id', 'FailoverCriteria', 'Members'],
)

const DISTRIBUTION: Properties = others('distribution', {
  Id: text('Default: made from the name of the file.'),
  DomainName: text('Default: made from the id.'),
  Aliases: names('Alternate domain names; *.example.com for all below.'),
  CNAMEs: names('The same under its older name.'),
  Enabled: flag('Default: true.'),
  Comment: text('For people.'),
  DefaultRootObject: text('What / stands for: index.html.'),
  Origins: list(ref('Origin'), 'Where objects come from.'),
  OriginGroups: list(ref('OriginGroup'), 'Pairs of origins for failover.'),
  DefaultCacheBehavior: ref('DefaultCacheBehavior'),
  CacheBehaviors: list(ref('CacheBehavior'), 'In order: the first pattern that matches wins.'),
  CustomErrorResponses: list(
    map(
      {
        ErrorCode: oneOf(ERROR_CODES, 'The status of the origin, or of CloudFront itself.'),
        ResponsePagePath: text('The page that takes its place.'),
        ResponseCode: oneOf([200, ...ERROR_CODES], 'The status that viewers get.'),
        ErrorCachingMinTTL: count('Seconds that the error is cached; default 10.', 0),
      },
      'One error.',
      ['ErrorCode'],
    ),
    'Pages in place of errors, and how long errors are cached.',
  ),
  PriceClass: oneOf(
    ['PriceClass_100', 'PriceClass_200', 'PriceClass_All', 'None'],
    'Which edge locations take part.',
  ),
  HttpVersion: oneOf(['http1.1', 'http2', 'http3', 'http2and3'], 'What viewers may speak.'),
  Restrictions: map(
    {
      GeoRestriction: map(
        {
          RestrictionType: oneOf(['none', 'blacklist', 'whitelist'], 'What the list means.'),
          Locations: names('Countries: DE, FR.'),
          Items: { type: 'array', items: { type: 'string' } },
          Quantity: { type: 'integer' },
        },
        'Countries that are served, or are not.',
        ['RestrictionType'],
      ),
    },
    'Who is served.',
  ),
  ViewerCertificate: map(
    {
      CloudFrontDefaultCertificate: flag('That of *.cloudfront.net.'),
      ACMCertificateArn: text('A certificate of us-east-1.'),
      AcmCertificateArn: text('A certificate of us-east-1.'),
      IAMCertificateId: text('A certificate of IAM.'),
      IamCertificateId: text('A certificate of IAM.'),
      SSLSupportMethod: oneOf(['sni-only', 'vip', 'static-ip'], 'How the names are told apart.'),
      SslSupportMethod: oneOf(['sni-only', 'vip', 'static-ip'], 'How the names are told apart.'),
      MinimumProtocolVersion: oneOf(MINIMUM_PROTOCOL_VERSIONS, 'The oldest protocol, and the ciphers.'),
      Certificate: {},
      CertificateSource: {},
    },
    'Certificate and security policy.',
  ),
  CacheTagConfig: map({ HeaderName: text('The header.') }, 'Where the tags of objects stand.', [
    'HeaderName',
  ]),
})

const CloudFrontFunction = map(
  {
    Name: text('By which behaviors name it.'),
    FunctionARN: text('Its ARN.'),
    FunctionCode: text('Its file, or the code itself.'),
    FunctionConfig: map(
      {
        Comment: text('For people.'),
        Runtime: oneOf(['cloudfront-js-1.0', 'cloudfront-js-2.0'], 'The JavaScript.'),
        KeyValueStoreAssociations: list({}, 'The key value store that it reads.'),
      },
      'Its settings.',
    ),
    AutoPublish: {},
    Stage: {},
    Status: {},
    FunctionMetadata: {},
    Tags: {},
  },
  'A CloudFront Function.',
  ['Name'],
)

const KeyValueStore = map(
  {
    Name: text('By which functions name it.'),
    ARN: text('Its ARN.'),
    KeyValueStoreARN: text('Its ARN.'),
    Data: { description: 'A JSON file, or keys and values.', type: ['string', 'object', 'array'] },
    Comment: text('For people.'),
    Id: {},
    Status: {},
    LastModifiedTime: {},
    Tags: {},
  },
  'Data that CloudFront Functions read.',
  ['Name'],
)

const OriginAccessControl = map(
  {
    Id: text('By which origins name it.'),
    Name: text('By which origins may name it, too.'),
    Description: text('For people.'),
    SigningBehavior: oneOf(['always', 'never', 'no-override'], 'Whether requests are signed.'),
    SigningProtocol: oneOf(['sigv4'], 'How.'),
    OriginAccessControlOriginType: oneOf(
      ['s3', 'lambda', 'mediastore', 'mediapackagev2'],
      'For which origins.',
    ),
  },
  'How requests to an origin are signed.',
)

const PublicKey = map(
  {
    Id: text('What signed URLs call Key-Pair-Id.'),
    Name: text('By which key groups may name it, too.'),
    EncodedKey: text('The key in PEM, RSA 2048 or ECDSA P-256, or a file of it.'),
    Comment: text('For people.'),
    CallerReference: text('Of no effect here.'),
  },
  'A key that signed URLs and cookies are checked with.',
)

const KeyGroup = map(
  {
    Id: text('By which behaviors name it.'),
    Name: text('By which behaviors may name it, too.'),
    Items: list({ type: 'string' }, 'Ids or names of public keys.'),
    Comment: text('For people.'),
  },
  'Public keys of those who may sign.',
)

const section = (values: Schema, description: string): Schema => ({
  type: 'object',
  description,
  additionalProperties: values,
})

const WEBSITE: Schema = {
  description: 'The folder is a website endpoint: true, or the WebsiteConfiguration of the bucket.',
  anyOf: [
    { type: 'boolean' },
    map(
      {
        IndexDocument: { description: 'What folders show; index.html.' },
        ErrorDocument: { description: 'What errors 4xx show.' },
        RedirectAllRequestsTo: map(
          { HostName: text('Where to.'), Protocol: oneOf(['http', 'https'], 'Over which protocol.') },
          'All requests are redirected.',
          ['HostName'],
        ),
        RoutingRules: {
          type: 'array',
          items: { type: 'object' },
          description: 'Redirects by key or error; the first that fits.',
        },
      },
      'As in AWS::S3::Bucket.',
    ),
  ],
}

const TARGET = map(
  {
    url: text('http://localhost:3000, or s3+http://localhost:9000/bucket.'),
    folder: text('A folder, relative to this file.'),
    host: oneOf(['production', 'target'], 'Which Host the origin sees; production.'),
    remote: flag('The real one, under its own name.'),
    website: WEBSITE,
    handler: text('The file of a Lambda function, ./app.mjs#handler.'),
    api: oneOf(['function-url', 'http-api', 'rest-api'], 'What the function stands behind; function-url.'),
    payload: { enum: ['1.0', '2.0', 1, 2], description: 'Format of the events of an HTTP API; 2.0.' },
    timeout: count('Seconds; 30.', 1, 900),
    memory: count('Megabytes; 1024.', 128, 10_240),
    runtime: text('nodejs22.x, python3.13; default: by the name of the file.'),
    env: {
      type: 'object',
      additionalProperties: { type: ['string', 'number', 'boolean'] },
      description: 'Environment variables.',
    },
    streaming: flag('The Function URL streams responses.'),
    stage: text('Of the API; default: where OriginPath leads.'),
  },
  'A target with settings.',
)

const SECTIONS: Properties = {
  origins: section(
    { anyOf: [{ type: 'string' }, TARGET] },
    'Where origins are on this machine, by id or domain name: a URL, a folder, a bucket of a store, a handler file.',
  ),
  lambdas: section(
    { type: ['string', 'object'] },
    'The code of Lambda@Edge functions, by name or ARN: a file, or a file with settings.',
  ),
  functions: section({ type: 'string' }, 'The code of CloudFront Functions, by name or ARN: a file.'),
  keyValueStores: section(
    { type: ['string', 'object', 'array'] },
    'The data of key value stores, by name or ARN: a JSON file, or keys and values.',
  ),
  lint: map(
    {
      off: {
        type: 'array',
        items: oneOf(
          [...LINT_RULES, ...RUN_TIME_RULES].map(({ id }) => id),
          'The id of a rule.',
        ),
        description: 'Rules that are not looked at.',
      },
    },
    'Traps; docs/lint.md lists the rules.',
  ),
}

const LISTS: Properties = {
  Distributions: { type: 'array', items: ref('Distribution'), description: 'Several distributions.' },
  CachePolicies: list(ref('CachePolicy'), 'Cache policies that behaviors share.'),
  OriginRequestPolicies: list(ref('OriginRequestPolicy'), 'Origin request policies that behaviors share.'),
  ResponseHeadersPolicies: list(
    ref('ResponseHeadersPolicy'),
    'Response headers policies that behaviors share.',
  ),
  Functions: list(ref('CloudFrontFunction'), 'CloudFront Functions with a name.'),
  KeyValueStores: list(ref('KeyValueStore'), 'Key value stores with their data.'),
  OriginAccessControls: list(ref('OriginAccessControl'), 'How requests to origins are signed.'),
  PublicKeys: list(ref('PublicKey'), 'Keys that signed URLs and cookies are checked with.'),
  KeyGroups: list(ref('KeyGroup'), 'Groups of public keys, which TrustedKeyGroups of behaviors name.'),
}

/** The whole schema. */
export function configSchema(): Schema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'pocketfront configuration',
    description:
      'One distribution with sections beside its keys, or lists of distributions, policies and functions. Words in capitals are AWS’s.',
    type: 'object',
    properties: { ...DISTRIBUTION, ...LISTS, ...SECTIONS },
    additionalProperties: false,
    $defs: {
      Distribution: map(DISTRIBUTION, 'A distribution.', ['Origins', 'DefaultCacheBehavior']),
      DefaultCacheBehavior: map(BEHAVIOR, 'For all that no pattern matches.', ['TargetOriginId']),
      CacheBehavior: map(
        { PathPattern: text('/img/*: * is any characters, ? exactly one.'), ...BEHAVIOR },
        'For the paths of one pattern.',
        ['PathPattern', 'TargetOriginId'],
      ),
      Origin,
      OriginGroup,
      CustomHeaders: list(
        map({ HeaderName: text('Its name.'), HeaderValue: text('Its value.') }, 'A header.', [
          'HeaderName',
          'HeaderValue',
        ]),
        'Headers that the origin gets with each request.',
      ),
      CachePolicy,
      OriginRequestPolicy,
      ResponseHeadersPolicy,
      CloudFrontFunction,
      KeyValueStore,
      OriginAccessControl,
      PublicKey,
      KeyGroup,
    },
  }
}

/** As it stands in the file. */
export function renderSchema(): string {
  return `${JSON.stringify(configSchema(), null, 2)}\n`
}
