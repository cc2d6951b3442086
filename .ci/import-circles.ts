// The rule that no files import each other in a circle: where they do, neither can be read or tested first.
import { readImports, resolveImport } from './import-rules.ts'

/**
 * One circle for each group of files that reach each other, shortest way first.
 * @param sources of all workspaces, by path from the project's root
 */
export function importCircles(sources: ReadonlyMap<string, string>): (readonly string[])[] {
  const imports = new Map(
    [...sources].map(([file, source]) => [
      file,
      readImports(source).flatMap(({ target, typeOnly }) => {
        // Nothing of a type is left when the code runs, and tables have to know the type of the database that is made of them.
        const imported = typeOnly ? undefined : resolveImport(file, target)
        return imported !== undefined && sources.has(imported) ? [imported] : []
      }),
    ]),
  )
  const told = new Set<string>()
  return [...imports.keys()].flatMap((file) => {
    const circle = told.has(file) ? undefined : shortestWay(imports, file, file)
    for (const each of circle ?? []) told.add(each)
    return circle ? [circle] : []
  })
}

/** From one file to another along imports, breadth first. */
function shortestWay(
  imports: ReadonlyMap<string, readonly string[]>,
  from: string,
  to: string,
): readonly string[] | undefined {
  const seen = new Set<string>()
  const ways: (readonly string[])[] = [[from]]
  for (const way of ways)
    for (const next of imports.get(way.at(-1) ?? '') ?? []) {
      if (next === to) return [...way, next]
      if (seen.has(next)) continue
      seen.add(next)
      ways.push([...way, next])
    }
  return undefined
}
