"""Families of attacks, a module each with its `ATTACKS`."""
