// Calls over time as bars, accepted and refused stacked: SVG made by the server, and the same figures as a table.
import { type Html, html } from '../html.ts'
import type { Texts } from '../locales/en.ts'

export interface CallBar {
  /** The hour or day, as people read it. */
  readonly label: string
  readonly accepted: number
  readonly refused: number
  /** Where there is more of it to see. */
  readonly href?: string | undefined
}

const WIDTH = 720
const HEIGHT = 160
/** What of its place a bar fills. */
const FILL = 0.8

/** @param finding what there is to see, in a sentence */
export function callChart(bars: readonly CallBar[], finding: string, { language, usage }: Texts): Html {
  const most = Math.max(1, ...bars.map(({ accepted, refused }) => accepted + refused))
  const step = WIDTH / Math.max(1, bars.length)
  const tall = (calls: number): number => round((calls / most) * HEIGHT)
  const count = new Intl.NumberFormat(language)
  return html`<figure class="chart">
<svg role="img" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none">
<title>${finding}</title>
${bars.map(({ accepted, refused }, place) => {
  const [x, width] = [round(place * step), round(step * FILL)]
  const [good, bad] = [tall(accepted), tall(refused)]
  return html`${good > 0 && html`<rect class="accepted" x="${x}" y="${round(HEIGHT - good)}" width="${width}" height="${good}"/>`}${
    bad > 0 && html`<rect class="refused" x="${x}" y="${round(HEIGHT - good - bad)}" width="${width}" height="${bad}"/>`
  }`
})}
</svg>
<p class="scale"><span>${bars.at(0)?.label}</span><span>${usage.most(count.format(most))}</span><span>${bars.at(-1)?.label}</span></p>
<figcaption><span class="key accepted"></span>${usage.accepted} <span class="key refused"></span>${usage.refused}</figcaption>
<details><summary>${usage.asTable}</summary>
<table>
<thead><tr><th scope="col">${usage.inUtc}</th><th scope="col">${usage.accepted}</th><th scope="col">${usage.refused}</th></tr></thead>
<tbody>
${bars.map(
  ({ label, accepted, refused, href }) =>
    html`<tr><th scope="row">${href === undefined ? label : html`<a href="${href}">${label}</a>`}</th><td>${count.format(accepted)}</td><td>${count.format(refused)}</td></tr>\n`,
)}</tbody>
</table>
</details>
</figure>`
}

function round(number: number): number {
  return Math.round(number * 100) / 100
}
