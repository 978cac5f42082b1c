import { GraphWriter, type Port } from './graph-writer.js'

/** Before the names of the graph within, which must not be those of the graph around it. */
const INNER_PREFIX = 'one_'

/** The leading axis of what every run of the graph within has its own part of. */
const RUNS = 'runs'

/**
 * A graph that runs another once for each entry of a leading axis, which all inputs and outputs get but the carried
 * ones: these go from run to run and never leave the runtime between. It saves what every call costs, above all the
 * copies that `onnxruntime-node` makes of all outputs, even of those that it was given a buffer for.
 * @param carried by an input's name the output that is this input in the next run
 */
export function repeatGraph(inner: GraphWriter, carried: ReadonlyMap<string, string>): GraphWriter {
  const isCarried = ({ name }: Port) => carried.has(name)
  const carriedInputs = inner.inputs.filter(isCarried)
  const inputs = [...carriedInputs, ...inner.inputs.filter((port) => !isCarried(port))]
  const carriedOutputs = carriedInputs.map(({ name }) => findOutput(inner, carried.get(name)))
  const outputs = [...carriedOutputs, ...inner.outputs.filter((port) => !carriedOutputs.includes(port))]

  const outer = new GraphWriter()
  const shapeOf = ({ shape }: Port, index: number) =>
    index < carriedInputs.length ? shape : [RUNS, ...shape]
  const operands = inputs.map((port, index) => outer.input(port.name, port.type, shapeOf(port, index)))
  const body = inner.toGraph(INNER_PREFIX, inputs, outputs)
  const attributes = { body: { graph: body }, num_scan_inputs: inputs.length - carriedInputs.length }
  for (const [index, result] of outer.ops('Scan', operands, attributes, outputs.length).entries()) {
    const port = outputs[index] as Port
    outer.output(port.name, result, port.type, shapeOf(port, index))
  }
  return outer
}

function findOutput({ outputs }: GraphWriter, name: string | undefined): Port {
  const output = outputs.find((port) => port.name === name)
  if (output === undefined) throw new RangeError(`the graph has no output ${name}`)
  return output
}
