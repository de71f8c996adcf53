// A CloudFormation template of megabytes in the manner of real ones: two distributions among thousands of resources.
import { stringify } from 'yaml'

const ref = (logicalId: string): object => ({ Ref: logicalId })
const getAtt = (logicalId: string, attribute: string): object => ({ 'Fn::GetAtt': [logicalId, attribute] })

/** What an application of many services repeats: a function with its role, table, queue, alarm, route and log group. */
function service(index: number): [logicalId: string, resource: object][] {
  const name = `Service${String(index).padStart(4, '0')}`
  const made = (kind: string, type: string, Properties: object, more: object = {}): [string, object] => [
    `${name}${kind}`,
    {
      Type: type,
      Properties,
      ...more,
      Metadata: { 'aws:cdk:path': `App/Services/${name}/${kind}/Resource` },
    },
  ]
  return [
    made('Role', 'AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [
          { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } },
        ],
        Version: '2012-10-17',
      },
      ManagedPolicyArns: [
        {
          'Fn::Join': [
            '',
            ['arn:', ref('AWS::Partition'), ':iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'],
          ],
        },
      ],
    }),
    made('Policy', 'AWS::IAM::Policy', {
      PolicyName: `${name}DefaultPolicy`,
      PolicyDocument: {
        Statement: ['GetItem', 'PutItem', 'Query', 'UpdateItem'].map((action) => ({
          Action: [`dynamodb:${action}`, `dynamodb:Batch${action}`],
          Effect: 'Allow',
          Resource: [getAtt(`${name}Table`, 'Arn'), { 'Fn::Sub': `\${${name}Table.Arn}/index/*` }],
        })),
        Version: '2012-10-17',
      },
      Roles: [ref(`${name}Role`)],
    }),
    made(
      'Function',
      'AWS::Lambda::Function',
      {
        Code: { S3Bucket: { 'Fn::Sub': 'assets-${AWS::AccountId}-${AWS::Region}' }, S3Key: `${name}.zip` },
        Environment: {
          Variables: {
            TABLE: ref(`${name}Table`),
            QUEUE: ref(`${name}Queue`),
            STAGE: { 'Fn::If': ['IsProduction', 'production', 'staging'] },
            ENDPOINT: { 'Fn::Join': ['', ['https://', ref('Domain'), `/services/${index}`]] },
          },
        },
        Handler: 'index.handler',
        MemorySize: 512,
        Role: getAtt(`${name}Role`, 'Arn'),
        Runtime: 'nodejs22.x',
        Timeout: 30,
        Tags: [
          { Key: 'service', Value: name },
          { Key: 'note', Value: 'Says "hello" to whoever asks;\nowned by the team of the same name.' },
        ],
      },
      { DependsOn: [`${name}Policy`, `${name}Role`] },
    ),
    made('Logs', 'AWS::Logs::LogGroup', {
      LogGroupName: { 'Fn::Sub': `/aws/lambda/\${${name}Function}` },
      RetentionInDays: 30,
    }),
    made('Table', 'AWS::DynamoDB::Table', {
      AttributeDefinitions: ['pk', 'sk', 'gsi1pk', 'gsi1sk'].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S',
      })),
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'gsi1',
          KeySchema: [
            { AttributeName: 'gsi1pk', KeyType: 'HASH' },
            { AttributeName: 'gsi1sk', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
    made('Queue', 'AWS::SQS::Queue', {
      QueueName: { 'Fn::Sub': `\${AWS::StackName}-${name}` },
      RedrivePolicy: { deadLetterTargetArn: getAtt('DeadLetters', 'Arn'), maxReceiveCount: 5 },
      VisibilityTimeout: 180,
    }),
    made('Alarm', 'AWS::CloudWatch::Alarm', {
      AlarmDescription: `Errors of ${name}: more than one in a hundred calls of the last five minutes failed`,
      ComparisonOperator: 'GreaterThanThreshold',
      EvaluationPeriods: 5,
      Threshold: 0.01,
      Metrics: [
        { Id: 'rate', Expression: 'errors / calls', Label: 'error rate' },
        ...['Errors', 'Invocations'].map((MetricName) => ({
          Id: MetricName === 'Errors' ? 'errors' : 'calls',
          MetricStat: {
            Metric: {
              Dimensions: [{ Name: 'FunctionName', Value: ref(`${name}Function`) }],
              MetricName,
              Namespace: 'AWS/Lambda',
            },
            Period: 60,
            Stat: 'Sum',
          },
          ReturnData: false,
        })),
      ],
    }),
    made('Route', 'AWS::ApiGatewayV2::Route', {
      ApiId: ref('Api'),
      RouteKey: `ANY /services/${index}/{proxy+}`,
      Target: { 'Fn::Join': ['/', ['integrations', ref(`${name}Integration`)]] },
    }),
    made('Integration', 'AWS::ApiGatewayV2::Integration', {
      ApiId: ref('Api'),
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: getAtt(`${name}Function`, 'Arn'),
      PayloadFormatVersion: '2.0',
    }),
  ]
}

