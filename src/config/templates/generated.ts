// What references to resources give on this machine: names, ids and ARNs, the same on every run.
import { createHash } from 'node:crypto'

/** What values are made of. */
export interface ResourceFacts {
  readonly logicalId: string
  readonly type: string
  readonly stackName: string
  readonly region: string
  readonly accountId: string
  readonly partition: string
  /** The evaluated text of a property (`A.B` for nested ones), or null. */
  readonly property: (name: string) => string | null
}

type Make = (facts: ResourceFacts) => string

interface Returns {
  readonly Ref: Make
  /** Properties with the name of the resource, the first that is there counts. */
  readonly [attribute: string]: Make
}

/** Regions whose website endpoints have a dash: the old ones. (Amazon S3 User Guide, 'Website endpoints') */
const DASHED = new Set([
  'us-east-1',
  'us-west-1',
  'us-west-2',
  'ap-southeast-1',
  'ap-southeast-2',
  'ap-northeast-1',
  'eu-west-1',
  'sa-east-1',
])

const arn =
  (service: string, resource: Make, isGlobal = true): Make =>
  (facts) =>
    `arn:${facts.partition}:${service}:${isGlobal ? '' : facts.region}:${facts.accountId}:${resource(facts)}`
const uuid: Make = (facts) => {
  const hex = digest(facts, 'uuid')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  )
}
const id =
  (prefix: string): Make =>
  (facts) =>
    prefix + letters(facts, 13).toUpperCase()
const named =
  (...properties: readonly string[]): Make =>
  (facts) => {
    for (const name of properties) {
      const value = facts.property(name)
      if (value !== null && value !== '') return value
    }
    return generatedName(facts).replace(/[^-]*$/, (end) => end.toUpperCase())
  }
const bucket: Make = (facts) =>
  facts.property('BucketName') ??
  generatedName(facts)
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]/g, '-')
const lambdaName = named('FunctionName')
const lambdaArn = arn('lambda', (facts) => `function:${lambdaName(facts)}`, false)
/** The ARN of the function that a property names, by ARN or by name. */
const functionOf = (facts: ResourceFacts, property: string): string => {
  const name = facts.property(property) ?? 'function'
  return name.startsWith('arn:') ? name : arn('lambda', () => `function:${name}`, false)(facts)
}
const versionArn: Make = (facts) => `${functionOf(facts, 'FunctionName')}:1`
const time: Make = () => '2020-01-01T00:00:00.000Z'
const host =
  (suffix: string): Make =>
  (facts) =>
    `${letters(facts, 10)}.${suffix.replace('REGION', facts.region)}`

const POLICY: Returns = { Ref: uuid, Id: uuid, LastModifiedTime: time }
const CF = (kind: string, what: Make): Make => arn('cloudfront', (facts) => `${kind}/${what(facts)}`)
const functionArn = CF('function', named('Name'))
const API = host('execute-api.REGION.amazonaws.com')

