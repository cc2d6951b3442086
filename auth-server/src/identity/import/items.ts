// A file of people, read piece by piece: lines of JSON, or one JSON document with a list in it. What is held is one person.

/** One entry, or what is wrong with it. */
export type Item =
  | Readonly<{ place: string; value: unknown }>
  | Readonly<{ place: string; text: string }>
  | Readonly<{ place: string; problem: string }>

/** Longer than any person; a portion of an export of ours is shorter, too. */
export const MAX_ITEM_CHARACTERS = 4 * 2 ** 20

type Chunks = AsyncIterable<string>

/** UTF-8 without its mark. @throws {Error} for what is none */
export async function* textOf(bytes: AsyncIterable<Uint8Array>): Chunks {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    for await (const chunk of bytes) yield decoder.decode(chunk, { stream: true })
    yield decoder.decode()
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new Error('The file is not in UTF-8: save it in that encoding, and begin anew.', { cause: error })
  }
}

/**
 * @param lists names of the member in which a document has its list, where an object is a document and not a line
 */
export async function* itemsOf(chunks: Chunks, lists: readonly string[]): AsyncGenerator<Item> {
  const { first, line, all } = await peek(chunks)
  const isDocument = first === '[' || (first === '{' && lists.length > 0)
  yield* isDocument ? documentItems(all, lists, line) : lineItems(all, line)
}

/** The first character that is no blank, its line, and all from there on: a file may be blank for as long as it likes. */
async function peek(chunks: Chunks): Promise<Readonly<{ first: string; line: number; all: Chunks }>> {
  const iterator = chunks[Symbol.asyncIterator]()
  let [read, line, isOver] = ['', 1, false]
  while (!isOver && read === '') {
    const { done, value = '' } = await iterator.next()
    isOver = done === true
    read = value.trimStart()
    line += value.slice(0, value.length - read.length).split('\n').length - 1
  }
  async function* again(): Chunks {
    yield read
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value
  }
  return { first: read.charAt(0), line, all: again() }
}

function readItem(place: string, text: string): Item {
  try {
    return { place, value: JSON.parse(text) }
  } catch {
    return { place, problem: 'is no JSON' }
  }
}

async function* lineItems(chunks: Chunks, first: number): AsyncGenerator<Item> {
  let [line, rest, isTooLong] = [first, '', false]
  const end = (text: string): Item | undefined => {
    const place = `line ${line++}`
    const wasTooLong = isTooLong
    isTooLong = false
    if (wasTooLong) return { place, problem: 'is too long' }
    if (text.trim() === '') return undefined
    return /^\s*[{["]/.test(text) ? readItem(place, text) : { place, text: text.trim() }
  }
  for await (const chunk of chunks) {
    const [first = '', ...others] = chunk.split('\n')
    rest += isTooLong ? '' : first
    for (const other of others) {
      const item = end(rest)
      if (item) yield item
      rest = other
    }
    if (rest.length > MAX_ITEM_CHARACTERS) [isTooLong, rest] = [true, '']
  }
  const item = end(rest)
  if (item) yield item
}

/** Where a reader of a document is. */
class Structure {
  depth = 0
  line = 1
  /** The depth of what stands in the list; undefined outside of it. */
  listDepth: number | undefined
  wasFound = false
  private inString = false
  private isEscaped = false
  private name = ''
  private readonly lists: readonly string[]

  constructor(lists: readonly string[]) {
    this.lists = lists
  }

  /** Whether the character is part of an entry. */
  read(character: string): boolean {
    if (character === '\n') this.line++
    if (this.inString) return this.readInString(character)
    if (character === '"') {
      this.inString = true
      if (this.depth === 1) this.name = ''
      return this.listDepth !== undefined
    }
    if (character === '{' || character === '[') {
      this.depth++
      const isTop = this.depth === 1 && character === '['
      if (isTop || (this.depth === 2 && character === '[' && !this.wasFound && this.lists.includes(this.name))) {
        this.listDepth = this.depth
        this.wasFound = true
        return false
      }
    } else if (character === '}' || character === ']') {
      this.depth--
      if (this.listDepth !== undefined && this.depth < this.listDepth) this.listDepth = undefined
      return this.listDepth !== undefined
    }
    return this.listDepth !== undefined && !(this.isAtEntry && /[\s,]/.test(character))
  }

  get isAtEntry(): boolean {
    return this.depth === this.listDepth && !this.inString
  }

  private readInString(character: string): boolean {
    if (this.isEscaped) this.isEscaped = false
    else if (character === '\\') this.isEscaped = true
    else if (character === '"') this.inString = false
    else if (this.depth === 1) this.name = (this.name + character).slice(0, 40)
    return this.listDepth !== undefined
  }
}

async function* documentItems(chunks: Chunks, lists: readonly string[], first: number): AsyncGenerator<Item> {
  const structure = new Structure(lists)
  structure.line = first
  let [text, line, isTooLong] = ['', 1, false]
  const take = (): Item => {
    const place = `line ${line}`
    const item: Item = isTooLong ? { place, problem: 'is too long' } : readItem(place, text)
    ;[text, isTooLong] = ['', false]
    return item
  }
  for await (const chunk of chunks) {
    for (const character of chunk) {
      const { line: before } = structure
      const belongs = structure.read(character)
      if (belongs) {
        if (text === '' && !isTooLong) line = before
        if (text.length < MAX_ITEM_CHARACTERS) text += character
        else isTooLong = true
      }
      // An object is over with its bracket; anything else with what comes after it.
      const isOver = structure.listDepth === undefined || (structure.isAtEntry && (!belongs || /[}\]]/.test(character)))
      if (isOver && text !== '') yield take()
    }
  }
  if (!structure.wasFound)
    yield { place: 'the file', problem: `has no list${lists.length > 0 ? ` called ${lists.join(' or ')}` : ''}` }
  else if (structure.depth > 0)
    yield { place: `line ${structure.line}`, problem: 'is the last one: the file ends in the middle' }
}
