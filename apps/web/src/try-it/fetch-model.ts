import { readModel, type TrainedNetwork } from './read-model'

/**
 * The trained network of a trial; null if none is kept of it.
 * @throws Error in words if the API does not answer, or the network is one that this page cannot compute
 */
export async function fetchModel(trialId: string, signal: AbortSignal): Promise<TrainedNetwork | null> {
  const [json, weights] = await Promise.all(
    ['model.json', 'weights.bin'].map((name) => fetch(`/trials/${trialId}/${name}`, { signal })),
  )
  if (json === undefined || weights === undefined || json.status === 404 || weights.status === 404)
    return null
  for (const { ok, status } of [json, weights])
    if (!ok) throw new Error(`The API answered with status ${status}; load the page again.`)
  return readModel(await json.json(), await weights.arrayBuffer())
}
