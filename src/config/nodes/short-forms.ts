// YAML's short forms of template functions: `!Sub x` is `{Fn::Sub: x}`.
import type { CollectionTag, ScalarTag } from 'yaml'

const FUNCTIONS = [
  'And',
  'Base64',
  'Cidr',
  'FindInMap',
  'GetAtt',
  'GetAZs',
  'If',
  'ImportValue',
  'Join',
  'Length',
  'Not',
  'Equals',
  'Or',
  'Select',
  'Split',
  'Sub',
  'ToJsonString',
  'Transform',
] as const

/** Keys of the long forms by tag. (CloudFormation Template Reference, 'Intrinsic function reference') */
const LONG_FORMS = new Map<string, string>([
  ['!Ref', 'Ref'],
  ['!Condition', 'Condition'],
  ...FUNCTIONS.map((name) => [`!${name}`, `Fn::${name}`] as const),
])

/** For the YAML parser: nodes with these tags are read as what they would be without. */
export const SHORT_FORM_TAGS: readonly (ScalarTag | CollectionTag)[] = [...LONG_FORMS.keys()].flatMap(
  (tag) => [
    { tag, resolve: (text: string) => text } satisfies ScalarTag,
    { tag, collection: 'seq', resolve: (seq) => seq } satisfies CollectionTag,
    { tag, collection: 'map', resolve: (map) => map } satisfies CollectionTag,
  ],
)

/** The key of a tag's long form, or null. */
export function toLongForm(tag: string | undefined): string | null {
  return tag === undefined ? null : (LONG_FORMS.get(tag) ?? null)
}

const TAGS = [...LONG_FORMS.keys()]

/** A number from 1 on for each tag that has a long form; 0 for others. */
export function tagNumber(tag: string): number {
  return TAGS.indexOf(tag) + 1
}

/** The long form of a number that `tagNumber` gave. */
export function longFormAt(number: number): string {
  return LONG_FORMS.get(TAGS[number - 1] ?? '') ?? ''
}
