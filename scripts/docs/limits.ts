// auth-server/docs/limits.md: how often something may be tried, from the table of limits.
import type { Limit } from '@mobile-api-gateway/auth-server/limits/table.ts'
import { code, generatedFrom, table } from './markdown.ts'

const INTRODUCTION = `# Limits of the auth server

How often something may be tried, and what a caller hears who tries more often. *All instances*: they count together, in
PostgreSQL, because the limit guards an account or a secret. *Each instance*: it counts for itself, in memory, because the
limit guards the instance.

An IPv4 address counts as one caller, so does an IPv6 /64; a /48 may do four times as much. Behind a load balancer, name it
in \`TRUSTED_PROXIES\`: otherwise all callers share its address.

The metric \`mobile_gateway_auth_limit_refusals_total\` has these names. Where a setting stands under *Allowed*, it says how
many, and 0 switches the limit off; the others guard one account, client or recipient and cannot be changed.`

const DECISIONS = `## Passwords are counted by address, not by person

Whoever has several e-mail addresses can be guessed at by each of them: the limits of one account hold for each address, so ten
addresses (more there cannot be) are ten times as many attempts. Counted by person, an attempt at one address would be refused
because of attempts at another, which tells whoever tries that both have an account, and the same one. To answer “wrong” instead,
without looking at the password, would tell its owner in a new browser that the right one is wrong. What stays bounds it:
\`signInGuessesByAddress\` and \`signInGuessesOfAll\` count all addresses of all accounts together.`

const HELD = { database: 'all instances', process: 'each instance' } as const

function windowText(seconds: number | null): string {
  if (seconds === null) return ''
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`
}

/** The text of the page. */
export function limitsPage(limits: Readonly<Record<string, Limit>>): string {
  const rows = Object.entries(limits).map(([name, { counts, allowed, windowSeconds, held, answer }]) => [
    code(name),
    `${counts.charAt(0).toUpperCase()}${counts.slice(1)}`,
    typeof allowed === 'number' ? String(allowed) : code(allowed),
    windowText(windowSeconds),
    HELD[held],
    answer,
  ])
  const head = ['Name', 'What is counted', 'Allowed', 'In', 'Counted by', 'Beyond that']
  return `${[generatedFrom('auth-server/src/limits/table.ts'), INTRODUCTION, table(head, rows), DECISIONS].join('\n\n')}\n`
}
