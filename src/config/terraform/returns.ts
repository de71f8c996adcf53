// What attributes of Terraform resources are on this machine before they exist at AWS, the same on every run.
import { generatedValue } from '../templates/generated.ts'
import type { ResourceFacts } from '../templates/generated.ts'

type Make = (facts: ResourceFacts) => string | null

interface Returns {
  /** The same resource in CloudFormation. */
  readonly type: string
  /** Terraform's attribute -> CloudFormation's; '' stands for Ref. */
  readonly attributes: Readonly<Record<string, string | Make>>
  /** CloudFormation's properties that names are made of -> Terraform's attributes. */
  readonly properties?: Readonly<Record<string, string>>
  /** The attribute that is its host name, where an origin refers to something else of it. */
  readonly host?: string
}

const of =
  (attribute: string | null, change: (text: string, facts: ResourceFacts) => string): Make =>
  (facts) => {
    const text = generatedValue(facts, attribute)
    return text === null ? null : change(text, facts)
  }
const toHost = (text: string): string => text.replace(/^https?:\/\//, '').replace(/\/.*$/, '')
const executeApi = (text: string, { region }: ResourceFacts): string =>
  `${text}.execute-api.${region}.amazonaws.com`
const NAME = { Name: 'name' } as const
const POLICY = { id: '', arn: 'Id' } as const
const LOAD_BALANCER: Returns = {
  type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
  attributes: { id: '', arn: '', dns_name: 'DNSName' },
  host: 'dns_name',
}
const BUCKET: Returns = {
  type: 'AWS::S3::Bucket',
  attributes: {
    id: '',
    bucket: '',
    arn: 'Arn',
    bucket_domain_name: 'DomainName',
    bucket_regional_domain_name: 'RegionalDomainName',
    website_endpoint: of('WebsiteURL', toHost),
    website_domain: of('WebsiteURL', (text) => toHost(text).replace(/^[^.]+\./, '')),
  },
  properties: { BucketName: 'bucket' },
  host: 'bucket_regional_domain_name',
}
const WEBSITE: Returns = {
  ...BUCKET,
  attributes: { ...BUCKET.attributes, website_endpoint: of('WebsiteURL', toHost) },
  host: 'website_endpoint',
}
/** Stages of both kinds of API; their id is that of the API, as a property. */
const STAGE: Returns = {
  type: 'AWS::ApiGatewayV2::Stage',
  attributes: { invoke_url: (facts) => atApi(facts, `/${facts.property('StageName') ?? 'stage'}`) },
  properties: { ApiId: 'api_id', RestApiId: 'rest_api_id', StageName: 'stage_name' },
  host: 'invoke_url',
}

function atApi(facts: ResourceFacts, path: string): string | null {
  const id = facts.property('ApiId') ?? facts.property('RestApiId')
  return id === null ? null : `https://${executeApi(id, facts)}${path}`
}

/** (Terraform AWS provider documentation, 'Attribute Reference' of each resource) */
const RETURNS: Readonly<Record<string, Returns>> = {
  aws_s3_bucket: BUCKET,
  aws_s3_bucket_website_configuration: WEBSITE,
  aws_lb: LOAD_BALANCER,
  aws_alb: LOAD_BALANCER,
  aws_elb: { ...LOAD_BALANCER, type: 'AWS::ElasticLoadBalancing::LoadBalancer' },
  aws_api_gateway_rest_api: {
    type: 'AWS::ApiGateway::RestApi',
    attributes: { id: '', host: of(null, executeApi) },
    host: 'host',
  },
  aws_api_gateway_stage: STAGE,
  aws_api_gateway_deployment: STAGE,
  aws_apigatewayv2_api: {
    type: 'AWS::ApiGatewayV2::Api',
    attributes: { id: '', api_endpoint: 'ApiEndpoint' },
    host: 'api_endpoint',
  },
  aws_apigatewayv2_stage: STAGE,
  aws_lambda_function: {
    type: 'AWS::Lambda::Function',
    attributes: {
      id: '',
      function_name: '',
      arn: 'Arn',
      version: () => '1',
      qualified_arn: of('Arn', (text) => `${text}:1`),
    },
    properties: { FunctionName: 'function_name' },
  },
  aws_lambda_function_url: {
    type: 'AWS::Lambda::Url',
    attributes: {
      function_url: 'FunctionUrl',
      url_id: of('FunctionUrl', (text) => toHost(text).split('.')[0]!),
    },
    host: 'function_url',
  },
  aws_cloudfront_distribution: {
    type: 'AWS::CloudFront::Distribution',
    attributes: { id: '', arn: 'Arn', domain_name: 'DomainName' },
    host: 'domain_name',
  },
  aws_cloudfront_cache_policy: { type: 'AWS::CloudFront::CachePolicy', attributes: POLICY },
  aws_cloudfront_origin_request_policy: { type: 'AWS::CloudFront::OriginRequestPolicy', attributes: POLICY },
  aws_cloudfront_response_headers_policy: {
    type: 'AWS::CloudFront::ResponseHeadersPolicy',
    attributes: POLICY,
  },
  aws_cloudfront_function: {
    type: 'AWS::CloudFront::Function',
    attributes: { id: 'FunctionARN', arn: 'FunctionARN' },
    properties: NAME,
  },
  aws_cloudfront_key_value_store: {
    type: 'AWS::CloudFront::KeyValueStore',
    attributes: { id: 'Id', arn: 'Arn', name: '' },
    properties: NAME,
  },
  aws_cloudfront_public_key: { type: 'AWS::CloudFront::PublicKey', attributes: { id: '' } },
  aws_cloudfront_key_group: { type: 'AWS::CloudFront::KeyGroup', attributes: POLICY },
  aws_cloudfront_origin_access_control: {
    type: 'AWS::CloudFront::OriginAccessControl',
    attributes: { id: '' },
  },
  aws_cloudfront_origin_access_identity: {
    type: 'AWS::CloudFront::CloudFrontOriginAccessIdentity',
    attributes: {
      id: '',
      cloudfront_access_identity_path: of(null, (text) => `origin-access-identity/cloudfront/${text}`),
    },
  },
  aws_cloudfront_realtime_log_config: {
    type: 'AWS::CloudFront::RealtimeLogConfig',
    attributes: { id: 'Arn', arn: 'Arn' },
    properties: NAME,
  },
  aws_cloudfront_continuous_deployment_policy: {
    type: 'AWS::CloudFront::ContinuousDeploymentPolicy',
    attributes: POLICY,
  },
  aws_cloudfront_vpc_origin: { type: 'AWS::CloudFront::VpcOrigin', attributes: { id: '', arn: 'Arn' } },
  aws_acm_certificate: {
    type: 'AWS::CertificateManager::Certificate',
    attributes: { id: '', arn: '' },
  },
  aws_acm_certificate_validation: {
    type: 'AWS::CertificateManager::Certificate',
    attributes: { id: '', certificate_arn: '' },
  },
  aws_wafv2_web_acl: { type: 'AWS::WAFv2::WebACL', attributes: { id: 'Id', arn: 'Arn' }, properties: NAME },
  aws_waf_web_acl: { type: 'AWS::WAFv2::WebACL', attributes: { id: 'Id', arn: 'Arn' }, properties: NAME },
  aws_kinesis_stream: {
    type: 'AWS::Kinesis::Stream',
    attributes: { id: 'Arn', arn: 'Arn' },
    properties: NAME,
  },
  aws_iam_role: {
    type: 'AWS::IAM::Role',
    attributes: { id: '', arn: 'Arn' },
    properties: { RoleName: 'name' },
  },
  aws_media_store_container: {
    type: 'AWS::MediaStore::Container',
    attributes: { endpoint: 'Endpoint' },
    properties: { ContainerName: 'name' },
    host: 'endpoint',
  },
}

/** Attributes that are host names of resources which are known only by what a state says of them. */
const HOSTS: Readonly<Record<string, string>> = {
  aws_instance: 'public_dns',
  aws_eip: 'public_dns',
  aws_api_gateway_domain_name: 'regional_domain_name',
  aws_route53_record: 'fqdn',
}

/** The attribute of a type that names a host; null when it has none. */
export function hostAttribute(type: string): string | null {
  return RETURNS[type]?.host ?? HOSTS[type] ?? null
}

/** The CloudFormation type whose names and ids a resource gets; null: nothing is known about it. */
export function toTemplateType(type: string): string | null {
  return RETURNS[type]?.type ?? null
}

/** The attribute of Terraform in which a property of CloudFormation stands. */
export function toAttribute(type: string, property: string): string | null {
  return RETURNS[type]?.properties?.[property] ?? null
}

/** An attribute that only AWS knows; null when nothing is known about it. */
export function generatedAttribute(type: string, facts: ResourceFacts, attribute: string): string | null {
  const known = RETURNS[type]?.attributes[attribute]
  if (known === undefined) return null
  return typeof known === 'function' ? known(facts) : generatedValue(facts, known === '' ? null : known)
}
