// The log: what happened, never with a secret. JSON lines for machines; for a developer's terminal the same in words.
import { traceOfLine } from '@mobile-api-gateway/sdk/tracing/traced-lines.ts'
import { type DestinationStream, type Logger, pino } from 'pino'
import { serializeError } from './logger/brief-error.ts'
import { lineOf } from './logger/lines.ts'

/** The token in the link of a mail: its id may be known, the rest proves it. */
const MAIL_TOKEN = /(\/[\w-]{22}\.)[\w-]{43}/g

/** How a log is written. */
export interface LogFormat {
  /** Standard output unless told. */
  readonly destination?: DestinationStream | undefined
  /**
   * As lines for a developer's terminal, in which people have their addresses. Anywhere else entries are JSON, and of
   * people there is a pseudonym alone.
   */
  readonly forDeveloper?: boolean
  /** A line says which trace it belongs to, if any. */
  readonly namesTraces?: boolean
}

/** @param level of pino, such as `info`. */
export function createLogger(
  level: string,
  { destination, forDeveloper = false, namesTraces = false }: LogFormat = {},
): Logger {
  const out = destination ?? pino.destination(1)
  return pino(
    {
      level,
      ...(namesTraces && { mixin: traceOfLine }),
      // A request that Node cannot parse comes as an error with its bytes, whatever they hold.
      redact: [
        'req.headers.authorization',
        'req.headers.cookie',
        'res.headers["set-cookie"]',
        'err.rawPacket',
        'error.rawPacket',
      ],
      serializers: {
        err: serializeError,
        // Whoever it is: an address is for the developer's own terminal. (An undefined member is none.)
        account: (address: unknown) => (forDeveloper ? address : undefined),
        // The query is left out: it carries `state`, `nonce` and other things that are none of the log's business.
        req: (request) => ({
          method: request.method,
          path: String(request.url).split('?', 1)[0]?.replace(MAIL_TOKEN, '$1'),
          remoteAddress: request.ip,
        }),
      },
    },
    forDeveloper ? inLines(out) : out,
  )
}

function inLines(out: Pick<DestinationStream, 'write'>): DestinationStream {
  return {
    write(json) {
      const line = lineOf(json)
      if (line !== undefined) out.write(`${line}\n`)
    },
  }
}
