/** All operators, faults first. A new one is one entry in one of these lists. */
import type { Operator } from "../operator.js";
import { balanceFaults } from "./balance.js";
import { evidenceFaults } from "./evidence.js";
import { guardedFaults } from "./guarded.js";
import { orderFaults, orderSounds } from "./order.js";
import { protocolFaults, protocolSounds } from "./protocol.js";
import { requiredFaults, requiredSounds } from "./required.js";
import { soundLocks } from "./sound-locks.js";
import { soundText } from "./sound-text.js";
import { spelledFaults, spelledSounds } from "./spellings.js";
import { vcpuFaults, vcpuSounds } from "./vcpu.js";

export const OPERATORS: readonly Operator[] = [
  ...balanceFaults,
  ...evidenceFaults,
  ...guardedFaults,
  ...vcpuFaults,
  ...spelledFaults,
  ...protocolFaults,
  ...orderFaults,
  ...requiredFaults,
  ...soundText,
  ...soundLocks,
  ...vcpuSounds,
  ...spelledSounds,
  ...protocolSounds,
  ...orderSounds,
  ...requiredSounds,
];
