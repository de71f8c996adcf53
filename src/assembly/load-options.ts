// Options of createPocketfront → options of the configuration loader.
import type { PocketfrontOptions } from './options.ts'
import type { LoadOptions } from '../config/load.ts'

export function toLoadOptions(options: PocketfrontOptions): LoadOptions {
  const { config, origins } = options
  const isFiles = typeof config === 'string' || isStringList(config)
  const isMap = typeof origins === 'object' && !isStringList(origins)
  return {
    files: typeof config === 'string' ? [config] : isStringList(config) ? config : [],
    ...(config !== undefined && !isFiles && { inline: config }),
    origins: typeof origins === 'string' ? [origins] : isStringList(origins) ? origins : [],
    ...(isMap && { originsFromApi: origins }),
    lambdas: options.lambdas ?? [],
    parameters: options.parameters ?? {},
    parameterFiles: options.parameterFiles ?? [],
    functions: options.functions ?? [],
    env: options.env ?? {},
    cwd: options.cwd ?? process.cwd(),
    strict: options.strict ?? false,
    lint: options.lint ?? true,
    servesHttps: isOn(options.httpsPort),
    allowRemoteOrigins: options.allowRemoteOrigins ?? false,
  }
}

/** A port that was asked for. */
export function isOn(port: number | null | undefined): boolean {
  return port !== null && port !== undefined
}

function isStringList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string')
}
