const MINIMUM = [20, 19]

/** Ends the process with a remedy where Node is too old. Runs before anything is installed, so it needs nothing. */
export function checkNodeVersion(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number)
  if (major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1])) return
  console.error(`sweepd needs Node ${MINIMUM.join('.')} or newer; this is Node ${version}.`)
  console.error('Install a current one from https://nodejs.org or with a version manager (nvm install 22).')
  process.exit(1)
}
