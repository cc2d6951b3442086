// Where an audited event comes from: a request, the schedule, or a command of the operator's.

export interface AuditContext {
  /** As the log names it. */
  readonly requestId: string | null
  readonly address: string | null
  readonly userAgent: string | null
  /** Who does it, where it is somebody else than the person whom it is about. */
  readonly actorId?: string
  /** A machine client does it, by the management API. */
  readonly actorApplicationId?: string
  /** The operator does it, by a command. */
  readonly byCommand?: true
}

/** What of a request is remembered; a FastifyRequest is one. */
export interface AuditedRequest {
  readonly id: string
  readonly ip: string
  readonly headers: Readonly<{ 'user-agent'?: string | undefined }>
}

const MAX_USER_AGENT = 256

/** An event that a request brought about. */
export function ofRequest({ id, ip, headers }: AuditedRequest): AuditContext {
  return { requestId: id, address: ip, userAgent: headers['user-agent']?.slice(0, MAX_USER_AGENT) ?? null }
}

/** An event that no request brought about. */
export const WITHOUT_REQUEST: AuditContext = { requestId: null, address: null, userAgent: null }

/** An event of a command of the operator's. */
export const BY_COMMAND: AuditContext = { ...WITHOUT_REQUEST, byCommand: true }

/** Whether it is not the person's own doing. */
export function isBySomebodyElse({ actorId, actorApplicationId, byCommand }: AuditContext): boolean {
  return actorId !== undefined || actorApplicationId !== undefined || byCommand === true
}
