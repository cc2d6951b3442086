// Where the documents of the API stand, for anybody.
import { MANAGEMENT_PATH } from '@mobile-api-gateway/sdk/contract/scopes.ts'

export const OPENAPI_PATH = `${MANAGEMENT_PATH}/openapi.json`
export const REFERENCE_PATH = `${MANAGEMENT_PATH}/docs`
