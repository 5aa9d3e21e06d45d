"""The second, independent verifier of election bundles: Python 3.11, standard library only."""

import sys

sys.dont_write_bytecode = True  # a verifier leaves nothing behind

import argparse
import unittest
from pathlib import Path


class _Lines(unittest.TextTestResult):
    """One line a test, for whoever reads the output by program."""

    def addSuccess(self, test) -> None:
        super().addSuccess(test)
        print(f"ok {test.id()}", flush=True)


def run_self_tests() -> int:
    """Runs every test of self_tests/; 0 when all passed."""
    suite = unittest.defaultTestLoader.discover(str(Path(__file__).parent / "self_tests"), top_level_dir=str(Path(__file__).parent))
    result = unittest.TextTestRunner(stream=sys.stderr, verbosity=0, resultclass=_Lines).run(suite)
    return 0 if result.wasSuccessful() and result.testsRun else 1


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--self-test", action="store_true", help="run the vectors and refusals of every module")
    options = parser.parse_args(arguments)
    if options.self_test:
        return run_self_tests()
    parser.print_usage()
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
