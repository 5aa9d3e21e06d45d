"""Vectors and refusals of every module; `verify_election.py --self-test` runs them."""
