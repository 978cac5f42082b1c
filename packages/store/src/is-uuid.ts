const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Whether Postgres takes it for an id; asking it about anything else is an error instead of no row. */
export const isUuid = (id: string): boolean => UUID.test(id)
