import path from 'node:path'

/** Superuser and database of every embedded cluster. */
export const DATABASE_USER = 'sweepd'
export const DATABASE_NAME = 'sweepd'

/** Where things lie in the data folder (`SWEEPD_DATA_DIR`); all paths are absolute. */
export interface DataFolder {
  readonly root: string
  /** The cluster: what Postgres calls its data directory. */
  readonly cluster: string
  /** Mode 0600. It lies inside the cluster, so that the two are made, moved and deleted together. */
  readonly passwordFile: string
  readonly logFile: string
}

/** The places of an embedded Postgres in this data folder; touches no file. */
export function locateDataFolder(dataDir: string): DataFolder {
  const root = path.resolve(dataDir)
  const cluster = path.join(root, 'postgres')
  return { root, cluster, passwordFile: passwordFileOf(cluster), logFile: path.join(root, 'postgres.log') }
}

/** The password file of a cluster. */
export const passwordFileOf = (cluster: string): string => path.join(cluster, 'sweepd.password')

/** Address of a server on this machine; without a database, the one that every cluster has. */
export function formatUrl(password: string, port: number, database = DATABASE_NAME): string {
  return `postgresql://${DATABASE_USER}:${password}@127.0.0.1:${port}/${database}`
}
