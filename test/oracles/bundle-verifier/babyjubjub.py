"""BabyJubJub (ERC-2494) in circomlib's coordinates: a = 168700, d = 168696 over the BN254 scalar field."""

from digests import FIELD, SUBGROUP
from edwards import Edwards

CURVE = Edwards(FIELD, 168700, 168696, SUBGROUP)
G = CURVE.lift(
    5299619240641551281634865583518297030282874472190772894086521144482721001553,
    16950150798460657717958625567821834550301663161624707787222815936182638968203,
)  # 8 times the generator of ERC-2494, hence of order l
J = CURVE.multiply(2**32, G)  # the second counter of a ciphertext
NEUTRAL = (0, 1)


def read_point(x: int, y: int, allow_neutral: bool = False):
    """The point with canonical coordinates, on the curve, of order l; else None. The neutral point only when allowed."""
    if not (0 <= x < FIELD and 0 <= y < FIELD and CURVE.on_curve(x, y)):
        return None
    point = CURVE.lift(x, y)
    if (x, y) == NEUTRAL:
        return point if allow_neutral else None
    return point if CURVE.in_subgroup(point) else None


def sum_points(points):
    """The sum of extended points."""
    total = CURVE.neutral
    for point in points:
        total = CURVE.add(total, point)
    return total
