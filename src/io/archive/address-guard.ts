/**
 * Which addresses of the network may be connected to. Names of hosts come from a configuration, but also from redirects and
 * from links that a person pastes, and a name may stand for an address inside: so it is the address that is judged.
 */
import { lookup } from "node:dns";
import { BlockList, isIP, isIPv4, type LookupFunction } from "node:net";
import { SourceError } from "../../watch/source.js";

/** IANA's special-purpose registries: nothing in here is an archive on the internet. */
const INSIDE = new BlockList();
for (const [network, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const) {
  INSIDE.addSubnet(network, bits, "ipv4");
}
for (const [network, bits] of [
  ["::", 96],
  ["64:ff9b:1::", 48],
  ["100::", 64],
  ["2001:db8::", 32],
  ["fc00::", 7],
  ["fe80::", 10],
  ["fec0::", 10],
  ["ff00::", 8],
] as const) {
  INSIDE.addSubnet(network, bits, "ipv6");
}
/** Ranges of IPv6 that carry an address of IPv4 in their last 32 bits: mapped, and NAT64. */
const CARRIERS = new BlockList();
CARRIERS.addSubnet("::ffff:0:0", 96, "ipv6");
CARRIERS.addSubnet("64:ff9b::", 96, "ipv6");
/** 6to4 and Teredo hide an address of IPv4 elsewhere, and no archive needs them. */
const TUNNELS = new BlockList();
TUNNELS.addSubnet("2002::", 16, "ipv6");
TUNNELS.addSubnet("2001::", 32, "ipv6");

/** Whether an address is one of the internet: not loopback, private, link-local, multicast or reserved. */
export function isPublicAddress(address: string): boolean {
  const bare = address.replace(/%.*$/, "");
  if (isIPv4(bare)) return !INSIDE.check(bare, "ipv4");
  if (isIP(bare) !== 6) return false;
  if (CARRIERS.check(bare, "ipv6")) return isPublicAddress(carried(bare));
  return !INSIDE.check(bare, "ipv6") && !TUNNELS.check(bare, "ipv6");
}

/** The address in the last 32 bits. */
function carried(address: string): string {
  const dotted = /:(\d+\.\d+\.\d+\.\d+)$/.exec(address);
  if (dotted !== null) return dotted[1] ?? "";
  // The URL parser writes every address of IPv6 in one way.
  const groups = new URL(`http://[${address}]/`).hostname.slice(1, -1).split(":");
  const [high = 0, low = 0] = groups.slice(-2).map((group) => Number.parseInt(group === "" ? "0" : group, 16));
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

/** A `lookup` for sockets that answers with allowed addresses only. An address in place of a name never gets here. */
export function guardedLookup(allowPrivate: boolean): LookupFunction {
  return (host, options, callback) => {
    lookup(host, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, "");
      const allowed = found.filter(({ address }) => allowPrivate || isPublicAddress(address));
      const first = allowed[0];
      if (first === undefined) return callback(notAllowed(host), "");
      if (options.all === true) return callback(null, allowed);
      callback(null, first.address, first.family);
    });
  };
}

/** An allowed address of a host, for programs that connect by themselves. @throws SourceError not-allowed, unreachable */
export function resolveHost(host: string, allowPrivate: boolean): Promise<string> {
  const bare = host.replace(/^\[(.*)\]$/, "$1");
  if (isIP(bare) !== 0) {
    return allowPrivate || isPublicAddress(bare) ? Promise.resolve(bare) : Promise.reject(notAllowed(host));
  }
  return new Promise((resolve, reject) => {
    guardedLookup(allowPrivate)(bare, {}, (error, address) => {
      if (error === null) resolve(String(address));
      else if (error instanceof SourceError) reject(error);
      else reject(new SourceError("unreachable", `${host} cannot be resolved`, null, { cause: error }));
    });
  });
}

/** What is said of a host that leads inside. */
export function notAllowed(host: string): SourceError {
  return new SourceError("not-allowed", `${host} is an address of this machine or of a private network (allowPrivate)`);
}
