/** Codes of Node's TLS for certificates that no known authority has signed. */
const UNTRUSTED = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

/** What to do about a connection that could not be opened: one or two sentences. */
export function explainConnectFailure(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown }
  if (UNTRUSTED.has(String(code)))
    return (
      `${message}: its certificate is not signed by an authority that this machine knows. ` +
      'Add sslmode=verify-full&sslrootcert=/path/to/ca.pem to DATABASE_URL to trust the authority that signed it, ' +
      'or sslmode=no-verify to encrypt without checking who the server is.'
    )
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return (
      `${message}. Use the host name that the certificate is for in DATABASE_URL, ` +
      'or sslmode=no-verify to encrypt without checking who the server is.'
    )
  return `${message}. Check DATABASE_URL and that Postgres runs.`
}