function distribution(comment: string): object {
  const viewer = { ViewerProtocolPolicy: 'redirect-to-https', Compress: true }
  const CachePolicyId = ref('Caching')
  return {
    Type: 'AWS::CloudFront::Distribution',
    Properties: {
      DistributionConfig: {
        Comment: comment,
        Enabled: true,
        HttpVersion: 'http2and3',
        DefaultRootObject: 'index.html',
        DefaultCacheBehavior: {
          ...viewer,
          TargetOriginId: 'site',
          CachePolicyId,
          ResponseHeadersPolicyId: ref('Security'),
        },
        CacheBehaviors: [
          ...Array.from({ length: 20 }, (_, index) => ({
            ...viewer,
            PathPattern: `/services/${index}/*`,
            TargetOriginId: 'api',
            AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'],
            CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
            OriginRequestPolicyId: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
          })),
          { ...viewer, PathPattern: '/assets/*', TargetOriginId: 'site', CachePolicyId },
        ],
        Origins: [
          {
            Id: 'site',
            DomainName: getAtt('Site', 'RegionalDomainName'),
            OriginAccessControlId: getAtt('Access', 'Id'),
            S3OriginConfig: { OriginAccessIdentity: '' },
          },
          {
            Id: 'api',
            DomainName: {
              'Fn::Select': [2, { 'Fn::Split': ['/', getAtt('Api', 'ApiEndpoint')] }],
            },
            CustomOriginConfig: { OriginProtocolPolicy: 'https-only', OriginSSLProtocols: ['TLSv1.2'] },
          },
        ],
      },
    },
  }
}

function shared(): Record<string, object> {
  return {
    Shop: distribution('The shop'),
    Admin: distribution('What the shop is run with'),
    Site: { Type: 'AWS::S3::Bucket', Properties: { VersioningConfiguration: { Status: 'Enabled' } } },
    Access: {
      Type: 'AWS::CloudFront::OriginAccessControl',
      Properties: {
        OriginAccessControlConfig: {
          Name: 'site',
          OriginAccessControlOriginType: 's3',
          SigningBehavior: 'always',
          SigningProtocol: 'sigv4',
        },
      },
    },
    Caching: {
      Type: 'AWS::CloudFront::CachePolicy',
      Properties: {
        CachePolicyConfig: {
          Name: { 'Fn::Sub': '${AWS::StackName}-caching' },
          MinTTL: 1,
          DefaultTTL: 86400,
          MaxTTL: 31536000,
          ParametersInCacheKeyAndForwardedToOrigin: {
            CookiesConfig: { CookieBehavior: 'none' },
            HeadersConfig: { HeaderBehavior: 'none' },
            QueryStringsConfig: { QueryStringBehavior: 'whitelist', QueryStrings: ['page', 'sort'] },
            EnableAcceptEncodingBrotli: true,
            EnableAcceptEncodingGzip: true,
          },
        },
      },
    },
    Security: {
      Type: 'AWS::CloudFront::ResponseHeadersPolicy',
      Properties: {
        ResponseHeadersPolicyConfig: {
          Name: 'security',
          SecurityHeadersConfig: {
            StrictTransportSecurity: { AccessControlMaxAgeSec: 63072000, Override: true },
            ContentTypeOptions: { Override: true },
          },
        },
      },
    },
    Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'services', ProtocolType: 'HTTP' } },
    DeadLetters: { Type: 'AWS::SQS::Queue', Properties: { MessageRetentionPeriod: 1209600 } },
  }
}

/** About seven kilobytes of JSON for each service. */
export function largeTemplate(services: number): object {
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: 'A shop of many small services behind two distributions',
    Parameters: {
      Stage: { Type: 'String', Default: 'staging', AllowedValues: ['staging', 'production'] },
      Domain: { Type: 'String', Default: 'shop.example.com' },
    },
    Conditions: { IsProduction: { 'Fn::Equals': [ref('Stage'), 'production'] } },
    Resources: {
      ...shared(),
      ...Object.fromEntries(Array.from({ length: services }, (_, index) => service(index)).flat()),
    },
    Outputs: { ShopDomain: { Value: getAtt('Shop', 'DomainName'), Export: { Name: 'shop-domain' } } },
  }
}

/** As tools write it, and as YAML. */
export const toText = {
  json: (template: object): string => `${JSON.stringify(template, null, 2)}\n`,
  yaml: (template: object): string => stringify(template, { aliasDuplicateObjects: false }),
}
