// The addresses that an app sends a person's browser to, and the pages that follow from there.
import { pathOf } from './request-path.ts'

/** Whether a person's browser opens a request target, whatever the answer will be. */
export type IsVisited = (target: string) => boolean

/**
 * @param endpoints that show pages, as routes have them (`/authorize/resume/:request`); what lies below counts as well
 * @param pages all else that a person is shown; whatever begins with the same name counts as well
 */
export function visitedPaths(endpoints: readonly string[], pages: readonly string[]): IsVisited {
  // Below the page at `/` is everything, so it is counted by itself.
  const roots = new Set(pages.filter((path) => path !== '/').map((path) => path.split('/', 2).join('/')))
  const hasRoot = pages.includes('/')
  const patterns = [...endpoints, ...roots].map((path) =>
    path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:\w+/g, '[^/]*'),
  )
  const visited = new RegExp(`^(?:${patterns.join('|')})(?:/|$)`)
  return (target) => visited.test(pathOf(target)) || (hasRoot && pathOf(target) === '/')
}
