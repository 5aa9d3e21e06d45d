"""The second, independent verifier of election bundles: Python 3.11, standard library only.

Exit codes: 0 the bundle is valid, 1 it is not, 2 the machine or the policy is broken. The report on standard output is
a pure function of bundle and policy.
"""

import sys

sys.dont_write_bytecode = True  # a verifier leaves nothing behind

import argparse
import mmap
import os
import unittest
from pathlib import Path

from audit import Audit, encode, run
from refusal import Refusal
from steps import STEPS
from strict_json import decode_utf8
from trust_policy import parse_policy

DEFAULT_MAX_BYTES = 8 * 2**30


class _Lines(unittest.TextTestResult):
    """One line a test, for whoever reads the output by program."""

    def addSuccess(self, test) -> None:
        super().addSuccess(test)
        print(f"ok {test.id()}", flush=True)


def run_self_tests(only: list[str]) -> int:
    """Runs the tests of self_tests/ whose names contain one of these words, all without a word; 0 when all passed."""
    home, loader = Path(__file__).parent, unittest.TestLoader()
    loader.testNamePatterns = [f"*{word}*" for word in only] or None
    suite = loader.discover(str(home / "self_tests"), top_level_dir=str(home))
    result = unittest.TextTestRunner(stream=sys.stderr, verbosity=0, resultclass=_Lines).run(suite)
    return 0 if result.wasSuccessful() and result.testsRun else 1


def run_audit(options) -> int:
    """Prints the report of one bundle."""
    try:
        policy = parse_policy(decode_utf8(Path(options.policy).read_bytes()))
    except (Refusal, OSError) as fault:
        print(f"policy: {fault}", file=sys.stderr)
        return 2
    with open(options.bundle, "rb") as file:
        empty = os.fstat(file.fileno()).st_size == 0
        data = b"" if empty else mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        audit = Audit(data, policy, options.allow_dev_keys, options.max_bytes, options.jobs)
        report = run(audit, STEPS)
    if audit.finding:
        print(audit.finding, file=sys.stderr)
    sys.stdout.buffer.write(encode(report))
    return 0 if report["verdict"] == "valid" else 1


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bundle", nargs="?", help="the audit bundle, a zip")
    parser.add_argument("--policy", help="the auditor's own C2SP policy: logs, cosigners, quorum")
    parser.add_argument(
        "--allow-dev-keys", action="store_true", help="accept circuits whose keys anyone can forge"
    )
    parser.add_argument(
        "--max-bytes", type=int, default=DEFAULT_MAX_BYTES, help="most bytes of all files, unpacked"
    )
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="processes for proofs and signatures"
    )
    parser.add_argument(
        "--self-test", action="store_true", help="run the vectors and refusals of every module"
    )
    parser.add_argument(
        "--only", action="append", default=[], help="with --self-test: tests whose names contain this"
    )
    options = parser.parse_args(arguments)
    if options.self_test:
        return run_self_tests(options.only)
    if options.bundle is None or options.policy is None:
        parser.error("a bundle and --policy are needed")
    return run_audit(options)


if __name__ == "__main__":
    try:
        code = main(sys.argv[1:])
    except Exception as fault:  # a fault of the machine or of this program is never a verdict
        print(f"could not run: {type(fault).__name__}: {fault}", file=sys.stderr)
        code = 2
    sys.exit(code)
