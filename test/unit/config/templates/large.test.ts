// Templates of megabytes: only what a distribution reaches is looked into.
import { describe, expect, test } from 'vitest'
import { largeTemplate, toText } from '../../../../bench/large-template.ts'
import { fromText } from '../../../../src/config/nodes/from-text.ts'
import type { ConfigNode } from '../../../../src/config/nodes/node.ts'
import { Report } from '../../../../src/config/nodes/report.ts'
import { mayMention } from '../../../../src/config/nodes/tape/nodes.ts'
import { scanJson } from '../../../../src/config/nodes/tape/scan-json.ts'
import { scanYaml } from '../../../../src/config/nodes/tape/scan-yaml.ts'
import { loaded, withFiles } from '../harness.ts'

const SERVICES = 20
const template = largeTemplate(SERVICES) as { Resources: Record<string, object> }
/** Whoever looks into it warns of its Quantity. */
const marked = { Quantity: 7, Items: ['x'] }
const withMark = {
  ...template,
  Resources: { ...template.Resources, Marked: { Type: 'Custom::Marked', Properties: { Names: { marked } } } },
}

describe.each(['json', 'yaml'] as const)('A large template in %s', (form) => {
  test('is read by the scanner of its own', () => {
    const text = toText[form](template)
    expect((form === 'json' ? scanJson : scanYaml)(text)).not.toBeNull()
  })

  test('has its distributions, and what they do not reach is not looked into', async () => {
    await withFiles({ [`t.${form}`]: toText[form](withMark) }, async (cwd) => {
      const { deployment, warnings } = await loaded({ files: [`t.${form}`], cwd })
      expect(deployment.Distributions.map(({ Comment }) => Comment)).toEqual([
        'The shop',
        'What the shop is run with',
      ])
      expect(deployment.Distributions[0]?.CacheBehaviors).toHaveLength(21)
      expect(warnings.filter(({ code }) => code === 'InconsistentQuantities')).toEqual([])
    })
  })

  test('says what is in a part of it without looking into that', () => {
    const report = new Report()
    const root = fromText(toText[form](withMark), 'x', report)
    const resources = root?.kind === 'map' ? root.entries.get('Resources')?.value : undefined
    const part = (name: string): ConfigNode | undefined =>
      resources?.kind === 'map' ? resources.entries.get(name)?.value : undefined
    const mentions = (node: ConfigNode | undefined, word: string): boolean =>
      node?.kind === 'map' && mayMention(node.entries, word)
    expect(mentions(part('Marked'), 'Quantity')).toBe(true)
    expect(mentions(part('Site'), 'Quantity')).toBe(false)
    expect(report.issues).toEqual([])
  })
})

test('a loop that is written with escapes is found', async () => {
  const loop = { 'Fn::ForEach::Each': ['Name', ['A', 'B'], { 'Bucket${Name}': { Type: 'AWS::S3::Bucket' } }] }
  const text = JSON.stringify({ ...template, Resources: { ...template.Resources, ...loop } }).replace(
    'Fn::ForEach::Each',
    String.raw`Fn\u003a:ForEach::Each`,
  )
  await withFiles({ 't.json': text }, async (cwd) => {
    const { deployment } = await loaded({ files: ['t.json'], cwd })
    expect(deployment.Distributions).toHaveLength(2)
  })
})
