import { readFileSync } from 'node:fs'

const COMPOSE_FILE = new URL('../../../docker-compose.yml', import.meta.url)

/** The image of a service of docker-compose.yml: tests in containers run on the versions that are deployed. */
export function findDeployedImage(service: string): string {
  const [, image] =
    new RegExp(`^ {2}${service}:\\n {4}image: (\\S+)$`, 'm').exec(readFileSync(COMPOSE_FILE, 'utf8')) ?? []
  if (image === undefined)
    throw new Error(`docker-compose.yml names no image as the first line of the service ${service}`)
  return image
}
