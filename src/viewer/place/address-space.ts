// Which addresses belong to the public Internet.
import { BlockList, isIP } from 'node:net'

/** Of one network or nobody: private, loopback, link-local, documentation, multicast (RFC 6890). */
const SPECIAL_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
]

/** All that is handed out for the public Internet (RFC 4291, section 2.4), and what of it is documentation. */
const GLOBAL_V6 = '2000::/3'
const SPECIAL_V6 = ['2001:db8::/32', '3fff::/20']

const special = toBlockList([...SPECIAL_V4, ...SPECIAL_V6])
const global = toBlockList([GLOBAL_V6])

/** Whether an address can tell where its holder is. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !special.check(address, 'ipv4')
    case 6:
      return global.check(address, 'ipv6') && !special.check(address, 'ipv6')
    default:
      return false
  }
}

function toBlockList(ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', bits = ''] = range.split('/')
    list.addSubnet(address, Number(bits), address.includes(':') ? 'ipv6' : 'ipv4')
  }
  return list
}
