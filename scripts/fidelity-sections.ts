// The sections of the fidelity page: number, title, and the AWS pages that they come from.

export interface Section {
  readonly number: string
  readonly title: string
  /** Pages of the Amazon CloudFront Developer Guide unless another book is named. */
  readonly pages: readonly string[]
}

const CUSTOM = 'Request and response behavior for custom origins'
const S3 = 'Request and response behavior for Amazon S3 origins'
const EXPIRATION = 'Manage how long content stays in the cache (expiration)'
const ERRORS = 'How CloudFront processes HTTP 4xx and 5xx status codes from your origin'
const EDGE_FUNCTIONS = 'Restrictions on all edge functions'
const LAMBDA_EVENT = 'Lambda@Edge event structure'
const RUNTIME = 'JavaScript runtime features for CloudFront Functions'

/** In the order of the page. */
export const SECTIONS: readonly Section[] = [
  section(
    '1.1',
    'Route of a request',
    'How CloudFront delivers content',
    'Use Amazon CloudFront Origin Shield',
  ),
  section('1.2', 'Filling, refreshing and removing', 'How CloudFront delivers content', CUSTOM),
  section(
    '1.3',
    'How the outcome shows',
    'Standard logging reference',
    'Understand response headers policies',
  ),
  section('1.4', 'Request collapsing', CUSTOM, S3),
  section('1.5', 'Origin Shield', 'Use Amazon CloudFront Origin Shield'),
  section('1.6', 'Price classes', 'Choosing the price class for a CloudFront distribution'),
  section('1.7', 'Regional edge caches', 'How CloudFront works with regional edge caches'),
  section('1.8', 'Points of presence', 'How CloudFront delivers content'),
  section('2.1', 'Algorithm', EXPIRATION, 'Understand cache policies'),
  section('2.2', 'Directives', EXPIRATION),
  section('2.3', 'Test vectors', EXPIRATION),
  section(
    '2.4',
    'Successful and redirect statuses',
    'How CloudFront processes HTTP 3xx status codes from your origin',
  ),
  section('2.5', 'Error statuses from the origin', ERRORS, 'Control how long CloudFront caches errors'),
  section('2.6', 'Stale objects', EXPIRATION, ERRORS),
  section('2.7', 'Range requests', 'How CloudFront processes partial requests for an object (range GETs)'),
  section('2.8', 'Conditional requests', CUSTOM),
  section('2.9', 'Methods', CUSTOM, 'Cache behavior settings'),
  section('2.10', 'Set-Cookie, Vary, Authorization', CUSTOM, 'Cache content based on cookies'),
  section('3.1', 'Parts of the cache key', 'Understand the cache key'),
  section('3.2', 'Cache policy fields', 'Understand cache policies'),
  section('3.3', 'Accept-Encoding normalization', 'Understand cache policies'),
  section('3.4', 'Legacy ForwardedValues', 'Cache behavior settings'),
  section(
    '3.5',
    'Origin request policy',
    'Understand how origin request policies and cache policies work together',
  ),
  section('3.6', 'Managed cache policies', 'Use managed cache policies'),
  section('3.7', 'Managed origin request policies', 'Use managed origin request policies'),
  section('3.8', 'Managed response headers policies', 'Use managed response headers policies'),
  section('3.9', 'Response headers policy rules', 'Understand response headers policies'),
  section('4.1', 'Request headers', CUSTOM),
  section('4.2', 'Headers CloudFront can add', 'Add CloudFront request headers'),
  section('4.3', 'X-Forwarded-For', CUSTOM),
  section('4.4', 'Origin custom headers', 'Add custom headers to origin requests'),
  section(
    '4.5',
    'URL, body, protocol',
    CUSTOM,
    'Origin settings',
    'Using gRPC with CloudFront distributions',
  ),
  section('4.6', 'Timeouts and attempts', 'Origin settings', CUSTOM),
  section(
    '4.7',
    'How failures end',
    'HTTP 502 status code (Bad Gateway)',
    'HTTP 504 status code (Gateway Timeout)',
  ),
  section('5.1', 'Response headers', CUSTOM),
  section('5.2', 'X-Cache values', 'Standard logging reference'),
  section('5.3', 'Other response rules', EDGE_FUNCTIONS),
  section('5.4', 'Compression', 'Serve compressed files'),
  section('5.5', 'Viewer protocol policy', 'Require HTTPS for communication between viewers and CloudFront'),
  section(
    '5.6',
    'Errors CloudFront makes itself',
    'Troubleshooting error response status codes in CloudFront',
  ),
  section('5.7', 'Custom error responses', 'Generate custom error responses'),
  section('5.8', 'Default root object', 'Specify a default root object'),
  section('5.9', 'Order of checks', 'How CloudFront delivers content'),
  section('5.10', 'Origin groups', 'Optimize high availability with CloudFront origin failover'),
  section('5.11', 'Invalidation', 'What you need to know when invalidating files'),
  section('6.1', 'Path patterns', 'Cache behavior settings'),
  section('6.2', 'Normalization', 'Cache behavior settings', EDGE_FUNCTIONS),
  section('6.3', 'Host names', 'Use custom URLs by adding alternate domain names (CNAMEs)'),
  section('7', 'Quotas', 'Quotas'),
  section('H.1', 'Who gets the headers CloudFront adds', 'Add CloudFront request headers'),
  section('H.2', 'CloudFront viewer headers', 'Add CloudFront request headers'),
  section('H.3', 'Device detection', 'Add CloudFront request headers'),
  section('H.4', 'Response headers policy', 'Understand response headers policies'),
  section('H.5', 'Server-Timing', 'Understand response headers policies'),
  section(
    'H.6',
    'Geo data',
    'Add CloudFront request headers',
    'Restrict the geographic distribution of your content',
  ),
  section('R.1', 'Age, freshness and dates (RFC 9111)', 'RFC 9111, where the guide is silent'),
  section('R.2', 'Validation (RFC 9110, RFC 9111)', 'RFC 9110 and RFC 9111, where the guide is silent'),
  section('R.3', 'Connection and hop-by-hop headers (RFC 9110)', 'RFC 9110, where the guide is silent'),
  section('R.4', 'Storing, refreshing and HEAD (RFC 9111)', 'RFC 9111, where the guide is silent'),
  section('A.8', 'TLS to viewers', 'Supported protocols and ciphers between viewers and CloudFront'),
  section('F.0', 'Edge functions: the pipeline', 'Customize at the edge with functions', EDGE_FUNCTIONS),
  section(
    'F.1',
    'Edge functions: limits',
    'Quotas',
    'Differences between CloudFront Functions and Lambda@Edge',
  ),
  section('F.A1', 'CloudFront Functions: programming model', 'Write function code'),
  section('F.A2', 'CloudFront Functions: language', RUNTIME),
  section('F.A3', 'CloudFront Functions: modules', RUNTIME),
  section('F.A4', 'CloudFront Functions: event object', 'CloudFront Functions event structure'),
  section(
    'F.A5',
    'CloudFront Functions: multiValue, headers, cookies',
    'CloudFront Functions event structure',
  ),
  section('F.A6', 'Edge functions: header restrictions', EDGE_FUNCTIONS),
  section('F.A7', 'CloudFront Functions: responses, errors, logs', 'CloudFront Functions event structure'),
  section('F.A8', 'CloudFront Functions: origin helpers', 'Helper methods for origin modification'),
  section(
    'F.A9',
    'CloudFront Functions: KeyValueStore, edge location, log data',
    'Helper methods for key value stores',
  ),
  section('F.A10', 'CloudFront Functions: CWT helpers', RUNTIME),
  section('F.A11', 'CloudFront Functions: TestFunction', 'Test functions'),
  section('F.B1', 'Lambda@Edge: event envelope', LAMBDA_EVENT),
  section('F.B2', 'Lambda@Edge: request.origin', LAMBDA_EVENT),
  section('F.B3', 'Lambda@Edge: request.body', 'Access the request body by choosing the include body option'),
  section('F.B4', 'Lambda@Edge: what each event may return', 'Generate HTTP responses in request triggers'),
  section(
    'F.B5',
    'Lambda@Edge: programming model',
    'Write functions for Lambda@Edge',
    'Restrictions on Lambda@Edge',
  ),
  section('F.B6', 'Lambda@Edge: failures', 'Test and debug Lambda@Edge functions'),
  section('F.B7', 'Edge functions: interplay', 'CloudFront events that can trigger a Lambda@Edge function'),
  section(
    'O.1',
    'Website endpoints of S3',
    'Amazon S3 User Guide: Hosting a static website using Amazon S3',
    'Use an Amazon S3 bucket that is configured as a website endpoint',
  ),
  section(
    'O.2',
    'Origin access control',
    'Restrict access to an Amazon S3 origin',
    'Amazon S3 API Reference: Authenticating requests (AWS Signature Version 4)',
  ),
  section(
    'O.3',
    'Function URLs and API Gateway',
    'AWS Lambda Developer Guide: Invoking Lambda function URLs',
    'API Gateway Developer Guide: Lambda proxy integrations',
  ),
]

function section(number: string, title: string, ...pages: readonly string[]): Section {
  return { number, title, pages }
}
