// Protocol Buffers messages as tables of their fields.
import { PbfReader, type PbfWriter } from 'pbf'
import { FrameError } from './frames.ts'

/** Reads and writes one type of message. */
export interface Codec<Value> {
  /** Reads the fields up to `end`. */
  read(pbf: PbfReader, end: number): Value
  write(value: Value, pbf: PbfWriter): void
}

/** Reads and writes one type of field. */
export interface WireField<Value> {
  read(pbf: PbfReader): Value
  /** @throws {TypeError} when the value is of another type */
  write(number: number, value: Value, pbf: PbfWriter): void
}

/** Fields by name, each with its number. */
type Fields<Message> = {
  readonly [Name in keyof Message]-?: readonly [number, WireField<Exclude<Message[Name], undefined>>]
}

const VARINT = 0
const FIXED64 = 1
const LENGTH_DELIMITED = 2

/** Text, `''` included. What is no UTF-8 arrives as U+FFFD: `readString` would drop the rest of the text. */
export const string: WireField<string> = {
  read(pbf) {
    const { buffer, byteOffset, length } = pbf.readBytes()
    return Buffer.from(buffer, byteOffset, length).toString()
  },
  write(number, value, pbf) {
    if (typeof value !== 'string') throw new TypeError(`not a text: ${typeof value}`)
    pbf.writeTag(number, LENGTH_DELIMITED)
    pbf.writeString(value)
  },
}

/** A whole number of at least 0. */
export const integer: WireField<number> = {
  read: (pbf) => pbf.readVarint(),
  write(number, value, pbf) {
    pbf.writeTag(number, VARINT)
    pbf.writeVarint(value)
  },
}

/** Any number. */
export const double: WireField<number> = {
  read: (pbf) => pbf.readDouble(),
  write(number, value, pbf) {
    pbf.writeTag(number, FIXED64)
    pbf.writeDouble(value)
  },
}

/** True or false. */
export const boolean: WireField<boolean> = {
  read: (pbf) => pbf.readBoolean(),
  write(number, value, pbf) {
    pbf.writeTag(number, VARINT)
    pbf.writeBoolean(value)
  },
}

/** A message within the message. */
export function nested<Value>(codec: Codec<Value>): WireField<Value> {
  return {
    read(pbf) {
      const length = pbf.readVarint()
      return codec.read(pbf, pbf.pos + length)
    },
    write(number, value, pbf) {
      pbf.writeMessage(number, codec.write, value)
    },
  }
}

/** A message in which each field may be absent. */
export function message<Message extends object>(fields: Fields<Message>): Codec<Partial<Message>> {
  const rows = Object.entries(fields) as [keyof Message & string, readonly [number, WireField<unknown>]][] // as declared
  const byNumber = new Map(rows.map(([name, [number, field]]) => [number, { name, field }]))
  const readField = (number: number, found: Partial<Record<keyof Message, unknown>>, pbf: PbfReader): void => {
    const known = byNumber.get(number)
    if (known) found[known.name] = known.field.read(pbf)
  }
  return {
    read(pbf, end) {
      const found: Partial<Record<keyof Message, unknown>> = {}
      pbf.readFields(readField, found, end)
      return found as Partial<Message> // because each field read what it is declared to be
    },
    write(value, pbf) {
      for (const [name, [number, field]] of rows) {
        const given = value[name]
        if (given !== undefined) field.write(number, given, pbf)
      }
    },
  }
}

/** Field 1, as often as there are values. */
export function list<Value>(field: WireField<Value>): Codec<readonly Value[]> {
  const readField = (number: number, found: Value[], pbf: PbfReader): void => {
    if (number === 1) found.push(field.read(pbf))
  }
  return {
    read: (pbf, end) => pbf.readFields(readField, [], end),
    write(values, pbf) {
      for (const value of values) field.write(1, value, pbf)
    },
  }
}

/** Field 1 alone; the last one counts. */
export function single<Value>(field: WireField<Value>): Codec<Value | undefined> {
  const all = list(field)
  return {
    read: (pbf, end) => all.read(pbf, end).at(-1),
    write: (value, pbf) => all.write(value === undefined ? [] : [value], pbf),
  }
}

/** No fields. */
export const empty: Codec<unknown> = {
  read(pbf, end) {
    pbf.pos = end
    return undefined
  },
  write() {},
}

/** Reads a whole frame. @throws {FrameError} when it is no such message */
export function readFrame<Value>(codec: Codec<Value>, frame: Buffer): Value {
  const pbf = new PbfReader(frame)
  let value: Value
  try {
    value = codec.read(pbf, frame.length)
  } catch (error) {
    throw new FrameError('not the message expected', { cause: error })
  }
  if (pbf.pos !== frame.length) throw new FrameError('a message that is longer than its frame')
  return value
}
