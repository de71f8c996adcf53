// The folders that stand for S3 buckets, one origin each.
import type { ExchangeResponse } from './exchange.ts'
import type { FolderRequest } from './folder/answer.ts'
import { createFolderOrigin, type FolderOrigin } from './folder.ts'
import { createWebsiteOrigin } from './website.ts'
import type { Clock } from '../message/clock.ts'
import type { OriginTarget } from '../model/origin.ts'

/** A target that is a folder on this machine. */
export type FolderTarget = Extract<OriginTarget, { kind: 'folder' | 'website' }>

/** Answers requests for objects of any folder that the configuration names. */
export interface FolderOrigins {
  fetch(target: FolderTarget, request: FolderRequest): Promise<ExchangeResponse>
}

export function createFolderOrigins(clock: Clock): FolderOrigins {
  const buckets = new Map<string, FolderOrigin>()
  const others = new WeakMap<FolderTarget, FolderOrigin>()

  function select(target: FolderTarget): FolderOrigin {
    const { folder } = target
    const isPlain = target.kind === 'folder' && target.layers === undefined
    let origin = isPlain ? buckets.get(folder) : others.get(target)
    if (origin !== undefined) return origin
    if (target.kind === 'website') origin = createWebsiteOrigin({ folder, website: target.website, clock })
    else origin = createFolderOrigin({ folder, clock, ...(target.layers && { layers: target.layers }) })
    if (isPlain) buckets.set(folder, origin)
    else others.set(target, origin)
    return origin
  }

  return { fetch: (target, request) => select(target).fetch(request) }
}
