import { expect, it } from 'vitest'
import { parseEnv } from './env.js'

it('has a default for everything', () => {
  expect(parseEnv({}, '/here')).toMatchObject({
    PORT: 3000,
    HOST: '127.0.0.1',
    SWEEPD_DATA_DIR: '/here/.sweepd',
    SWEEPD_URL: 'http://127.0.0.1:3000',
  })
})

it('takes relative paths from where npm was called, and gives children absolute ones', () => {
  const given = {
    INIT_CWD: '/there',
    SWEEPD_DATA_DIR: 'data',
    FASHION_MNIST_DIR: '../images',
    LOG_LEVEL: 'debug',
  }
  const env = parseEnv(given, '/here')
  expect(env.SWEEPD_DATA_DIR).toBe('/there/data')
  expect(env.FASHION_MNIST_DIR).toBe('/images')
  expect(env.forChildren).toMatchObject({
    SWEEPD_DATA_DIR: '/there/data',
    FASHION_MNIST_DIR: '/images',
    LOG_LEVEL: 'debug',
  })
})

it('leaves absolute paths as they are', () => {
  expect(parseEnv({ SWEEPD_DATA_DIR: '/data' }, '/here').SWEEPD_DATA_DIR).toBe('/data')
})

it('counts an empty variable as unset', () => {
  const env = parseEnv({ DATABASE_URL: '', PORT: '', SWEEPD_URL: '' })
  expect(env.DATABASE_URL).toBeUndefined()
  expect(env.PORT).toBe(3000)
})

it('looks for the API at the port that up would use', () => {
  expect(parseEnv({ PORT: '4000' }).SWEEPD_URL).toBe('http://127.0.0.1:4000')
  expect(parseEnv({ PORT: '4000', SWEEPD_URL: 'http://box:1' }).SWEEPD_URL).toBe('http://box:1')
})

it('names all faults at once', () => {
  expect(() => parseEnv({ PORT: '70000', SWEEPD_URL: 'ftp://box' })).toThrow(
    /PORT is a whole number from 0 to 65535\n {2}SWEEPD_URL is a URL/,
  )
})

it('refuses an address with a query, which would come in front of every path', () => {
  expect(() => parseEnv({ SWEEPD_URL: 'http://ann:hunter2@box/?x=1' })).toThrow(
    /^ {2}SWEEPD_URL ends with its path/m,
  )
  expect(() => parseEnv({ SWEEPD_URL: 'http://ann:hunter2@box/?x=1' })).not.toThrow(/hunter2/)
})
