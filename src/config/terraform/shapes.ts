// Which argument of Terraform is which setting of CloudFront, as tables.
import type { Want } from './terraform.ts'

/** One argument of a block. */
export type Rule =
  /** A single value; `want` says what it is for where only a reference is known. */
  | { readonly kind: 'value'; readonly to: string; readonly want?: Want; readonly unset?: 'zero' | number }
  | { readonly kind: 'list'; readonly to: string; readonly want?: Want; readonly order?: readonly string[] }
  /** The only block of its kind as a map, or as a list of maps. */
  | { readonly kind: 'block' | 'blocks'; readonly to: string; readonly shape: Shape }
  /** A block around nothing but `items`: texts, or blocks. */
  | {
      readonly kind: 'items'
      readonly to: string
      readonly order?: readonly string[]
      readonly shape?: Shape
    }
  /** No setting of a distribution. */
  | { readonly kind: 'ignored' }

export type Shape = Readonly<Record<string, Rule>>

const value = (to: string, want?: Want): Rule => ({ kind: 'value', to, ...(want !== undefined && { want }) })
const positive = (to: string): Rule => ({ kind: 'value', to, unset: 'zero' })
const list = (to: string, order?: readonly string[]): Rule => ({
  kind: 'list',
  to,
  ...(order !== undefined && { order }),
})
const ids = (to: string): Rule => ({ kind: 'list', to, want: 'id' })
const block = (to: string, shape: Shape): Rule => ({ kind: 'block', to, shape })
const blocks = (to: string, shape: Shape): Rule => ({ kind: 'blocks', to, shape })
const items = (to: string, shape?: Shape): Rule => ({
  kind: 'items',
  to,
  ...(shape !== undefined && { shape }),
})
const IGNORED: Rule = { kind: 'ignored' }

/** Sets have lost their order; this is AWS's. */
const METHODS = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE'] as const
const CODES = ['400', '403', '404', '416', '429', '500', '502', '503', '504'] as const

const TIMEOUTS: Shape = {
  origin_keepalive_timeout: positive('OriginKeepaliveTimeout'),
  origin_read_timeout: positive('OriginReadTimeout'),
}

const ORIGIN: Shape = {
  origin_id: value('Id'),
  domain_name: value('DomainName', 'host'),
  origin_path: value('OriginPath'),
  connection_attempts: positive('ConnectionAttempts'),
  connection_timeout: positive('ConnectionTimeout'),
  response_completion_timeout: positive('ResponseCompletionTimeout'),
  origin_access_control_id: value('OriginAccessControlId', 'id'),
  custom_header: blocks('CustomHeaders', { name: value('HeaderName'), value: value('HeaderValue') }),
  s3_origin_config: block('S3OriginConfig', {
    origin_access_identity: value('OriginAccessIdentity', 'cloudfront_access_identity_path'),
    origin_read_timeout: positive('OriginReadTimeout'),
  }),
  custom_origin_config: block('CustomOriginConfig', {
    ...TIMEOUTS,
    http_port: value('HTTPPort'),
    https_port: value('HTTPSPort'),
    origin_protocol_policy: value('OriginProtocolPolicy'),
    origin_ssl_protocols: list('OriginSSLProtocols'),
    ip_address_type: value('IpAddressType'),
    origin_mtls_config: block('OriginMtlsConfig', {
      client_certificate_arn: value('ClientCertificateArn', 'arn'),
    }),
  }),
  vpc_origin_config: block('VpcOriginConfig', {
    ...TIMEOUTS,
    vpc_origin_id: value('VpcOriginId', 'id'),
    owner_account_id: value('OwnerAccountId'),
  }),
  origin_shield: block('OriginShield', {
    enabled: value('Enabled'),
    origin_shield_region: value('OriginShieldRegion'),
  }),
}

const BEHAVIOR: Shape = {
  path_pattern: value('PathPattern'),
  target_origin_id: value('TargetOriginId', 'id'),
  viewer_protocol_policy: value('ViewerProtocolPolicy'),
  allowed_methods: list('AllowedMethods', METHODS),
  cached_methods: list('CachedMethods', METHODS),
  cache_policy_id: value('CachePolicyId', 'id'),
  origin_request_policy_id: value('OriginRequestPolicyId', 'id'),
  response_headers_policy_id: value('ResponseHeadersPolicyId', 'id'),
  realtime_log_config_arn: value('RealtimeLogConfigArn', 'arn'),
  field_level_encryption_id: value('FieldLevelEncryptionId', 'id'),
  compress: value('Compress'),
  smooth_streaming: value('SmoothStreaming'),
  trusted_key_groups: ids('TrustedKeyGroups'),
  trusted_signers: ids('TrustedSigners'),
  min_ttl: value('MinTTL'),
  default_ttl: value('DefaultTTL'),
  max_ttl: value('MaxTTL'),
  grpc_config: block('GrpcConfig', { enabled: value('Enabled') }),
  forwarded_values: block('ForwardedValues', {
    query_string: value('QueryString'),
    query_string_cache_keys: list('QueryStringCacheKeys'),
    headers: list('Headers'),
    cookies: block('Cookies', { forward: value('Forward'), whitelisted_names: list('WhitelistedNames') }),
  }),
  function_association: blocks('FunctionAssociations', {
    event_type: value('EventType'),
    function_arn: value('FunctionARN', 'arn'),
  }),
  lambda_function_association: blocks('LambdaFunctionAssociations', {
    event_type: value('EventType'),
    lambda_arn: value('LambdaFunctionARN', 'qualified_arn'),
    include_body: value('IncludeBody'),
  }),
}

