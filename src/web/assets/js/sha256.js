// SHA-256, at once: a Merkle proof hashes many small things one after the other, which WebCrypto only promises.

/** The first bits of a root of each of the first primes, as the standard makes its constants. */
const PRIMES = [2];
for (let number = 3; PRIMES.length < 64; number += 2) {
  if (PRIMES.every((prime) => number % prime !== 0)) PRIMES.push(number);
}

/**
 * The first 32 bits after the point of a root, exactly.
 * @param {number} prime
 * @param {bigint} degree
 */
function fraction(prime, degree) {
  // The root of prime·2^(32·degree), whole: a root with 32 bits after the point.
  const of = BigInt(prime) << (32n * degree);
  let low = 0n;
  let above = 1n << 40n;
  while (above - low > 1n) {
    const middle = (low + above) >> 1n;
    if (middle ** degree <= of) low = middle;
    else above = middle;
  }
  return Number(low & 0xffffffffn);
}

const START = Uint32Array.from(PRIMES.slice(0, 8), (prime) => fraction(prime, 2n));
const ROUND = Uint32Array.from(PRIMES, (prime) => fraction(prime, 3n));

/** @param {number} word @param {number} by */
const rotated = (word, by) => (word >>> by) | (word << (32 - by));

/**
 * SHA-256 of what stands in several parts after one another: 32 bytes.
 * @param {...Uint8Array<ArrayBuffer>} parts
 */
export function sha256(...parts) {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const padded = new Uint8Array(64 * Math.ceil((length + 9) / 64));
  let end = 0;
  for (const part of parts) {
    padded.set(part, end);
    end += part.length;
  }
  padded[end] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - 8, 8n * BigInt(length));
  const hash = START.slice();
  const words = new Uint32Array(64);
  for (let block = 0; block < padded.length; block += 64) {
    for (let at = 0; at < 16; at++) words[at] = view.getUint32(block + 4 * at);
    for (let at = 16; at < 64; at++) {
      const [early, late] = [words[at - 15], words[at - 2]];
      const small = rotated(early, 7) ^ rotated(early, 18) ^ (early >>> 3);
      const large = rotated(late, 17) ^ rotated(late, 19) ^ (late >>> 10);
      words[at] = words[at - 16] + small + words[at - 7] + large;
    }
    mix(hash, words);
  }
  const result = new Uint8Array(32);
  const written = new DataView(result.buffer);
  hash.forEach((word, at) => written.setUint32(4 * at, word));
  return result;
}

/**
 * What a block adds to the hash.
 * @param {Uint32Array} hash
 * @param {Uint32Array} words
 */
function mix(hash, words) {
  let [a, b, c, d, e, f, g, h] = hash;
  for (let at = 0; at < 64; at++) {
    const large = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
    const one = (h + large + ((e & f) ^ (~e & g)) + ROUND[at] + words[at]) | 0;
    const small = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
    const two = (small + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((word, at) => (hash[at] += word));
}
