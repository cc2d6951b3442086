// Whether an address can lead to a route at all: what does not decode, has a NUL in it or a part longer than any name here, cannot; and where such a one leads instead.
import { pathOf } from './request-path.ts'

/** As long as a client ID; longer is no name of anything. */
export const MAX_PART_LENGTH = 128

/** The target of a request, but for one below one of these paths that leads to no route: there is nothing at it. */
export function routableBelow(paths: readonly string[], target: string): string {
  const path = pathOf(target)
  const above = paths.find((each) => path.startsWith(`${each}/`))
  return above === undefined || isRoutable(target) ? target : `${above}/nowhere`
}

function isRoutable(target: string): boolean {
  return pathOf(target)
    .split('/')
    .every((part) => part.length <= MAX_PART_LENGTH && isDecodable(part))
}

function isDecodable(text: string): boolean {
  try {
    // No name has a NUL in it, and no text of the database.
    return !decodeURIComponent(text).includes('\0')
  } catch {
    return false
  }
}
