"""Mutation tests of the contracts: change one sign at a time, and see whether the tests' own transactions come out differently."""
