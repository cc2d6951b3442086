// HTML by a template tag that escapes every value; what is HTML already carries its own type, and what it needs.
import type { PageScript } from './page-script.ts'

type Value = string | number | Html | undefined | false | readonly (Html | string)[]

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** What the content security policy of a page has to let it do; each component says it for itself. */
interface Needs {
  /** Where its forms lead. */
  readonly formTargets: readonly string[]
  /** What runs in it. */
  readonly scripts: readonly PageScript[]
  /** The looks of the application that it is about. */
  readonly brands: readonly Brand[]
}

/** What of an application's looks the whole page takes on. */
interface Brand {
  /** `#rrggbb` */
  readonly color: string | null
  /** Whether an image from our own origin is shown. */
  readonly hasImage: boolean
}

const NOTHING: Needs = { formTargets: [], scripts: [], brands: [] }

/** Text that is safe to send as HTML: made by the tag below, and of no text that came from anywhere else. */
export class Html {
  readonly #text: string
  readonly needs: Needs

  private constructor(text: string, needs: Needs) {
    this.#text = text
    this.needs = needs
  }

  static tagged(strings: TemplateStringsArray, values: readonly Value[]): Html {
    const needs = values.flatMap(needsOf)
    return new Html(String.raw({ raw: strings }, ...values.map(render)), {
      formTargets: needs.flatMap(({ formTargets }) => formTargets),
      scripts: needs.flatMap(({ scripts }) => scripts),
      brands: needs.flatMap(({ brands }) => brands),
    })
  }

  /** A stylesheet of our own, whose text no entity may stand in. @throws {Error} when it could end its own element. */
  static style(css: string): Html {
    if (css.includes('<')) throw new Error('a stylesheet cannot hold a <')
    return new Html(`<style>${css}</style>`, NOTHING)
  }

  /** The same HTML, with a form in it that leads there. */
  leadingTo(...formTargets: readonly string[]): Html {
    return new Html(this.#text, { ...this.needs, formTargets: [...this.needs.formTargets, ...formTargets] })
  }

  /** The same HTML, of which a script makes something. Without the script it has to make sense as well. */
  running(script: PageScript): Html {
    return new Html(this.#text, { ...this.needs, scripts: [...this.needs.scripts, script] })
  }

  /** The same HTML, in the looks of an application. */
  branded(brand: Brand): Html {
    return new Html(this.#text, { ...this.needs, brands: [...this.needs.brands, brand] })
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

function needsOf(value: Value): readonly Needs[] {
  if (value instanceof Html) return [value.needs]
  return Array.isArray(value) ? value.flatMap(needsOf) : []
}

/** `` html`<p>${untrusted}</p>` ``: values are escaped, nested `html` and lists of it are kept; undefined and false vanish. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  return Html.tagged(strings, values)
}
