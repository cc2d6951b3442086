// Of which request a refusal is, for whoever develops on this machine; elsewhere nobody asks, as a path may tell of people.
import type { KongReader } from './protocol/kong.ts'

/** Without what stands after a question mark. */
export interface AskedRequest {
  readonly method: string
  readonly path: string
}

const MAX_LENGTH = 200

/** From the line of the request as the client sent it; undefined where there is none to be had. */
export async function askedRequest(kong: KongReader): Promise<AskedRequest | undefined> {
  const line = await kong.nginx.getVar('request').catch(() => undefined)
  const [, method, path] = /^([A-Z-]{1,20}) ([^ ?#]+)/.exec(line ?? '') ?? []
  if (method === undefined || path === undefined) return undefined
  // It is shown in a terminal.
  return { method, path: path.replaceAll(/[^!-~]/g, '�').slice(0, MAX_LENGTH) }
}
