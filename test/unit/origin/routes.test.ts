// Which route of an API a path belongs to.
import { describe, expect, test } from 'vitest'
import type { HandlerOrigin } from '../../../src/model/handler-origin.ts'
import { planRoute } from '../../../src/origin/handler/routes.ts'

const FN = {
  name: 'f',
  file: '/f.mjs',
  exportName: 'handler',
  Runtime: null,
  MemorySize: null,
  Timeout: null,
  Environment: {},
}

function api(routes: readonly string[], stages: readonly string[] = ['$default']): HandlerOrigin {
  return {
    domainName: 'x.execute-api.eu-west-1.amazonaws.com',
    kind: 'http-api',
    stages,
    invokeMode: 'BUFFERED',
    routes: routes.map((text) => {
      const [method = '', path = '$default'] = text === '$default' ? ['ANY'] : text.split(' ')
      return { method, path, payload: '2.0', function: FN }
    }),
  }
}

const ROUTES = [
  '$default',
  'ANY /{proxy+}',
  'GET /items',
  'ANY /items',
  'GET /items/{id}',
  'GET /items/new',
  'POST /files/{name}/{rest+}',
]

describe('of several routes', () => {
  test.each([
    ['GET', '/items', 'GET /items', {}],
    ['PUT', '/items', 'ANY /items', {}],
    ['GET', '/items/', 'GET /items', {}],
    ['GET', '/items/new', 'GET /items/new', {}],
    ['GET', '/items/a%20b', 'GET /items/{id}', { id: 'a b' }],
    ['DELETE', '/items/7', 'ANY /{proxy+}', { proxy: 'items/7' }],
    ['POST', '/files/a/b/c', 'POST /files/{name}/{rest+}', { name: 'a', rest: 'b/c' }],
    ['POST', '/files/a', 'ANY /{proxy+}', { proxy: 'files/a' }],
    ['GET', '/', 'ANY $default', {}],
    ['GET', '/items/%', 'GET /items/{id}', { id: '%' }],
  ])('%s %s takes %s', (method, path, route, parameters) => {
    const match = planRoute(api(ROUTES), method, path)
    if (match.kind !== 'route') throw new Error(match.kind)
    expect([`${match.route.method} ${match.route.path}`, match.parameters]).toEqual([route, parameters])
  })

  test('none is also an answer', () => {
    expect(planRoute(api(['GET /a']), 'GET', '/b')).toEqual({ kind: 'no-route' })
    expect(planRoute(api(['GET /a']), 'POST', '/a')).toEqual({ kind: 'no-route' })
    expect(planRoute(api(['GET /{proxy+}']), 'GET', '/')).toEqual({ kind: 'no-route' })
  })
})

describe('the stage', () => {
  test.each([
    [['prod'], '/prod/a', 'prod', '/a'],
    [['prod'], '/prod', 'prod', '/'],
    [['$default', 'dev'], '/dev/a', 'dev', '/a'],
    [['$default', 'dev'], '/a', '$default', '/a'],
    [[], '/a', '$default', '/a'],
  ])('of %j in %s is %s', (stages, path, stage, rest) => {
    expect(planRoute(api(['$default'], stages), 'GET', path)).toMatchObject({
      kind: 'route',
      stage,
      path: rest,
    })
  })

  test('that is none of the API is told', () => {
    expect(planRoute(api(['$default'], ['prod']), 'GET', '/a')).toEqual({ kind: 'no-stage' })
  })
})
