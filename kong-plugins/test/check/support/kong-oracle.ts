// A real Kong on loopback that says whether it would take a kong.yml.

import type { Test } from 'tap'
import { startThrowawayKong, type ThrowawayKong } from '../../../../scripts/facts/throwaway-kong.ts'
import { isRecord } from '../../../gateway/config/model/source.ts'

/** `true`: Kong takes it; otherwise the path of what it does not take, as far as it says. */
export type KongVerdict = true | string

/** What Kong said of each text. */
export type KongVerdicts = Record<string, KongVerdict>

/** Where verdicts are written down. */
export const verdictsFile = '../kong-verdicts.json'

/** Starts Kong for one test; the answer to a text takes milliseconds, unlike a start. */
export async function startOracle(t: Test): Promise<(text: string) => Promise<KongVerdict>> {
  const kong = await startThrowawayKong('_format_version: "3.0"\n')
  t.teardown(kong.stop)
  return (text) => askKong(kong, text)
}

/** Puts a text to Kong's declarative loader. */
export async function askKong({ admin }: ThrowawayKong, text: string): Promise<KongVerdict> {
  const answer = await fetch(`${admin}/config`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ config: text }),
  })
  if (answer.ok) return true
  const said: unknown = await answer.json()
  return isRecord(said) ? whereIn(said.fields).join('.') : ''
}

/** The way to the first error in Kong's tree of them, whose lists begin with 1 or are lists with holes. */
function whereIn(errors: unknown): string[] {
  if (Array.isArray(errors)) {
    const index = errors.findIndex((each) => each !== null)
    return index < 0 ? [] : [String(index), ...whereIn(errors[index])]
  }
  const [entry] = isRecord(errors) ? Object.entries(errors) : []
  if (entry === undefined) return []
  const [key, inner] = entry
  if (key === '@entity') return []
  return [/^\d+$/.test(key) ? String(Number(key) - 1) : key, ...whereIn(inner)]
}
