import { BlockList, isIP, isIPv6 } from 'node:net'

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

/**
 * Whether only this machine can reach what listens at this host. Names other than localhost are not looked up: where
 * they lead may change, so they count as reachable from outside.
 */
export function isLoopback(host: string): boolean {
  const version = isIP(host)
  // The list knows every way to write ::1, and IPv4 addresses written as ::ffff:127.0.0.1.
  if (version !== 0) return LOOPBACK.check(host, version === 6 ? 'ipv6' : 'ipv4')
  return host.toLowerCase() === 'localhost'
}

/** Whether the text is a list of IP addresses and subnets (`10.0.0.0/8`), separated by commas. */
export const isProxyList = (text: string): boolean =>
  text.split(',').every((entry) => {
    const [address = '', bits, ...rest] = entry.trim().split('/')
    if (isIP(address) === 0 || rest.length > 0) return false
    return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (isIPv6(address) ? 128 : 32))
  })
