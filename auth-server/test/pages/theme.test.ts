// The colours of the theme by their numbers: every text can be read on every ground that it stands on, in light and in dark.
import t from 'tap'
import { ACCOUNT_STYLE, CARD_STYLE, compact } from '../../src/pages/theme.ts'

const PAIRS: readonly (readonly [text: string, ground: string, atLeast: number])[] = [
  ...['ink', 'dim', 'accent'].flatMap((text) => ['paper', 'ground'].map((ground) => [text, ground, 4.5] as const)),
  ...['good', 'warn', 'bad'].map((kind) => [kind, `${kind}-tint`, 4.5] as const),
  ['accent', 'tint', 4.5],
  ['on-accent', 'accent', 4.5],
  ['on-accent', 'bad', 4.5],
  ['bad', 'paper', 4.5],
  ['line', 'paper', 3], // what a field is seen by (WCAG 2.2 §1.4.11)
]

function tokensOf(css: string): ReadonlyMap<string, string> {
  return new Map([...css.matchAll(/--([\w-]+):(#[\da-f]+)/g)].map(([, name = '', color = '']) => [name, color]))
}

// https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
function luminance(color: string): number {
  const digits = color.length === 4 ? color.replace(/[\da-f]/g, '$&$&') : color
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const part = Number.parseInt(digits.slice(start, start + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

t.test('every pair that is used for text has its contrast', async (t) => {
  const [, light = '', dark = ''] =
    /^:root\{(.*?)\}@media \(prefers-color-scheme: dark\)\{:root\{(.*?)\}/.exec(CARD_STYLE.css) ?? []
  const lightTokens = tokensOf(light)
  const darkTokens = tokensOf(dark)
  t.strictSame([...darkTokens.keys()], [...lightTokens.keys()], 'both schemes have each colour')
  for (const [scheme, tokens] of [
    ['light', lightTokens],
    ['dark', darkTokens],
  ] as const)
    for (const [text, ground, atLeast] of PAIRS) {
      const [darker = 0, lighter = 0] = [text, ground]
        .map((name) => luminance(tokens.get(name) ?? ''))
        .sort((a, b) => a - b)
      const contrast = (lighter + 0.05) / (darker + 0.05)
      t.ok(contrast >= atLeast, `${scheme}: ${text} on ${ground} has ${contrast.toFixed(2)}`)
    }
})

t.test('what only people need is left out of the stylesheet, and nothing else', async (t) => {
  const css =
    '/* a\n   b */\na,\nb > c {\n  font:\n    1rem / 1.5 x,\n    "Y z";\n  color: red;\n}\n@media (hover: hover) {\n  a:hover {\n    margin: 0 auto;\n  }\n}\n'
  t.equal(compact(css), 'a,b > c{font:1rem / 1.5 x,"Y z";color:red}@media (hover: hover){a:hover{margin:0 auto}}')
  for (const { source } of [CARD_STYLE, ACCOUNT_STYLE]) t.match(source, /^'sha256-[\w+/]{43}='$/)
})
