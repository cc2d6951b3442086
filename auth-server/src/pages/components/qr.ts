// A QR code (ISO/IEC 18004) as inline SVG: dark on light in every theme, since not every camera reads it the other way round.
import { encode } from 'uqr'
import { type Html, html } from '../html.ts'

/** Modules of quiet around it, which cameras need (§5.3.8). */
const QUIET = 4

/** @param label what it is, for those who do not see it; what is in it has to stand beside it as text */
export function qrCode(content: string, label: string): Html {
  const { data, size } = encode(content, { border: QUIET, ecc: 'M' })
  const modules = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : [])))
  return html`<svg class="qr" role="img" viewBox="0 0 ${size} ${size}" width="232" height="232" shape-rendering="crispEdges">
<title>${label}</title>
<rect width="${size}" height="${size}" fill="#fff"/>
<path d="${modules.join('')}" fill="#000"/>
</svg>`
}
