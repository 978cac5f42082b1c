import { chown, readFile, stat } from 'node:fs/promises'
import { EmbeddedPostgresError } from './embedded-postgres-error.js'

/** As whom Postgres runs, and how it is told where its cluster is. */
export interface ServerIdentity {
  /** Options of `spawn`; empty for our own user. */
  readonly user: { readonly uid: number; readonly gid: number } | Record<string, never>
  /** What `-D` gets; the process must be started with the cluster as its working directory. */
  clusterArgument(cluster: string): string
}

const OURSELVES: ServerIdentity = { user: {}, clusterArgument: (cluster) => cluster }

/**
 * Our own user, or, if that is root, which Postgres refuses: the owner of the cluster, else `nobody`.
 * @throws EmbeddedPostgresError where root finds no user `nobody`.
 */
export async function findServerIdentity(cluster: string): Promise<ServerIdentity> {
  if (process.getuid?.() !== 0) return OURSELVES
  return { user: (await findOwner(cluster)) ?? (await findNobody()), clusterArgument: reachAsOtherUser }
}

/** Gives a file or folder to the user that Postgres runs as. */
export async function giveTo({ user }: ServerIdentity, file: string): Promise<void> {
  if (user.uid !== undefined) await chown(file, user.uid, user.gid)
}

/**
 * The data folder may lie under one that only root may enter, such as /root. On Linux the kernel resolves
 * /proc/self/cwd without asking for the folders above, `spawn` enters the working directory before it gives up
 * root, and Postgres stays in its cluster and names its files relative to it. So the data can stay where the
 * person put it; the alternative, a second place such as /var/lib, would be found by nobody who moves or deletes
 * the data folder.
 */
function reachAsOtherUser(cluster: string): string {
  return process.platform === 'linux' ? '/proc/self/cwd' : cluster
}

async function findOwner(cluster: string) {
  const owner = await stat(cluster).catch(() => undefined)
  return owner && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : undefined
}

/** initdb wants a user that has a name, so a made-up number would not do. */
async function findNobody() {
  const users = await readFile('/etc/passwd', 'utf8')
  const [, , uid, gid] = /^nobody:.*$/m.exec(users)?.[0].split(':') ?? []
  if (uid === undefined || gid === undefined)
    throw new EmbeddedPostgresError(
      'folder-unusable',
      'Postgres refuses to run as root and there is no user "nobody" to run it as. Run sweepd as an ordinary user, or set DATABASE_URL.',
    )
  return { uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 }
}
