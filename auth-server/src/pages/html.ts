// HTML by a template tag that escapes every value; what is HTML already carries its own type, and where its forms lead.

type Value = string | number | Html | undefined | false | readonly (Html | string)[]

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text that is safe to send as HTML: made by the tag below, and of no text that came from anywhere else. */
export class Html {
  readonly #text: string
  /** Where its forms lead; the content security policy of a page is made of it. */
  readonly formTargets: readonly string[]

  private constructor(text: string, formTargets: readonly string[]) {
    this.#text = text
    this.formTargets = formTargets
  }

  static tagged(strings: TemplateStringsArray, values: readonly Value[]): Html {
    return new Html(String.raw({ raw: strings }, ...values.map(render)), values.flatMap(formTargetsOf))
  }

  /** A stylesheet of our own, whose text no entity may stand in. @throws {Error} when it could end its own element. */
  static style(css: string): Html {
    if (css.includes('<')) throw new Error('a stylesheet cannot hold a <')
    return new Html(`<style>${css}</style>`, [])
  }

  /** The same HTML, with a form in it that leads there. */
  leadingTo(...formTargets: readonly string[]): Html {
    return new Html(this.#text, [...this.formTargets, ...formTargets])
  }

  toString(): string {
    return this.#text
  }
}

function render(value: Value): string {
  if (value === undefined || value === false) return ''
  if (value instanceof Html) return value.toString()
  if (Array.isArray(value)) return value.map(render).join('')
  return String(value).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}

function formTargetsOf(value: Value): readonly string[] {
  if (value instanceof Html) return value.formTargets
  return Array.isArray(value) ? value.flatMap(formTargetsOf) : []
}

/** `` html`<p>${untrusted}</p>` ``: values are escaped, nested `html` and lists of it are kept; undefined and false vanish. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  return Html.tagged(strings, values)
}
