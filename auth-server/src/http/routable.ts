// Whether an address can lead to a route at all: what does not decode, or has a part longer than any name here, cannot.
import { pathOf } from './request-path.ts'

/** As long as a client ID; longer is no name of anything. */
export const MAX_PART_LENGTH = 128

export function isRoutable(target: string): boolean {
  return pathOf(target)
    .split('/')
    .every((part) => part.length <= MAX_PART_LENGTH && isDecodable(part))
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}
