// What the plugin server asks of auth servers: keys, tokens, the feed, and what it tells them. A trace goes on there.
import { inSpan } from '@mobile-api-gateway/sdk/tracing/span.ts'
import { TRACEPARENT } from '@mobile-api-gateway/sdk/tracing/traceparent.ts'

/** As `fetch` does it; where tracing is on, as a span until the answer begins. @param what it is for, in words of ours */
export function askAuthServer(
  what: string,
  url: URL | string,
  request: RequestInit & Readonly<{ headers: Readonly<Record<string, string>> }>,
): Promise<Response> {
  const facts = () => ({ 'http.request.method': request.method ?? 'GET', 'server.address': new URL(url).hostname })
  return inSpan(what, { kind: 'client', facts }, async (span) => {
    if (span === undefined) return fetch(url, request)
    const headers = { ...request.headers, [TRACEPARENT]: span.traceparent }
    const response = await fetch(url, { ...request, headers })
    span.tell({ 'http.response.status_code': response.status })
    return response
  })
}
