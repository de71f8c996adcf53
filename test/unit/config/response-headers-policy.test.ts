// Response headers policies that could not be sent are refused when they are loaded.
import { expect, test } from 'vitest'
import { loadText } from './harness.ts'

test.each([
  [
    'a policy over several lines',
    [
      'SecurityHeadersConfig:',
      '  ContentSecurityPolicy:',
      '    Override: true',
      '    ContentSecurityPolicy: |',
      "      default-src 'self';",
      '      img-src *',
    ],
    'has a line break, which no header can carry',
    [9, 34],
  ],
  [
    'a value with a character beyond Latin-1',
    ['CustomHeadersConfig:', '- Header: X-Team', '  Value: "\u2013"', '  Override: true'],
    'has a character that no header can carry',
    [8, 16],
  ],
  [
    'a name with a space',
    ['CustomHeadersConfig:', '- Header: X Team', '  Value: blue', '  Override: true'],
    '"X Team" is not the name of a header',
    [7, 17],
  ],
  [
    'a name that is to be removed and is none',
    ['RemoveHeadersConfig:', '- Header: "X:"'],
    '"X:" is not the name of a header',
    [7, 17],
  ],
  [
    'a name with a line break in a CORS list',
    ['CorsConfig:', '  AccessControlExposeHeaders: ["X\\nY"]'],
    '"X\\nY" is not the name of a header',
    [7, 38],
  ],
])('A response headers policy is refused when it is loaded: %s', async (_, lines, message, place) => {
  const text = [
    'Origins:',
    '- { Id: app, DomainName: localhost }',
    'DefaultCacheBehavior:',
    '  TargetOriginId: app',
    '  ResponseHeadersPolicy:',
    ...lines.map((line) => `      ${line}`),
  ].join('\n')
  const result = await loadText(text)
  const errors = result.ok ? [] : result.issues.filter((issue) => issue.severity === 'error')
  expect(errors.map((it) => [it.code, it.message, it.line, it.column])).toEqual([
    ['InvalidArgument', message, ...place],
  ])
})
