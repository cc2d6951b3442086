// Which headers a plugin entry makes of claims, and that no two claims share one.
import { isClaimHeader } from '@mobile-api-gateway/sdk/claim-header.ts'
import { type Entity, nameOf } from '../gateway/config/model/entity.ts'
import { isRecord } from '../gateway/config/model/source.ts'
import { headerTwice } from '../src/schema/claim-headers.ts'
import type { ReportProblem } from './problem.ts'

/** Those that can be such headers. */
export function claimHeadersOf({ values: { config } }: Entity): string[] {
  const listed = isRecord(config) ? config.claim_headers : undefined
  return (Array.isArray(listed) ? listed : []).flatMap((each) =>
    isRecord(each) && typeof each.header === 'string' && isClaimHeader(each.header) ? [each.header] : [],
  )
}

/** Checks one plugin entry. */
export function checkClaimHeaders(entity: Entity, report: ReportProblem): void {
  const twice = headerTwice(claimHeadersOf(entity))
  if (twice === undefined) return
  const what = `${nameOf(entity)} has claim_headers that write ${twice} twice, and its plugin refuses that`
  report([...entity.path, 'config', 'claim_headers'], what, 'a header for each claim')
}
