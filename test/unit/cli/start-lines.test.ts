import { expect, test } from 'vitest'
import { distribution, started, UNRESOLVED, WARNING } from './deployments.ts'
import { toReloadLines, toStartLines } from '../../../src/cli/start-lines.ts'
import { NO_PALETTE, selectPalette } from '../../../src/observe/palette.ts'

const CWD = '/home/me'
const lines = (...args: Parameters<typeof started>) => toStartLines(started(...args), NO_PALETTE, CWD)

test('the start tells where everything listens and what was loaded', () => {
  const notes = [
    {
      distribution: 'E1ABC',
      feature: 'WebACLId',
      handling: 'ignored',
      detail: 'no firewall rules are evaluated',
    },
    {
      distribution: 'E1ABC',
      feature: 'HttpVersion',
      handling: 'approximated',
      detail: 'viewers are answered over HTTP/1.1',
    },
  ] as const
  expect(lines([distribution({ Comment: 'my site' })], { notes, warnings: [WARNING] })).toEqual([
    'pocketfront 1.2.3',
    '',
    'E1ABC  e1abc.cloudfront.net  my site',
    '  http://localhost:8080',
    '  http://e1abc.localhost:8080',
    '  origin api  api.example.com  -> http://127.0.0.1:3000  environment',
    '  ignored      WebACLId     no firewall rules are evaluated',
    '  approximated HttpVersion  viewers are answered over HTTP/1.1',
    '',
    'warning  site.yaml:12:7 Nmae: unknown key, did you mean Name?',
    'edge     FRA56, regional edge cache eu-central-1',
    'memory   128 MiB per edge location, 512 MiB per regional edge cache, objects up to 4 MiB',
    'disk     2 GiB per edge location, 8 GiB per regional edge cache, objects up to 4 GiB',
    'admin    http://127.0.0.1:8081  clock, metrics, invalidations; GET / lists everything',
    "why      curl -s 'http://127.0.0.1:8081/traces?last=1'",
    "try      curl -i -H 'x-pocketfront-explain: 1' http://localhost:8080/",
  ])
})

test('certificates that are not checked are told', () => {
  const told = 'origins  certificates are not checked (--insecure-origins)'
  const lax = { ...started([distribution()]), insecureOrigins: true }
  expect(toStartLines(lax, NO_PALETTE, CWD)).toContain(told)
  expect(lines([distribution()])).not.toContain(told)
})

test('simulated distances and the memory of an Origin Shield are told where there are any', () => {
  const origin = {
    ...distribution().Origins[0]!,
    OriginShield: { Enabled: true, OriginShieldRegion: 'us-east-1' },
  }
  const told = { ...started([distribution({ Origins: [origin] })]), simulateLatency: true }
  const all = toStartLines(told, NO_PALETTE, CWD)
  expect(all).toContain('latency  simulated: requests wait for the ways between the places')
  expect(all).toContain(
    'memory   128 MiB per edge location, 512 MiB per regional edge cache, 512 MiB per Origin Shield Region, objects up to 4 MiB',
  )
})

test('an origin that nothing maps shows what to add', () => {
  expect(lines([distribution({}, UNRESOLVED)])).toContain(
    '  origin api  api.example.com  -> none: add --origin api=URL',
  )
})

test('with several distributions the example asks for the first one by name', () => {
  const both = lines([
    distribution(),
    distribution({ Id: 'E2DEF', Enabled: false }),
    distribution({ Id: 'E3GHI' }),
  ])
  expect(both.at(-1)).toBe("try      curl -i -H 'x-pocketfront-explain: 1' http://e1abc.localhost:8080/")
  expect(both).toContain('E2DEF  e1abc.cloudfront.net  disabled, not served')
})

test('colours only decorate: without them the lines are the same', () => {
  const one = started([distribution()], { warnings: [WARNING] })
  const colored = toStartLines(one, selectPalette({ isTTY: true }, {}), CWD).join('\n')
  expect(colored).toContain('\u001b[1mpocketfront\u001b[22m')
  // oxlint-disable-next-line no-control-regex
  expect(colored.replaceAll(/\u001b\[\d+m/g, '')).toBe(toStartLines(one, NO_PALETTE, CWD).join('\n'))
})

test('a reload tells what is served now', () => {
  const { loaded } = started([distribution()], { warnings: [WARNING] }).front
  expect(toReloadLines({ ok: true, loaded }, NO_PALETTE, CWD)).toEqual([
    'warning  site.yaml:12:7 Nmae: unknown key, did you mean Name?',
    'reloaded, 1 distribution',
  ])
})

test('a bad reload tells every problem and that the old configuration stays', () => {
  const issues = [{ ...WARNING, severity: 'error' as const }]
  expect(toReloadLines({ ok: false, issues }, NO_PALETTE, CWD)).toEqual([
    'error  site.yaml:12:7 Nmae: unknown key, did you mean Name?',
    'not reloaded, the previous configuration stays in use',
  ])
})

test('the start shows the first traps and how many there are', () => {
  const trap = (line: number) => ({
    ...WARNING,
    severity: 'warning' as const,
    line,
    path: 'Compress',
    code: 'compress-without-encodings',
    message: 'nothing is compressed',
    distribution: 'E1ABC',
    page: 'Serve compressed files',
  })
  const told = lines([distribution()], { findings: [1, 2, 3, 4, 5].map(trap) })
  expect(told.filter((line) => line.startsWith('trap'))).toEqual(
    [1, 2, 3].map(
      (line) => `trap  site.yaml:${line}:7 Compress: nothing is compressed (compress-without-encodings)`,
    ),
  )
  expect(told).toContain("and 2 more; 'pocketfront validate' shows all, --no-lint none")
})
