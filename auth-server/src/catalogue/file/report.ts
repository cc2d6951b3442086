// What an import has changed, or would change, in plain lines. Pure.
import type { CatalogueChange, ImportOptions, ImportReport } from './import.ts'

const MARK = { added: '+', changed: '~', removed: '-', 'taken over': '>' } as const

export function reportLines(
  { changes, warnings, left, others }: ImportReport,
  { dryRun = false }: Pick<ImportOptions, 'dryRun'>,
): readonly string[] {
  const would = dryRun ? 'Would change' : 'Changed'
  return [
    ...changes.flatMap(changeLines),
    ...warnings.map((text) => `! ${text}`),
    ...left.map((what) => `? ${what} is not in the file any more; --prune removes it`),
    changes.length === 0 ? 'Nothing changes.' : `${would}: ${countOf(changes)}.`,
    ...(others > 0 ? [`Left alone: ${others} that the file does not manage.`] : []),
  ]
}

function changeLines({ kind, what, fields }: CatalogueChange): readonly string[] {
  if (kind === 'removed') return [`${MARK[kind]} ${what} is ${kind}`]
  return [
    `${MARK[kind]} ${what} is ${kind}`,
    ...fields.map(({ field, from, to }) =>
      kind === 'added' ? `    ${field}: ${to}` : `    ${field}: ${from || 'nothing'} -> ${to || 'nothing'}`,
    ),
  ]
}

function countOf(changes: readonly CatalogueChange[]): string {
  return Object.keys(MARK)
    .map((kind) => ({ kind, count: changes.filter((change) => change.kind === kind).length }))
    .filter(({ count }) => count > 0)
    .map(({ kind, count }) => `${count} ${kind}`)
    .join(', ')
}
