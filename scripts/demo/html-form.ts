// Reads the forms of a page as a browser would fill them in: where they go, and what is in them already.

/** A form of a page. */
export interface HtmlForm {
  readonly action: URL
  readonly method: 'get' | 'post'
  /** Names and values of its inputs. */
  readonly fields: ReadonlyMap<string, string>
  /** What is written on its button. */
  readonly button: string
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#x27': "'" }
function decode(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#39|#x27);/g, (_, name) => ENTITIES[name] ?? '')
}

function attributes(tag: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const match of tag.matchAll(/\s([\w-]+)(?:="([^"]*)")?/g)) found.set(match[1] ?? '', decode(match[2] ?? ''))
  return found
}

/**
 * All forms of our own pages, in their order (attributes in double quotes, as our templates write them).
 * @param page the address the page came from
 */
export function readForms(html: string, page: string): HtmlForm[] {
  return [...html.matchAll(/(<form\b[^>]*>)(.*?)<\/form>/gs)].map(([, tag = '', inside = '']) => {
    const form = attributes(tag)
    const inputs = [...inside.matchAll(/<input\b[^>]*>/g)].map(([input]) => attributes(input))
    const button = /<button\b[^>]*>(.*?)<\/button>/s.exec(inside)?.[1] ?? ''
    return {
      action: new URL(form.get('action') ?? '', page),
      method: form.get('method') === 'post' ? 'post' : 'get',
      fields: new Map(inputs.map((input) => [input.get('name') ?? '', input.get('value') ?? ''])),
      button: decode(button.replace(/<[^>]*>/g, '').trim()),
    }
  })
}
