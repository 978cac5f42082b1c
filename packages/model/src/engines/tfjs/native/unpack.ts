import { runTool, type ToolOptions } from './run-tool.js'

/*
 * Python is needed anyway, for pip; with its own modules no tar and no unzip is.
 * A wheel: those of its files whose names begin with one of the prefixes. A tarball of npm: without its first folder, and
 * without the owners and modes in it, as some packages are readable by their owner alone and workers run as another user.
 */
const PROGRAM = `
import os, sys, tarfile, zipfile
archive, destination, *prefixes = sys.argv[1:]
if archive.endswith('.whl'):
    with zipfile.ZipFile(archive) as wheel:
        wheel.extractall(destination, [name for name in wheel.namelist() if name.startswith(tuple(prefixes))])
else:
    with tarfile.open(archive) as tarball:
        for member in tarball.getmembers():
            member.name = member.name.partition('/')[2]
            if member.isfile() and '..' not in member.name.split('/') and not os.path.isabs(member.name):
                tarball.extract(member, destination, set_attrs=False)
`

/** Unpacks a tarball of npm, or of a wheel the files that begin with one of the prefixes. */
export async function unpack(
  archive: string,
  destination: string,
  prefixes: readonly string[],
  options: ToolOptions,
): Promise<void> {
  await runTool('python3', ['-c', PROGRAM, archive, destination, ...prefixes], options)
}
