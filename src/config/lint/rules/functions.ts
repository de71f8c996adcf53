// Traps of edge functions.
import { eachBehavior, type LintRule } from '../rule.ts'

export const bodyTruncated: LintRule = {
  id: 'function-body-truncated',
  title: 'a function gets only the first part of a body',
  why: 'With IncludeBody Lambda@Edge shows a viewer event the first 40 KB and an origin event the first MB of a body. inputTruncated tells, and what the function returns replaces all of it.',
  page: 'Restrictions on Lambda@Edge',
  check: eachBehavior(({ behavior, name }) => {
    const lambda = behavior.LambdaFunctionAssociations.find(({ IncludeBody }) => IncludeBody)
    if (lambda === undefined || !behavior.AllowedMethods.includes('POST')) return null
    const most = lambda.EventType === 'viewer-request' ? '40 KB' : '1 MB'
    return {
      key: 'LambdaFunctionAssociations',
      message: `the ${lambda.EventType} function of ${name} sees the first ${most} of a body`,
      fix: 'look at request.body.inputTruncated, and leave the body alone when it is true',
    }
  }),
}

export const bodyWithoutMethods: LintRule = {
  id: 'function-body-never-comes',
  title: 'a function waits for a body that no method brings',
  why: 'IncludeBody is for POST, PUT, PATCH and DELETE. The behavior allows none of them.',
  page: 'Work with requests and responses',
  check: eachBehavior(({ behavior, name }) =>
    behavior.LambdaFunctionAssociations.some(({ IncludeBody }) => IncludeBody) &&
    !behavior.AllowedMethods.includes('POST')
      ? {
          key: 'LambdaFunctionAssociations',
          message: `IncludeBody does nothing: ${name} allows ${behavior.AllowedMethods.join(', ')} alone`,
          fix: 'allow all seven methods, or drop IncludeBody',
        }
      : null,
  ),
}

export const responseFunctionSkipsErrors: LintRule = {
  id: 'viewer-response-skips-errors',
  title: 'a viewer-response function does not run for errors',
  why: 'CloudFront runs no viewer-response function when the origin answers 400 or more. Security headers that a function adds are missing on error pages.',
  page: 'Restrictions on edge functions',
  check: eachBehavior(({ behavior, name }) => {
    const { FunctionAssociations, LambdaFunctionAssociations, ResponseHeadersPolicy } = behavior
    const onResponse = [...FunctionAssociations, ...LambdaFunctionAssociations].some(
      ({ EventType }) => EventType === 'viewer-response',
    )
    if (!onResponse || ResponseHeadersPolicy !== null) return null
    const key = FunctionAssociations.some(({ EventType }) => EventType === 'viewer-response')
      ? 'FunctionAssociations'
      : 'LambdaFunctionAssociations'
    return {
      key,
      message: `the viewer-response function of ${name} leaves responses with 400 and above as they are`,
      fix: 'set headers that all responses need with a response headers policy',
    }
  }),
}

export const originFunctionOnceStored: LintRule = {
  id: 'origin-request-skips-hits',
  title: 'a function that decides by viewer runs only on misses',
  why: 'An origin-request function does not run for hits. What it decides by a header or cookie that is not in the key is stored and given to everybody.',
  page: 'CloudFront events that can trigger a Lambda@Edge function',
  check: eachBehavior(({ behavior, caching, name }) => {
    const isOrigin = behavior.LambdaFunctionAssociations.some(
      ({ EventType }) => EventType === 'origin-request',
    )
    const seen = caching.sentCookies !== 'none' && caching.keyCookies === 'none'
    const isAuthorized = caching.sends('authorization') && !caching.keyHeaders.includes('authorization')
    if (!isOrigin || !caching.isOn || (!seen && !isAuthorized)) return null
    return {
      key: 'LambdaFunctionAssociations',
      message: `the origin-request function of ${name} sees ${seen ? 'cookies' : 'Authorization'} on a miss alone`,
      fix: 'decide on viewer-request, or put what it reads into the key',
    }
  }),
}
