import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { passOnErrors } from './tensorflow-lines.js'

async function filter(text: string): Promise<{ written: string; remarks: string[] }> {
  const source = new PassThrough()
  const remarks: string[] = []
  let written = ''
  passOnErrors(source, {
    write: (line) => {
      written += line
    },
    onRemark: (line) => remarks.push(line),
  })
  source.end(text)
  await once(source, 'close')
  return { written, remarks }
}

it('drops the two lines that TensorFlow always writes about oneDNN', async () => {
  const { written, remarks } = await filter(
    'WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n' +
      'I0000 00:00:1795596903.948294    7568 port.cc:153] oneDNN custom operations are on. You may see slightly different.\n',
  )
  expect(written).toBe('')
  expect(remarks).toEqual([])
})

it('tells its other remarks apart, and passes on its errors and all other lines', async () => {
  const remark = 'W0000 00:00:1795596907.214989    7705 gpu_device.cc:2341] Cannot dlopen some GPU libraries.'
  const error = 'F0000 00:00:1795596907.214989    7705 tensor.cc:12] Check failed: dtype() == expected'
  const { written, remarks } = await filter(`${remark}\n${error}\nTypeError: no tensor\n    at step.js:1:1`)
  expect(remarks).toEqual([remark])
  expect(written).toBe(`${error}\nTypeError: no tensor\n    at step.js:1:1\n`)
})
