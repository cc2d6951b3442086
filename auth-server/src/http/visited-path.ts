// The addresses that an app sends a person's browser to, and the pages that follow from there.
import { pathOf } from './request-path.ts'

const VISITED = /^(?:\/apis\/[^/]*)?\/(?:authorize|interaction|logout)(?:\/|$)/

/** Whether a person's browser opens this request target, whatever the answer will be. */
export function isVisited(target: string): boolean {
  return VISITED.test(pathOf(target))
}
