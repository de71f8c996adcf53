// Where in the files the objects of the model come from.
import type { Fields } from './fields.ts'
import type { ConfigNode, Located } from './node.ts'
import { entryOf } from './node.ts'

/** Remembers the map that each object of the model was read from, for checks that come after the reading. */
export class Places {
  #fields = new WeakMap<object, Fields>()

  note<Model extends object>(model: Model, fields: Fields): Model {
    this.#fields.set(model, fields)
    return model
  }

  /**
   * Where a key of an object stands; the nearest thing around it where it is not written. `path` may go deeper with
   * dots. A key may be a policy's noun, which is written with and without Id.
   */
  at(model: object, path: string): Located {
    const fields = this.#fields.get(model)
    if (fields === undefined) return { place: { file: 'config', line: null, column: null }, path }
    let found: ConfigNode = fields.node
    for (const key of path.split('.')) {
      const next: ConfigNode | null = entryOf(found, key) ?? entryOf(found, `${key}Id`)
      if (next === null) break
      found = next
    }
    return found
  }

  /** The value of a key that the model does not have. */
  valueOf(model: object, key: string): ConfigNode | null {
    const fields = this.#fields.get(model)
    return fields === undefined ? null : entryOf(fields.node, key)
  }
}
