/** What a program needs anywhere to run, find its files and reach a server for downloads. */
const SYSTEM =
  /^(PATH|HOME|USER|LOGNAME|LANG|LC_\w+|TZ|TMPDIR|TMP|TEMP|XDG_\w+|LD_\w+|DYLD_\w+|SSL_CERT_\w+|(HTTPS?|NO|ALL)_PROXY)$/i
const WINDOWS =
  /^(SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|PATHEXT|USERPROFILE|(LOCAL)?APPDATA|PROGRAM(DATA|FILES.*)|(NUMBER_OF_)?PROCESSOR.*)$/i

/** What Node, the C library and the libraries that compute are set with. */
const RUNTIME =
  /^(NODE_\w+|MALLOC_\w+|GLIBC_TUNABLES|ORT_\w+|ONNX\w+|TF_\w+|OMP_\w+|KMP_\w+|MKL_\w+|OPENBLAS_\w+|CUDA\w+|CUDNN_\w+|NVIDIA_\w+|NV_\w+|VK_\w+|MESA_\w+|DRI_\w+|LIBGL_\w+|WGPU_\w+|DAWN_\w+)$/i

/**
 * The variables that training processes get, and those that try an engine: what a program needs to run and compute, and
 * none of the worker's own settings, above all no DATABASE_URL, REDIS_URL or token. What trains runs native libraries on
 * data from elsewhere, and its environment can end up in a core dump.
 */
export function selectChildEnvironment(source: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isNeeded = (name: string) => [SYSTEM, WINDOWS, RUNTIME].some((pattern) => pattern.test(name))
  return Object.fromEntries(Object.entries(source).filter(([name]) => isNeeded(name)))
}
