// The Lua of pre-function and post-function.
import type { Entity } from '../gateway/config/model/entity.ts'
import { isRecord } from '../gateway/config/model/source.ts'

/** The Lua functions of a serverless plugin in one phase. */
export function luaOf({ values }: Entity, phase: string): string[] {
  const code = isRecord(values.config) ? values.config[phase] : undefined
  return Array.isArray(code) ? code.filter((each): each is string => typeof each === 'string') : []
}