/** (Terraform AWS provider documentation, 'aws_cloudfront_distribution') */
export const DISTRIBUTION: Shape = {
  aliases: list('Aliases'),
  comment: value('Comment'),
  enabled: value('Enabled'),
  default_root_object: value('DefaultRootObject'),
  http_version: value('HttpVersion'),
  price_class: value('PriceClass'),
  is_ipv6_enabled: value('IsIPV6Enabled'),
  web_acl_id: value('WebACLId', 'arn'),
  staging: value('Staging'),
  continuous_deployment_policy_id: value('ContinuousDeploymentPolicyId', 'id'),
  anycast_ip_list_id: value('AnycastIpListId', 'id'),
  origin: blocks('Origins', ORIGIN),
  origin_group: blocks('OriginGroups', {
    origin_id: value('Id'),
    failover_criteria: block('FailoverCriteria', { status_codes: list('StatusCodes', CODES) }),
    member: blocks('Members', { origin_id: value('OriginId') }),
    selection_criteria: value('SelectionCriteria'),
  }),
  default_cache_behavior: block('DefaultCacheBehavior', BEHAVIOR),
  ordered_cache_behavior: blocks('CacheBehaviors', BEHAVIOR),
  custom_error_response: blocks('CustomErrorResponses', {
    error_code: value('ErrorCode'),
    response_code: positive('ResponseCode'),
    response_page_path: value('ResponsePagePath'),
    // What is not set the provider sends as 0, where AWS itself would take 10.
    error_caching_min_ttl: { kind: 'value', to: 'ErrorCachingMinTTL', unset: 0 },
  }),
  logging_config: block('Logging', {
    bucket: value('Bucket', 'host'),
    include_cookies: value('IncludeCookies'),
    prefix: value('Prefix'),
  }),
  restrictions: block('Restrictions', {
    geo_restriction: block('GeoRestriction', {
      restriction_type: value('RestrictionType'),
      locations: list('Locations'),
    }),
  }),
  viewer_certificate: block('ViewerCertificate', {
    acm_certificate_arn: value('ACMCertificateArn', 'arn'),
    cloudfront_default_certificate: value('CloudFrontDefaultCertificate'),
    iam_certificate_id: value('IAMCertificateId', 'id'),
    minimum_protocol_version: value('MinimumProtocolVersion'),
    ssl_support_method: value('SSLSupportMethod'),
  }),
  viewer_mtls_config: block('ViewerMtlsConfig', { mode: value('Mode') }),
  connection_function_association: block('ConnectionFunctionAssociation', { id: value('Id', 'id') }),
  cache_tag_config: block('CacheTagConfig', { header_name: value('HeaderName') }),
  ...Object.fromEntries(
    [
      ...[
        'id',
        'arn',
        'etag',
        'status',
        'domain_name',
        'hosted_zone_id',
        'caller_reference',
        'tags',
        'tags_all',
      ],
      ...['in_progress_validation_batches', 'last_modified_time', 'trusted_key_groups', 'trusted_signers'],
      ...['retain_on_delete', 'wait_for_deployment', 'region', 'timeouts', 'logging_v1_enabled'],
    ].map((name) => [name, IGNORED]),
  ),
}

const selection = (noun: 'header' | 'cookie' | 'query_string', noun2: string, title: string): Shape => ({
  [`${noun}_behavior`]: value(`${title}Behavior`),
  [noun2]: items(`${title}s`),
})
const SELECTIONS: Shape = {
  headers_config: block('HeadersConfig', selection('header', 'headers', 'Header')),
  cookies_config: block('CookiesConfig', selection('cookie', 'cookies', 'Cookie')),
  query_strings_config: block(
    'QueryStringsConfig',
    selection('query_string', 'query_strings', 'QueryString'),
  ),
}
const POLICY: Shape = {
  name: value('Name'),
  comment: value('Comment'),
  ...Object.fromEntries(['id', 'arn', 'etag', 'region'].map((name) => [name, IGNORED])),
}

