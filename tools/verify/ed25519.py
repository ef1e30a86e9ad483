"""Strict Ed25519: what lax verifiers accept is refused before it is verified.

The library verifies without a cofactor, bounds S and compares R byte for byte; what it lets pass besides
is a key or an R of small order, and a key in another encoding than its own.
"""

import functools

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

P = 2**255 - 19
D = -121665 * pow(121666, P - 2, P) % P


def encodings_of_small_order():
    """Every encoding, canonical or not, of the eight points whose order divides the cofactor."""
    # y = 1 and -1 (orders 1 and 2), 0 (order 4), and where 1 + y² + … makes order 8: d·y⁴ + 2·y² − 1 = 0.
    root = square_root((1 + D) % P)
    of_eight = {square_root((sign * root - 1) * pow(D, P - 2, P) % P) for sign in (1, -1)} - {None}
    ys = {0, 1, P - 1} | of_eight | {P - y for y in of_eight}
    ys |= {y + P for y in ys if y + P < 2**255}
    return {(y | sign << 255).to_bytes(32, "little") for y in ys for sign in (0, 1)}


def square_root(number):
    """A square root modulo P, or none."""
    root = pow(number, (P + 3) // 8, P)
    if root * root % P != number % P:
        root = root * pow(2, (P - 1) // 4, P) % P
    return root if root * root % P == number % P else None


SMALL_ORDER = encodings_of_small_order()


def is_admissible(key):
    """Whether a key may be enrolled: a point in its one encoding, and not of small order."""
    number = int.from_bytes(key, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if y >= P or key in SMALL_ORDER:
        return False
    x = square_root((y * y - 1) * pow(D * y * y + 1, P - 2, P) % P)
    return x is not None and not (x == 0 and sign)


@functools.lru_cache(maxsize=65_536)
def opened(key):
    # check:signature.key
    if key in SMALL_ORDER or int.from_bytes(key, "little") & (2**255 - 1) >= P:
        raise InvalidSignature
    return Ed25519PublicKey.from_public_bytes(key)


def verify(key, signature, covered):
    """Raises InvalidSignature unless the signature is a strict one."""
    # check:signature.r
    if signature[:32] in SMALL_ORDER:
        raise InvalidSignature
    # check:signature.verify
    opened(key).verify(signature, covered)
