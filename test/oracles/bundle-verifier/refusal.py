"""The one way in which this verifier says no."""


class Refusal(Exception):
    """A finding about what was read; never a fault of this program.

    `code` is a stable kebab-case word; `place` names the file, index or member and carries no value of it.
    """

    def __init__(self, code: str, place: str = "") -> None:
        super().__init__(f"{code}: {place}" if place else code)
        self.code = code
        self.place = place


def demand(holds: bool, code: str, place: str = "") -> None:
    """Refuses with `code` unless `holds`."""
    if not holds:
        raise Refusal(code, place)
