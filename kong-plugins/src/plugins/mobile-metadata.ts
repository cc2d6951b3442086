// Answers a public route of its own; it needs no service behind it.
import { metadataConfig } from '../schema/metadata.ts'
import type { Effects } from '../stages/effects.ts'
import { metadataStage } from '../stages/metadata/stage.ts'
import { plugin } from './plugin.ts'

/** `mobile-metadata`. */
export const mobileMetadata = plugin('mobile-metadata', 1410, metadataConfig, (config) => {
  const effects: Effects = { kind: 'answer', answer: metadataStage(config) }
  return async () => effects
})
