// The addresses that an app sends a person's browser to, and the pages that follow from there.
import { pathOf } from './request-path.ts'

/** Whether a person's browser opens a request target, whatever the answer will be. */
export type IsVisited = (target: string) => boolean

/** @param paths of pages, as routes have them (`/authorize/resume/:request`); what lies below them counts as well. */
export function visitedPaths(paths: readonly string[]): IsVisited {
  const patterns = paths.map((path) => path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:\w+/g, '[^/]*'))
  const visited = new RegExp(`^(?:${patterns.join('|')})(?:/|$)`)
  return (target) => visited.test(pathOf(target))
}
