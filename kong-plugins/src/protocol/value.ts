// Lua's values on the wire: google.protobuf's Value, Struct and ListValue.
import { type PbfReader, PbfWriter } from 'pbf'
import { boolean, type Codec, double, list, message, nested, string, type WireField } from './codec.ts'
import { writeBytes } from './frame-writer.ts'

/** A table with names. Names that came over the wire are data: such an object has no prototype. */
export type Table = Readonly<Record<string, unknown>>

/**
 * Anything that Lua and JSON both have. null and undefined are one, and travel as nothing, since Kong reads a null as the
 * text `NULL_VALUE`; undefined members of a table are left out.
 */
export const value: Codec<unknown> = {
  read(pbf, end) {
    const found: { value?: unknown } = {}
    return pbf.readFields(readKind, found, end).value
  },
  write(given, pbf) {
    if (typeof given === 'string') string.write(STRING, given, pbf)
    else if (typeof given === 'number') double.write(NUMBER, given, pbf)
    else if (typeof given === 'boolean') boolean.write(BOOLEAN, given, pbf)
    else if (Array.isArray(given)) values.write(LIST, given, pbf)
    else if (isTable(given)) tables.write(TABLE, given, pbf)
  },
}

/** Struct. */
export const table: Codec<Table> = {
  read(pbf, end) {
    const found: Record<string, unknown> = Object.create(null)
    for (const { k = '', v } of entries.read(pbf, end)) found[k] = v
    return found
  },
  write(given, pbf) {
    for (const k in given) if (given[k] !== undefined) entry.write(1, { k, v: given[k] }, pbf)
  },
}

/**
 * A table, and another that never changes and comes again: its bytes are made once and kept. They arrive as one table;
 * where both have a name, the first counts.
 */
export type TableWithLasting = readonly [Table, lasting?: Table | undefined]

/** As one Struct. */
export const tableWithLasting: Codec<TableWithLasting> = {
  read: (pbf, end) => [table.read(pbf, end)],
  write([given, lasting], pbf) {
    if (lasting) writeBytes(bytesOf(lasting), pbf)
    table.write(given, pbf)
  },
}

const written = new WeakMap<Table, Uint8Array>()

function bytesOf(lasting: Table): Uint8Array {
  const before = written.get(lasting)
  if (before) return before
  const pbf = new PbfWriter()
  table.write(lasting, pbf)
  const bytes = pbf.finish().slice() // without the bytes that it has to spare
  written.set(lasting, bytes)
  return bytes
}

/** A name and its value: an entry of a table, and Kong's `KV`. */
export const pair = message<{ k: string; v: unknown }>({ k: [1, string], v: [2, nested(value)] })

const NUMBER = 2
const STRING = 3
const BOOLEAN = 4
const TABLE = 5
const LIST = 6

const entry = nested(pair)
const entries = list(entry)
const tables = nested(table)
const values = nested(list(nested(value)))

const KINDS: ReadonlyMap<number, Pick<WireField<unknown>, 'read'>> = new Map<number, Pick<WireField<unknown>, 'read'>>([
  [NUMBER, double],
  [STRING, string],
  [BOOLEAN, boolean],
  [TABLE, tables],
  [LIST, values],
])

function readKind(number: number, found: { value?: unknown }, pbf: PbfReader): void {
  found.value = KINDS.get(number)?.read(pbf) ?? found.value
}

function isTable(given: unknown): given is Table {
  return typeof given === 'object' && given !== null
}
