import { isIP, isIPv6 } from 'node:net'

/** Whether the text is a list of IP addresses and subnets (`10.0.0.0/8`), separated by commas. */
export const isProxyList = (text: string): boolean =>
  text.split(',').every((entry) => {
    const [address = '', bits, ...rest] = entry.trim().split('/')
    if (isIP(address) === 0 || rest.length > 0) return false
    return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (isIPv6(address) ? 128 : 32))
  })