/** (CloudFormation Template Reference, 'Return values' of each type) */
const RETURNS: Readonly<Record<string, Returns>> = {
  'AWS::CloudFront::Distribution': {
    Ref: id('E'),
    Id: id('E'),
    DomainName: (facts) => `d${letters(facts, 13)}.cloudfront.net`,
    Arn: CF('distribution', id('E')),
  },
  'AWS::CloudFront::StreamingDistribution': { Ref: id('E'), Id: id('E'), DomainName: host('cloudfront.net') },
  'AWS::CloudFront::CachePolicy': POLICY,
  'AWS::CloudFront::OriginRequestPolicy': POLICY,
  'AWS::CloudFront::ResponseHeadersPolicy': POLICY,
  'AWS::CloudFront::KeyGroup': POLICY,
  'AWS::CloudFront::ContinuousDeploymentPolicy': POLICY,
  'AWS::CloudFront::CloudFrontOriginAccessIdentity': {
    Ref: id('E'),
    Id: id('E'),
    S3CanonicalUserId: (facts) => digest(facts, 'user').repeat(2).slice(0, 64),
  },
  'AWS::CloudFront::OriginAccessControl': { Ref: id('E'), Id: id('E') },
  'AWS::CloudFront::PublicKey': { Ref: id('K'), Id: id('K'), CreatedTime: time },
  'AWS::CloudFront::Function': {
    Ref: functionArn,
    FunctionARN: functionArn,
    'FunctionMetadata.FunctionARN': functionArn,
    Stage: () => 'LIVE',
  },
  'AWS::CloudFront::ConnectionFunction': { Ref: uuid, Id: uuid, Stage: () => 'LIVE' },
  'AWS::CloudFront::KeyValueStore': {
    Ref: named('Name'),
    Arn: CF('key-value-store', uuid),
    Id: uuid,
    Status: () => 'READY',
  },
  'AWS::CloudFront::RealtimeLogConfig': {
    Ref: CF('realtime-log-config', named('Name')),
    Arn: CF('realtime-log-config', named('Name')),
  },
  'AWS::CloudFront::VpcOrigin': { Ref: id('vo_'), Id: id('vo_'), Arn: CF('vpcorigin', id('vo_')) },
  'AWS::CloudFront::AnycastIpList': { Ref: id('aip_'), Id: id('aip_') },
  'AWS::CloudFront::ConnectionGroup': {
    Ref: id('cg_'),
    Id: id('cg_'),
    RoutingEndpoint: host('cloudfront.net'),
  },
  'AWS::CloudFront::DistributionTenant': { Ref: id('dt_'), Id: id('dt_') },
  'AWS::CloudFront::TrustStore': { Ref: id('ts_'), Id: id('ts_') },
  'AWS::CloudFront::FieldLevelEncryptionProfile': {
    Ref: CF('field-level-encryption-profile', id('P')),
    Id: id('P'),
  },
  'AWS::S3::Bucket': {
    Ref: bucket,
    Arn: (facts) => `arn:${facts.partition}:s3:::${bucket(facts)}`,
    DomainName: (facts) => `${bucket(facts)}.s3.amazonaws.com`,
    RegionalDomainName: (facts) => `${bucket(facts)}.s3.${facts.region}.amazonaws.com`,
    DualStackDomainName: (facts) => `${bucket(facts)}.s3.dualstack.${facts.region}.amazonaws.com`,
    WebsiteURL: (facts) =>
      `http://${bucket(facts)}.s3-website${DASHED.has(facts.region) ? '-' : '.'}${facts.region}.amazonaws.com`,
  },
  'AWS::ElasticLoadBalancingV2::LoadBalancer': {
    Ref: arn(
      'elasticloadbalancing',
      (facts) => `loadbalancer/app/${facts.logicalId}/${letters(facts, 16)}`,
      false,
    ),
    DNSName: (facts) => `${facts.logicalId}.${facts.region}.elb.amazonaws.com`.toLowerCase(),
    LoadBalancerFullName: (facts) => `app/${facts.logicalId}/${letters(facts, 16)}`,
  },
  'AWS::ElasticLoadBalancing::LoadBalancer': {
    Ref: named('LoadBalancerName'),
    DNSName: (facts) => `${facts.logicalId}.${facts.region}.elb.amazonaws.com`.toLowerCase(),
  },
  'AWS::ApiGateway::RestApi': {
    Ref: (facts) => letters(facts, 10),
    RestApiId: (facts) => letters(facts, 10),
    RootResourceId: (facts) => `${letters(facts, 10)}root`,
  },
  'AWS::ApiGateway::Stage': { Ref: named('StageName') },
  'AWS::ApiGatewayV2::Stage': { Ref: named('StageName') },
  'AWS::ApiGateway::DomainName': { Ref: named('DomainName'), RegionalDomainName: API },
  'AWS::ApiGatewayV2::Api': {
    Ref: (facts) => letters(facts, 10),
    ApiId: (facts) => letters(facts, 10),
    ApiEndpoint: (facts) => `https://${API(facts)}`,
  },
  'AWS::Lambda::Function': {
    Ref: lambdaName,
    Arn: lambdaArn,
  },
  'AWS::Lambda::Version': {
    Ref: versionArn,
    FunctionArn: versionArn,
    Version: () => '1',
  },
  'AWS::Lambda::Alias': {
    Ref: (facts) => `${functionOf(facts, 'FunctionName')}:${facts.property('Name') ?? 'live'}`,
    AliasArn: (facts) => `${functionOf(facts, 'FunctionName')}:${facts.property('Name') ?? 'live'}`,
  },
  'AWS::Lambda::Url': {
    Ref: (facts) => functionOf(facts, 'TargetFunctionArn'),
    FunctionArn: (facts) => functionOf(facts, 'TargetFunctionArn'),
    FunctionUrl: (facts) => `https://${letters(facts, 32)}.lambda-url.${facts.region}.on.aws/`,
  },
  'AWS::CertificateManager::Certificate': { Ref: arn('acm', (facts) => `certificate/${uuid(facts)}`, false) },
  'AWS::WAFv2::WebACL': {
    Ref: (facts) => `${facts.logicalId}|${uuid(facts)}|CLOUDFRONT`,
    Arn: arn('wafv2', (facts) => `global/webacl/${named('Name')(facts)}/${uuid(facts)}`, false),
    Id: uuid,
  },
  'AWS::Kinesis::Stream': {
    Ref: named('Name'),
    Arn: arn('kinesis', (facts) => `stream/${named('Name')(facts)}`, false),
  },
  'AWS::IAM::Role': {
    Ref: named('RoleName'),
    Arn: arn('iam', (facts) => `role/${named('RoleName')(facts)}`),
  },
  'AWS::SecretsManager::Secret': {
    Ref: arn('secretsmanager', (facts) => `secret:${facts.logicalId}`, false),
  },
  'AWS::SSM::Parameter': { Ref: named('Name'), Value: (facts) => facts.property('Value') ?? '' },
  'AWS::MediaStore::Container': {
    Ref: named('ContainerName'),
    Endpoint: (facts) => `https://${host('data.mediastore.REGION.amazonaws.com')(facts)}`,
  },
}

/** Ref (`attribute` null) or an attribute of a resource; null when nothing is known about it. */
export function generatedValue(facts: ResourceFacts, attribute: string | null): string | null {
  const returns = RETURNS[facts.type]
  if (returns !== undefined) {
    const make = returns[attribute ?? 'Ref'] ?? (attribute === 'ARN' ? returns.Arn : undefined)
    return make === undefined ? null : make(facts)
  }
  return attribute === null ? named('Name')(facts) : null
}

/** As CloudFormation makes them; long stack names and ids are cut, so that functions and buckets may have the name. */
function generatedName(facts: ResourceFacts): string {
  const { stackName, logicalId } = facts
  const isLong = stackName.length + logicalId.length > 48
  const parts = isLong ? [stackName.slice(0, 24), logicalId.slice(0, 24)] : [stackName, logicalId]
  return `${parts.join('-').replaceAll('.', '-')}-${letters(facts, 12)}`
}

function digest({ stackName, logicalId }: ResourceFacts, purpose: string): string {
  return createHash('sha256').update(`${purpose}:${stackName}:${logicalId}`).digest('hex')
}

function letters(facts: ResourceFacts, count: number): string {
  return BigInt(`0x${digest(facts, 'letters')}`)
    .toString(36)
    .padStart(count, '0')
    .slice(-count)
}
