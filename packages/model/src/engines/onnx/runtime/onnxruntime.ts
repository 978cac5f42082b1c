/**
 * ONNX Runtime, without its telemetry: the only file that imports `onnxruntime-node` (`test/telemetry.test.ts` checks it).
 * The side effect comes first, because the library reads the environment while it loads.
 */
import './disable-telemetry.js'

export * from 'onnxruntime-node'