/** (Terraform AWS provider documentation, 'aws_cloudfront_cache_policy') */
export const CACHE_POLICY: Shape = {
  ...POLICY,
  min_ttl: value('MinTTL'),
  default_ttl: value('DefaultTTL'),
  max_ttl: value('MaxTTL'),
  parameters_in_cache_key_and_forwarded_to_origin: block('ParametersInCacheKeyAndForwardedToOrigin', {
    ...SELECTIONS,
    enable_accept_encoding_brotli: value('EnableAcceptEncodingBrotli'),
    enable_accept_encoding_gzip: value('EnableAcceptEncodingGzip'),
  }),
}

/** (Terraform AWS provider documentation, 'aws_cloudfront_origin_request_policy') */
export const ORIGIN_REQUEST_POLICY: Shape = { ...POLICY, ...SELECTIONS }

const OVERRIDE = { override: value('Override') } as const

/** (Terraform AWS provider documentation, 'aws_cloudfront_response_headers_policy') */
export const RESPONSE_HEADERS_POLICY: Shape = {
  ...POLICY,
  cors_config: block('CorsConfig', {
    access_control_allow_credentials: value('AccessControlAllowCredentials'),
    access_control_allow_headers: items('AccessControlAllowHeaders'),
    access_control_allow_methods: { kind: 'items', to: 'AccessControlAllowMethods', order: METHODS },
    access_control_allow_origins: items('AccessControlAllowOrigins'),
    access_control_expose_headers: items('AccessControlExposeHeaders'),
    access_control_max_age_sec: value('AccessControlMaxAgeSec'),
    origin_override: value('OriginOverride'),
  }),
  security_headers_config: block('SecurityHeadersConfig', {
    content_security_policy: block('ContentSecurityPolicy', {
      ...OVERRIDE,
      content_security_policy: value('ContentSecurityPolicy'),
    }),
    content_type_options: block('ContentTypeOptions', OVERRIDE),
    frame_options: block('FrameOptions', { ...OVERRIDE, frame_option: value('FrameOption') }),
    referrer_policy: block('ReferrerPolicy', { ...OVERRIDE, referrer_policy: value('ReferrerPolicy') }),
    strict_transport_security: block('StrictTransportSecurity', {
      ...OVERRIDE,
      access_control_max_age_sec: value('AccessControlMaxAgeSec'),
      include_subdomains: value('IncludeSubdomains'),
      preload: value('Preload'),
    }),
    xss_protection: block('XSSProtection', {
      ...OVERRIDE,
      mode_block: value('ModeBlock'),
      protection: value('Protection'),
      report_uri: value('ReportUri'),
    }),
  }),
  custom_headers_config: items('CustomHeadersConfig', {
    header: value('Header'),
    value: value('Value'),
    ...OVERRIDE,
  }),
  remove_headers_config: items('RemoveHeadersConfig', { header: value('Header') }),
  server_timing_headers_config: block('ServerTimingHeadersConfig', {
    enabled: value('Enabled'),
    sampling_rate: value('SamplingRate'),
  }),
}

const NAMED: Shape = {
  name: value('Name'),
  comment: IGNORED,
  name_prefix: IGNORED,
  ...Object.fromEntries(['id', 'arn', 'etag', 'caller_reference', 'region'].map((name) => [name, IGNORED])),
}

/** (Terraform AWS provider documentation, 'aws_cloudfront_public_key', 'aws_cloudfront_key_group') */
export const PUBLIC_KEY: Shape = { ...NAMED, encoded_key: value('EncodedKey') }
export const KEY_GROUP: Shape = { ...NAMED, items: ids('Items') }

/** aws_s3_bucket_website_configuration. */
export const WEBSITE: Shape = {
  index_document: block('IndexDocument', { suffix: value('Suffix') }),
  error_document: block('ErrorDocument', { key: value('Key') }),
  redirect_all_requests_to: block('RedirectAllRequestsTo', {
    host_name: value('HostName', 'host'),
    protocol: value('Protocol'),
  }),
  routing_rule: blocks('RoutingRules', {
    condition: block('Condition', {
      http_error_code_returned_equals: value('HttpErrorCodeReturnedEquals'),
      key_prefix_equals: value('KeyPrefixEquals'),
    }),
    redirect: block('Redirect', {
      host_name: value('HostName', 'host'),
      http_redirect_code: value('HttpRedirectCode'),
      protocol: value('Protocol'),
      replace_key_prefix_with: value('ReplaceKeyPrefixWith'),
      replace_key_with: value('ReplaceKeyWith'),
    }),
  }),
  bucket: IGNORED,
  expected_bucket_owner: IGNORED,
  routing_rules: IGNORED,
  id: IGNORED,
  region: IGNORED,
  website_domain: IGNORED,
  website_endpoint: IGNORED,
}
