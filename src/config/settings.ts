// The section `settings` of a configuration file: how pocketfront itself runs.
import { Fields } from './nodes/fields.ts'
import type { MapNode } from './nodes/node.ts'
import type { Report } from './nodes/report.ts'

/** What a file says about the process; null where it says nothing. The command line is stronger. */
export interface FileSettings {
  readonly port: number | null
  readonly adminPort: number | null
  readonly host: string | null
  readonly pop: string | null
}

/** Reads every file's section; of two files that say the same, the last one wins. */
export function readSettings(sections: readonly MapNode[], report: Report): FileSettings {
  let settings: FileSettings = { port: null, adminPort: null, host: null, pop: null }
  const port = { min: 0, max: 65_535 }
  for (const section of sections) {
    const fields = new Fields(section, report)
    settings = {
      port: fields.integer('port', port) ?? settings.port,
      adminPort: fields.integer('adminPort', port) ?? settings.adminPort,
      host: fields.name('host') ?? settings.host,
      pop: fields.name('pop') ?? settings.pop,
    }
    fields.finish()
  }
  return settings
}
