/*
 * Since 1.30 ONNX Runtime reports its use to its maker unless this variable says otherwise: it writes a device id and a
 * queue of events to ~/.cache/Microsoft, and a log to the temporary folder. Nobody needs to set it; nobody can unset it.
 */
process.env['ORT_DISABLE_TELEMETRY'] = '1'
