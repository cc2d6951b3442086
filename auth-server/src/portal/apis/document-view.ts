// An OpenAPI document as part of a page: operations by tag, folded, then the schemas. Every word of it is text.
import type { OperationAnswer } from '@mobile-api-gateway/sdk/contract/index.ts'
import { type Html, html } from '../../pages/html.ts'
import type { Texts } from '../../pages/locales/en.ts'

export type ShownReference = OperationAnswer<'apis.reference'>
type ShownOperation = ShownReference['tags'][number]['operations'][number]
type Contents = ShownOperation['answers'][number]['contents']
type Row = Contents[number]['shape'][number]
type Value = Pick<Row, 'types' | 'facts' | 'description' | 'required'> & Readonly<{ name: Html }>

/** The words, and which schema stands where on the page. */
interface Drawing {
  readonly words: Texts['portalApis']
  readonly anchors: ReadonlyMap<string, string>
}

export function documentView(reference: ShownReference, { portalApis: words }: Texts): Html {
  const { tags, schemas, description, servers } = reference
  const anchors = new Map(schemas.map(({ name }, index) => [name, `schema-${index}`]))
  const drawing = { words, anchors }
  return html`<section class="document" aria-labelledby="operations"><h2 id="operations">${words.operations}</h2>
${prose(description)}${servers.map((server) => html`<p><code>${server}</code></p>`)}
${tags.map(
  ({ name, description, operations }) => html`<h3 dir="auto">${name === '' ? words.withoutTag : name}</h3>
${prose(description)}${operations.map((operation) => operationView(operation, drawing))}`,
)}
${reference.left_out > 0 && html`<p>${words.leftOut(reference.left_out)}</p>`}
${schemas.length > 0 && html`<h2>${words.schemas}</h2>`}
${schemas.map(
  ({ name, description, shape }, index) => html`<details id="schema-${index}"><summary><code>${name}</code></summary>
${prose(description)}${shapeView(shape, drawing)}</details>`,
)}</section>`
}

function operationView(operation: ShownOperation, drawing: Drawing): Html {
  const { words } = drawing
  const { method, path, summary, description, deprecated, scopes, parameters, body, answers } = operation
  return html`<details><summary><code>${method} ${path}</code>${deprecated && html` <span class="badge">${words.deprecated}</span>`}${
    summary !== '' && html` <span dir="auto">${summary}</span>`
  }</summary>
${prose(description)}${scopes.length > 0 && html`<p>${words.needs(scopes.join(', '))}</p>`}
${parameters.length > 0 && html`<h4>${words.parameters}</h4>`}${values(
  parameters.map((each) => ({ ...each, name: html`<code>${each.name}</code> <small>${each.in}</small>` })),
  drawing,
)}
${body !== null && html`<h4>${words.body}</h4>${prose(body.description)}${contentsView(body.contents, drawing)}`}
${answers.length > 0 && html`<h4>${words.answers}</h4>`}
${answers.map(
  (answer) => html`<p><code>${answer.status}</code> <span dir="auto">${answer.description}</span></p>
${contentsView(answer.contents, drawing)}`,
)}</details>
`
}

function contentsView(contents: Contents, drawing: Drawing): Html[] {
  return contents.map(({ media_type, shape }) => html`<p><code>${media_type}</code></p>${shapeView(shape, drawing)}`)
}

function shapeView(shape: Contents[number]['shape'], drawing: Drawing): Html | false {
  const { words } = drawing
  return values(
    shape.map((row) => ({ ...row, name: row.name === '' ? html`${words.whole}` : html`<code>${row.name}</code>` })),
    drawing,
  )
}

function values(rows: readonly Value[], { words, anchors }: Drawing): Html | false {
  return (
    rows.length > 0 &&
    html`<dl>${rows.map(
      ({ name, types, required, facts, description }) => html`<dt>${name} <small>${types.map(
        ({ text, schema }, index) => {
          const anchor = schema === null ? undefined : anchors.get(schema)
          return html`${index > 0 && ' | '}${anchor === undefined ? html`<code>${text}</code>` : html`<a href="#${anchor}"><code>${text}</code></a>`}`
        },
      )}${required && html`, ${words.required}`}</small></dt>
<dd>${prose(description)}${facts.map(
        ({ fact, text }) => html`<p>${words.facets[fact]}${text !== '' && html` <code>${text}</code>`}</p>`,
      )}</dd>
`,
    )}</dl>`
  )
}

/** As it is written, line by line; which way it runs its own letters say. */
function prose(text: string): Html | false {
  return text !== '' && html`<p class="prose" dir="auto">${text}</p>`
}
