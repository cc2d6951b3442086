// The configuration of the plugin that is all stages in one: the fields of each, and a part for each.
import { BACKEND_FIELDS } from './backend.ts'
import { compiled, INVALID } from './field.ts'
import { compileQuota, QUOTA_FIELDS, SHARED_COUNTERS } from './quota.ts'
import { part, record } from './record.ts'
import { compileToken } from './token-config.ts'
import { TOKEN_FIELDS } from './token-fields.ts'

const fields = record({
  description: 'Verifies the access token, counts the call and sets the identity headers: the plugin to use',
  fields: { ...TOKEN_FIELDS, ...QUOTA_FIELDS, ...BACKEND_FIELDS },
  conditional: SHARED_COUNTERS,
})

/** Config of `mobile-gateway`. */
export const gatewayConfig = compiled(fields, (given, report) => {
  const token = compileToken(given, report)
  if (token === INVALID) return INVALID
  return { token, quota: compileQuota(given), backend: part(given, BACKEND_FIELDS) }
})
