// Settings that are right each by itself, but not together.
import { tracingConflict } from '@mobile-api-gateway/sdk/tracing/settings.ts'
import type { Config } from '../config.ts'
import { sameSecrets } from './secrets.ts'

/** What is wrong with a configuration, a line each. */
export function conflictsOf(config: Config): readonly string[] {
  const { issuer, development, developmentStack, mailUrl, mailFrom } = config
  return [
    ...sameSecrets(config),
    development && issuer.startsWith('https:') && 'DEVELOPMENT is for this machine alone, and ISSUER is https',
    developmentStack !== undefined && !development && 'DEVELOPMENT_STACK is for DEVELOPMENT alone; leave it out',
    mailUrl?.kind === 'folder' && !development && 'MAIL_URL is a folder, which is for DEVELOPMENT alone; use smtps://…',
    mailUrl?.kind === 'smtp' &&
      mailFrom.address.endsWith('@localhost') &&
      'MAIL_FROM has to say who the mails of MAIL_URL come from, like Example <no-reply@example.com>',
    tracingConflict(config),
  ].filter((problem) => problem !== false && problem !== undefined)
}
