// The folders that stand for S3 buckets, one origin each.
import type { ExchangeResponse } from './exchange.ts'
import { createFolderOrigin, type FolderRequest } from './folder.ts'
import type { Clock } from '../message/clock.ts'

/** Answers requests for objects of any folder that the configuration names. */
export interface FolderOrigins {
  fetch(folder: string, request: FolderRequest): Promise<ExchangeResponse>
}

export function createFolderOrigins(clock: Clock): FolderOrigins {
  const origins = new Map<string, ReturnType<typeof createFolderOrigin>>()
  return {
    fetch(folder, request) {
      let origin = origins.get(folder)
      if (origin === undefined) {
        origin = createFolderOrigin({ folder, clock })
        origins.set(folder, origin)
      }
      return origin.fetch(request)
    },
  }
}
