// The contract as a page: every operation with what it takes and answers. Its words are the contract's, so they are English.
import { OPERATIONS } from '@mobile-api-gateway/sdk/contract/index.ts'
import { type ManagementOperation, successOf } from '@mobile-api-gateway/sdk/contract/operation.ts'
import { MANAGEMENT_PATH } from '@mobile-api-gateway/sdk/contract/scopes.ts'
import type { TObject, TSchema } from 'typebox'
import type { Page } from '../pages/frame.ts'
import { type Html, html } from '../pages/html.ts'
import type { Texts } from '../pages/locales/en.ts'
import { OPENAPI_PATH } from './paths.ts'
import { problemsOf } from './problem-statuses.ts'

type Words = Texts['reference']

export function referencePage(issuer: string): Page {
  const byThing = Map.groupBy(Object.entries(OPERATIONS), ([id]) => id.split('.', 1)[0] ?? '')
  const things = [...byThing.keys()]
  return ({ reference }) => ({
    title: reference.title,
    frame: 'reference',
    body: html`<h1>${reference.title}</h1>
<p>${reference.lead(html`<code>${issuer + MANAGEMENT_PATH}</code>`)}</p>
<p>${reference.token}</p>
${commandsFor(issuer).map((command) => html`<p><code>${command}</code></p>`)}
<p><a href="${OPENAPI_PATH}">${reference.openApi}</a></p>
<nav aria-label="${reference.contents}"><ul>${things.map((thing) => html`<li><a href="#${thing}" lang="en">${thing}</a></li>`)}</ul></nav>
${[...byThing].map(
  ([thing, operations]) => html`<section aria-labelledby="${thing}"><h2 id="${thing}" lang="en">${thing}</h2>
${operations.map(([id, row]) => describe(id, row, reference))}</section>
`,
)}`,
  })
}

/** From nothing to an answer: the client, its token, a call. */
function commandsFor(issuer: string): readonly string[] {
  const api = issuer + MANAGEMENT_PATH
  return [
    'npm run machine -- add --name CI --scope applications:read',
    `curl -u CLIENT_ID:CLIENT_SECRET ${issuer}/token -d grant_type=client_credentials -d resource=${api}`,
    `curl -H "Authorization: Bearer ACCESS_TOKEN" ${api}/applications`,
  ]
}

function describe(id: string, row: ManagementOperation, words: Words): Html {
  const { method, path, summary, description, scope, params, query, body } = row
  const { status, schema } = successOf(row)
  return html`<details id="${id}"><summary><code>${method} ${path}</code> <span lang="en">${summary}</span></summary>
${description !== undefined && html`<p lang="en">${description}</p>`}
<p>${words.scope(html`<code>${scope}</code>`)}</p>
${row.precondition && html`<p>${words.precondition}</p>`}
${members(words.inPath, params)}${members(words.inQuery, query)}${members(words.inBody, body)}
<h3>${words.answers(status)}</h3>
${schema ? html`<div lang="en">${typeOf(schema)}</div>` : html`<p>${words.noBody}</p>`}
<p>${words.problems(problemsOf(row).join(', '))}</p>
</details>
`
}

function members(title: string, schema: TObject | undefined): Html | false {
  return (
    schema !== undefined &&
    html`<h3>${title}</h3>
<div lang="en">${typeOf(schema)}</div>`
  )
}

/** A schema in words: members with their types, one level below the other. */
function typeOf(schema: Readonly<TSchema>): Html {
  const { properties, items } = partsOf(schema)
  if (properties)
    return html`<dl>${Object.entries(properties).map(([name, member]) => memberOf(name, member, partsOf(schema).required))}</dl>`
  return items ? typeOf(items) : html`<p>${nameOf(schema)}</p>`
}

function memberOf(name: string, member: TSchema, required: readonly string[]): Html {
  const { description, items, properties } = partsOf(member)
  const inner = properties ? member : items && partsOf(items).properties ? items : undefined
  return html`<dt><code>${name}</code> <small>${nameOf(member)}${!required.includes(name) && ', optional'}</small></dt>
<dd>${description}${inner && typeOf(inner)}</dd>`
}

interface Parts {
  readonly type: string | undefined
  readonly description: string | undefined
  readonly properties: Readonly<Record<string, TSchema>> | undefined
  readonly required: readonly string[]
  readonly items: TSchema | undefined
  readonly words: readonly string[] | undefined
  readonly isNullable: boolean
}

/** What a schema says, of something that may be null as of what it is otherwise. */
function partsOf(schema: Readonly<TSchema>): Parts {
  const said: Readonly<Record<string, unknown>> = { ...schema }
  const choices = Array.isArray(said.anyOf) ? said.anyOf.filter(isSchema) : []
  const [some, ...others] = choices.filter(({ type }) => type !== 'null')
  if (some && others.length === 0 && choices.length > 1) return { ...partsOf(some), isNullable: true }
  const { type, description, properties, required, items } = said
  return {
    type: typeof type === 'string' ? type : undefined,
    description: typeof description === 'string' ? description : undefined,
    properties: isSchema(properties) ? schemasOf(properties) : undefined,
    required: Array.isArray(required) ? required.map(String) : [],
    items: isSchema(items) ? items : undefined,
    words: Array.isArray(said.enum) ? said.enum.map(String) : undefined,
    isNullable: false,
  }
}

function isSchema(value: unknown): value is TSchema & Readonly<{ type?: unknown }> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function schemasOf(properties: object): Readonly<Record<string, TSchema>> {
  return Object.fromEntries(
    Object.entries(properties).filter((entry): entry is [string, TSchema] => isSchema(entry[1])),
  )
}

/** The type of a member, in a word or a few. */
function nameOf(schema: Readonly<TSchema>): string {
  const { type, words, items, isNullable } = partsOf(schema)
  const name = words ? words.join(' | ') : items ? `list of ${nameOf(items)}` : (type ?? 'any')
  return isNullable ? `${name}, or null` : name
}
