// Reads serverless.yml of the Serverless Framework: events of functions, and the resources beside them.
import { entryOf, mapOf } from '../nodes/node.ts'
import { toTemplate } from '../serverless/template.ts'
import { Variables } from '../serverless/variables.ts'
import { partsOf } from './cloudformation.ts'
import type { Reader } from './source.ts'

/** (Serverless Framework documentation, 'Serverless.yml Reference') */
export const serverless: Reader = {
  keys: [],
  // Its `functions` are others than ours.
  sectionsIn: (root) => {
    const custom = mapOf(root, 'custom')
    return custom === null ? null : mapOf(custom, 'pocketfront')
  },
  recognises: (root) => entryOf(root, 'service') !== null && entryOf(root, 'provider') !== null,
  read(root, { report, templates, files, env, cwd }) {
    const { parameters } = templates.options
    const variables = new Variables({ root, env, parameters, files, cwd, report })
    const { root: template, stackName, region } = toTemplate(root, variables, report)
    return partsOf(templates.of(template, { stackName, region }), templates)
  },
}
