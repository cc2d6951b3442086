// Figures that are read at once: three at most.
import { type Html, html } from '../html.ts'

export interface Tile {
  readonly label: string
  readonly value: string
}

export function tiles(all: readonly Tile[]): Html {
  return html`<dl class="tiles">
${all.map(({ label, value }) => html`<div><dt>${label}</dt><dd>${value}</dd></div>\n`)}</dl>`
}
