// The sentence of whoever decides on what somebody asked for, as it is sent to the management API.
import { MAX_REASON_LENGTH } from '@mobile-api-gateway/sdk/contract/approvals.ts'
import { oneLine } from '../http/one-line.ts'
import { invalid } from './refusals.ts'

/** @throws {HttpProblem} 400 for what would not stand in one paragraph of a mail */
export function readReason(text: string | undefined): string | null {
  if (text === undefined || text.trim() === '') return null
  const reason = oneLine(text, MAX_REASON_LENGTH)
  if (reason === undefined) throw invalid('reason_line')
  return reason
}
