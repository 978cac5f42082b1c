import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { docker } from './docker.js'

export const ROOT = resolve(import.meta.dirname, '../..')

/** A build from nothing on a busy machine. */
const BUILD_LIMIT_MS = 1_200_000

/** The image of a target, under a tag of the tests alone. */
export const imageOf = (target: string, tag: string): string => `sweepd-${target}:${tag}`

/** Builds one target of deploy/Dockerfile. @returns its size above the base image, in MB */
export async function buildTarget(target: string, tag: string, folder = ROOT): Promise<number> {
  const image = imageOf(target, tag)
  await docker(['build', '--file', 'deploy/Dockerfile', '--target', target, '--tag', image, '.'], {
    cwd: folder,
    env: { DOCKER_BUILDKIT: '1' },
    limitMs: BUILD_LIMIT_MS,
  })
  const [size, base] = await Promise.all([sizeOf(image), sizeOf('node:22-bookworm-slim').catch(() => 0)])
  return Math.round((size - base) / 1e6)
}

const sizeOf = async (image: string): Promise<number> =>
  Number(await docker(['image', 'inspect', '--format', '{{.Size}}', image]))

/** Removes the tags; layers that other images use stay. */
export async function removeImages(images: readonly string[]): Promise<void> {
  for (const image of images) await docker(['image', 'rm', image]).catch(() => {})
}

/** The files of an earlier commit, in a temporary folder. */
interface EarlierVersion {
  readonly folder: string
  readonly commit: string
  remove(): void
}

/**
 * Writes the files of a commit into a temporary folder. Without one, of the last commit before the newest migration: so an
 * upgrade from it changes the database.
 */
export function checkOutEarlier(commit?: string): EarlierVersion {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim()
  const chosen = commit ?? `${git('log', '-1', '--format=%H', '--', 'prisma/migrations')}~1`
  const folder = mkdtempSync(join(tmpdir(), 'sweepd-earlier-'))
  const archive = join(folder, 'files.tar')
  git('archive', '--output', archive, chosen)
  execFileSync('tar', ['-xf', archive, '-C', folder])
  rmSync(archive)
  return {
    folder,
    commit: git('rev-parse', '--short', chosen),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
