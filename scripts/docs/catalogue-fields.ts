// auth-server/docs/catalogue-fields.md: every field of the catalogue file, from the tables that it is read by.
import {
  API_FIELDS,
  APPLICATION_FIELDS,
  NESTED_FIELDS,
  SECTION_FIELDS,
} from '@mobile-api-gateway/auth-server/catalogue/file/fields.ts'
import type { FileFields } from '@mobile-api-gateway/auth-server/config/yaml-fields.ts'
import { code, generatedFrom, table } from './markdown.ts'

function fieldTable(fields: FileFields): string {
  const rows = Object.entries(fields).map(([name, { about, isRequired }]) => [
    code(name),
    isRequired ? 'yes' : '',
    `${about.charAt(0).toUpperCase()}${about.slice(1)}`,
  ])
  return table(['Key', 'Needed', 'Meaning'], rows)
}

/** The text of the page. */
export function catalogueFields(): string {
  const parts: readonly (readonly [string, FileFields])[] = [
    ['Sections', SECTION_FIELDS],
    ['An API, in `apis`', API_FIELDS],
    ['A scope of an API, where it is more than its words', NESTED_FIELDS.scopes],
    ['Guests of an API', NESTED_FIELDS.guests],
    ['An application, in `applications`', APPLICATION_FIELDS],
    ['A subscription of an application', NESTED_FIELDS.subscriptions],
    ['What phones know an application by', NESTED_FIELDS.identity],
    ['On Android', NESTED_FIELDS.android],
    ['On Apple', NESTED_FIELDS.apple],
  ]
  const sections = parts.flatMap(([title, fields]) => [`## ${title}`, fieldTable(fields)])
  const introduction = '# Fields of the catalogue file\n\nHow it is written and imported: [catalogue.md](catalogue.md).'
  return `${[generatedFrom('auth-server/src/catalogue/file/fields.ts'), introduction, ...sections].join('\n\n')}\n`
}
