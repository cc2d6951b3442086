// Every handler by the id of its operation; the compiler asks for one for each row of the contract.
import type { OperationId } from '@mobile-api-gateway/sdk/contract/index.ts'
import { API_HANDLERS } from './apis.ts'
import { APPLICATION_HANDLERS } from './applications.ts'
import type { HandlerOf } from './handler.ts'

export const HANDLERS: { readonly [Id in OperationId]: HandlerOf<Id> } = {
  ...APPLICATION_HANDLERS,
  ...API_HANDLERS,
}
