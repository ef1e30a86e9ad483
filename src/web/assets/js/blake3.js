// BLAKE3, plain, keyed and deriving keys, with 32 bytes of output: event ids, the chain of entries, commitments and documents.
// After the specification's reference implementation: https://github.com/BLAKE3-team/BLAKE3-specs

import { Malformed } from "./bytes.js";

const CHUNK = 1024;
const BLOCK = 64;
const CHUNK_START = 1;
const CHUNK_END = 2;
const PARENT = 4;
const ROOT = 8;
const KEYED = 16;
const DERIVE_CONTEXT = 32;
const DERIVE_MATERIAL = 64;

const IV = Uint32Array.of(
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
);
const PERMUTATION = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];
/** Which four words of the state each of the eight mixings of a round touches. */
const MIXED = [
  [0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15],
  [0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14],
];
/** The order in which each round reads the words of the message. */
const SCHEDULE = [Array.from({ length: 16 }, (_, at) => at)];
for (let round = 1; round < 7; round++) {
  const before = SCHEDULE[round - 1];
  SCHEDULE.push(PERMUTATION.map((at) => before[at]));
}

/** @param {number} word @param {number} by */
const rotated = (word, by) => (word >>> by) | (word << (32 - by));

/**
 * What one block makes of a chaining value; the first eight words of the result.
 * @param {Uint32Array} chaining
 * @param {Uint32Array} words
 * @param {number} counter number of the chunk
 * @param {number} length of what the block holds
 * @param {number} flags
 */
function compress(chaining, words, counter, length, flags) {
  const state = new Uint32Array(16);
  state.set(chaining);
  state.set(IV.subarray(0, 4), 8);
  state[12] = counter;
  state[13] = Math.floor(counter / 0x1_0000_0000);
  state[14] = length;
  state[15] = flags;
  for (const order of SCHEDULE) {
    MIXED.forEach(([a, b, c, d], at) => {
      state[a] = state[a] + state[b] + words[order[2 * at]];
      state[d] = rotated(state[d] ^ state[a], 16);
      state[c] = state[c] + state[d];
      state[b] = rotated(state[b] ^ state[c], 12);
      state[a] = state[a] + state[b] + words[order[2 * at + 1]];
      state[d] = rotated(state[d] ^ state[a], 8);
      state[c] = state[c] + state[d];
      state[b] = rotated(state[b] ^ state[c], 7);
    });
  }
  return Uint32Array.from({ length: 8 }, (_, at) => state[at] ^ state[at + 8]);
}

/**
 * The sixteen words of a block, little-endian, zeros after its end.
 * @param {Uint8Array<ArrayBuffer>} block
 */
function wordsOf(block) {
  const words = new Uint32Array(16);
  for (let at = 0; at < block.length; at++) words[at >> 2] |= block[at] << (8 * (at & 3));
  return words;
}

/**
 * The chaining value of a chunk.
 * @param {Uint8Array<ArrayBuffer>} chunk
 * @param {Uint32Array} key
 * @param {number} counter
 * @param {number} flags
 */
function chunkValue(chunk, key, counter, flags) {
  const blocks = Math.max(1, Math.ceil(chunk.length / BLOCK));
  let chaining = key;
  for (let number = 0; number < blocks; number++) {
    const block = chunk.subarray(number * BLOCK, (number + 1) * BLOCK);
    const first = number === 0 ? CHUNK_START : 0;
    const last = number === blocks - 1;
    const marks = first | (last ? CHUNK_END : 0) | (last ? flags : flags & ~ROOT);
    chaining = compress(chaining, wordsOf(block), counter, block.length, marks);
  }
  return chaining;
}

/**
 * The chaining value of a tree over chunks: the left side holds the largest power of two of whole chunks.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {Uint32Array} key
 * @param {number} counter of the first chunk
 * @param {number} flags
 * @returns {Uint32Array}
 */
function treeValue(bytes, key, counter, flags) {
  if (bytes.length <= CHUNK) return chunkValue(bytes, key, counter, flags);
  let left = CHUNK;
  while (2 * left < bytes.length) left *= 2;
  const below = flags & ~ROOT;
  const words = new Uint32Array(16);
  words.set(treeValue(bytes.subarray(0, left), key, counter, below));
  words.set(treeValue(bytes.subarray(left), key, counter + left / CHUNK, below), 8);
  return compress(key, words, 0, BLOCK, flags | PARENT);
}

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {Uint32Array} key
 * @param {number} flags
 */
function hash(bytes, key, flags) {
  const words = treeValue(bytes, key, 0, flags | ROOT);
  const result = new Uint8Array(32);
  for (let at = 0; at < 32; at++) result[at] = words[at >> 2] >>> (8 * (at & 3));
  return result;
}

/**
 * BLAKE3 of bytes: 32 bytes.
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
export function blake3(bytes) {
  return hash(bytes, IV, 0);
}

/**
 * BLAKE3 of bytes keyed by 32 bytes: 32 bytes.
 * @param {Uint8Array<ArrayBuffer>} key
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
export function keyed(key, bytes) {
  if (key.length !== 32) throw new Malformed("a key of BLAKE3 has 32 bytes");
  return hash(bytes, wordsOf(key).slice(0, 8), KEYED);
}

/**
 * The commitment to bytes under a salt of 32 bytes, as events name attachments and identities.
 * @param {Uint8Array<ArrayBuffer>} salt
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
export function commitment(salt, bytes) {
  return keyed(salt, bytes);
}

/**
 * What key material makes in a context: 32 bytes.
 * @param {string} context in plain ASCII
 * @param {Uint8Array<ArrayBuffer>} material
 */
export function derived(context, material) {
  const named = hash(new TextEncoder().encode(context), IV, DERIVE_CONTEXT);
  return hash(material, wordsOf(named).slice(0, 8), DERIVE_MATERIAL);
}
