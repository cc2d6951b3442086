// Which scopes a request needs.
import type { TokenConfig } from '../../schema/token-config.ts'

/** Those of a request with this method; `undefined` where no policy depends on the method. */
export function neededScopes(
  { requiredScopes, methodScopes }: Pick<TokenConfig, 'requiredScopes' | 'methodScopes'>,
  method: string | undefined,
): readonly string[] {
  if (method === undefined) return [...requiredScopes]
  // A HEAD answer tells whether a GET would have found something: it needs the same scopes.
  const byMethod = methodScopes.get(method) ?? (method === 'HEAD' ? methodScopes.get('GET') : undefined) ?? []
  return [...new Set([...requiredScopes, ...byMethod])]
}
