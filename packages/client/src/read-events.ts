/** One message of a text/event-stream: its fields as they came. */
export interface StreamMessage {
  readonly event: string
  readonly data: string
  /** Undefined: it moves the place of the reader no further. */
  readonly id: string | undefined
}

/**
 * The messages of a stream of bytes, as the HTML standard reads them; ends with the stream. A message without data has an
 * id at most, and a comment has neither: both are yielded, as signs of life.
 */
export async function* readEventStream(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamMessage> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      const blocks = `${rest}${decoder.decode(value, { stream: true })}`.split(/\r?\n\r?\n/)
      rest = blocks.pop() ?? ''
      for (const block of blocks) yield toMessage(block)
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}

function toMessage(block: string): StreamMessage {
  let [event, id, data]: [string, string | undefined, string[]] = ['message', undefined, []]
  for (const line of block.split(/\r?\n/)) {
    const [, name, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []
    if (name === 'event') event = value
    if (name === 'id') id = value
    if (name === 'data') data = [...data, value]
  }
  return { event, id, data: data.join('\n') }
}
