// The log: JSON lines that say what happened and never repeat a secret.
import { type DestinationStream, type Logger, pino } from 'pino'

/** The token in the link of a mail: its id may be known, the rest proves it. */
const MAIL_TOKEN = /(\/[\w-]{22}\.)[\w-]{43}/g

/** @param level of pino, such as `info`. @param destination standard output unless told. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      // A request that Node cannot parse comes as an error with its bytes, whatever they hold.
      redact: [
        'req.headers.authorization',
        'req.headers.cookie',
        'res.headers["set-cookie"]',
        'err.rawPacket',
        'error.rawPacket',
      ],
      serializers: {
        // The query is left out: it carries `state`, `nonce` and other things that are none of the log's business.
        req: (request) => ({
          method: request.method,
          path: String(request.url).split('?', 1)[0]?.replace(MAIL_TOKEN, '$1'),
          remoteAddress: request.ip,
        }),
      },
    },
    ...(destination ? [destination] : []),
  )
}
