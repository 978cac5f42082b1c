import { existsSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import type { Variant } from './installation.js'
import { InstallationError, runTool } from './run-tool.js'

/** Bytes that an installation takes at its largest, measured, and a fifth more. */
const SPACE_BYTES: Readonly<Record<Variant, number>> = { cpu: 2.2e9, gpu: 14e9 }

interface Requirement {
  readonly what: string
  readonly command: string
  readonly args: readonly string[]
  readonly remedy: string
}

const TOOLS: readonly Requirement[] = [
  { what: 'python3 with pip', command: 'python3', args: ['-m', 'pip', '--version'], remedy: 'python3-pip' },
  { what: 'a C++ compiler (g++)', command: 'g++', args: ['--version'], remedy: 'g++' },
  { what: 'strip of binutils', command: 'strip', args: ['--version'], remedy: 'binutils' },
  { what: 'npm', command: 'npm', args: ['--version'], remedy: 'npm' },
]

/**
 * Looks for everything that an installation needs before it begins.
 * @throws InstallationError that names all that is missing, and what to do
 */
export async function checkRequirements(enginesDir: string, variant: Variant): Promise<void> {
  refusePlatform()
  const missing: Requirement[] = []
  for (const tool of TOOLS) await runTool(tool.command, tool.args).catch(() => missing.push(tool))
  if (missing.length > 0)
    throw new InstallationError(
      `Building the tfjs engine needs ${missing.map(({ what }) => what).join(', ')}, not found in the PATH. ` +
        `On Debian and Ubuntu: apt-get install ${missing.map(({ remedy }) => remedy).join(' ')}`,
    )
  const { bavail, bsize } = await statfs(enginesDir)
  const [free, needed] = [bavail * bsize, SPACE_BYTES[variant]]
  if (free < needed)
    throw new InstallationError(
      `Building the tfjs engine needs ${toGigabytes(needed)} in ${enginesDir}, and ${toGigabytes(free)} are free. ` +
        'Free some, or set SWEEPD_ENGINES_DIR to a folder on another disk.',
    )
}

function refusePlatform(): void {
  const isMusl = existsSync('/etc/alpine-release')
  if (process.platform === 'linux' && process.arch === 'x64' && !isMusl) return
  throw new InstallationError(
    'The tfjs engine is built on Linux with glibc on x86-64 only, since it uses the TensorFlow that PyPI has for it; ' +
      `this is ${process.platform} on ${process.arch}${isMusl ? ' with musl' : ''}. ENGINE=auto trains here without it.`,
  )
}

const toGigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`
