// Logos of applications: whatever comes is decoded and encoded anew, so that nothing but its pixels is ever served.
import { refusal } from '@mobile-api-gateway/sdk/contract/refusals.ts'
import { sha256 } from '../crypto/digest.ts'
import type { EncodedLogo } from '../store/tables/application-logos.ts'
import { CatalogueRefusal } from './refusal.ts'

/** Thrown for what is no logo; the message says what would be. */
export class InvalidLogo extends CatalogueRefusal {
  override name = 'InvalidLogo'
}

/** Of what somebody sends, and of what we keep. */
export const MAX_LOGO_UPLOAD_BYTES = 1024 * 1024
const MAX_KEPT_BYTES = 100 * 1024
const MAX_SIDE = 512
/** More pixels than a logo needs, and few enough to decode in a moment. */
const MAX_PIXELS = 4096 * 4096
const DECODE_SECONDS = 5

/** Where the logo of this hash is served; another logo is at another address. */
export function logoPath(hash: string): string {
  return `/logos/${hash}.webp`
}

/** By how the files begin; a drawing in SVG could hold anything. */
const BEGINNINGS = [/^\x89PNG\r\n/, /^\xff\xd8\xff/, /^RIFF[\s\S]{4}WEBP/]

/** The image as it is kept: its first frame in WebP, without what else was in the file. @throws {InvalidLogo} */
export async function encodeLogo(file: Buffer): Promise<EncodedLogo> {
  if (file.length > MAX_LOGO_UPLOAD_BYTES) throw new InvalidLogo(refusal('logo'))
  const beginning = file.toString('latin1', 0, 16)
  if (!BEGINNINGS.some((known) => known.test(beginning))) throw new InvalidLogo(refusal('logo'))
  const sharp = await openDecoder()
  try {
    const decoded = await sharp(file, { limitInputPixels: MAX_PIXELS, failOn: 'error', pages: 1 })
      .timeout({ seconds: DECODE_SECONDS })
      .autoOrient()
      .resize({ width: MAX_SIDE, height: MAX_SIDE, fit: 'inside', withoutEnlargement: true })
      .toColorspace('srgb')
      .png()
      .toBuffer()
    for (const quality of [90, 70, 40, 10]) {
      const image = await sharp(decoded).webp({ quality }).toBuffer()
      if (image.length <= MAX_KEPT_BYTES) return { image, hash: sha256(image.toString('base64')) }
    }
  } catch (error) {
    throw new InvalidLogo(refusal('logo'), { cause: error })
  }
  throw new InvalidLogo(refusal('logo_detail'))
}

// Loaded by the first logo: few servers ever meet one, and it costs 20 MB.
async function openDecoder() {
  const { default: sharp } = await import('sharp')
  sharp.concurrency(1)
  sharp.cache(false)
  sharp.block({ operation: ['VipsForeignLoad'] })
  sharp.unblock({ operation: ['VipsForeignLoadPng', 'VipsForeignLoadJpeg', 'VipsForeignLoadWebp'] })
  return sharp
}
