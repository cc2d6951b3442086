// The colour of an application, made fit for our pages: darker or lighter until whatever stands on it, or under it, can be read (WCAG 2.2, 1.4.3). Pure.

type Rgb = readonly [red: number, green: number, blue: number]

/** What the colour has to stand out from in each scheme, as theme.css has it: paper, ground and the tint behind marks. */
const SCHEMES = {
  light: { grounds: ['#ffffff', '#eef1f5', '#e4ecfd'], towards: '#000000', onAccent: '#fff' },
  dark: { grounds: ['#1c1f24', '#111316', '#26334d'], towards: '#ffffff', onAccent: '#0b1220' },
} as const

const MIN_CONTRAST = 4.5
const STEPS = 50

/** The colour in both schemes, as a stylesheet over ours. @param color `#rrggbb` */
export function brandCss(color: string): string {
  const of = (scheme: keyof typeof SCHEMES) =>
    `:root{--accent:${readable(color, scheme)};--on-accent:${SCHEMES[scheme].onAccent}}`
  return `${of('light')}@media (prefers-color-scheme:dark){${of('dark')}}`
}

/** The colour itself, or the nearest on the way to black or white that can be read in this scheme. */
export function readable(color: string, scheme: keyof typeof SCHEMES): string {
  const { grounds, towards } = SCHEMES[scheme]
  const [from, to] = [parse(color), parse(towards)]
  for (let step = 0; step < STEPS; step++) {
    const mixed = print(mix(from, to, step / STEPS))
    if (grounds.every((ground) => contrast(mixed, ground) >= MIN_CONTRAST)) return mixed
  }
  return towards
}

/** WCAG 2.2, "contrast ratio". */
export function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(parse(one)), luminance(parse(other))].sort((a, b) => a - b)
  return (high + 0.05) / (low + 0.05)
}

function luminance(color: Rgb): number {
  const [red = 0, green = 0, blue = 0] = color.map((value) => {
    const part = value / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function parse(color: string): Rgb {
  const at = (index: number) => Number.parseInt(color.slice(index, index + 2), 16)
  return [at(1), at(3), at(5)]
}

function print(color: Rgb): string {
  return `#${color.map((value) => Math.round(value).toString(16).padStart(2, '0')).join('')}`
}

function mix([r, g, b]: Rgb, [toR, toG, toB]: Rgb, share: number): Rgb {
  return [r + (toR - r) * share, g + (toG - g) * share, b + (toB - b) * share]
}
