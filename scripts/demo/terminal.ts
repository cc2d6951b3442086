// How the demo speaks: numbered steps, aligned facts, plain text without colours so that it can be piped and pasted.

/** Prints the demo's steps. */
export interface Narrator {
  /** A numbered heading with a sentence on why this step exists. */
  step(title: string, why?: string): void
  /** Name and value, one per line, names aligned. */
  facts(facts: Readonly<Record<string, string | number | undefined>>): void
  /** One indented line. */
  say(line: string): void
}

/** @param write takes one line, without its end */
export function createNarrator(write: (line: string) => void): Narrator {
  let steps = 0
  return {
    step(title, why) {
      steps += 1
      write('')
      write(`${steps}. ${title}`)
      if (why !== undefined) write(`   ${why}`)
    },
    facts(facts) {
      const shown = Object.entries(facts).filter(([, value]) => value !== undefined)
      const width = Math.max(...shown.map(([name]) => name.length))
      for (const [name, value] of shown) write(`     ${name.padEnd(width)}  ${value}`)
    },
    say: (line) => write(`   ${line}`),
  }
}

/** The beginning and the end of something long that nobody needs in full. */
export function shorten(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 24)}…${text.slice(-8)}`
}
