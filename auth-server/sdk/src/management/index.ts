// For programs that manage people, applications and APIs: the typed client of `/management/v1`.
export type { OperationAnswer, OperationId } from '../contract/index.ts'
export { MANAGEMENT_SCOPES, type ManagementScope } from '../contract/scopes.ts'
export {
  createManagementClient,
  etagOf,
  type ManagementAnswer,
  type ManagementClient,
  type ManagementSettings,
} from './client.ts'
export type { KeyCredentials, MachineCredentials, SecretCredentials } from './credentials.ts'
export { each } from './each.ts'
export { ManagementError, type ManagementFailure } from './management-error.ts'
export type { CallOptions, ManagementMethod, ManagementMethods, MethodInput } from './methods.ts'
export type { SendRequest } from './send-request.ts'
