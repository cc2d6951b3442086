// What people read on a page, without its HTML.
import type { LightMyRequestResponse } from 'fastify'

export function wordsOf({ body }: Pick<LightMyRequestResponse, 'body'>): string {
  return body
    .replace(/<style>.*?<\/style>|<[^>]*>/gs, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}
