import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const dockerfiles = readdirSync(join(root, 'deploy')).filter((name) => name.endsWith('.Dockerfile'))

const SECRET = /token|password|secret|_URL\b/i

/** The lines of the last stage, which is what runs. */
function lastStage(dockerfile: string): string[] {
  const lines = read(join('deploy', dockerfile)).split('\n')
  return lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')))
}

/** The services of a compose file by name, each as its text. Enough for a file that is indented by two. */
function listServices(file: string): [name: string, text: string][] {
  const [, afterwards = ''] = read(file).split(/^services:$/m)
  const [services = ''] = afterwards.split(/^\w/m)
  return services
    .split(/^ {2}(?=\w+:$)/m)
    .slice(1)
    .map((text) => [text.slice(0, text.indexOf(':')), text])
}

describe.each(dockerfiles)('deploy/%s', (dockerfile) => {
  it('runs as another user than root, after the last command that needs root', () => {
    const lines = lastStage(dockerfile)
    const user = lines.findLastIndex((line) => /^USER (?!root\b|0\b)\S/.test(line))
    expect(user).toBeGreaterThan(-1)
    expect(lines.slice(user + 1).filter((line) => /^(RUN|USER|COPY|ADD) /.test(line))).toEqual([])
  })

  it('holds no secrets, and gives no file of the program to that user', () => {
    const text = read(join('deploy', dockerfile))
    expect(text.split('\n').filter((line) => /^(ARG|ENV) /.test(line) && SECRET.test(line))).toEqual([])
    expect(text).not.toMatch(/COPY --chown/)
  })

  it('leaves .env and .git out of its context', () => {
    const ignored = read('.dockerignore').split('\n')
    expect(ignored).toEqual(expect.arrayContaining(['.env', '.git', '.sweepd']))
  })
})

describe('docker-compose.yml', () => {
  const services = listServices('docker-compose.yml')

  it('is read with all of its services', () => {
    expect(services.map(([name]) => name)).toEqual(['postgres', 'redis', 'api', 'worker'])
  })

  it.each(services)('gives the processes of %s no way to more rights', (_, text) => {
    expect(text).toContain('no-new-privileges:true')
  })

  it.each(['api', 'worker'])(
    'lets %s write nowhere but to its volumes and /tmp, with no capabilities',
    (name) => {
      const [, text = ''] = services.find(([other]) => other === name) ?? []
      expect(text).toMatch(/^ {4}read_only: true$/m)
      expect(text).toMatch(/^ {4}tmpfs: \[\/tmp\]$/m)
      expect(text).toMatch(/^ {4}cap_drop: \[ALL\]$/m)
    },
  )

  it('publishes the port of the api and no other', () => {
    expect(services.filter(([, text]) => /^ {4}ports:/m.test(text)).map(([name]) => name)).toEqual(['api'])
  })

  it('writes no token down', () => {
    expect(read('docker-compose.yml')).toMatch(/API_TOKEN: \$\{API_TOKEN:\?/)
  })
})
