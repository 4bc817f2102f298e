/** The id of a finding: what is wrong, where in the kernel, by which rule. Lines, files and versions of the patch are not in it. */

/** FNV-1a, 64 bits, as 16 hex digits (RFC 9923): short, stable, and no secret is kept by it. */
export function fnv1a(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let i = 0; i < text.length; i++) {
    hash ^= BigInt(text.charCodeAt(i));
    hash = (hash * 0x100000001b3n) & 0xffffffffffffffffn;
  }
  return hash.toString(16).padStart(16, "0");
}

/** arch/riscv/kvm/vcpu.c and arch/riscv/kvm/new/vcpu.c are one place; arch/arm64 is another. */
function areaOf(path: string): string {
  const parts = path.split("/");
  return parts[0] === "arch" ? parts.slice(0, 2).join("/") : (parts[0] ?? "");
}

/** The id of an outcome: rule, part of the kernel, and the outcome's key (kind, subject, function). */
export const findingId = (rule: string, path: string, key: string): string => fnv1a(`${rule}\0${areaOf(path)}\0${key}`);
